/** My notifications: when I may be called, on which clock, and what my hospital has. */

import { get, post } from "./api.js";
import { showBar } from "./bar.js";
import { live } from "./live.js";
import { fill, make } from "./nodes.js";
import { TextBlocks } from "./textblocks.js";
import { me, momentOf, say } from "./texts.js";
import { complain, toast } from "./toasts.js";

const FACILITIES = ["ct", "mri", "icu"];
const app = document.getElementById("app");
const place = make("div", { class: "settings" });
const answers = me.roles.some((role) => role === "panelist" || role === "coordinator");
const blocks = answers ? new TextBlocks() : null;

async function refresh() {
  await show();
  await blocks?.show();
  if (location.hash === "#blocks") blocks?.node.scrollIntoView();
}

async function show() {
  const settings = await get("/api/notifications");
  fill(place, formNode(settings));
}

function formNode(settings) {
  const form = make("form", { class: "settings-form", on: { submit: (event) => { event.preventDefault(); save(form).catch(complain); } } },
    section("quiet", [
      choice("quiet", "society", say("settings.quiet_society", settings.society), !settings.quiet),
      choice("quiet", "own", say("settings.quiet_own"), settings.quiet),
      make("div", { class: "row settings-times" }, time("begins", settings.begins), make("span", { "aria-hidden": "true" }, "–"), time("ends", settings.ends)),
      make("label", { class: "field" }, make("span", {}, say("settings.time_zone")), zonesNode(settings)),
    ]),
    settings.is_panelist && section("pages", [
      toggle("awake_pool", Boolean(settings.awake_pool)), toggle("pages_at_night", settings.pages_at_night),
      make("p", { class: "dim" }, settings.phone_passed_at ? say("settings.phone_passed", { at: momentOf(settings.phone_passed_at) }) : say("settings.phone_never")),
    ]),
    section("digest", [toggle("digest", settings.digest_at !== null), make("label", { class: "field" }, make("span", {}, say("settings.digest_at")), time("digest_at", settings.digest_at ?? "07:30"))]),
    section("hospital", [
      make("label", { class: "field" }, make("span", {}, say("settings.grade")), gradesNode(settings)),
      make("label", { class: "field" }, make("span", {}, say("settings.hospital_name")), make("input", { type: "text", name: "hospital", maxlength: 80, value: settings.hospital, autocomplete: "organization" })),
      make("div", { class: "row settings-facilities" }, FACILITIES.map((one) => make("label", { class: "pick" }, make("input", { type: "checkbox", name: "hospital_has", value: one, checked: settings.hospital_has.includes(one) }), make("span", {}, say(`facility.${one}`))))),
    ]),
    make("div", { class: "row end settings-save" }, make("button", { type: "submit", class: "primary", "data-testid": "settings-save" }, say("settings.save"))));
  form.elements.begins.addEventListener("input", () => (form.elements.quiet.value = "own"));
  form.elements.ends.addEventListener("input", () => (form.elements.quiet.value = "own"));
  return form;
}

function section(name, parts) {
  return make("fieldset", { class: "settings-part" }, make("legend", {}, say(`settings.${name}`)), make("p", { class: "dim" }, say(`settings.${name}_how`)), parts);
}

function choice(name, value, label, checked) {
  return make("label", { class: "pick" }, make("input", { type: "radio", name, value, checked }), make("span", {}, label));
}

function toggle(name, checked) {
  return make("label", { class: "pick" }, make("input", { type: "checkbox", name, checked, role: "switch" }), make("span", {}, say(`settings.${name}`)));
}

function time(name, value) {
  return make("input", { type: "time", name, value, required: true, "aria-label": say(`settings.${name}`) });
}

/** The browser's own zone first: it is mostly the one that is meant. */
function zonesNode({ time_zone: chosen, time_zones: zones }) {
  const here = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const names = [...new Set([chosen, ...(zones.includes(here) ? [here] : []), ...zones])];
  return make("select", { name: "time_zone" }, names.map((name) => make("option", { value: name, selected: name === chosen }, name.replaceAll("_", " "))));
}

function gradesNode({ grade, grades }) {
  const named = grades.map((one) => make("option", { value: one, selected: one === grade }, say(`grade.${one}`)));
  return make("select", { name: "grade" }, make("option", { value: "", selected: !grade }, say("settings.grade_none")), named);
}

async function save(form) {
  const { elements: parts } = form;
  const onOff = (name) => (parts[name] ? { [name]: parts[name].checked ? "on" : "off" } : {});
  await post("/api/notifications", {
    quiet: parts.quiet.value, begins: parts.begins.value, ends: parts.ends.value, time_zone: parts.time_zone.value,
    ...onOff("awake_pool"), ...onOff("pages_at_night"), digest_at: parts.digest.checked ? parts.digest_at.value : "",
    grade: parts.grade.value, hospital: parts.hospital.value, hospital_has: [...parts.hospital_has].filter((box) => box.checked).map((box) => box.value),
  });
  toast(say("settings.saved"));
  await show();
}

showBar();
fill(app, make("h1", {}, say("settings.title")), make("p", { class: "dim settings-lead" }, say("settings.lead")), place, blocks?.node);
live(refresh, { onLine: (line) => blocks?.heed(line).catch(complain) }).catch((error) => complain(error, () => location.reload()));

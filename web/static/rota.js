/** The rota: who is on call in the next weeks, gaps in red, one's own shifts to offer, and a private calendar. */

import { act, get, post } from "./api.js";
import { showBar } from "./bar.js";
import { live } from "./live.js";
import { button, fill, icon, make } from "./nodes.js";
import { count, dayOf, say, timeOf } from "./texts.js";
import { complain } from "./toasts.js";

const TIERS = ["primary", "secondary"];
const app = document.getElementById("app");
const list = make("div", { class: "rota-panels" });
const calendar = make("section", { class: "rota-calendar", "aria-label": say("rota.calendar") });

async function refresh() {
  const { panels, has_feed: hasFeed } = await get("/api/rota");
  fill(list, panels.length ? panels.map(panelNode) : make("p", { class: "empty" }, say("rota.no_panel")));
  if (!calendar.querySelector("input")) fill(calendar, ...calendarNodes(hasFeed));
}

function panelNode(panel) {
  const tiers = TIERS.map((tier) => tierNode(panel, tier, panel.shifts.filter((shift) => shift.tier === tier)));
  return make("section", { class: "rota-panel" }, make("h2", {}, panel.name), make("div", { class: "rota-tiers" }, tiers), panel.load && loadNode(panel.load));
}

function tierNode(panel, tier, shifts) {
  const rows = shifts.length ? make("ol", { class: "rota-shifts" }, shifts.map((shift) => shiftNode(panel, shift))) : make("p", { class: "dim" }, say("rota.not_planned"));
  return make("section", { class: "rota-tier" }, make("h3", {}, say(`rota.${tier}`)), rows);
}

function shiftNode(panel, shift) {
  const isNow = new Date(shift.begins_at) <= Date.now();
  const kind = ["rota-shift", shift.name === null && "gap", shift.is_mine && "mine", isNow && "now"].filter(Boolean).join(" ");
  return make("li", { class: kind },
    make("div", { class: "rota-who" }, holderNode(shift), isNow && make("span", { class: "rota-now" }, say("rota.now"))),
    make("div", { class: "rota-when" }, spanOf(shift)),
    shift.is_mine && swapNode(panel, shift));
}

function holderNode(shift) {
  if (shift.name !== null) return make("strong", {}, shift.name);
  const why = shift.planned === null ? say("rota.gap_empty") : say(shift.is_absent ? "rota.gap_absent" : "rota.gap_both", { name: shift.planned });
  return make("span", {}, icon("warning"), make("strong", {}, say("rota.gap")), make("span", { class: "rota-why" }, why));
}

/** A shift is read as "Mon, Nov 23 08:00 – Mon, Nov 30 08:00"; the day is said once where it is the same. */
function spanOf({ begins_at: begins, ends_at: ends }) {
  const last = dayOf(begins) === dayOf(ends) ? timeOf(ends) : `${dayOf(ends)} ${timeOf(ends)}`;
  return [make("span", {}, `${dayOf(begins)} ${timeOf(begins)} –`), " ", make("span", {}, last)];
}

function swapNode(panel, shift) {
  const fields = { panel: panel.id, tier: shift.tier, begins: shift.begins_at, ends: shift.ends_at };
  if (shift.is_offered) {
    return make("div", { class: "row" }, make("span", { class: "rota-offered" }, say("rota.offered")),
      button(say("rota.take_back"), { class: "quiet" }, (event) => hand(event, "withdraw_swap", fields)));
  }
  return button(say("rota.offer"), { class: "rota-offer" }, () => askWhom(panel, fields));
}

/** Ask to whom a shift is offered; the answer comes as a message, as anywhere else. */
function askWhom(panel, fields) {
  const choices = [
    button(say("rota.anybody"), { class: "primary" }, (event) => give(event, fields)),
    ...panel.colleagues.map(({ id, name }) => button(name, {}, (event) => give(event, { ...fields, colleague: id }))),
  ];
  const dialog = make("dialog", { class: "ask", "aria-label": say("rota.offer") },
    make("h2", {}, say("rota.to_whom")), make("p", { class: "dim" }, say("rota.stays_yours")),
    make("div", { class: "rota-choices" }, choices),
    make("div", { class: "row end" }, button(say("rota.cancel"), { class: "quiet" }, () => dialog.close())));
  const give = (event, given) => { dialog.close(); hand(event, "offer_swap", given); };
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

async function hand(event, action, fields) {
  event.currentTarget.disabled = true;
  try {
    await act(action, { fields });
  } catch (error) {
    complain(error);
    await refresh();
  }
}

function loadNode(load) {
  const head = ["name", "asked", "open_claims", "answered", "nights"].map((key) => make("th", { scope: "col" }, say(`rota.load_${key}`)));
  const rows = load.map((row) => make("tr", {}, make("th", { scope: "row" }, row.name),
    ...["asked", "open_claims", "answered"].map((key) => make("td", {}, count(row[key]))),
    make("td", { class: row.too_many_nights ? "too-many" : null }, row.too_many_nights && "▲ ", count(row.nights))));
  return make("details", { class: "rota-load" }, make("summary", {}, say("rota.load")), make("p", { class: "dim" }, `${say("rota.load_private")} ${say("rota.too_many_nights")}`),
    make("div", { class: "rota-scroll" }, make("table", {}, make("thead", {}, make("tr", {}, head)), make("tbody", {}, rows))));
}

function calendarNodes(hasFeed) {
  return [
    make("h2", {}, say("rota.calendar")),
    make("p", { class: "dim" }, say(hasFeed ? "rota.calendar_on" : "rota.calendar_off")),
    make("div", { class: "row" },
      button(say(hasFeed ? "rota.calendar_renew" : "rota.calendar_make"), { icon: "link" }, makeFeed),
      hasFeed && button(say("rota.calendar_revoke"), { class: "quiet" }, revokeFeed)),
  ];
}

async function makeFeed() {
  try {
    const { url } = await post("/api/rota/feed", {});
    const field = make("input", { type: "text", readonly: true, value: url, "aria-label": say("rota.calendar") });
    fill(calendar, ...calendarNodes(true), make("p", {}, say("rota.calendar_once")), field);
    field.select();
  } catch (error) {
    complain(error);
  }
}

async function revokeFeed() {
  try {
    await post("/api/rota/feed/revoke", {});
    fill(calendar, ...calendarNodes(false));
  } catch (error) {
    complain(error);
  }
}

showBar();
fill(app, make("h1", {}, say("rota.title")), list, calendar);
live(refresh, { onLine: () => refresh().catch(complain) }).catch((error) => complain(error, () => location.reload()));

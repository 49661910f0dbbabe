/** The service-level report: how long questions waited, as numbers with bars beside them. */

import { get } from "./api.js";
import { showBar } from "./bar.js";
import { live } from "./live.js";
import { fill, make } from "./nodes.js";
import { canSay, count, say } from "./texts.js";
import { complain } from "./toasts.js";

const COLUMNS = ["count", "claim_median", "claim_ninetieth", "claimed_in_time", "answer_median", "answer_ninetieth", "answered_in_time", "never_answered", "owned"];
const TIMES = new Set(["claim_median", "claim_ninetieth", "answer_median", "answer_ninetieth"]);
const SHARES = new Set(["claimed_in_time", "answered_in_time"]);
const app = document.getElementById("app");
const period = { from: make("input", { type: "date", name: "from", required: true, "aria-label": say("report.from") }), to: make("input", { type: "date", name: "to", required: true, "aria-label": say("report.to") }) };
const place = make("div", { class: "report" });

async function show(query = "") {
  const report = await get(`/api/report${query}`);
  period.from.value = report.from;
  period.to.value = report.to;
  fill(place, tilesNode(report.total), ...["urgency", "panel", "hour"].map((group) => groupNode(group, report[group])),
    make("p", { class: "dim" }, say("report.small")), make("p", { class: "dim" }, say("report.clock", { zone: report.time_zone })));
}

/** The whole period at a glance. */
function tilesNode(total) {
  if (total.count === null) return make("p", { class: "empty" }, say("report.too_few"));
  if (!total.count) return make("p", { class: "empty" }, say("report.empty"));
  const tiles = [["count", total.count], ["claim_median", total.claim_median], ["claimed_in_time", total.claimed_in_time], ["answer_median", total.answer_median], ["answered_in_time", total.answered_in_time], ["never_answered", total.never_answered]];
  return make("dl", { class: "report-tiles" }, tiles.map(([name, value]) => make("div", { class: name === "never_answered" && value ? "bad" : null }, make("dt", {}, say(`report.${name}`)), make("dd", {}, shown(name, value)))));
}

function groupNode(group, levels) {
  if (!levels.length) return null;
  const longest = Math.max(1, ...levels.map((level) => level.answer_ninetieth ?? 0));
  const head = make("tr", {}, make("th", { scope: "col" }, say(`report.by_${group}`)), make("th", { scope: "col", class: "bar-column" }, say("report.bars")), COLUMNS.map((name) => make("th", { scope: "col" }, say(`report.${name}`))));
  const rows = levels.map((level) => make("tr", { class: level.count === null ? "too-small" : null }, make("th", { scope: "row" }, nameOf(group, level.name)),
    level.count === null ? make("td", { colspan: COLUMNS.length + 1 }, say("report.hidden"))
      : [make("td", { class: "bar-column" }, barsNode(level, longest)), ...COLUMNS.map((name) => make("td", {}, shown(name, level[name])))]));
  return make("section", { class: "report-group" }, make("h2", {}, say(`report.by_${group}`)), make("div", { class: "report-scroll", tabindex: "0", role: "region", "aria-label": say(`report.by_${group}`) }, make("table", {}, make("thead", {}, head), make("tbody", {}, rows))));
}

/** From nothing to the ninth of ten; the mark is the middle. */
function barsNode(level, longest) {
  const bar = (kind) => {
    const end = level[`${kind}_ninetieth`];
    const share = (value) => `${Math.round((100 * value) / longest)}%`;
    const fullness = make("i", { class: `bar-${kind}` });
    const middle = make("b", {});
    if (end !== null) fullness.style.width = share(end);
    if (level[`${kind}_median`] !== null) middle.style.left = share(level[`${kind}_median`]);
    return make("span", { class: "report-bar" }, fullness, end === null ? null : middle);
  };
  return make("div", { "aria-hidden": "true" }, bar("claim"), bar("answer"));
}

function nameOf(group, name) {
  if (group === "hour") return `${name}:00`;
  return group === "urgency" && canSay(`urgency.${name}`) ? say(`urgency.${name}`) : name;
}

function shown(name, value) {
  if (value === null || value === undefined) return "–";
  if (TIMES.has(name)) return sayTime(value);
  return SHARES.has(name) ? `${value} %` : count(value);
}

function sayTime(seconds) {
  if (seconds < 60) return say("report.seconds", { seconds });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return say("report.minutes", { minutes });
  return say("report.hours", { hours: Math.floor(minutes / 60), minutes: String(minutes % 60).padStart(2, "0") });
}

showBar();
const form = make("form", { class: "report-period row", on: { submit: (event) => { event.preventDefault(); show(`?from=${period.from.value}&to=${period.to.value}`).catch(complain); } } },
  period.from, make("span", { "aria-hidden": "true" }, "–"), period.to, make("button", { type: "submit", class: "primary" }, say("report.show")));
fill(app, make("h1", {}, say("report.title")), form, place);
live(() => show()).catch((error) => complain(error, () => location.reload()));

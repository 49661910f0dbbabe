/** Everything that happened to a question, row by row: when, who, what, and through which channel. */

import { fill, make } from "./nodes.js";
import { canSay, momentOf, say } from "./texts.js";
import { sayHappened } from "./thread.js";

const MINUTE_MS = 60_000;

/** Folded away until somebody wants to know how it went. */
export class Timeline {
  constructor() {
    this.rows = make("tbody", {});
    const head = make("tr", {}, ["at", "after", "what", "channel"].map((name) => make("th", { scope: "col" }, say(`timeline.${name}`))));
    this.node = make("details", { class: "timeline" }, make("summary", {}, say("timeline.name")),
      make("div", { class: "timeline-rows" }, make("table", {}, make("thead", {}, head), this.rows)));
    this.node.addEventListener("toggle", () => this.node.open && this.node.scrollIntoView({ block: "center" }));
  }

  /** Show the entries of a question; each says how long after the question was sent it happened. */
  update(entries) {
    const began = entries.find(({ kind }) => kind === "opened")?.at;
    fill(this.rows, entries.map((entry) => rowOf(entry, began)));
    this.node.hidden = !entries.length;
  }
}

function rowOf(entry, began) {
  const minutes = began ? Math.round((new Date(entry.at) - new Date(began)) / MINUTE_MS) : null;
  const after = minutes === null || minutes < 0 ? "" : say("timeline.minutes", { minutes });
  return make("tr", { "data-kind": entry.kind },
    make("td", {}, make("time", { datetime: entry.at }, momentOf(entry.at))), make("td", { class: "after" }, after),
    make("td", {}, sayHappened(entry)), make("td", { class: "dim" }, sayChannel(entry.channel)));
}

function sayChannel(channel) {
  return channel && canSay(`channel.${channel}`) ? say(`channel.${channel}`) : channel || "–";
}

/** Countdowns to due times, by colour and word and shape; they tick by themselves wherever they stand. */

import { now } from "./api.js";
import { icon, make } from "./nodes.js";
import { momentOf, say } from "./texts.js";

const SOON = 0.25;

/** Return a node that counts down to an instant; `from` is when the clock began, `paused` stops it. */
export function dueNode(due, { from = null, paused = false, label = "" } = {}) {
  const word = make("span", { class: "due-word" });
  const node = make("span", { class: "due", title: momentOf(due), "data-due": due, "data-from": from, "data-paused": paused }, label && make("span", { class: "due-label" }, label), word);
  tick(node);
  return node;
}

/** Return the sign of an urgency: colour, word and shape. */
export function urgencyNode(urgency) {
  if (!urgency) return null;
  return make("span", { class: `urgency urgency-${urgency}` }, icon(urgency), say(`urgency.${urgency}`));
}

/** Keep every countdown of the page going. */
export function startClock() {
  setInterval(() => document.querySelectorAll("[data-due]").forEach(tick), 1000);
}

/** Return what a question waits for now: {due, from, label}, or null. */
export function dueOf(question) {
  if (question.state === "open") return { due: question.claim_due_at, from: question.opened_at, label: say("due.claim") };
  if (["claimed", "needs_info"].includes(question.state)) return { due: question.answer_due_at, from: question.opened_at, label: say("due.answer") };
  return null;
}

function tick(node) {
  const { due, from, paused } = node.dataset;
  const left = new Date(due).getTime() - now();
  const whole = from ? new Date(due).getTime() - new Date(from).getTime() : Infinity;
  const level = left < 0 ? "over" : left < whole * SOON ? "soon" : "ok";
  const text = paused === "" || paused === "true" ? say("due.paused") : say(left < 0 ? "due.over" : "due.left", { time: span(Math.abs(left)) });
  const word = node.lastElementChild;
  if (word.textContent !== text) word.textContent = text;
  if (node.dataset.level !== level) node.dataset.level = level;
}

/** Return 9:05 below an hour, then hours and minutes, then days. */
function span(ms) {
  const seconds = Math.floor(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 48 * 60) return say("due.hours", { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
  return say("due.days", { days: Math.floor(minutes / 1440) });
}

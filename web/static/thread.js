/** A question as it is read: the card in its fixed order, and the thread; internal notes look unlike the rest. */

import { dueNode, dueOf, urgencyNode } from "./clock.js";
import { qualitiesOf, sayMasks } from "./findings.js";
import { legendNodes } from "./lines.js";
import { fill, icon, make, marked } from "./nodes.js";
import { canSay, momentOf, say, sayKind, withPlaceholders } from "./texts.js";
import { sayContrast, sayModality } from "./windows.js";
import { stampNode } from "./wrongpatient.js";

const SPOKEN = new Set(["asked_back", "information", "note", "answer"]);
const SILENT = new Set(["viewed", "series_confirmed", "series_removed", "text_edited", "images_cleaned", "resident_number_cut", "check_confirmed"]);

/** Return the card: what waits, who asks, what the images are, the question. Gaps are said. */
export function cardNode(question) {
  const due = dueOf(question);
  const facts = [
    [say("card.decision"), [urgencyNode(question.urgency), due?.due && dueNode(due.due, { from: due.from, paused: question.state === "needs_info", label: due.label })]],
    [say("card.asker"), question.mine ? say("card.you") : question.asker],
    [say("card.modality"), each(question.series, sayModality)],
    [say("card.contrast"), each(question.series, (series) => sayContrast(series.detail?.contrast))],
    [say("card.images"), sayImages(question)],
    ...findingsOf(question),
  ];
  const rows = facts.map(([name, value]) => [make("dt", {}, name), valueNode(value)]);
  const text = make("p", { class: "question-text" }, question.text?.value ? marked(question.text, sayKind) : say("desk.no_text"));
  return make("section", { class: "card", "aria-label": say("card.name") }, make("dl", {}, rows.flat()), text, legendNodes(question.text ?? {}, text));
}

/** Return a thread that is brought up to date without touching what is already read. */
export class Thread {
  constructor() {
    this.list = make("ol", { class: "thread", role: "log", "aria-label": say("thread.name") });
    this.viewers = make("p", { class: "viewers dim" });
    this.node = make("section", { class: "thread-box" }, this.list, this.viewers);
    this.known = new Map();
  }

  /** `question` says what stands beside every answer: how good the images are, and whether they are the patient's. */
  update(entries, question = {}) {
    let isGrown = false;
    for (const entry of entries) {
      if (this.known.has(entry.id) || SILENT.has(entry.kind)) continue;
      const node = entryNode(entry);
      this.known.set(entry.id, { kind: entry.kind, node });
      this.list.append(node);
      isGrown = true;
    }
    for (const { kind, node } of this.known.values()) if (kind === "answer") qualify(node, question);
    const viewers = [...new Set(entries.filter((entry) => entry.kind === "viewed").map((entry) => entry.actor))].filter(Boolean);
    fill(this.viewers, viewers.length ? say("thread.viewed", { who: viewers.join(", ") }) : []);
    return isGrown;
  }
}

/** Return one entry: a line of the conversation, or a short mark of what happened. */
export function entryNode(entry) {
  return SPOKEN.has(entry.kind) && entry.text ? spokenNode(entry) : happenedNode(entry);
}

/** Masks, lost markers and quality: said of images only, and only where there is something to say. */
function findingsOf({ series = [] }) {
  const masks = sayMasks(series).map((words) => make("span", { class: "found" }, words));
  const qualities = qualitiesOf(series).map((sentence) => make("span", { class: "found" }, icon("warning"), sentence));
  return [masks.length && [say("card.masks"), masks], qualities.length && [say("card.quality"), qualities]].filter(Boolean);
}

function qualify(node, { series, wrong_patient: isWrong }) {
  const sentences = qualitiesOf(series ?? []);
  for (const former of node.querySelectorAll(".answer-quality, .stamp")) former.remove();
  if (sentences.length) node.append(make("p", { class: "answer-quality" }, icon("warning"), make("span", {}, sentences.join(" "))));
  node.classList.toggle("void", Boolean(isWrong));
  if (isWrong) node.prepend(stampNode());
}

function spokenNode(entry) {
  const isNote = entry.kind === "note";
  const confidence = entry.details?.confidence;
  const head = make("p", { class: "entry-head" }, isNote && icon("lock"), make("strong", {}, entry.mine ? say("thread.you") : entry.actor || "Hilum"),
    make("span", { class: "entry-kind" }, say(`entry.${entry.kind}`)), make("span", { class: "grow" }), make("time", { datetime: entry.at }, momentOf(entry.at)));
  return make("li", { class: `entry ${entry.kind} ${entry.mine ? "mine" : ""}`, "data-entry": entry.id },
    head, make("p", { class: "entry-text" }, marked(asText(entry.text), sayKind)), confidence ? confidenceNode(confidence) : null);
}

function confidenceNode(confidence) {
  const dots = [1, 2, 3, 4, 5].map((step) => make("span", { class: step <= Number(confidence) ? "dot on" : "dot" }));
  return make("p", { class: "confidence" }, make("span", { class: "dots", "aria-hidden": "true" }, dots), say("thread.confidence", { value: confidence }));
}

function happenedNode(entry) {
  const key = `entry.${entry.kind}`;
  const details = entry.details ?? {};
  const values = { actor: entry.mine ? say("thread.you") : entry.actor || "Hilum", ...details };
  if (details.audience) values.audience = saidOr(`audience.${details.audience}`, details.audience);
  if (details.urgency) values.urgency = saidOr(`urgency.${details.urgency}`, details.urgency);
  if (details.scope) values.scope = saidOr(`scope.${details.scope}`, details.scope);
  return make("li", { class: `happened ${entry.kind}` }, make("span", {}, canSay(key) ? say(key, values) : entry.kind), make("time", { datetime: entry.at }, momentOf(entry.at)));
}

/** Entries come as plain strings, questions with their replacements. */
function asText(text) {
  return typeof text === "string" ? withPlaceholders(text) : text;
}

function saidOr(key, word) {
  return canSay(key) ? say(key) : word;
}

function valueNode(value) {
  const parts = [value].flat().filter(Boolean);
  return parts.length ? make("dd", {}, parts) : make("dd", { class: "gap" }, say("card.not_given"));
}

function each(series, read) {
  return [...new Set((series ?? []).map(read).filter(Boolean))].join(", ");
}

function sayImages({ series = [], uploads }) {
  const slices = series.reduce((sum, one) => sum + one.slices, 0);
  const waiting = uploads?.pending ? ` · ${say("card.checking", { count: uploads.pending })}` : "";
  return series.length ? say("card.series", { series: series.length, slices }) + waiting : waiting ? waiting.slice(3) : "";
}

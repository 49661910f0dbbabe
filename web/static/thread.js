/** A question as it is read: the card in its fixed order, and the thread; internal notes look unlike the rest. */

import { dueNode, dueOf, urgencyNode } from "./clock.js";
import { sayPrior } from "./compare.js";
import { qualitiesOf, sayMasks } from "./findings.js";
import { legendNodes } from "./lines.js";
import { releaseButton } from "./deeds.js";
import { flagButton, takenDownNode } from "./flag.js";
import { fill, icon, make, marked } from "./nodes.js";
import { base, canSay, momentOf, plainly, say, sayKind, withPlaceholders } from "./texts.js";
import { sayContrast, sayModality } from "./windows.js";
import { stampNode } from "./wrongpatient.js";

const SPOKEN = new Set(["asked_back", "information", "note", "answer", "opinion", "short_line", "downgraded", "outcome"]);
const OWN_WORDS = new Set(["note", "opinion"]);
/** Whom Hilum has called, step by step, stands in the timeline alone. */
const SILENT = new Set(["viewed", "notified", "paged", "series_confirmed", "series_removed", "text_edited", "images_cleaned", "resident_number_cut", "check_confirmed", "followed", "unfollowed"]);

/** Return the card: what waits, who asks, what the images are, the question. Gaps are said. */
export function cardNode(question) {
  const due = dueOf(question);
  const facts = [
    [say("card.decision"), [urgencyNode(question.urgency), due?.due && dueNode(due.due, { from: due.from, paused: question.state === "needs_info", label: due.label })]],
    [say("card.sex_and_age"), clue(question, "sex_and_age")],
    [say("card.day"), clue(question, "day")],
    [say("card.oxygen"), clue(question, "oxygen")],
    [say("card.immune"), clue(question, "immune")],
    [say("card.modality"), each(question.series, sayModality) || clue(question, "modality")],
    [say("card.contrast"), each(question.series, (series) => sayContrast(series.detail?.contrast)) || clue(question, "contrast")],
    [say("card.image_age"), clue(question, "image_age")],
    [say("card.prior"), each(question.series, sayPrior) || clue(question, "prior")],
    [say("card.quality"), qualityOf(question)],
    [say("card.images"), sayImages(question)],
    ...masksOf(question),
    [say("card.asker"), question.mine ? say("card.you") : askerOf(question)],
    [say("card.hospital"), hospitalOf(question)],
    ...likeOf(question),
    ...panelOf(question),
    ...useOf(question),
  ];
  const rows = facts.map(([name, value]) => [make("dt", {}, name), valueNode(value)]);
  const text = make("p", { class: "question-text" }, question.taken_down ? takenDownNode() : question.text?.value ? marked(question.text, sayKind) : say("desk.no_text"));
  if (question.may_flag && question.text?.value) text.append(" ", flagButton(question.id, { what: "text" }));
  return make("section", { class: "card", "aria-label": say("card.name") }, make("dl", {}, rows.flat()), text, legendNodes(question.text ?? {}, text));
}

/** What the asker allows beyond the consultation, and what they attest for it. */
function useOf({ use }) {
  if (!use) return [];
  const basis = use.number ? say("basis.number", { number: use.number }) : use.basis && say(`basis.${use.basis}`);
  return [[say("card.use"), [say(`scope.${use.scope}`), basis].filter(Boolean).join(" – ")]];
}

/** Of an asker the panel knows an alias and a grade, never a name. */
function askerOf({ asker, asker_grade: grade }) {
  return grade ? `${asker} · ${say(`grade.${grade}`)}` : asker;
}

/** What the asker can do on the spot: it decides what advice is of use. */
function hospitalOf({ asker_has: has }) {
  if (!has) return "";
  return has.length ? has.map((one) => say(`facility.${one}`)).join(" · ") : say("facility.none");
}

/** Pieces of the asker's own text, letter for letter; the series say more of what they are. */
function clue({ clues = {} }, name) {
  return (clues[name] ?? []).map(plainly).join(" · ");
}

/** While both wait, one panelist can take them in one go. */
function likeOf({ like }) {
  return like ? [[say("card.alike"), make("a", { href: `${base}/questions/${encodeURIComponent(like.id)}`, "data-like": like.label }, say("card.alike_open", { label: like.label }))]] : [];
}

function panelOf({ needs, sealed, sealed_opinions: hidden }) {
  return [needs > 1 && ["", say("card.needs_two")], sealed && ["", [icon("lock"), say("card.sealed", { count: hidden })]]].filter(Boolean);
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
  update(entries, question = {}, onDone = () => {}) {
    let isGrown = false;
    for (const entry of entries) {
      const known = this.known.get(entry.id);
      if ((known && known.entry.taken_down === entry.taken_down) || SILENT.has(entry.kind)) continue;
      known?.node.remove();
      const node = entryNode(entry);
      if (question.may_flag && entry.text && SPOKEN.has(entry.kind)) node.querySelector(".entry-head")?.append(flagButton(question.id, { entry: String(entry.id) }, { onDone }));
      this.known.set(entry.id, { kind: entry.kind, node, entry });
      this.place(entry.id, node);
      isGrown = true;
    }
    for (const { kind, node, entry } of this.known.values()) {
      if (kind === "answer") qualify(node, question);
      markUnread(node, question.unread === entry.id);
      if (OWN_WORDS.has(kind) && entry.mine) offerRelease(node, entry, question, entries, onDone);
    }
    const viewers = [...new Set(entries.filter((entry) => entry.kind === "viewed").map((entry) => entry.actor))].filter(Boolean);
    fill(this.viewers, viewers.length ? say("thread.viewed", { who: viewers.join(", ") }) : []);
    return isGrown;
  }

  /** What was sealed comes late, and stands where it was written. */
  place(id, node) {
    node.dataset.entry = id;
    const behind = [...this.list.children].find((other) => Number(other.dataset.entry) > id);
    this.list.insertBefore(node, behind ?? null);
  }
}

/** Delivered is not read: said where the words stand that wait for it. */
function markUnread(node, isUnread) {
  const mark = node.querySelector(".not-read");
  if (isUnread && !mark) node.append(make("p", { class: "not-read" }, icon("warning"), say("thread.not_read")));
  if (!isUnread) mark?.remove();
}

function offerRelease(node, entry, question, entries, onDone) {
  node.querySelector("[data-action='release_opinion']")?.remove();
  const isOut = entries.some(({ kind, details }) => kind === "answer" && details?.of === entry.id);
  if (question.may_release && !isOut) node.append(releaseButton(question, entry, onDone));
}

/** Return one entry: a line of the conversation, or a short mark of what happened. */
export function entryNode(entry) {
  return SPOKEN.has(entry.kind) && (entry.text || entry.taken_down) ? spokenNode(entry) : happenedNode(entry);
}

/** Masks and lost markers: said of images only, and only where there is something to say. */
function masksOf({ series = [] }) {
  const masks = sayMasks(series).map((words) => make("span", { class: "found" }, words));
  return masks.length ? [[say("card.masks"), masks]] : [];
}

/** What such images cannot show; of images without a flaw that is said too, and without any it is a gap. */
function qualityOf({ series = [] }) {
  const qualities = qualitiesOf(series).map((sentence) => make("span", { class: "found" }, icon("warning"), sentence));
  return qualities.length || !series.length ? qualities : say("card.quality_full");
}

function qualify(node, { series, wrong_patient: isWrong }) {
  const sentences = qualitiesOf(series ?? []);
  for (const former of node.querySelectorAll(".answer-quality, .stamp")) former.remove();
  if (sentences.length) node.append(make("p", { class: "answer-quality" }, icon("warning"), make("span", {}, sentences.join(" "))));
  node.classList.toggle("void", Boolean(isWrong));
  if (isWrong) node.prepend(stampNode());
}

function spokenNode(entry) {
  const isNote = OWN_WORDS.has(entry.kind);
  const confidence = entry.details?.confidence;
  const head = make("p", { class: "entry-head" }, isNote && icon("lock"), make("strong", {}, entry.mine ? say("thread.you") : entry.actor || "Hilum"),
    make("span", { class: "entry-kind" }, sayEntry(entry)), make("span", { class: "grow" }), make("time", { datetime: entry.at }, momentOf(entry.at)));
  return make("li", { class: `entry ${entry.kind} ${entry.mine ? "mine" : ""}`, "data-entry": entry.id },
    head, entry.taken_down ? takenDownNode() : make("p", { class: "entry-text" }, marked(asText(entry.text), sayKind)), confidence ? confidenceNode(confidence) : null);
}

function sayEntry({ kind, details }) {
  const key = kind === "outcome" ? `entry.outcome.${details?.verdict}` : `answer.${details?.as}`;
  return ["answer", "outcome"].includes(kind) && canSay(key) ? say(key) : say(`entry.${kind}`);
}

function confidenceNode(confidence) {
  const dots = [1, 2, 3, 4, 5].map((step) => make("span", { class: step <= Number(confidence) ? "dot on" : "dot" }));
  return make("p", { class: "confidence" }, make("span", { class: "dots", "aria-hidden": "true" }, dots), say("thread.confidence", { value: confidence }));
}

function happenedNode(entry) {
  return make("li", { class: `happened ${entry.kind}` }, make("span", {}, sayHappened(entry)), make("time", { datetime: entry.at }, momentOf(entry.at)));
}

/** Return what happened in one line, without the words that were written. */
export function sayHappened(entry) {
  if (SPOKEN.has(entry.kind)) return `${entry.mine ? say("thread.you") : entry.actor || "Hilum"}: ${sayEntry(entry)}`;
  const details = { ...entry.details };
  const key = details.reason && entry.kind === "passed" ? "entry.passed_because" : `entry.${entry.kind}`;
  if (details.reason && entry.kind === "passed") details.reason = saidOr(`deed.reason.${details.reason}`, details.reason);
  const values = { actor: entry.mine ? say("thread.you") : entry.actor || "Hilum", ...details };
  if (details.audience) values.audience = saidOr(`audience.${details.audience}`, details.audience);
  if (details.urgency) values.urgency = saidOr(`urgency.${details.urgency}`, details.urgency);
  if (details.scope) values.scope = [saidOr(`scope.${details.scope}`, details.scope), details.basis && saidOr(`basis.${details.basis}`, "")].filter(Boolean).join(" – ");
  return canSay(key) ? say(key, values) : entry.kind;
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

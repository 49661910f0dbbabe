/** Lines of a conversation as bubbles, with their buttons, pictures and links. */

import { frameAddress } from "./frames.js";
import { flagButton, takenDownNode } from "./flag.js";
import { button, icon, make, marked } from "./nodes.js";
import { base, dayOf, plainly, say, sayKind, timeOf, withPlaceholders } from "./texts.js";

/** Lines that carry the card on which series are looked through. */
export const CARD_KEYS = new Set(["draft.preview", "draft.preview_held", "draft.images_held"]);

/** Lines that ask what a card asks too: where there is one, the card asks. */
export function isCheck({ key, question_id: id }) {
  return Boolean(id) && Boolean(key?.startsWith("check."));
}

const DANGEROUS = new Set(["discard", "withdraw", "wrong_patient"]);
const URGENCY = { send_urgent: "urgent", send_today: "today", send_routine: "routine" };

/** Return one line; `hands` has press(line, choice), reply(line) and show(line, image). */
export function lineNode(line, hands) {
  const isMine = line.direction === "in";
  const bubble = make("div", { class: `bubble ${isMine ? "mine" : "theirs"} ${kindOf(line)}` }, contentOf(line, hands));
  const time = make("time", { datetime: line.at }, timeOf(line.at));
  const foot = make("p", { class: "line-foot" }, time, replyNode(line, hands), mayFlag(line) && flagButton(line.question_id, { line: String(line.id) }));
  const node = make("li", { class: `line ${isMine ? "mine" : "theirs"}`, "data-line": line.id }, bubble, foot);
  if (line.choices?.length) bubble.append(choicesNode(line, hands));
  return node;
}

/** Return the row of buttons of a line; after a press all rest and the taken one is marked. */
export function choicesNode(line, hands) {
  const buttons = line.choices.map((choice) => {
    const isTaken = line.taken === choice.action;
    const urgency = URGENCY[choice.action];
    const classes = ["choice", urgency && `urgency-${urgency}`, isTaken && "taken", DANGEROUS.has(choice.action) && "quiet"];
    return button(
      choice.label,
      { digit: choice.digit, class: classes.filter(Boolean).join(" "), disabled: Boolean(line.taken), "data-action": choice.action,
        icon: isTaken ? "check" : urgency },
      () => hands.press(line, choice),
    );
  });
  return make("div", { class: "choices", role: "group", "aria-label": say("chat.choices") }, buttons);
}

/** Return a line that separates days. */
export function dayNode(iso) {
  return make("li", { class: "day", role: "separator" }, make("span", {}, dayOf(iso)));
}

/** Return a quoted de-identified text with its legend where something was replaced. */
export function quotedNode(quoted) {
  const text = make("p", { class: "quoted" }, marked(quoted, sayKind));
  return [text, ...legendNodes(quoted, text)];
}

/** Return what the marks in a text mean, each only where there is one. */
export function legendNodes({ replacements }, text) {
  if (!replacements?.length) return [];
  const hasConverted = text.querySelector(".converted");
  const hasReplaced = text.querySelector(".replaced:not(.converted)");
  return [hasReplaced && make("p", { class: "legend" }, make("mark", { class: "replaced" }, say("replaced.mark")), say("replaced.legend")),
    hasConverted && make("p", { class: "legend" }, make("mark", { class: "replaced converted" }, say("replaced.converted_mark")), say("replaced.converted"))].filter(Boolean);
}

/** Return an own message that is on its way; the text is kept in memory only. */
export function pendingNode(pending, hands) {
  const parts = [pending.text && make("p", { class: "quoted" }, pending.text)];
  if (pending.tray) parts.push(pending.tray.node);
  if (pending.error) parts.push(errorNode(pending, hands));
  const state = pending.error ? "" : say(pending.accepted ? (pending.text ? "chat.cleaning" : "chat.sent") : "chat.sending");
  const bubble = make("div", { class: `bubble mine pending ${pending.accepted ? "accepted" : ""}` }, parts);
  return make("li", { class: "line mine" }, bubble, make("p", { class: "line-foot" }, state));
}

function errorNode(pending, hands) {
  return make("p", { class: "failure" },
    icon("warning"), make("span", {}, pending.error),
    button(say("retry"), { icon: "retry", class: "plain" }, () => hands.retry(pending)),
    pending.batch?.totals.failed && (pending.text || pending.batch.ids.length) &&
      button(say("chat.send_without"), { class: "plain" }, () => hands.sendWithout(pending)),
    button(say("chat.take_back"), { class: "plain" }, () => hands.takeBack(pending)));
}

function contentOf(line, hands) {
  const isEcho = line.key === "echo";
  if (line.taken_down) return [takenDownNode("flag.line_taken_down")];
  const parts = [];
  if (line.text && !(isEcho && line.quoted?.value)) parts.push(make("p", { class: "text" }, marked(withPlaceholders(line.text), sayKind)));
  if (line.links) parts.push(listNode(line));
  else if (line.quoted?.value && !repeats(line)) parts.push(...quotedNode(line.quoted));
  if (line.images?.length) parts.push(picturesNode(line, hands));
  if (line.link) parts.push(linkNode(line.link));
  if (line.closing) parts.push(make("p", { class: "closing dim" }, line.closing));
  if (!parts.length && line.key?.startsWith("digest.")) parts.push(make("p", { class: "dim" }, say("digests.taken_back")));
  return parts;
}

/** Questions that were found, a line each; the label leads to what its reader may see. */
function listNode({ quoted, links }) {
  const rows = (quoted?.value ?? "").split("\n").filter(Boolean).map((row) => {
    const label = row.match(/^Q\d+\b/)?.[0];
    const words = plainly(label ? row.slice(label.length) : row);
    const named = label && links[label] ? make("a", { href: `${base}/questions/${encodeURIComponent(links[label])}` }, label) : label && make("strong", {}, label);
    return make("li", {}, named, words);
  });
  return make("ul", { class: "found-lines" }, rows);
}

/** A sentence that already contains the quoted words is not followed by them again. */
function repeats(line) {
  return Boolean(line.text) && !line.quoted.replacements?.length && line.text.includes(line.quoted.value);
}

/** A quiet way to write about a line's question; a line with a button for it needs no second one. */
function replyNode(line, hands) {
  const label = labelOf(line);
  const hasButton = line.choices?.some(({ action }) => ["add_information", "ask_more", "discard"].includes(action));
  if (line.direction !== "out" || !line.question_id || !label || hasButton || isOfModerators(line)) return null;
  return make("button", { type: "button", class: "about", "data-about": line.question_id, on: { click: () => hands.reply(line) } }, say("chat.reply_to", { label }));
}

/** What is said of a flag is neither answered nor flagged itself. */
function isOfModerators(line) {
  return Boolean(line.key?.startsWith("incident."));
}

/** What holds somebody's words or images can be flagged; a card shows its flags itself. */
function mayFlag(line) {
  return Boolean(line.question_id && !line.taken_down && !isOfModerators(line) && !CARD_KEYS.has(line.key) && !line.key?.startsWith("draft.") && labelOf(line) && (line.quoted?.value || line.images?.length));
}

/** Return "Q12" where a line names its question. */
export function labelOf(line) {
  return line.text?.match(/\bQ\d+\b/)?.[0] ?? null;
}

function kindOf({ key }) {
  return (key ?? "").replaceAll(/[._]/g, "-").replace(/[^\w-]/g, "");
}

function picturesNode(line, hands) {
  const shown = line.images.slice(0, 6);
  const pictures = shown.map((image, place) =>
    make("button", { type: "button", class: "picture", "aria-label": say("viewer.open_nth", { n: place + 1 }), on: { click: () => hands.show(line, image) } },
      make("img", { src: frameAddress({ image, frame: 0 }, { edge: 240 }), alt: "", loading: "lazy" })));
  const more = line.images.length - shown.length;
  return make("div", { class: "pictures" }, pictures, more > 0 && make("span", { class: "more" }, `+${more}`));
}

function linkNode(link) {
  const isSafe = link.startsWith("/") || /^https?:\/\//.test(link);
  return isSafe ? make("a", { class: "button", href: link }, icon("link"), say("chat.open_link")) : make("p", {}, link);
}

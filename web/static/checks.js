/** What the asker must settle before a draft can be sent: a resident number that was cut, or two patients. */

import { button, icon, make } from "./nodes.js";
import { canSay, say, unsigned } from "./texts.js";

const SENDS = ["send_urgent", "send_today", "send_routine"];
/** Choices of a preview that its checks offer themselves. */
const OF_CHECKS = new Set(["confirm_check", "number_removed", "same_patient", "remove_images"]);

/** Return the checks of a question that are not settled yet. */
export function openChecks({ checks }) {
  return (checks ?? []).filter((check) => !check.done);
}

/** Return one check with its choices; `hands` has confirm(check), toImages() and discard(). */
export function checkNode(check, hands) {
  const isPatients = check.name === "two_patients";
  const title = say(canKnow(check) ? `check.${check.name}` : "check.check_first");
  const confirm = button(say(canKnow(check) ? `check.${check.name}.confirm` : "check.check_first.confirm"),
    { icon: "check", class: isPatients ? "plain" : "primary", disabled: hands.isBusy, "data-action": "confirm_check", "data-check": check.name }, () => hands.confirm(check));
  const choices = isPatients
    ? [hands.toImages && button(say("check.to_images"), { icon: "trash", class: "primary" }, hands.toImages), confirm]
    : [confirm];
  return make("section", { class: `check check-${check.name}`, role: "group", "aria-label": title },
    make("h3", {}, icon("stop"), title), check.sentence ? make("p", {}, sentenceOf(check, title)) : differenceNode(check), make("div", { class: "row" }, choices));
}

/** Return a line's choices as they hold now: sending only once every check is settled. */
export function choicesOf(line, question) {
  const given = (line.choices ?? []).filter(({ action }) => !OF_CHECKS.has(action));
  if (openChecks(question).length) return { ...line, choices: given.filter(({ action }) => !SENDS.includes(action)) };
  const offered = SENDS.filter((action) => question.actions?.includes(action));
  if (given.some(({ action }) => SENDS.includes(action)) || !offered.length) return { ...line, choices: given };
  // A preview that was shown while a check was open came without them; a press on the page needs no token.
  return { ...line, token: null, taken: null, choices: [...offered.map((action) => ({ action, label: say(`preview.${action}`) })), ...given] };
}

/** The card has a title: a sentence that begins with the same words says them once. */
function sentenceOf({ sentence }, title) {
  const words = unsigned(sentence);
  return words.startsWith(title) ? words.slice(title.length).trim() : words;
}

function differenceNode({ by = [] }) {
  const words = (by ?? []).map((name) => (canSay(`identity.${name}`) ? say(`identity.${name}`) : name));
  return words.length ? make("p", { class: "differs" }, say("check.differs"), " ", make("strong", {}, words.join(" · "))) : null;
}

function canKnow({ name }) {
  return canSay(`check.${name}`);
}

/** What the asker must settle before a draft can be sent: a resident number that was cut, or two patients. */

import { frameAddress } from "./frames.js";
import { button, icon, make } from "./nodes.js";
import { canSay, say, unsigned } from "./texts.js";
import { middleOf } from "./viewerparts.js";
import { describe } from "./windows.js";

const SENDS = ["send_urgent", "send_today", "send_routine"];
/** Choices of a preview that its checks offer themselves. */
const OF_CHECKS = new Set(["confirm_check", "number_removed", "same_patient", "remove_images"]);

/** Return the checks of a question that are not settled yet. */
export function openChecks({ checks }) {
  return (checks ?? []).filter((check) => !check.done);
}

/** Return one check with its choices; `hands` has confirm(check), isBusy, the `series` that may go, and remove(series). */
export function checkNode(check, hands) {
  const isPatients = check.name === "two_patients";
  const title = say(canKnow(check) ? `check.${check.name}` : "check.check_first");
  const confirm = button(say(canKnow(check) ? `check.${check.name}.confirm` : "check.check_first.confirm"),
    { icon: "check", class: isPatients ? "plain" : "primary", disabled: hands.isBusy, "data-action": "confirm_check", "data-check": check.name }, () => hands.confirm(check));
  return make("section", { class: `check check-${check.name}`, role: "group", "aria-label": title },
    make("h3", {}, icon("stop"), title), check.sentence ? make("p", {}, sentenceOf(check, title)) : differenceNode(check), isPatients && removableNode(hands), make("div", { class: "row" }, confirm));
}

/** Every series as a small picture: a tap takes out the one that is another patient's. */
function removableNode({ series, remove, isBusy }) {
  if (!series.length) return null;
  const thumbs = series.map((one) => {
    const label = `${say("check.to_images")}: ${describe(one)}`;
    return make("button", { type: "button", class: "series-thumb", "aria-label": label, title: label, disabled: isBusy, on: { click: () => remove(one) } },
      make("img", { src: frameAddress(middleOf(one), { edge: 160 }), alt: "", decoding: "async" }), icon("trash"));
  });
  return make("div", { class: "removable" }, make("p", {}, say("check.which")), make("div", { class: "strip" }, thumbs));
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

/** The red page: a warning that stays until it is acknowledged, whatever page it meets. */

import { act } from "./api.js";
import { button, icon, make, showDialog } from "./nodes.js";
import { plainly, say, unsigned } from "./texts.js";
import { complain } from "./toasts.js";

const waiting = new Map();

/**
 * Take in a line: if it asks to be acknowledged it is shown over everything; once it is, elsewhere too, it goes.
 * `onDone()` is called once it was acknowledged here.
 */
export function heedAlarm(line, onDone = () => {}) {
  if (!isAlarm(line)) return;
  if (line.taken) {
    waiting.get(line.id)?.dialog.close();
    return;
  }
  if (!waiting.has(line.id)) show(line, onDone);
}

/** Return whether a line asks to be acknowledged. */
export function isAlarm({ choices }) {
  return Boolean(choices?.some(({ action }) => action === "acknowledge"));
}

/** Take in all lines of a conversation. */
export function heedAlarms(lines = []) {
  for (const line of lines) heedAlarm(line);
}

function show(line, onDone) {
  const dialog = make("dialog", { class: "alarm", role: "alertdialog", "aria-label": say("alarm.title") });
  const acknowledge = button(line.choices.find(({ action }) => action === "acknowledge").label || say("alarm.acknowledge"),
    { icon: "check", class: "big", "data-action": "acknowledge" }, () => answer());
  const answer = async () => {
    acknowledge.disabled = true;
    try {
      await act("acknowledge", { question_id: line.question_id, token: line.token });
      dialog.close();
      onDone();
    } catch (error) {
      acknowledge.disabled = false;
      complain(error);
    }
  };
  dialog.append(make("div", { class: "alarm-sheet" }, icon("stop"), make("h1", {}, say("alarm.title")), make("p", {}, unsigned(plainly(line.text))), acknowledge));
  // Escape does not acknowledge.
  dialog.addEventListener("cancel", (event) => event.preventDefault());
  dialog.addEventListener("keydown", (event) => event.key === "Escape" && event.preventDefault());
  dialog.addEventListener("close", () => waiting.delete(line.id));
  waiting.set(line.id, { dialog });
  showDialog(dialog);
}

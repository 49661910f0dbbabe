/** 🚩: hides what is pointed at from everybody at once, and has a moderator decide. */

import { act } from "./api.js";
import { button, icon, make, showDialog } from "./nodes.js";
import { say } from "./texts.js";
import { complain } from "./toasts.js";

/** Return a quiet flag; `fields` say what it points at: {entry}, {image}, {line} or {what: "text"}. */
export function flagButton(questionId, fields, { onDone = () => {}, bare = true } = {}) {
  return button(say("flag.button"), { icon: "flag", bare, class: "plain flag-button", "data-action": "flag" }, () => askReason(questionId, fields, onDone));
}

/** Return what stands in the place of what was taken down. */
export function takenDownNode(key = "flag.taken_down") {
  return make("p", { class: "taken-down" }, icon("flag"), make("span", {}, say(key)));
}

function askReason(questionId, fields, onDone) {
  const reason = make("input", { type: "text", name: "reason", maxlength: 300, autocomplete: "off", "aria-label": say("flag.reason"), placeholder: say("flag.reason") });
  const dialog = make("dialog", { class: "ask", "aria-label": say("flag.button") });
  const form = make("form", { class: "spaced", on: { submit: (event) => { event.preventDefault(); dialog.close(); send(questionId, { ...fields, ...(reason.value.trim() && { text: reason.value.trim() }) }, onDone); } } },
    make("h2", {}, icon("flag"), say("flag.sure")), make("p", {}, say("flag.what_happens")), reason,
    make("div", { class: "row end" }, button(say("deed.cancel"), { class: "plain" }, () => dialog.close()),
      make("button", { type: "submit", class: "danger", "data-testid": "flag-send" }, say("flag.yes"))));
  dialog.append(form);
  showDialog(dialog);
}

async function send(questionId, fields, onDone) {
  try {
    await act("flag", { question_id: questionId, fields });
    onDone();
  } catch (error) {
    complain(error, () => send(questionId, fields, onDone));
  }
}

/** [Wrong patient]: hides the images everywhere; answers then carry a stamp, and who viewed them is paged. */

import { act } from "./api.js";
import { confirmed } from "./lightbox.js";
import { button, icon, make } from "./nodes.js";
import { say } from "./texts.js";
import { complain } from "./toasts.js";

/** Return the button where a reader may press it, else null; `onDone()` is called once it is taken. */
export function wrongPatientButton(question, onDone) {
  if (question.wrong_patient || !question.actions?.includes("wrong_patient")) return null;
  const node = button(say("wrong.button"), { icon: "stop", class: "plain wrong wrong-patient-button", "data-action": "wrong_patient" }, async () => {
    if (await confirmed(sayQuestion(question), say("wrong.yes"))) await send("wrong_patient", question, { node, onDone });
  });
  return node;
}

async function send(action, question, { node, onDone }) {
  node.disabled = true;
  try {
    await act(action, { question_id: question.id });
    onDone();
  } catch (error) {
    node.disabled = false;
    complain(error);
  }
}

/** Return what stands over a question whose images are of the wrong patient, else null. */
export function wrongPatientBanner(question, onDone = () => {}) {
  if (!question.wrong_patient) return null;
  const acknowledge = question.actions?.includes("acknowledge") && button(say("alarm.acknowledge"), { icon: "check", "data-action": "acknowledge" },
    (event) => send("acknowledge", question, { node: event.currentTarget, onDone }));
  return make("div", { class: "wrong-banner", role: "alert" }, icon("stop"), make("p", {}, make("strong", {}, say("wrong.banner")), " ", say("wrong.why")), acknowledge);
}

/** Return the stamp over an answer. */
export function stampNode() {
  return make("p", { class: "stamp" }, say("wrong.stamp"));
}

function sayQuestion({ label, viewers = 0 }) {
  return viewers ? say("wrong.sure_viewed", { label: label ?? "", count: viewers }) : say("wrong.sure", { label: label ?? "" });
}

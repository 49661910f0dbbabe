/** Progress of the files of a draft that are still being looked at. */

import { get } from "./api.js";
import { make } from "./nodes.js";
import { say } from "./texts.js";

const POLL_MS = 2000;

/** Return a node that counts until all files of a question are looked at; it stops once out of the page. */
export function checkingNode(questionId) {
  const bar = make("progress", { max: "1", value: 0, "aria-label": say("preview.checking_short") });
  const words = make("p", { class: "dim" });
  const node = make("div", { class: "checking", hidden: true }, bar, words);
  const look = async () => {
    const uploads = await get(`/api/questions/${questionId}`).then((question) => question.uploads, () => null);
    const { total = 0, pending = 0 } = uploads ?? {};
    node.hidden = !pending;
    bar.value = total ? (total - pending) / total : 0;
    words.textContent = say("preview.checking", { done: total - pending, total });
    if (pending && node.isConnected) setTimeout(look, POLL_MS);
  };
  setTimeout(look, 100);
  return node;
}

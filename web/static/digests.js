/** The digests a member was sent, newest first. */

import { get } from "./api.js";
import { showBar } from "./bar.js";
import { live } from "./live.js";
import { fill, make } from "./nodes.js";
import { base, momentOf, plainly, say } from "./texts.js";
import { complain } from "./toasts.js";

const app = document.getElementById("app");
const list = make("div", { class: "digests" });

async function refresh() {
  const { digests } = await get("/api/digests");
  const newest = [...digests].sort((a, b) => b.at.localeCompare(a.at));
  fill(list, newest.length ? newest.map(digestNode) : make("p", { class: "empty" }, say("digests.empty")));
}

/** `links` maps Q-labels to question ids where the server knows them; other labels stay plain. */
function digestNode({ at, text, links = {} }) {
  const left = withoutGaps(plainly(text));
  const words = left ? make("div", { class: "digest-text" }, linked(left, links)) : make("p", { class: "dim" }, say("digests.taken_back"));
  return make("article", { class: "digest" }, make("time", { datetime: at }, momentOf(at)), words);
}

function linked(text, links) {
  return text.split(/(\bQ\d+\b)/).map((part) =>
    links[part] ? make("a", { href: `${base}/questions/${encodeURIComponent(links[part])}` }, part) : part);
}

/** A case that was taken back leaves an empty line, which nobody needs to see. */
function withoutGaps(text) {
  return text.replaceAll(/\n\s*\n(?:\s*\n)+/g, "\n\n").trim();
}

showBar();
fill(app, make("h1", {}, say("digests.title")), list);
/** What was flagged or judged may be a case of a digest: it is hidden everywhere at once. */
function onQuestion({ kind }) {
  if (["taken_down", "put_back", "taken_out"].includes(kind)) refresh().catch(complain);
}

live(refresh, { onLine: () => refresh().catch(complain), onQuestion }).catch((error) => complain(error, () => location.reload()));

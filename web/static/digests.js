/** The digests a member was sent, newest first. */

import { heedAlarm, heedAlarms } from "./alarm.js";
import { get } from "./api.js";
import { showBar, showConnection } from "./bar.js";
import { fill, make } from "./nodes.js";
import { follow } from "./stream.js";
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

async function start() {
  const marks = await get("/api/lines?after=0");
  heedAlarms(marks.lines);
  await refresh();
  const later = (line) => { heedAlarm(line); refresh().catch(complain); };
  follow({ line: marks.last_line, entry: marks.last_entry, onLine: later, onState: showConnection });
}

showBar();
fill(app, make("h1", {}, say("digests.title")), list);
start().catch((error) => complain(error, () => location.reload()));

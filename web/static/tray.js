/** What is seen of files on their way: progress as a whole and, unfolded, of each. */

import { button, fill, make } from "./nodes.js";
import { count, say, sizeOf } from "./texts.js";

const SHOWN = 200;

/** Return a node that shows a batch and keeps up with it through `refresh()`. */
export function showBatch(batch, { removable = true } = {}) {
  const bar = make("progress", { max: "1", value: 0, "aria-label": say("upload.progress") });
  const head = make("p", { class: "tray-head", role: "status" });
  const note = make("p", { class: "tray-note", hidden: true });
  const list = make("ul", { class: "tray-list" });
  const details = make("details", { class: "tray-details", on: { toggle: () => refresh() } }, make("summary", {}, say("upload.files")), list);
  const again = button(say("retry"), { icon: "retry", class: "plain", hidden: true }, () => batch.retry());
  const node = make("div", { class: "tray" }, make("div", { class: "tray-row" }, head, again), bar, note, details);
  let planned = 0;

  function refresh() {
    planned ||= requestAnimationFrame(() => { planned = 0; paint(); });
  }

  function paint() {
    const totals = batch.totals;
    node.hidden = !totals.files && !batch.skipped.length;
    head.textContent = headOf(batch, totals);
    bar.value = totals.size ? totals.sent / totals.size : totals.files === totals.done ? 1 : 0;
    bar.hidden = batch.isComplete;
    again.hidden = !totals.failed;
    note.textContent = noteOf(batch);
    note.hidden = !note.textContent;
    details.hidden = !totals.files;
    if (details.open) paintList(list, batch, removable);
  }

  paint();
  return { node, refresh };
}

function headOf(batch, { files, size, sent, done, failed }) {
  if (failed && !batch.isBusy) return say("upload.failed_some", { failed, count: count(files) });
  if (batch.isComplete) return say("upload.complete", { count: count(files), size: sizeOf(size) });
  return say("upload.sending", { done: count(done), count: count(files), sent: sizeOf(sent), size: sizeOf(size) });
}

function noteOf(batch) {
  if (batch.isStalled && batch.isBusy) return say("upload.stalled");
  const skipped = batch.skipped.length;
  return skipped ? say("upload.skipped", { count: skipped, example: batch.skipped[0] }) : "";
}

function paintList(list, batch, removable) {
  const shown = [...batch.items].sort((a, b) => rank(a) - rank(b)).slice(0, SHOWN);
  fill(list, shown.map((item) => lineOf(item, batch, removable)));
  const more = batch.items.length - shown.length;
  if (more > 0) list.append(make("li", { class: "dim" }, say("upload.more", { count: count(more) })));
}

function rank({ state }) {
  return { failed: 0, sending: 1, done: 3 }[state] ?? 2;
}

function lineOf(item, batch, removable) {
  const share = item.size ? Math.round((100 * Math.min(item.sent, item.size)) / item.size) : 0;
  const state = item.state === "failed" ? item.error : item.state === "done" ? "✓" : `${share} %`;
  const remove = removable && button(say("upload.remove"), { icon: "close", bare: true, class: "tool small" }, () => batch.remove(item));
  return make("li", { class: item.state }, make("span", { class: "name" }, item.name), make("span", { class: "state" }, state), remove);
}

/** Short messages at the edge of the page: said aloud, gone after a while, longer when they matter. */

import { button, icon, make } from "./nodes.js";
import { say } from "./texts.js";

const SHORT_MS = 5000;
const LONG_MS = 14_000;
let place = null;

/** Show a sentence; `press` makes it lead somewhere. */
export function toast(text, { kind = "plain", press = null, label = null } = {}) {
  const node = make("div", { class: `toast ${kind}` }, kind === "error" ? icon("warning") : null, make("p", {}, text));
  const close = () => node.remove();
  if (press) node.append(button(label ?? say("open"), { class: "plain" }, () => { close(); press(); }));
  node.append(button(say("close"), { icon: "close", bare: true, class: "tool small" }, close));
  room().append(node);
  setTimeout(close, kind === "plain" ? SHORT_MS : LONG_MS);
  return close;
}

/** Show what went wrong, with [Retry] where trying again makes sense. */
export function complain(error, again = null) {
  toast(error.message || say("error.server"), { kind: "error", press: again, label: again && say("retry") });
}

/**
 * Toasts stand in the topmost dialog, which would otherwise cover them, else between bar and page:
 * on a phone they push the page down instead of hiding what it says.
 */
function room() {
  place ??= make("div", { class: "toasts", role: "status", "aria-live": "polite" });
  const dialogs = document.querySelectorAll("dialog[open]");
  const home = dialogs[dialogs.length - 1] ?? document.body;
  if (place.parentNode === home) return place;
  if (home === document.body) document.getElementById("app").before(place);
  else home.prepend(place);
  return place;
}

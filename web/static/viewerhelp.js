/** What keys and fingers do in the viewer, in a dialog of its own. */

import { button, make, showDialog } from "./nodes.js";
import { say } from "./texts.js";

const KEYS = [
  ["scroll", "↑", "↓"], ["ten", "PgUp", "PgDn"], ["ends", "Home", "End"], ["zoom", "+", "−"], ["fit", "f"], ["move", "Shift", "↑"],
  ["presets", "1", "…", "4"], ["own", "0"], ["series", "[", "]"], ["star", "s"], ["next_key", "k"], ["prior", "p"], ["link", "l"],
  ["measure", "d"], ["mask", "m"], ["close", "Esc"], ["help", "?"],
];
const FINGERS = ["scroll", "pinch", "tap", "mouse", "hold"];

/** Show the help; what this viewer does not have is left out. */
export function showViewerHelp(has, onClose = () => {}) {
  const rows = KEYS.filter(([name]) => has[name] !== false).map(([name, ...keys]) =>
    [make("dt", {}, keys.map((key) => make("kbd", {}, key))), make("dd", {}, say(`viewer.help.${name}`))]);
  const dialog = make("dialog", { class: "ask help viewer-help", "aria-label": say("viewer.help.title") });
  const fingers = make("ul", { class: "fingers" }, FINGERS.filter((name) => has[name] !== false).map((name) => make("li", {}, say(`viewer.fingers.${name}`))));
  dialog.append(make("h2", { tabindex: "-1", autofocus: true }, say("viewer.help.title")), fingers, make("dl", {}, rows.flat()),
    make("div", { class: "row end" }, button(say("close"), { class: "primary" }, () => dialog.close())));
  dialog.addEventListener("close", onClose);
  dialog.addEventListener("keydown", (event) => event.stopPropagation());
  showDialog(dialog);
}

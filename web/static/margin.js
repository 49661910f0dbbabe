/** Who looks, and when: a line in the margin of every picture, never over its pixels (safety rule 10). */

import { make } from "./nodes.js";
import { me, momentOf, say } from "./texts.js";
import { now } from "./api.js";

const EVERY_MS = 20_000;

/** Return a line that keeps the time, until it is out of the page. */
export function watermark() {
  const node = make("p", { class: "watermark" });
  const tell = () => (node.textContent = say("viewer.watermark", { name: me.name, time: momentOf(now()) }));
  tell();
  let wasIn = false;
  const timer = setInterval(() => {
    if (wasIn && !node.isConnected) return clearInterval(timer);
    wasIn = node.isConnected;
    return tell();
  }, EVERY_MS);
  return node;
}

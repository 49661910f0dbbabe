/** Tells the server, at most once a minute, that somebody is really there: an idle session locks by itself. */

import { post } from "./api.js";

const EVERY_MS = 60_000;
let last = Date.now();

/** Watch for signs of life on this page. */
export function watchPresence() {
  for (const type of ["pointerdown", "keydown", "wheel", "touchmove"]) addEventListener(type, note, { passive: true });
}

function note() {
  if (Date.now() - last < EVERY_MS) return;
  last = Date.now();
  post("/api/presence").catch(() => {});
}

/** What was looked at, image by image: a series counts as looked through as it is now, not as it was before. */

import { versionOf } from "./frames.js";

/** Of a stack the first and the last slice must have been on the screen, and one of each of so many stretches. */
const STRETCHES = 6;
const looks = new Map();

/**
 * Return how far a series, as it is now, was looked at on this page: {seen, total, isDone, isAgain, images}.
 * `images` are those that the look was at; new slices begin a new look (`isAgain`).
 */
export function lookAt(series) {
  const look = lookOf(series);
  return { seen: look.drawn.size, total: look.frames.size, isDone: look.isDone, isAgain: look.isAgain, images: [...new Set(look.frames.values())] };
}

/** Note that a slice was drawn full-size. Returns whether that changed how far its series was looked at. */
export function noteDrawn(uid, frame) {
  const look = looks.get(uid);
  const key = keyOf(frame);
  if (!look || look.isDone || look.drawn.has(key) || !look.frames.has(key)) return false;
  look.drawn.add(key);
  look.isDone = isLookedThrough(look);
  return true;
}

function lookOf({ uid, frames }) {
  const now = new Map(frames.map((frame) => [keyOf(frame), frame.image]));
  const known = looks.get(uid);
  const hasNew = !known || [...now.keys()].some((key) => !known.frames.has(key));
  if (!hasNew && known.frames.size === now.size) return known;
  const drawn = new Set(hasNew ? [] : [...known.drawn].filter((key) => now.has(key)));
  const look = { frames: now, drawn, isDone: !hasNew && known.isDone, isAgain: Boolean(hasNew && (known?.isDone || known?.isAgain)) };
  looks.set(uid, look);
  return look;
}

function isLookedThrough({ frames, drawn }) {
  const keys = [...frames.keys()];
  const stretches = Math.min(STRETCHES, keys.length);
  const cut = (place) => Math.floor((place * keys.length) / stretches);
  const isSeen = (key) => drawn.has(key);
  if (!isSeen(keys[0]) || !isSeen(keys.at(-1))) return false;
  return Array.from({ length: stretches }, (_, place) => keys.slice(cut(place), cut(place + 1))).every((stretch) => stretch.some(isSeen));
}

/** A frame that was masked since is another one to look at. */
function keyOf(frame) {
  return `${frame.image}/${frame.frame}/${versionOf(frame)}`;
}

/** Pictures of slices: fetched one at a time, read ahead in the direction of scrolling, stale requests cancelled. */

import { base } from "./texts.js";

const PARALLEL = 4;
const KEPT_FRAMES = 160;
const KEPT_PIXELS = 80e6;
const AHEAD = 10;
const BEHIND = 2;
const LONG_AHEAD = 24;
const STILL_WORTH = 12;

/**
 * Return the address of one rendered frame; `window` is [centre, width] in rescaled units or null,
 * a `draft` costs less of the line than what a lossless picture takes the place of, `area` cuts out {x, y, width, height} in pixels of the frame.
 */
export function frameAddress(frame, { window = null, lossless = false, draft = false, edge = null, area = null } = {}) {
  const query = new URLSearchParams();
  if (window) query.set("c", window[0]);
  if (window) query.set("w", window[1]);
  if (lossless) query.set("png", "1");
  if (draft) query.set("draft", "1");
  if (edge) query.set("edge", edge);
  if (area) query.set("area", [area.x, area.y, area.width, area.height].join(","));
  if (versionOf(frame)) query.set("v", versionOf(frame));
  const tail = query.size ? `?${query}` : "";
  return `${base}/api/images/${encodeURIComponent(frame.image)}/frames/${frame.frame}${tail}`;
}

/** A mask or a crop makes another picture of the same frame: its address tells them apart. */
export function versionOf({ rows, columns, masks = null, crop = null }) {
  if (!masks?.length && !crop) return "";
  const areas = [...(masks ?? []), crop].map((area) => area && [area.x, area.y, area.width, area.height].join(" "));
  let sum = 0;
  for (const letter of `${rows} ${columns} ${areas}`) sum = (Math.imul(sum, 31) + letter.codePointAt(0)) >>> 0;
  return sum.toString(36);
}

/** Loads and keeps decoded pictures of one series. */
export class FrameLoader {
  constructor({ frames, onPicture, onFailure }) {
    this.frames = frames;
    this.onPicture = onPicture;
    this.onFailure = onFailure;
    this.kept = new Map();
    this.underway = new Map();
    this.failed = new Map();
    this.wanted = [];
    this.look = { index: 0, direction: 1, window: null, edge: null, lossless: false };
  }

  /** Say what is looked at now; everything else follows from it. `alone` leaves reading ahead for later. */
  aim(look) {
    this.look = { ...this.look, ...look };
    this.wanted = this.plan();
    for (const { item, abort } of this.underway.values()) if (this.isStale(item)) abort.abort();
    this.pump();
  }

  /** Return the best picture of a slice at the present window, or null. */
  picture(index) {
    if (!this.frames[index]) return null;
    const lossless = this.kept.get(this.item(index, true).key);
    const found = lossless ?? this.kept.get(this.item(index, false).key);
    if (!found) return null;
    this.touch(found);
    return found;
  }

  /** Take over a changed list of slices; pictures that are there stay. */
  follow(frames) {
    for (const { abort } of this.underway.values()) abort.abort();
    this.frames = frames;
    this.wanted = [];
  }

  close() {
    for (const { abort } of this.underway.values()) abort.abort();
    for (const picture of this.kept.values()) picture.bitmap.close?.();
    this.kept.clear();
    this.wanted = [];
    this.isClosed = true;
  }

  plan() {
    const { index, direction, lossless, alone } = this.look;
    const plan = this.picture(index) ? [] : [this.item(index, false)];
    if (lossless) plan.push(this.item(index, true));
    if (!alone) for (const next of this.neighbours(index, direction, lossless)) plan.push(this.item(next, false));
    return plan;
  }

  neighbours(index, direction, isResting) {
    const ahead = isResting ? LONG_AHEAD : AHEAD;
    const near = [];
    for (let step = 1; step <= ahead; step += 1) {
      near.push(index + direction * step);
      if (step <= (isResting ? LONG_AHEAD / 2 : BEHIND)) near.push(index - direction * step);
    }
    return near.filter((place) => place >= 0 && place < this.frames.length);
  }

  item(index, lossless) {
    const { window, edge } = this.look;
    const { image, frame } = this.frames[index];
    const version = versionOf(this.frames[index]);
    return { index, lossless, draft: !lossless, key: `${image}/${frame}/${version}|${window}|${edge}|${lossless ? "png" : "jpeg"}`, window, edge };
  }

  pump() {
    for (const item of this.wanted) {
      const room = item.index === this.look.index ? PARALLEL + 2 : PARALLEL;
      if (this.underway.size >= room || this.isClosed) return;
      if (this.kept.has(item.key) || this.underway.has(item.key) || this.isResting(item.key)) continue;
      this.load(item);
    }
  }

  async load(item) {
    const abort = new AbortController();
    this.underway.set(item.key, { item, abort });
    try {
      const response = await fetch(frameAddress(this.frames[item.index], item), { signal: abort.signal });
      if (!response.ok) throw new FrameError(response.status);
      this.keep(item, await createImageBitmap(await response.blob()));
    } catch (error) {
      if (error.name !== "AbortError") this.fail(item, error);
    } finally {
      this.underway.delete(item.key);
      if (!this.isClosed) this.pump();
    }
  }

  keep(item, bitmap) {
    if (this.isClosed) return bitmap.close?.();
    this.failed.delete(item.key);
    this.kept.set(item.key, { ...item, bitmap });
    this.forgetOld();
    return this.onPicture(item.index);
  }

  fail(item, error) {
    const tries = (this.failed.get(item.key)?.tries ?? 0) + 1;
    const isFinal = error instanceof FrameError && error.status < 500 && error.status !== 429;
    this.failed.set(item.key, { tries, until: isFinal ? Infinity : Date.now() + 500 * 2 ** Math.min(tries, 3) });
    this.onFailure?.(item.index, isFinal);
    if (!isFinal) setTimeout(() => this.isClosed || this.pump(), 600 * 2 ** Math.min(tries, 3));
  }

  /** A slice just passed is let finish: at full scrolling speed it is the one that still shows motion. */
  isStale(item) {
    const { index, window, edge, direction } = this.look;
    if (item.window !== window || item.edge !== edge || (item.lossless && item.index !== index)) return true;
    const ahead = (item.index - index) * direction;
    return ahead > LONG_AHEAD || ahead < -STILL_WORTH;
  }

  isResting(key) {
    return (this.failed.get(key)?.until ?? 0) > Date.now();
  }

  touch(picture) {
    this.kept.delete(picture.key);
    this.kept.set(picture.key, picture);
  }

  forgetOld() {
    let pixels = 0;
    for (const { bitmap } of this.kept.values()) pixels += bitmap.width * bitmap.height;
    for (const [key, { bitmap, index }] of this.kept) {
      if (this.kept.size <= KEPT_FRAMES && pixels <= KEPT_PIXELS) return;
      if (this.kept.size <= 2) return;
      if (index === this.look.index) continue;
      pixels -= bitmap.width * bitmap.height;
      bitmap.close?.();
      this.kept.delete(key);
    }
  }
}

class FrameError extends Error {
  constructor(status) {
    super(`frame ${status}`);
    this.status = status;
  }
}

/** Hounsfield units at a point of a CT, from its full-depth values: under the mouse, a held finger, or a line's end. */

import { get } from "./api.js";
import { versionOf } from "./frames.js";
import { make } from "./nodes.js";
import { say } from "./texts.js";
import { isInHounsfield, trim } from "./windows.js";

/** Values come in squares of so many pixels: the next pixel's is mostly there already. */
const TILE = 32;
const KEPT_TILES = 120;
const REST_MS = 60;

/** Return the square of a frame that holds a pixel, as the server is asked for it. */
export function tileOf({ column, row }, { columns, rows }) {
  const [x, y] = [column, row].map((place) => Math.floor(place / TILE) * TILE);
  return { x, y, width: Math.min(TILE, columns - x), height: Math.min(TILE, rows - y) };
}

/** The readout of one viewer; silent where pixels are no Hounsfield units. */
export class Probe {
  constructor(viewer) {
    Object.assign(this, { viewer, tiles: new Map(), spot: null });
    this.shown = make("span", { class: "hounsfield" });
    this.said = make("p", { class: "spoken", role: "status" });
    this.label = make("span", { class: "probe-label" });
    this.cross = make("span", { class: "probe-cross", hidden: true }, this.label);
    this.node = make("div", { class: "probe", "aria-hidden": "true" }, this.cross);
  }

  /** The mouse is over a point of the page, and may stay while slices pass below it. */
  hover(x, y) {
    if (this.spot?.isMarked) return;
    this.spot = { mouse: { x, y } };
    this.place();
  }

  /** A finger is held on a point of the page: its pixel is marked until the next tap. */
  point(x, y) {
    const index = this.viewer.stage.indexAt(x, y);
    if (!index) return;
    this.spot = { index, isMarked: true, isSaid: true };
    this.place();
  }

  /** A line ends at a point of the frame, in its pixels. */
  at({ x, y }, { isSaid = false } = {}) {
    const { columns, rows } = this.frame;
    this.spot = { index: { column: Math.min(columns - 1, Math.floor(x)), row: Math.min(rows - 1, Math.floor(y)) }, isSaid };
    this.place();
  }

  leave() {
    if (this.spot?.mouse) this.clear();
  }

  clear() {
    this.spot = null;
    this.place();
  }

  close() {
    clearTimeout(this.timer);
    this.abort?.abort();
  }

  get frame() {
    const { current, drawn, target } = this.viewer;
    return current.frames[drawn ?? target];
  }

  /** Say what is at the point now: the picture, its slice or its place may be another one. */
  place() {
    const { spot, viewer } = this;
    const index = spot && viewer.drawn !== null && isInHounsfield(viewer.current) ? this.indexOf(spot) : null;
    clearTimeout(this.timer);
    this.mark(index);
    if (!index) return this.tell("");
    const tile = tileOf(index, this.frame);
    const known = this.tiles.get(this.keyOf(tile));
    if (known === undefined) {
      this.timer = setTimeout(() => this.fetch(tile), REST_MS);
      return this.tell("…");
    }
    return this.tell(known && sayValue(known[index.row - tile.y][index.column - tile.x]));
  }

  indexOf({ index, mouse }) {
    const { columns, rows } = this.frame;
    if (mouse) return this.viewer.stage.indexAt(mouse.x, mouse.y);
    return index.column < columns && index.row < rows ? index : null;
  }

  mark(index) {
    this.cross.hidden = !(index && this.spot.isMarked);
    if (this.cross.hidden) return;
    const { left, top } = this.viewer.stage.placeOf({ x: index.column + 0.5, y: index.row + 0.5, width: 0, height: 0 });
    this.cross.style.left = `${left}px`;
    this.cross.style.top = `${top}px`;
  }

  tell(words) {
    this.shown.textContent = words ?? "";
    this.label.textContent = words ?? "";
    if (words !== "…") this.said.textContent = this.spot?.isSaid ? words ?? "" : "";
  }

  keyOf(tile) {
    const { image, frame } = this.frame;
    return `${image}/${frame}/${versionOf(this.frame)}/${tile.x},${tile.y}`;
  }

  /** The server knows best: what is no rescaled CT has no values, and is not asked for again. */
  async fetch(tile) {
    this.abort?.abort();
    this.abort = new AbortController();
    const key = this.keyOf(tile);
    const { image, frame } = this.frame;
    const area = [tile.x, tile.y, tile.width, tile.height].join(",");
    try {
      const { values } = await get(`/api/images/${encodeURIComponent(image)}/frames/${frame}/values?area=${area}`, { signal: this.abort.signal });
      this.keep(key, values);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.tell("");
      return;
    }
    this.place();
  }

  keep(key, values) {
    this.tiles.set(key, values);
    if (this.tiles.size > KEPT_TILES) this.tiles.delete(this.tiles.keys().next().value);
  }
}

function sayValue(value) {
  return say("viewer.hu", { value: value === null ? "–" : trim(value, 0) });
}

/** Distances on the picture's own pixels: only where the file says how large they are; the reason stands where not. */

import { versionOf } from "./frames.js";
import { button, make } from "./nodes.js";
import { say } from "./texts.js";
import { trim } from "./windows.js";

const SVG = "http://www.w3.org/2000/svg";
const LEAST_PX = 5;
const BROKEN_PX = 24;
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

/** Return how large the pixels of a frame are: {spacing: [row, column] in mm, kind}. */
export function gridOf(series, frame) {
  const own = "spacing_mm" in frame ? frame : { spacing_mm: series.spacing_mm, spacing_kind: series.detail?.spacing_kind };
  return { spacing: own.spacing_mm, kind: own.spacing_kind };
}

/** Return why nothing can be measured on a frame, as the name of a text; null where it can. */
export function reasonAgainst(series, frame) {
  const { spacing, kind } = gridOf(series, frame);
  if (kind === "captured") return "measure.captured";
  return spacing && ["patient", "detector"].includes(kind) ? null : "measure.no_spacing";
}

/** Return the distance of two pixels in mm. */
export function distanceOf({ from, to }, [row, column]) {
  return Math.hypot((to.x - from.x) * column, (to.y - from.y) * row);
}

/** The ruler of one viewer: lines by slice, kept while the viewer is open and nowhere else. */
export class MeasureTool {
  constructor(viewer) {
    Object.assign(this, { viewer, lines: new Map(), isOn: false, start: null, drawing: null });
    this.button = button(say("measure.name"), { icon: "ruler", class: "tool measure", "aria-pressed": "false", title: `${say("measure.name")} (d)` }, () => (this.isOn ? this.stop() : this.begin()));
    this.clearer = button(say("measure.clear"), { icon: "trash", bare: true, class: "tool clear-lines" }, () => this.clear());
    this.reason = make("p", { class: "no-measure" });
    this.said = make("p", { class: "spoken", role: "status" });
    this.node = make("div", { class: "measures", "aria-hidden": "true" });
  }

  get own() {
    return this.lines.get(this.placeKey) ?? [];
  }

  begin() {
    if (reasonAgainst(this.viewer.current, this.viewer.frame)) return;
    this.isOn = true;
    this.viewer.setMode("measure");
    this.viewer.focus();
  }

  stop() {
    if (this.isOn) this.viewer.probe.clear();
    this.isOn = false;
    if (this.viewer.mode === "measure") this.viewer.setMode("scroll");
  }

  /** Draw from one point of the page to another; the same `from` goes on with the same line, on its slice alone. */
  draw(from, to) {
    const { stage, probe, drawn } = this.viewer;
    if (drawn === null || reasonAgainst(this.viewer.current, this.shown)) return;
    if (this.start !== from) this.beginAt(from);
    if (this.drawing?.place !== this.placeKey) return;
    this.drawing.line.to = stage.pixelAt(to.x, to.y);
    probe.at(this.drawing.line.to);
    this.show();
  }

  beginAt(from) {
    const point = this.viewer.stage.pixelAt(from.x, from.y);
    const line = { from: point, to: point };
    this.start = from;
    this.drawing = { line, place: this.placeKey };
    this.add(line);
  }

  get shown() {
    return this.viewer.current.frames[this.viewer.drawn ?? this.viewer.target];
  }

  /** A list of slices that came anew holds the same ones; one that was cut since is another grid. */
  get placeKey() {
    const { image, frame } = this.shown;
    return `${image}/${frame}/${versionOf(this.shown)}`;
  }

  add(line) {
    this.lines.set(this.placeKey, [...this.own, line]);
  }

  /** The finger is off, or broken off by a second one: what it drew on the way to a pinch leaves nothing. */
  settle({ isBroken }) {
    if (!this.drawing) return;
    const { line, place } = this.drawing;
    this.drawing = null;
    const [from, to] = [this.placeOf(line.from), this.placeOf(line.to)];
    const isNothing = Math.hypot(from.x - to.x, from.y - to.y) < (isBroken ? BROKEN_PX : LEAST_PX);
    if (isNothing) this.lines.set(place, this.lines.get(place).filter((one) => one !== line));
    this.show();
    this.speak();
  }

  /** Take a key; returns whether it was meant for the tool. */
  key({ key, shiftKey, target }) {
    if (key === "Escape") return this.done(() => this.stop());
    if (target.closest("button, input")) return false;
    if (key === "Enter") return this.done(() => this.place());
    if (["Backspace", "Delete"].includes(key)) return this.done(() => this.drop());
    if (!STEPS[key]) return false;
    return this.done(() => this.move(STEPS[key], shiftKey ? "from" : "to"));
  }

  done(work) {
    work();
    this.show();
    return true;
  }

  /** The keyboard's line begins in the middle, a quarter of the picture wide. */
  place() {
    const { columns, rows } = this.shown;
    this.add({ from: { x: columns * 0.375, y: rows / 2 }, to: { x: columns * 0.625, y: rows / 2 } });
    this.viewer.probe.at(this.own.at(-1).to, { isSaid: true });
    this.speak();
  }

  move([across, down], end) {
    const line = this.own.at(-1);
    if (!line) return this.place();
    const { columns, rows } = this.shown;
    const hold = (value, most) => Math.max(0, Math.min(most, value));
    line[end] = { x: hold(line[end].x + across, columns), y: hold(line[end].y + down, rows) };
    this.viewer.probe.at(line[end], { isSaid: true });
    return this.speak();
  }

  drop() {
    this.lines.set(this.placeKey, this.own.slice(0, -1));
  }

  clear() {
    this.lines.delete(this.placeKey);
    this.show();
    this.viewer.focus();
  }

  speak() {
    const line = this.own.at(-1);
    this.said.textContent = line ? this.say(line) : "";
  }

  say(line) {
    const { spacing, kind } = gridOf(this.viewer.current, this.shown);
    const length = say("viewer.thickness", { mm: trim(distanceOf(line, spacing)) });
    return kind === "detector" ? `${length} · ${say("measure.detector")}` : length;
  }

  // What is shown.

  /** Whether the series may be measured at all, and what was measured on the slice that is shown. */
  show() {
    const against = reasonAgainst(this.viewer.current, this.shown);
    if (against && this.isOn) return this.stop();
    this.button.hidden = Boolean(against);
    this.button.setAttribute("aria-pressed", String(this.isOn));
    this.reason.hidden = !against;
    this.reason.textContent = against ? say(against) : "";
    this.clearer.hidden = Boolean(against) || !this.own.length;
    return this.redraw();
  }

  /** Put every line where its pixels are now. */
  redraw() {
    const lines = reasonAgainst(this.viewer.current, this.shown) ? [] : this.own;
    const drawn = lines.flatMap((line) => {
      const [from, to] = [this.placeOf(line.from), this.placeOf(line.to)];
      const label = make("span", { class: "measure-label" }, this.say(line));
      label.style.left = `${Math.max(from.x, to.x)}px`;
      label.style.top = `${from.x > to.x ? from.y : to.y}px`;
      return [strokeOf(from, to), label];
    });
    this.node.replaceChildren(...drawn);
  }

  placeOf({ x, y }) {
    const { left, top } = this.viewer.stage.placeOf({ x, y, width: 0, height: 0 });
    return { x: left, y: top };
  }
}

function strokeOf(from, to) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "measure-line");
  for (const name of ["under", "over"]) {
    const line = document.createElementNS(SVG, "line");
    for (const [key, value] of Object.entries({ x1: from.x, y1: from.y, x2: to.x, y2: to.y, class: name })) line.setAttribute(key, value);
    svg.append(line);
  }
  return svg;
}

/** Reads series as stacks: scroll, zoom, pan, window; used on every page that shows images. */

import { Compare } from "./compare.js";
import { FrameLoader } from "./frames.js";
import { listen } from "./gestures.js";
import { KeySlices, firstKeyOf, firstSeriesOf } from "./keyslices.js";
import { MaskTool, maskButton } from "./masktool.js";
import { MeasureTool } from "./measure.js";
import { button } from "./nodes.js";
import { Overlay } from "./overlay.js";
import { Probe } from "./probe.js";
import { Stage } from "./stage.js";
import { say } from "./texts.js";
import { buildParts, fillStrip, sayPicture, showTools } from "./viewerparts.js";
import { showViewerHelp } from "./viewerhelp.js";
import { PRESETS, canBeWindowed, isInHounsfield } from "./windows.js";

const REST_MS = 300;
const BUSY_MS = 150;
const LEVEL_MS = 120;

/**
 * A viewer of one question's series; `element` goes into the page, `close()` frees its pictures.
 * `masking`, hands of a MaskTool, is given to those who may mask more and crop; `marking`, of KeySlices, to those who
 * may put stars. `main` is the viewer that this one stands beside.
 */
export class Viewer {
  constructor({ series, index = null, slice = null, masking = null, marking = null, main = null, onSeen = () => {}, onSeries = () => {} }) {
    Object.assign(this, { series, masking, main, onSeen, onSeries });
    this.parts = buildParts(this);
    this.element = this.parts.root;
    this.mode = "scroll";
    this.window = null;
    this.stage = new Stage(this.parts.canvas, { onResize: () => this.look(), onDraw: () => this.placeOverlays() });
    this.overlay = new Overlay(this.stage);
    this.keys = new KeySlices(this, marking);
    this.measure = new MeasureTool(this);
    this.probe = new Probe(this);
    this.compare = main?.compare ?? new Compare(this, (one) => new Viewer({ series: [one], main: this, onSeen }));
    this.addFurniture();
    if (masking) this.addMasking(masking);
    this.stopListening = listen(this.parts.stage, () => this.mode, this);
    this.element.addEventListener("keydown", (event) => this.key(event));
    this.choose(index ?? firstSeriesOf(series), slice);
  }

  addFurniture() {
    const { parts, keys, measure, compare } = this;
    parts.canvas.after(this.overlay.node, measure.node, this.probe.node);
    parts.window.after(this.probe.shown);
    parts.slider.after(keys.ticks);
    parts.slide.after(keys.note, measure.said, this.probe.said);
    if (this.main) return this.element.classList.add("companion");
    parts.modes.measure = measure.button;
    parts.modes.scroll.parentNode.append(measure.button, measure.clearer, measure.reason);
    parts.extras.prepend(keys.star, keys.next, compare.button, compare.link);
    return parts.stage.after(compare.pane);
  }

  placeOverlays() {
    this.overlay?.place();
    if (this.measure && this.current) this.measure.redraw();
    if (this.probe && this.current) this.probe.place();
  }

  /** Who looks for names (`isLooking`) sees the whole picture: nothing is written over its corners. */
  addMasking(hands) {
    this.element.classList.toggle("looking", Boolean(hands.isLooking));
    this.maskTool = new MaskTool(this, hands);
    this.parts.modes.mask = maskButton(this.maskTool);
    this.parts.modes.scroll.parentNode.append(this.parts.modes.mask);
    this.parts.tools.after(this.maskTool.panel);
  }

  get current() {
    return this.series[this.chosen];
  }

  get frame() {
    return this.current.frames[this.target];
  }

  /** Show another series from its first marked slice, its beginning, or a given slice; who looks for names sees all. */
  choose(index, slice = null, { keepsPlace = false } = {}) {
    this.loader?.close();
    this.chosen = Math.max(0, Math.min(this.series.length - 1, index));
    const { frames } = this.current;
    const first = this.masking?.isLooking ? 0 : firstKeyOf(this.current) ?? 0;
    this.target = Math.max(0, Math.min(frames.length - 1, slice ?? first));
    this.drawn = null;
    delete this.parts.canvas.dataset.slice;
    this.direction = 1;
    this.probe.clear();
    this.stage.clear();
    if (!keepsPlace) this.stage.fit();
    if (!isInHounsfield(this.current)) this.window = null;
    if (this.mode === "window" && !canBeWindowed(this.current)) this.mode = "scroll";
    const onPicture = (arrived) => this.arrived(arrived);
    this.loader = new FrameLoader({ frames, onPicture, onFailure: (at, isFinal) => this.failed(at, isFinal) });
    this.parts.slider.max = String(frames.length);
    fillStrip(this.parts.strip, this.series, this.chosen, (next) => this.choose(next));
    this.maskTool?.moved();
    this.tell();
    this.look();
    if (!this.main) this.compare.moved();
    this.onSeries(this.current);
  }

  /** Take over a changed list of series without losing the place: the slice that is looked at stays. */
  update(series) {
    const { current, frame } = this;
    const index = series.findIndex((one) => one.uid === current.uid);
    this.series = series;
    if (index < 0) return this.choose(0);
    this.chosen = index;
    fillStrip(this.parts.strip, series, index, (next) => this.choose(next));
    const { frames } = this.current;
    const place = frames.findIndex((one) => one.image === frame.image && one.frame === frame.frame);
    this.target = place >= 0 ? place : Math.min(this.target, frames.length - 1);
    this.drawn = null;
    this.loader.follow(frames);
    this.parts.slider.max = String(frames.length);
    if (!this.main) this.compare.moved();
    this.tell();
    return this.look();
  }

  /** Add a button to the viewer's bar. */
  addButton(label, name, press) {
    this.parts.barEnd.append(button(label, { icon: name, bare: true, class: "tool" }, press));
  }

  /** Add a button to the viewer's tools. */
  addTool(label, name, press) {
    this.parts.zooms.append(button(label, { icon: name, bare: true, class: "tool" }, press));
  }

  focus() {
    this.parts.stage.focus({ preventScroll: true });
  }

  close() {
    clearTimeout(this.restTimer);
    clearTimeout(this.busyTimer);
    clearTimeout(this.levelTimer);
    this.stopListening();
    this.probe.close();
    this.loader.close();
    this.stage.close();
    if (!this.main) this.compare.close();
  }

  // What gestures, slider and keys may do.

  slices() {
    return this.current.frames.length;
  }

  scroll(steps) {
    this.goTo(this.target + steps);
  }

  goTo(slice) {
    const next = Math.max(0, Math.min(this.slices() - 1, slice));
    if (next === this.target) return;
    this.direction = next > this.target ? 1 : -1;
    this.target = next;
    this.look();
    this.compare.follow(this);
  }

  zoom(factor, x, y) {
    this.stage.zoomAt(factor, x, y);
    this.compare.followPlace(this);
    this.rest();
  }

  pinch(factor, from, to) {
    this.stage.pinch(factor, from, to);
    this.compare.followPlace(this);
    this.rest();
  }

  zoomBy(factor) {
    this.zoom(factor);
  }

  toggleZoom(x, y) {
    if (this.stage.isZoomed) this.fit();
    else this.zoom(2.5, x, y);
  }

  fit() {
    this.stage.fit();
    this.compare.followPlace(this);
    this.rest();
  }

  pan(x, y) {
    this.stage.panBy(x, y);
    this.compare.followPlace(this);
  }

  drawLine(from, to) {
    this.measure.draw(from, to);
  }

  drawBox(from, to) {
    this.maskTool?.draw(from, to);
  }

  /** What a finger drew is done, or was broken off by a second finger. */
  lift({ isBroken }) {
    if (this.maskTool?.isOn) this.maskTool.settle({ isBroken });
    if (this.measure.isOn) this.measure.settle({ isBroken });
  }

  hover(x, y) {
    this.probe.hover(x, y);
  }

  point(x, y) {
    this.probe.point(x, y);
  }

  leave() {
    this.probe.leave();
  }

  tap() {
    this.probe.clear();
  }

  /** Free window: across is width, down is level; a step is larger where the window is wide. */
  level(x, y) {
    if (!canBeWindowed(this.current)) return;
    const [centre, width] = this.window ?? this.frame.window ?? [40, 400];
    const pace = Math.max(0.01, width / 350);
    this.setWindow([round(centre + y * pace, width), Math.max(1, round(width + x * pace, width))], { isMoving: true });
  }

  setWindow(window, { isMoving = false } = {}) {
    if (!canBeWindowed(this.current)) return;
    this.window = window;
    this.tell();
    this.compare.followWindow(this, window);
    if (!isMoving) return this.look();
    if (!this.levelTimer) this.levelTimer = setTimeout(() => this.levelled(), LEVEL_MS);
    return undefined;
  }

  setMode(mode) {
    this.mode = mode;
    if (mode !== "mask") this.maskTool?.stop();
    if (mode !== "measure") this.measure.stop();
    this.tell();
  }

  /** Nothing moves any more: after a moment the lossless picture is fetched. */
  rest() {
    clearTimeout(this.restTimer);
    this.restTimer = setTimeout(() => this.aim({ lossless: true }), REST_MS);
  }

  // How a picture gets onto the canvas.

  look() {
    if (!this.loader || !this.stage.isReady) return;
    this.parts.slider.value = String(this.target + 1);
    this.parts.slider.setAttribute("aria-valuetext", `${this.target + 1}/${this.slices()}`);
    this.aim({ lossless: false });
    this.show(this.target);
    this.watchBusy();
    this.rest();
  }

  levelled() {
    this.levelTimer = null;
    this.aim({ lossless: false, alone: true });
    this.show(this.target);
    this.rest();
  }

  aim({ lossless, alone = false }) {
    if (!this.stage.isReady) return;
    const edge = this.stage.neededEdge(this.frame, this.current.spacing_mm);
    const look = { index: this.target, direction: this.direction, window: this.window, edge, lossless, alone };
    this.loader.aim(look);
  }

  /** On an empty canvas a slice that was read ahead would be shown, and counted as seen, before anybody asked for it. */
  arrived(index) {
    const isAhead = (index - this.target) * this.direction > 0;
    const isNearer = this.drawn === null ? !isAhead : Math.abs(index - this.target) <= Math.abs(this.drawn - this.target);
    if (isNearer) this.show(index);
  }

  /** Draw a slice if it is there; the corner always names the slice that is drawn, not the one awaited. */
  show(index) {
    const picture = this.loader.picture(index);
    if (!picture) return;
    this.stage.show(picture.bitmap, this.current.frames[index], this.current.spacing_mm);
    this.drawn = index;
    this.parts.canvas.dataset.slice = String(index + 1);
    if (index === this.target) this.found();
    this.maskTool?.ready();
    this.onSeen(this.current.uid, this.current.frames[index]);
    this.tell();
  }

  found() {
    clearTimeout(this.busyTimer);
    this.parts.busy.hidden = true;
    this.parts.failure.hidden = true;
  }

  watchBusy() {
    clearTimeout(this.busyTimer);
    if (this.drawn === this.target && this.loader.picture(this.target)) return this.found();
    this.busyTimer = setTimeout(() => (this.parts.busy.hidden = false), BUSY_MS);
    return undefined;
  }

  failed(index, isFinal) {
    if (index !== this.target || this.loader.picture(index)) return;
    this.parts.failure.textContent = say(isFinal ? "viewer.gone" : "viewer.failed");
    this.parts.failure.hidden = false;
  }

  tell() {
    const { current: series, mode, window } = this;
    sayPicture(this.parts, { series, index: this.drawn ?? this.target, window });
    showTools(this.parts, { series, mode, window, mayMask: Boolean(this.maskTool?.isOffered) });
    this.keys.show();
    this.measure.show();
    if (!this.main) this.compare.show();
    this.overlay.show("crop-box", this.masking?.isLooking ? series.frames[this.drawn ?? this.target]?.crop : null);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target.tagName === "SELECT") return undefined;
    const isOnSlider = event.target === this.parts.slider;
    if (this.maskTool?.isOn && !isOnSlider && this.maskTool.key(event)) return stopped(event);
    if (this.measure.isOn && !isOnSlider && this.measure.key(event)) return stopped(event);
    const act = isOnSlider && /^(Arrow|Page|Home|End)/.test(event.key) ? null : this.actOf(event);
    if (isOnSlider && !act) event.stopPropagation();
    if (!act) return undefined;
    stopped(event);
    return act();
  }

  help() {
    const has = {
      star: !this.keys.star.hidden, next_key: !this.keys.next.hidden, prior: !this.compare.button.hidden, link: !this.compare.link.hidden,
      measure: !this.measure.button.hidden, hold: isInHounsfield(this.current), mask: Boolean(this.maskTool?.isOffered), presets: isInHounsfield(this.current), own: canBeWindowed(this.current), series: this.series.length > 1,
      scroll: this.slices() > 1, ten: this.slices() > 1, ends: this.slices() > 1,
    };
    showViewerHelp(has, () => this.focus());
  }

  actOf({ key, shiftKey }) {
    if (shiftKey && key.startsWith("Arrow")) return () => this.pan(...PAN[key]);
    const preset = PRESETS.find((one) => one.key === key);
    if (preset) return isInHounsfield(this.current) ? () => this.setWindow(preset.window) : null;
    const acts = {
      ArrowDown: () => this.scroll(1), ArrowRight: () => this.scroll(1), ArrowUp: () => this.scroll(-1),
      ArrowLeft: () => this.scroll(-1), PageDown: () => this.scroll(10), PageUp: () => this.scroll(-10),
      Home: () => this.goTo(0), End: () => this.goTo(this.slices() - 1), "+": () => this.zoomBy(1.4),
      "=": () => this.zoomBy(1.4), "-": () => this.zoomBy(1 / 1.4), f: () => this.fit(), 0: () => this.setWindow(null),
      m: this.maskTool && (() => this.maskTool.start()), "[": () => this.choose(this.chosen - 1), "]": () => this.choose(this.chosen + 1),
      s: () => this.keys.toggle(), k: () => this.keys.go(1), K: () => this.keys.go(-1), p: () => this.compare.toggle(), l: () => this.compare.toggleLink(),
      d: () => (this.measure.isOn ? this.measure.stop() : this.measure.begin()), "?": () => this.help(),
    };
    return acts[key];
  }
}

const PAN = { ArrowLeft: [40, 0], ArrowRight: [-40, 0], ArrowUp: [0, 40], ArrowDown: [0, -40] };

function stopped(event) {
  event.preventDefault();
  event.stopPropagation();
}

function round(value, width) {
  return width > 20 ? Math.round(value) : Math.round(value * 100) / 100;
}

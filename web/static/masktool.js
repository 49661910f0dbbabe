/** Masking more by hand: a corner by a tap, or a box by finger, mouse or arrow keys, on one slice or on all. */

import { button, fill, make } from "./nodes.js";
import { say } from "./texts.js";

/** Parts of the picture that one tap masks: left, top, width and height as fractions; the server masks the same. */
export const ZONES = {
  top_left: [0, 0, 0.25, 0.25],
  top: [0, 0, 1, 0.12],
  top_right: [0.75, 0, 0.25, 0.25],
  bottom_left: [0, 0.75, 0.25, 0.25],
  bottom: [0, 0.88, 1, 0.12],
  bottom_right: [0.75, 0.75, 0.25, 0.25],
};
const STEPS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const STEPS_ACROSS = 80;
const LEAST_PX = 6;
const BROKEN_PX = 24;
const REDRAWN_WITHIN_MS = 15_000;

/**
 * The tool of one viewer. `hands` has mayMask(series) and mask(fields), which resolves to whether the picture changed
 * in time, or to null where the reader thought better of it.
 */
export class MaskTool {
  constructor(viewer, hands) {
    Object.assign(this, { viewer, hands, isOn: false, isBusy: false, area: null, preset: null, isForAll: true, notice: "" });
    this.status = make("p", { class: "mask-status", role: "status" });
    this.zones = make("div", { class: "zones", role: "group", "aria-label": say("mask.zones") });
    this.scope = make("div", { class: "scope", role: "group", "aria-label": say("mask.scope") });
    this.leaveButton = button(say("mask.done"), { class: "plain" }, () => this.stop());
    this.applyButton = button("", { icon: "mask", class: "primary apply", "data-action": "mask_more" }, () => this.apply());
    const row = make("div", { class: "row" }, this.leaveButton, this.applyButton);
    this.panel = make("section", { class: "mask-panel", hidden: true, "aria-label": say("mask.name") }, this.status, this.zones, this.scope, row);
  }

  /** Whether the series that is shown may be masked. */
  get isOffered() {
    return this.hands.mayMask(this.viewer.current);
  }

  start() {
    if (this.isOn || !this.isOffered) return;
    this.isOn = true;
    this.notice = "";
    this.viewer.element.classList.add("masking");
    this.viewer.setMode("mask");
    this.clear();
    this.viewer.focus();
  }

  stop() {
    if (!this.isOn) return;
    this.isOn = false;
    this.viewer.element.classList.remove("masking");
    if (this.viewer.mode === "mask") this.viewer.setMode("scroll");
    this.clear();
    this.viewer.focus();
  }

  /** The series has changed: what was drawn on the former one is gone. */
  moved() {
    if (this.isOn && !this.isOffered) this.stop();
    else this.clear();
  }

  /** Choose one of the corners or edges. */
  choose(preset) {
    const { columns, rows } = this.viewer.frame;
    const [x, y, width, height] = ZONES[preset];
    this.preset = preset;
    this.setArea({ x: x * columns, y: y * rows, width: width * columns, height: height * rows });
  }

  /** A box from one point of the page to another. */
  draw(from, to) {
    if (this.isBusy) return;
    const one = this.viewer.stage.pixelAt(from.x, from.y);
    const two = this.viewer.stage.pixelAt(to.x, to.y);
    this.preset = null;
    this.setArea({ x: Math.min(one.x, two.x), y: Math.min(one.y, two.y), width: Math.abs(one.x - two.x), height: Math.abs(one.y - two.y) });
  }

  /** A touch that drew nothing leaves nothing, nor what a finger drew on its way to a pinch. */
  settle({ isBroken }) {
    if (!this.area || this.preset) return;
    const { width, height } = this.viewer.stage.placeOf(this.area);
    if (Math.max(width, height) < (isBroken ? BROKEN_PX : LEAST_PX)) this.clear();
  }

  /** Take a key; returns whether it was meant for the tool. */
  key({ key, shiftKey, target }) {
    if (key === "Escape") return this.done(() => this.stop());
    if (target.closest("button, input")) return false;
    if (key === "Enter") return this.done(() => this.apply());
    if (!STEPS[key]) return false;
    return this.done(() => (shiftKey ? this.resize(...STEPS[key]) : this.move(...STEPS[key])));
  }

  done(work) {
    if (!this.isBusy) work();
    return true;
  }

  move(across, down) {
    if (!this.area) return this.begin();
    const { columns, rows } = this.viewer.frame;
    const step = columns / STEPS_ACROSS;
    const { x, y, width, height } = this.area;
    const hold = (value, most) => Math.max(0, Math.min(most, value));
    this.preset = null;
    return this.setArea({ x: hold(x + across * step, columns - width), y: hold(y + down * step, rows - height), width, height });
  }

  resize(across, down) {
    if (!this.area) return this.begin();
    const { columns, rows } = this.viewer.frame;
    const step = columns / STEPS_ACROSS;
    const { x, y, width, height } = this.area;
    const hold = (value, most) => Math.max(step, Math.min(most, value));
    this.preset = null;
    return this.setArea({ x, y, width: hold(width + across * step, columns - x), height: hold(height + down * step, rows - y) });
  }

  /** The keyboard's box begins in the middle. */
  begin() {
    const { columns, rows } = this.viewer.frame;
    this.setArea({ x: columns * 0.4, y: rows * 0.45, width: columns * 0.2, height: rows * 0.1 });
  }

  setArea(area) {
    this.area = area;
    this.notice = "";
    this.show();
  }

  clear() {
    this.area = null;
    this.preset = null;
    this.show();
  }

  /** Mask what is chosen; the picture comes back with it, or the server says why not. */
  async apply() {
    if (!this.area || this.applyButton.disabled) return;
    if (this.isMasked) return this.tellMasked();
    this.isBusy = true;
    this.show();
    try {
      const isDone = await this.hands.mask(this.fields());
      if (isDone) await this.redrawn();
      this.area = isDone ? null : this.area;
      this.preset = isDone ? null : this.preset;
      this.notice = isDone === null ? "" : say(isDone ? "mask.masked" : "mask.late");
    } catch (error) {
      this.notice = error.message;
    }
    this.isBusy = false;
    this.show();
    this.viewer.focus();
  }

  /** Whether what is chosen is masked as a whole on every slice that is meant: masking it again would change nothing. */
  get isMasked() {
    const { current, frame } = this.viewer;
    const { x, y, width, height } = this.area;
    const holds = (mask) => mask.x <= x && mask.y <= y && mask.x + mask.width >= x + width && mask.y + mask.height >= y + height;
    const isOf = (mask, { frame: number }) => mask.frame === null || mask.frame === undefined || mask.frame === number;
    const meant = this.isWhole ? current.frames : [frame];
    return meant.every((one) => (one.masks ?? []).some((mask) => isOf(mask, one) && holds(mask)));
  }

  tellMasked() {
    this.clear();
    this.notice = say("mask.already");
    this.show();
  }

  /** "Masked" is said of a picture that shows it. */
  async redrawn() {
    const end = Date.now() + REDRAWN_WITHIN_MS;
    while (this.viewer.drawn !== this.viewer.target && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 100));
  }

  fields() {
    const { current, frame } = this.viewer;
    if (this.preset && this.isWhole) return { series: current.uid, preset: this.preset };
    const { columns, rows } = frame;
    const x = Math.min(columns - 1, Math.floor(this.area.x));
    const y = Math.min(rows - 1, Math.floor(this.area.y));
    const width = Math.max(1, Math.min(columns, Math.ceil(this.area.x + this.area.width)) - x);
    const height = Math.max(1, Math.min(rows, Math.ceil(this.area.y + this.area.height)) - y);
    const numbers = Object.fromEntries(Object.entries({ x, y, width, height }).map(([name, value]) => [name, String(value)]));
    return { image: frame.image, frame: this.isWhole ? "" : String(frame.frame), ...numbers };
  }

  get isWhole() {
    return this.isForAll || this.viewer.slices() < 2;
  }

  // What is shown.

  show() {
    const { viewer, isOn, isBusy } = this;
    viewer.overlay.show("mask-box", isOn ? this.area : null);
    this.panel.hidden = !isOn;
    if (!isOn) return;
    this.panel.setAttribute("aria-busy", String(isBusy));
    fill(this.status, isBusy ? [make("span", { class: "spinner" }), say("mask.busy")] : this.notice || [say("mask.how"), make("span", { class: "keys-part" }, say("mask.keys"))]);
    fill(this.zones, Object.keys(ZONES).map((name) => this.zoneNode(name)));
    this.showScope();
    this.ready();
    this.leaveButton.disabled = isBusy;
    this.applyButton.lastElementChild.textContent = this.sayApply();
  }

  /** Nothing is masked on a picture that nobody sees yet. */
  ready() {
    this.applyButton.disabled = !this.area || this.isBusy || this.viewer.drawn === null;
  }

  showScope() {
    const slices = this.viewer.slices();
    this.scope.hidden = slices < 2;
    const node = (isForAll, words) => make("button", {
      type: "button", class: "chip", "aria-pressed": String(this.isForAll === isForAll), disabled: this.isBusy,
      on: { click: () => { this.isForAll = isForAll; this.show(); } },
    }, words);
    fill(this.scope, node(true, say("mask.all", { count: slices })), node(false, say("mask.this")));
  }

  sayApply() {
    const slices = this.viewer.slices();
    if (slices < 2) return say("mask.apply");
    return this.isForAll ? say("mask.apply_all", { count: slices }) : say("mask.apply_this");
  }

  zoneNode(name) {
    const label = say(`mask.zone.${name}`);
    return make("button", {
      type: "button", class: "zone-button", "data-preset": name, "aria-pressed": String(this.preset === name), disabled: this.isBusy,
      on: { click: () => { this.choose(name); this.zones.querySelector(`[data-preset="${name}"]`).focus(); } },
    }, make("span", { class: `zone ${name}`, "aria-hidden": "true" }), label);
  }
}

/** The button that enters and leaves the tool. */
export function maskButton(tool) {
  return button(say("mask.more"), { icon: "mask", class: "tool mask-more", "aria-pressed": "false", title: `${say("mask.more")} (m)` }, () => (tool.isOn ? tool.stop() : tool.start()));
}

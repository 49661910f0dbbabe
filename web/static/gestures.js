/** Fingers, mouse and wheel on the stage, turned into: scroll slices, zoom, pan, change the window, draw, point. */

const WHEEL_STEP = 40;
const TAP_MS = 300;
const TAP_PX = 24;
const HOLD_MS = 450;
/** A finger that has moved less lies still: it taps, holds, or waits for the second one of a pinch. */
const STILL_PX = { touch: 8, pen: 8, mouse: 5 };
const DRAWS = new Set(["measure", "mask"]);

/**
 * Listen on a node. `mode()` says what a drag with one finger or the main button does: "scroll", "pan", "window", "measure" or "mask".
 * `hands` has scroll(steps), zoom(factor, x, y), pinch(factor, from, to), pan(x, y), level(x, y), rest(), slices(), tap(), toggleZoom(x, y),
 * drawBox(from, to), drawLine(from, to), lift({ isBroken }), hover(x, y), leave(), point(x, y).
 */
export function listen(node, mode, hands) {
  const gesture = new Gesture({ mode, hands, height: () => node.clientHeight });
  const on = (type, act, options) => node.addEventListener(type, act.bind(gesture), options);
  on("pointermove", gesture.move);
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) on(type, gesture.up);
  on("wheel", gesture.wheel, { passive: false });
  on("pointerleave", gesture.leave);
  node.addEventListener("pointerdown", (event) => {
    node.focus({ preventScroll: true });
    node.setPointerCapture(event.pointerId);
    if (event.button === 1) event.preventDefault();
    gesture.down(event);
  });
  node.addEventListener("contextmenu", (event) => event.preventDefault());
  return () => gesture.stopHolding();
}

/**
 * What the pointers on one stage are doing. One finger drags (`start.kind` says what), lies still and then points, or
 * taps. A second one ends that for good: two pinch, and nothing else begins before the last of them is off.
 * It knows events, not nodes: `after(act, ms)` sets a timer and returns what stops it.
 */
export class Gesture {
  constructor({ mode, hands, height, after = later }) {
    Object.assign(this, { mode, hands, height, after });
    this.pointers = new Map();
    this.start = { kind: null };
    this.rolled = 0;
    this.pulled = 0;
    this.tap = { at: -Infinity, x: 0, y: 0 };
    this.stopHolding = () => {};
  }

  down(event) {
    // The first finger on the glass: whatever is still noted of another one was lifted unseen.
    if (event.isPrimary) this.pointers.clear();
    this.stopHolding();
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.pointers.size === 1) this.begin(event);
    else this.breakOff();
    this.pinch = this.pointers.size === 2 ? this.spread() : null;
  }

  begin(event) {
    const kind = this.kindOf(event);
    this.start = { x: event.clientX, y: event.clientY, kind, axis: null, isFar: false };
    this.pulled = 0;
    if (event.pointerType !== "mouse" && !DRAWS.has(kind)) this.stopHolding = this.after(() => this.hold(), HOLD_MS);
  }

  /** A second finger: what the first one drew on its way to a pinch was not meant. */
  breakOff() {
    if (DRAWS.has(this.start.kind)) this.hands.lift({ isBroken: true });
    this.start.kind = null;
  }

  hold() {
    this.start.kind = "point";
    this.hands.point(this.start.x, this.start.y);
  }

  move(event) {
    const { pointerId, clientX: x, clientY: y, pointerType } = event;
    const last = this.pointers.get(pointerId);
    if (pointerType === "mouse") this.hands.hover(x, y);
    if (!last) return;
    // The button was let go where nobody told: over another window, or under a dialog.
    if (pointerType === "mouse" && event.buttons === 0) return this.up(event);
    this.pointers.set(pointerId, { x, y });
    if (this.pointers.size === 2) return this.movePinch();
    if (this.pointers.size === 1 && this.start.kind) this.drag({ x: x - last.x, y: y - last.y }, event);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    this.stopHolding();
    this.pinch = null;
    const { kind, isFar } = this.start;
    this.start.kind = null;
    if (DRAWS.has(kind)) this.hands.lift({ isBroken: false });
    if (event.type === "pointerup" && event.button === 0 && kind && kind !== "point" && !isFar) this.takeTap(event);
    this.hands.rest();
  }

  leave(event) {
    if (event.pointerType === "mouse") this.hands.leave();
  }

  wheel(event) {
    event.preventDefault();
    if (event.ctrlKey || event.metaKey) return this.hands.zoom(Math.exp(-event.deltaY / 240), event.clientX, event.clientY);
    const unit = event.deltaMode === 0 ? 1 : WHEEL_STEP;
    this.rolled += Math.max(-120, Math.min(120, (event.deltaY || event.deltaX) * unit));
    const isNotch = Math.abs(event.deltaY) >= 100 || event.deltaMode !== 0;
    const steps = isNotch ? Math.sign(event.deltaY) : Math.trunc(this.rolled / WHEEL_STEP);
    this.rolled = isNotch ? 0 : this.rolled - steps * WHEEL_STEP;
    if (steps) this.hands.scroll(steps);
    return this.hands.rest();
  }

  kindOf(event) {
    if (event.button === 2) return "window";
    if (event.button === 1 || event.shiftKey) return "pan";
    const kind = this.mode();
    return kind === "scroll" && this.hands.slices() < 2 ? "pan" : kind;
  }

  drag(step, event) {
    const to = { x: event.clientX, y: event.clientY };
    this.start.isFar ||= distance(to, this.start) > (STILL_PX[event.pointerType] ?? STILL_PX.mouse);
    if (!this.start.isFar && event.pointerType !== "mouse" && this.start.kind !== "point") return undefined;
    this.stopHolding();
    const acts = {
      point: () => this.hands.point(to.x, to.y), pan: () => this.hands.pan(step.x, step.y), window: () => this.hands.level(step.x, step.y),
      measure: () => this.hands.drawLine(this.start, to), mask: () => this.hands.drawBox(this.start, to), scroll: () => this.pull(step, to),
    };
    return acts[this.start.kind]();
  }

  pull(step, to) {
    this.start.axis ??= this.axisOf(to);
    if (!this.start.axis) return;
    this.pulled += step[this.start.axis];
    const perSlice = Math.max(4, Math.min(22, (this.height() * 0.8) / this.hands.slices()));
    const steps = Math.trunc(this.pulled / perSlice);
    this.pulled -= steps * perSlice;
    if (steps) this.hands.scroll(steps);
  }

  axisOf(to) {
    const x = Math.abs(to.x - this.start.x);
    const y = Math.abs(to.y - this.start.y);
    if (Math.max(x, y) < 4) return null;
    return x > y ? "x" : "y";
  }

  /** What lay between the fingers stays between them. */
  movePinch() {
    const spread = this.spread();
    const from = this.pinch ?? spread;
    this.hands.pinch(spread.gap / from.gap, from, spread);
    this.pinch = spread;
  }

  spread() {
    const [one, two] = [...this.pointers.values()];
    return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, gap: Math.max(1, distance(one, two)) };
  }

  takeTap(event) {
    const at = { x: event.clientX, y: event.clientY };
    const isSecond = event.timeStamp - this.tap.at < TAP_MS && distance(at, this.tap) < TAP_PX;
    this.hands.tap();
    if (isSecond) this.hands.toggleZoom(at.x, at.y);
    this.tap = { at: isSecond ? -Infinity : event.timeStamp, ...at };
  }
}

function later(act, milliseconds) {
  const timer = setTimeout(act, milliseconds);
  return () => clearTimeout(timer);
}

function distance(one, two) {
  return Math.hypot(one.x - two.x, one.y - two.y);
}

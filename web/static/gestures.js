/** Fingers, mouse and wheel on the stage, turned into: scroll slices, zoom, pan, change the window. */

const WHEEL_STEP = 40;
const TAP_MS = 300;
const TAP_PX = 24;

/**
 * Listen on a node. `mode()` says what a drag with one finger or the main button does: "scroll", "pan", "window" or "mask".
 * `hands` has scroll(steps), zoom(factor, x, y), pan(x, y), level(x, y), rest(), slices(), toggleZoom(x, y), drawBox(from, to).
 */
export function listen(node, mode, hands) {
  const gesture = new Gesture(node, mode, hands);
  const on = (type, act, options) => node.addEventListener(type, act.bind(gesture), options);
  on("pointerdown", gesture.down);
  on("pointermove", gesture.move);
  for (const type of ["pointerup", "pointercancel", "lostpointercapture"]) on(type, gesture.up);
  on("wheel", gesture.wheel, { passive: false });
  node.addEventListener("contextmenu", (event) => event.preventDefault());
}

class Gesture {
  constructor(node, mode, hands) {
    Object.assign(this, { node, mode, hands });
    this.pointers = new Map();
    this.rolled = 0;
    this.pulled = 0;
    this.tap = { at: 0, x: 0, y: 0 };
  }

  down(event) {
    this.node.focus({ preventScroll: true });
    this.node.setPointerCapture(event.pointerId);
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    this.start = { x: event.clientX, y: event.clientY, kind: this.kindOf(event), axis: null };
    this.pulled = 0;
    this.pinch = this.pointers.size === 2 ? this.spread() : null;
    if (event.button === 1) event.preventDefault();
  }

  move(event) {
    const last = this.pointers.get(event.pointerId);
    if (!last) return;
    const step = { x: event.clientX - last.x, y: event.clientY - last.y };
    this.pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (this.pointers.size === 2) this.movePinch();
    else if (this.pointers.size === 1 && this.start.kind) this.drag(step, event);
  }

  up(event) {
    if (!this.pointers.delete(event.pointerId)) return;
    this.pinch = null;
    const isTap = event.type === "pointerup" && this.isNear(event, this.start) && !this.pointers.size;
    if (isTap && event.button === 0) this.takeTap(event);
    if (this.pointers.size) this.start.kind = null;
    this.hands.rest();
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
    if (this.start.kind === "pan") return this.hands.pan(step.x, step.y);
    if (this.start.kind === "window") return this.hands.level(step.x, step.y);
    if (this.start.kind === "mask") return this.hands.drawBox(this.start, { x: event.clientX, y: event.clientY });
    this.start.axis ??= this.axisOf(event);
    if (!this.start.axis) return undefined;
    this.pulled += step[this.start.axis];
    const perSlice = Math.max(4, Math.min(22, (this.node.clientHeight * 0.8) / this.hands.slices()));
    const steps = Math.trunc(this.pulled / perSlice);
    this.pulled -= steps * perSlice;
    return steps ? this.hands.scroll(steps) : undefined;
  }

  axisOf(event) {
    const x = Math.abs(event.clientX - this.start.x);
    const y = Math.abs(event.clientY - this.start.y);
    if (Math.max(x, y) < 4) return null;
    return x > y ? "x" : "y";
  }

  movePinch() {
    const spread = this.spread();
    if (!this.pinch) this.pinch = spread;
    this.hands.pan(spread.x - this.pinch.x, spread.y - this.pinch.y);
    this.hands.zoom(spread.gap / Math.max(1, this.pinch.gap), spread.x, spread.y);
    this.pinch = spread;
  }

  spread() {
    const [one, two] = [...this.pointers.values()];
    return { x: (one.x + two.x) / 2, y: (one.y + two.y) / 2, gap: Math.hypot(one.x - two.x, one.y - two.y) };
  }

  takeTap(event) {
    const isSecond = event.timeStamp - this.tap.at < TAP_MS && this.isNear(event, this.tap);
    if (isSecond) this.hands.toggleZoom(event.clientX, event.clientY);
    this.tap = { at: isSecond ? 0 : event.timeStamp, x: event.clientX, y: event.clientY };
  }

  isNear(event, point) {
    return Math.hypot(event.clientX - point.x, event.clientY - point.y) < TAP_PX / (point === this.start ? 4 : 1);
  }
}

/** Slices marked as the ones to look at: the star, the way from one to the next, and the marks on the slider. */

import { button, fill, icon, make } from "./nodes.js";
import { say } from "./texts.js";

/** Return where a series has marked slices, by whoever marked them, the asker's first. */
export function keysOf({ frames }) {
  const places = frames.map((frame, place) => ({ frame, place })).filter(({ frame }) => frame.key);
  return [...places.filter(({ frame }) => frame.key.asker), ...places.filter(({ frame }) => !frame.key.asker)].map(({ place }) => place);
}

/** Return the first slice that the asker has marked, null where none is. */
export function firstKeyOf({ frames }) {
  const place = frames.findIndex((frame) => frame.key?.asker);
  return place < 0 ? null : place;
}

/** Return which of some series to begin with: one with a slice that the asker marked, else one that is no prior. */
export function firstSeriesOf(series) {
  const marked = series.findIndex((one) => firstKeyOf(one) !== null);
  const present = series.findIndex((one) => !one.prior);
  return Math.max(0, marked >= 0 ? marked : present);
}

/** Return "★ 2" for a series with marked slices, nothing for another. */
export function keysBadge(series) {
  const count = keysOf(series).length;
  return count ? make("span", { class: "key-badge", title: say("key.count", { count }) }, icon("starred"), make("span", { class: "spoken" }, say("key.count", { count })), make("span", { "aria-hidden": "true" }, String(count))) : null;
}

/**
 * The star of one viewer. `hands` has mayMark(), isAsker() and mark(frame, isMarked), which rejects with what the
 * server says against it; without `hands` marks are shown only.
 */
export class KeySlices {
  constructor(viewer, hands) {
    Object.assign(this, { viewer, hands });
    this.star = button(say("key.star"), { icon: "star", class: "tool star", "aria-pressed": "false", title: `${say("key.star")} (s)` }, () => this.toggle());
    this.next = button("", { icon: "starred", class: "tool next-key", title: `${say("key.next")} (k)` }, () => this.go(1));
    this.ticks = make("div", { class: "ticks", "aria-hidden": "true" });
    this.note = make("p", { class: "key-note", role: "status", hidden: true });
  }

  get keys() {
    return keysOf(this.viewer.current).toSorted((one, two) => one - two);
  }

  /** Say what is marked of the series and of the slice that is shown. */
  show() {
    const { viewer, keys } = this;
    const frame = viewer.current.frames[viewer.target];
    this.star.hidden = !this.hands?.mayMark();
    this.star.setAttribute("aria-pressed", String(Boolean(frame.key?.mine)));
    this.next.hidden = !keys.length;
    const place = keys.indexOf(viewer.target);
    this.next.lastElementChild.textContent = place >= 0 ? `${place + 1}/${keys.length}` : String(keys.length);
    this.next.setAttribute("aria-label", `${say("key.next")}, ${say("key.count", { count: keys.length })}`);
    this.showTicks(keys);
  }

  showTicks(keys) {
    const { frames } = this.viewer.current;
    const shape = keys.map((place) => `${place}${frames[place].key.asker ? "a" : "p"}`).join(" ") + `/${frames.length}`;
    if (shape === this.shape) return;
    this.shape = shape;
    fill(this.ticks, keys.map((place) => {
      const tick = make("span", { class: `tick ${frames[place].key.asker ? "asker" : "panel"}` });
      tick.style.setProperty("--at", String(frames.length > 1 ? place / (frames.length - 1) : 0));
      return tick;
    }));
  }

  /** Go to the next marked slice, round and round. */
  go(step) {
    const { keys, viewer } = this;
    if (!keys.length) return;
    const next = step > 0 ? keys.find((place) => place > viewer.target) : keys.findLast((place) => place < viewer.target);
    viewer.goTo(next ?? (step > 0 ? keys[0] : keys.at(-1)));
  }

  /** Mark the slice that is shown, or take one's own mark away. */
  async toggle() {
    if (!this.hands?.mayMark() || this.viewer.drawn !== this.viewer.target) return;
    const { frame } = this.viewer;
    const former = frame.key;
    const isMarked = !former?.mine;
    const role = this.hands.isAsker() ? "asker" : "panel";
    const others = { asker: false, panel: false, ...former, mine: isMarked, [role]: isMarked };
    frame.key = others.asker || others.panel ? others : null;
    this.note.hidden = true;
    this.viewer.tell();
    try {
      await this.hands.mark(frame, isMarked);
      this.hands.onMarked?.();
    } catch (error) {
      frame.key = former;
      this.note.textContent = error.message;
      this.note.hidden = false;
      this.viewer.tell();
    }
  }
}

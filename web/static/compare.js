/** A prior examination: beside the new one, linked by table position, where there is room; else in its place by a tap. */

import { button, make } from "./nodes.js";
import { say } from "./texts.js";
import { isInHounsfield, trim } from "./windows.js";

/** Two pictures side by side need so many pixels of the page. */
const ROOM_FOR_TWO = 640;

/** Return "prior, 34 d before", without the days where a release may carry none, or nothing for the newest study. */
export function sayPrior({ prior: isPrior, days_before: days }) {
  if (!isPrior) return "";
  return days ? say("viewer.prior", { days }) : say("viewer.prior_undated");
}

/** Return the series of the other examination that goes best with one of these; null where there is none. */
export function partnerOf(series, all) {
  const others = all.filter((one) => one.modality === series.modality && one.prior !== series.prior);
  const far = (one) => [isAlong(series, one) ? 0 : 1, one.detail?.kernel === series.detail?.kernel ? 0 : 1,
    Math.abs((one.detail?.thickness_mm ?? 0) - (series.detail?.thickness_mm ?? 0)), one.days_before ?? 0, -one.slices];
  return others.toSorted((one, two) => byFirst(far(one), far(two)))[0] ?? null;
}

/** Return whether the slices of two series can be told to lie at the same place of the table. */
export function isAlong(one, two) {
  const [first, second] = [one.frames[0], two.frames[0]];
  return [one, two].every(({ frames }) => frames.length > 1 && frames.every((frame) => frame.position_mm !== null)) && String(first.orientation) === String(second.orientation);
}

/** Return the slice of some frames that lies nearest to a table position. */
export function nearestTo(position, frames) {
  let nearest = 0;
  for (let place = 1; place < frames.length; place += 1) {
    if (Math.abs(frames[place].position_mm - position) < Math.abs(frames[nearest].position_mm - position)) nearest = place;
  }
  return nearest;
}

/** The prior of one viewer. `makeViewer(series)` makes the one that stands beside it; `makeRoom()`, if set, goes where there is more. */
export class Compare {
  constructor(viewer, makeViewer) {
    Object.assign(this, { viewer, makeViewer, beside: null, isLinked: true, offset_mm: 0, isFollowing: false });
    this.button = button("", { icon: "prior", class: "tool prior-button", "aria-pressed": "false" }, () => this.toggle());
    this.link = button("", { icon: "link", class: "tool link-button", "aria-pressed": "true", title: `${say("viewer.link")} (l)` }, () => this.toggleLink());
    this.pane = make("div", { class: "beside", hidden: true });
  }

  get partner() {
    return partnerOf(this.viewer.current, this.viewer.series);
  }

  get hasRoom() {
    return this.viewer.element.clientWidth >= ROOM_FOR_TWO;
  }

  /** Beside it where there is room, else in its place at the same table position. */
  toggle() {
    if (this.beside) return this.leave();
    const { partner } = this;
    if (!partner) return undefined;
    if (this.hasRoom) return this.open(partner);
    return this.makeRoom ? this.makeRoom() : this.swap(partner);
  }

  open(partner) {
    this.pane.hidden = false;
    this.beside = this.makeViewer(partner);
    this.pane.replaceChildren(this.beside.element);
    this.begin(partner);
    this.follow(this.viewer);
    this.viewer.tell();
  }

  leave() {
    this.beside?.close();
    this.beside = null;
    this.pane.replaceChildren();
    this.pane.hidden = true;
    this.viewer.tell();
  }

  swap(partner) {
    const { viewer } = this;
    const { current, frame } = viewer;
    const slice = isAlong(current, partner) ? nearestTo(frame.position_mm, partner.frames) : null;
    viewer.choose(viewer.series.indexOf(partner), slice, { keepsPlace: true });
    viewer.focus();
  }

  /** Tables that have no place in common are not linked before somebody has laid two slices beside each other. */
  begin(partner) {
    const { current } = this.viewer;
    const [low, high] = rangeOf(current);
    const [least, most] = rangeOf(partner);
    this.offset_mm = 0;
    this.isLinked = isAlong(current, partner) && low <= most && least <= high;
  }

  toggleLink() {
    if (!this.beside || !this.canLink) return;
    this.isLinked = !this.isLinked;
    if (this.isLinked) this.offset_mm = this.beside.frame.position_mm - this.viewer.frame.position_mm;
    this.viewer.tell();
  }

  get canLink() {
    return Boolean(this.beside) && isAlong(this.viewer.current, this.beside.current);
  }

  /** One of the two has moved to a slice: the other goes to the same place of the table. */
  follow(source) {
    const [position, sign] = [source.frame.position_mm, source === this.viewer ? 1 : -1];
    this.once(source, (other) => this.isLinked && this.canLink && other.goTo(nearestTo(position + sign * this.offset_mm, other.current.frames)));
  }

  /** One of the two has another window: the other takes it too, where it means the same. */
  followWindow(source, window) {
    this.once(source, (other) => isInHounsfield(source.current) && isInHounsfield(other.current) && other.setWindow(window));
  }

  followPlace(source) {
    this.once(source, (other) => this.isLinked && other.stage.setPlace(source.stage.place));
  }

  once(source, work) {
    if (!this.beside || this.isFollowing) return;
    this.isFollowing = true;
    work(source === this.viewer ? this.beside : this.viewer);
    this.isFollowing = false;
  }

  /** The series that is shown is another one: what stands beside it goes with it. */
  moved() {
    if (!this.beside) return;
    const { partner } = this;
    if (!partner) return this.leave();
    if (partner !== this.beside.current) this.beside.update([partner]);
    this.begin(partner);
    this.follow(this.viewer);
  }

  show() {
    const { partner, viewer } = this;
    this.button.hidden = !partner;
    this.link.hidden = !this.canLink;
    if (!partner) return;
    const isPrior = viewer.current.prior;
    const isSwapped = isPrior && !this.hasRoom && !this.makeRoom;
    this.button.setAttribute("aria-pressed", String(Boolean(this.beside) || isSwapped));
    this.button.lastElementChild.textContent = isSwapped ? say("viewer.newest") : sayPrior(isPrior ? viewer.current : partner);
    this.button.title = `${this.button.lastElementChild.textContent} (p)`;
    this.link.setAttribute("aria-pressed", String(this.isLinked));
    const offset = this.isLinked && Math.abs(this.offset_mm) >= 0.05 ? ` ${this.offset_mm > 0 ? "+" : ""}${trim(this.offset_mm)} mm` : "";
    this.link.lastElementChild.textContent = say(this.isLinked ? "viewer.linked" : "viewer.link") + offset;
  }

  close() {
    this.beside?.close();
  }
}

function rangeOf({ frames }) {
  const places = frames.map((frame) => frame.position_mm ?? 0);
  return [Math.min(...places), Math.max(...places)];
}

function byFirst(one, two) {
  for (let place = 0; place < one.length; place += 1) if (one[place] !== two[place]) return one[place] - two[place];
  return 0;
}

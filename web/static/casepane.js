/** One question on the desk: header, actions, card, images, thread, reply. */

import { act, get, markSlice } from "./api.js";
import { urgencyNode } from "./clock.js";
import { chartButton, deedNodes } from "./deeds.js";
import { qualitiesOf } from "./findings.js";
import { flagButton, takenDownNode } from "./flag.js";
import { versionOf } from "./frames.js";
import { confirmed, inlineViewer, posters } from "./lightbox.js";
import { button, fill, icon, make } from "./nodes.js";
import { Reply } from "./reply.js";
import { momentOf, say, timeOf } from "./texts.js";
import { Thread, cardNode } from "./thread.js";
import { Timeline } from "./timeline.js";
import { complain } from "./toasts.js";
import { wrongPatientBanner, wrongPatientButton } from "./wrongpatient.js";

const BUTTONS = [
  { action: "claim", icon: "check", class: "primary" },
  { action: "release", class: "plain" },
  { action: "close", class: "plain", asks: "desk.close_sure" },
];
const SETTLE_MS = 1500;
const MASK_POLL_MS = 800;
const MASK_WITHIN_MS = 45_000;
const wide = matchMedia("(min-width: 900px)");

/** Shows a question and keeps up with it; `close()` frees its pictures. */
export class CasePane {
  constructor({ id, back }) {
    this.id = id;
    this.back = button(say("desk.back"), { icon: "back", class: "plain back" }, back);
    this.head = make("header", { class: "case-head" });
    this.actions = make("div", { class: "case-actions", role: "group", "aria-label": say("desk.actions") });
    this.banner = make("div", { class: "banner-place" });
    this.card = make("div", { class: "case-card" });
    this.images = make("div", { class: "case-images" });
    this.thread = new Thread();
    this.timeline = new Timeline();
    this.thread.node.append(this.timeline.node);
    this.reply = new Reply({ questionId: id, onSent: () => this.sent() });
    this.talk = make("div", { class: "case-talk" }, this.card, this.thread.node, this.reply.node);
    this.columns = make("div", { class: "case-columns" }, this.images, this.talk);
    this.node = make("article", { class: "case", "aria-busy": "true" }, this.head, this.banner, this.columns);
    this.onWidth = () => this.showImages(true);
    wide.addEventListener("change", this.onWidth);
  }

  /** Fetch the question again; scroll position, half-typed text and the viewer's slice stay. */
  async refresh() {
    try {
      this.question = await get(`/api/questions/${this.id}`);
    } catch (error) {
      return complain(error, () => this.refresh());
    }
    this.node.removeAttribute("aria-busy");
    return this.paint();
  }

  paint() {
    const { question } = this;
    fill(this.head, this.back, ...this.headParts(), this.actions);
    this.paintActions();
    fill(this.banner, wrongPatientBanner(question, () => this.settle()));
    this.node.classList.toggle("wrong-patient", Boolean(question.wrong_patient));
    fill(this.card, cardNode(question), flagImagesNode(question, () => this.settle()), wrongPatientButton(question, () => this.settle()));
    this.showImages(false);
    this.viewer?.tell();
    const wasAtEnd = this.isPainted && this.isAtEnd;
    const isGrown = this.thread.update(question.entries, question, () => this.settle());
    this.timeline.update(question.entries);
    this.reply.allow(question.actions);
    this.reply.hurry(question.urgency === "urgent");
    this.reply.qualify(qualitiesOf(question.series));
    this.isPainted = true;
    if (isGrown && this.isFollowing) this.followOwn();
    else if (wasAtEnd && isGrown) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  /** What one has just written is seen where it now stands. */
  sent() {
    this.isFollowing = true;
    this.settle();
  }

  followOwn() {
    this.isFollowing = false;
    this.thread.list.lastElementChild?.scrollIntoView({ block: "center" });
  }

  /** What scrolls: the column on a wide screen, the whole question on a phone. */
  get scroller() {
    return getComputedStyle(this.talk).overflowY === "auto" ? this.talk : this.node.parentNode;
  }

  get isAtEnd() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    return scrollHeight - scrollTop - clientHeight < 120;
  }

  headParts() {
    const { question } = this;
    const who = question.claimed_by_me ? say("desk.taken_by_you") : question.claimed_by && say("desk.taken_by", { name: question.claimed_by, time: takenAt(question) });
    return [
      make("h1", {}, question.label),
      urgencyNode(question.urgency),
      !(who && question.state === "claimed") && make("span", { class: `state state-${question.state}` }, say(`state.${question.second && question.state === "open" ? "second" : question.state}`)),
      who && make("span", { class: "who" }, who),
      make("span", { class: "dim opened" }, momentOf(question.opened_at)),
    ];
  }

  paintActions() {
    const { actions } = this.question;
    const buttons = BUTTONS.filter(({ action }) => actions.includes(action)).map((one) =>
      button(say(`desk.${one.action}`), { icon: one.icon, class: one.class, "data-action": one.action }, () => this.press(one.action)));
    fill(this.actions, buttons, deedNodes(this.question, () => this.settle()), chartButton(this.question));
  }

  /** Press claim, release or close; returns false where it is not offered now. */
  async press(action) {
    const one = BUTTONS.find((known) => known.action === action);
    if (!this.question?.actions.includes(action)) return false;
    if (one.asks && !(await confirmed(say(one.asks, { label: this.question.label }), say(`desk.${action}`)))) return true;
    for (const node of this.actions.querySelectorAll("button")) node.disabled = true;
    try {
      await act(action, { question_id: this.id });
      this.settle();
    } catch (error) {
      this.paintActions();
      complain(error, () => this.press(action));
    }
    return true;
  }

  /** What a panelist masks goes back to its asker for another look: it leaves this page, with the viewer it stood in. */
  async mask(fields) {
    if (!(await confirmed(say("mask.panel_sure"), say("mask.apply")))) return null;
    const former = this.shown;
    await act("mask_more", { question_id: this.id, fields });
    const end = Date.now() + MASK_WITHIN_MS;
    while (this.shown === former && Date.now() < end) {
      await new Promise((resolve) => setTimeout(resolve, MASK_POLL_MS));
      await this.refresh();
    }
    if (this.shown !== former) document.querySelector("dialog.lightbox[open]")?.close();
    return this.shown !== former;
  }

  /** The stream tells of the change; should it be silent, ask. */
  settle() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), SETTLE_MS);
  }

  showImages(isNewWidth) {
    const isWrong = Boolean(this.question?.wrong_patient);
    const series = isWrong ? [] : this.question?.series ?? [];
    const known = JSON.stringify([isWrong, series.map((one) => [one.uid, one.slices, one.frames.map((frame) => [versionOf(frame), frame.key])])]);
    if (!isNewWidth && known === this.shown) return;
    this.shown = known;
    const title = this.question?.label ?? "";
    if (this.question?.images_taken_down) document.querySelector("dialog.lightbox[open]")?.close();
    if (this.viewer && wide.matches && series.length) return this.viewer.update(series);
    this.viewer?.close();
    this.viewer = null;
    if (isWrong) return fill(this.images, make("p", { class: "no-images wrong" }, icon("stop"), say("wrong.hidden")));
    if (!series.length && this.question?.images_taken_down) return fill(this.images, takenDownNode("flag.images_taken_down"));
    if (!series.length) return fill(this.images, make("p", { class: "no-images dim" }, icon("stack"), say(isLookedAtAgain(this.question) ? "desk.images_wait" : "desk.no_images")));
    const masking = { mayMask: () => this.question.actions.includes("mask_more"), mask: (fields) => this.mask(fields) };
    const marking = {
      mayMark: () => this.question.actions.includes("key_slice"), isAsker: () => this.question.mine,
      mark: (frame, isMarked) => markSlice(this.id, frame, isMarked), onMarked: () => this.settle(),
    };
    if (!wide.matches) return fill(this.images, posters(series, { title, masking, marking }));
    this.viewer = inlineViewer(series, { title, masking, marking });
    return fill(this.images, this.viewer.element);
  }

  close() {
    clearTimeout(this.timer);
    wide.removeEventListener("change", this.onWidth);
    this.viewer?.close();
    this.viewer = null;
    this.shown = null;
  }
}

/** Since when whoever has it has it. */
function takenAt({ entries = [] }) {
  const taken = entries.findLast(({ kind }) => ["claimed", "taken_over", "handed_over", "answer"].includes(kind));
  return taken ? timeOf(taken.at) : "";
}

/** Whether the images are away because somebody masked more: their asker looks at them again first. */
function isLookedAtAgain({ entries = [] }) {
  const last = entries.findLast(({ kind }) => ["opened", "masked", "cropped", "images_added", "series_removed", "erased"].includes(kind));
  return ["masked", "cropped"].includes(last?.kind);
}

/** One flag for each series: a name stands in all slices of a stack, or in none. */
function flagImagesNode(question, onDone) {
  if (!question.may_flag || !question.series?.length) return null;
  const flags = question.series.map((series, place) => make("span", { class: "row" }, make("span", { class: "dim" }, say("flag.series", { n: place + 1 })), flagButton(question.id, { image: series.frames[0].image }, { onDone })));
  return make("div", { class: "flag-images row" }, flags);
}

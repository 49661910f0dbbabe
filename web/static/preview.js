/** The asker's preview: exactly what the panel will see, each series looked at full-size before it goes. */

import { act, get, markSlice } from "./api.js";
import { checkNode, choicesOf, openChecks } from "./checks.js";
import { DraftEdit } from "./draftedit.js";
import { cropOf, cropOutline, findingsNode, sayConfirm } from "./findings.js";
import { versionOf } from "./frames.js";
import { choicesNode, quotedNode } from "./lines.js";
import { confirmed, openLightbox, poster } from "./lightbox.js";
import { lookAt, noteDrawn } from "./looks.js";
import { button, fill, fillAround, icon, make } from "./nodes.js";
import { say } from "./texts.js";
import { middleOf } from "./viewerparts.js";
import { describe } from "./windows.js";
import { wrongPatientBanner, wrongPatientButton } from "./wrongpatient.js";

const POLL_MS = 2000;
const MASK_POLL_MS = 800;
const MASK_WITHIN_MS = 45_000;

/** One preview card; it fetches its question and keeps up with it through `refresh()`. */
export class Preview {
  /** `former` is the card that this one takes the place of: a text being edited and an open viewer move over. */
  constructor({ line, hands, former = null }) {
    Object.assign(this, { line, hands });
    this.node = make("div", { class: "preview", "aria-busy": "true" }, make("p", { class: "dim" }, line.text || say("preview.loading")));
    this.removing = new Set();
    this.settling = new Set();
    this.editor = former?.editor ?? new DraftEdit({ questionId: line.question_id, complain: (error) => hands.complain(error) });
    this.editor.onClose = () => this.paint();
    if (former) this.takeOver(former);
    this.refresh();
  }

  /** Its nodes are taken over too, so what is pressed on them speaks to the latest card. */
  takeOver(former) {
    const { question, box, shape, editor, settling, done } = former;
    Object.assign(this, { question, box, shape, settling, done });
    former.heir = this;
    // Until its own answer has come it shows what the former showed: nothing shrinks under the thumb.
    fill(this.node, ...former.node.childNodes);
    if (editor.isFocused) requestAnimationFrame(() => editor.focus());
    if (editor.isOpen) this.paint();
  }

  /** The card that stands for this draft now. */
  get latest() {
    return this.heir?.latest ?? this;
  }

  /** A line of its own asks what this card asks: its choices stand here. */
  asks(line) {
    this.checkLine = line;
    this.refresh();
  }

  /** Fetch the question again and show it. */
  async refresh() {
    clearTimeout(this.timer);
    try {
      this.question = await get(`/api/questions/${this.line.question_id}`);
      this.paint();
    } catch (error) {
      fill(this.node, make("p", { class: "failure" }, error.message, button(say("retry"), { class: "plain" }, () => this.refresh())));
    }
    if (this.question?.uploads?.pending) this.timer = setTimeout(() => this.refresh(), POLL_MS);
  }

  /** A newer preview of the same draft has come: this one folds away. */
  fold() {
    clearTimeout(this.timer);
    this.isFolded = true;
    fill(this.node, make("p", { class: "dim" }, say("preview.older")));
  }

  paint() {
    if (this.isFolded) return;
    this.node.removeAttribute("aria-busy");
    const { question } = this;
    const isDraft = question.state === "draft";
    const parts = isDraft || this.held.length ? this.openCard(isDraft) : this.doneCard();
    this.show(parts);
    this.keepUp();
  }

  /** The viewer that is open shows what has come since; without a series left it closes. */
  keepUp() {
    const { series = [] } = this.question;
    const shape = JSON.stringify(series.map((one) => [one.uid, one.frames.map((frame) => [frame.image, frame.frame, versionOf(frame)])]));
    if (this.box && !series.length) this.box.close();
    else if (this.box && shape !== this.shape) this.box.viewer.update(series);
    this.shape = shape;
    this.box?.refresh();
  }

  /** A save of the text met another change: what was typed comes back. */
  async textChanged() {
    if (!this.editor.isSaved) return;
    await this.refresh();
    this.editor.reopen(this.question.text);
    this.paint();
  }

  get held() {
    return (this.question.series ?? []).filter((series) => !series.confirmed);
  }

  openCard(isDraft) {
    const { question } = this;
    const title = isDraft ? say("preview.title") : say("preview.held_title", { label: question.label });
    const series = isDraft ? question.series : this.held;
    return [
      wrongPatientBanner(question, () => this.refresh()),
      make("h2", {}, title),
      isDraft && this.textNode(),
      this.progressNode(),
      ...series.map((one) => this.seriesNode(one)),
      this.originalsNode(),
      this.refusalsNode(),
      isDraft && this.held.length > 0 && make("p", { class: "note warn" }, icon("warning"), say("preview.held_note", { count: this.held.length })),
      this.sendNode(isDraft),
    ];
  }

  doneCard() {
    const { question } = this;
    const gone = ["discarded", "expired", "withdrawn"].includes(question.state);
    const text = gone ? say(`state.${question.state}`) : say("preview.sent", { label: question.label });
    const wrong = wrongPatientButton(question, () => this.refresh());
    const check = !gone && openChecks(question).length ? this.sendNode(false) : null;
    return [wrongPatientBanner(question, () => this.refresh()), make("p", { class: "series-state dim" }, icon(gone ? "close" : "check"), text), check,
      !gone && this.hasTaken() && choicesNode(this.line, this.hands), wrong && make("div", { class: "row end" }, wrong)];
  }

  hasTaken() {
    return Boolean(this.line.taken && this.line.choices?.length);
  }

  /** Unchanged parts would flicker when made anew, so pictures already loaded are kept. */
  show(parts) {
    const old = new Map([...this.node.querySelectorAll(".series-card")].map((node) => [node.dataset.uid, node.querySelector(".poster")]));
    const { node: editing } = this.editor;
    if (editing.parentNode === this.node && parts.includes(editing)) fillAround(editing, parts);
    else fill(this.node, parts);
    for (const card of this.node.querySelectorAll(".series-card")) {
      const kept = old.get(card.dataset.uid);
      const made = card.querySelector(".poster");
      if (kept && isSamePicture(kept, made)) made.replaceWith(kept);
    }
  }

  textNode() {
    const { text } = this.question;
    if (this.editor.isOpen) return this.editor.node;
    const edit = this.can("edit_text") && button(say("preview.edit"), { icon: "pencil", class: "plain" }, () => this.latest.edit());
    const words = text?.value ? quotedNode(text) : [make("p", { class: "dim" }, say("preview.no_text"))];
    return make("div", { class: "preview-text" }, words, edit);
  }

  /** Before the server names what a member may do, a draft may be edited. */
  can(action) {
    return !this.question.actions || this.question.actions.includes(action) || this.question.state === "draft";
  }

  edit() {
    this.editor.open(this.question.text);
    this.paint();
    this.editor.focus();
  }

  progressNode() {
    const { total = 0, pending = 0 } = this.question.uploads ?? {};
    if (!pending) return null;
    const bar = make("progress", { max: String(total), value: total - pending, "aria-label": say("preview.checking", { done: total - pending, total }) });
    return make("div", { class: "note" }, make("p", {}, say("preview.checking", { done: total - pending, total })), bar);
  }

  /** Photos of a screen are poor copies: their originals can come from the computer that has them. */
  originalsNode() {
    const isPoor = (this.question.series ?? []).some((one) => one.concerns?.includes("screen_photo"));
    const link = () => this.hands.uploadLink({ id: this.question.id });
    return isPoor && button(say("preview.originals"), { icon: "link", class: "plain", "data-action": "originals" }, link);
  }

  refusalsNode() {
    const refused = this.question.uploads?.refused ?? [];
    if (!refused.length) return null;
    const reasons = new Map();
    for (const sentence of refused) reasons.set(sentence, (reasons.get(sentence) ?? 0) + 1);
    const items = [...reasons].map(([sentence, times]) => make("li", {}, times > 1 ? `${times} × ${sentence}` : sentence));
    return make("div", { class: "note refused" }, make("p", {}, icon("warning"), say("preview.refused", { count: refused.length })), make("ul", {}, items));
  }

  seriesNode(series) {
    const open = () => this.latest.open(series);
    const state = series.confirmed ? make("p", { class: "series-state ok" }, icon("check"), say("preview.confirmed")) : null;
    const words = series.confirmed ? "" : hintOf(series);
    const hint = words && make("p", { class: "hint" }, words);
    return make("div", { class: `series-card ${series.confirmed ? "confirmed" : ""}`, "data-uid": series.uid },
      poster(series, { press: open, note: cropOutline(middleOf(series)) }),
      make("p", { class: "series-name" }, describe(series)),
      findingsNode(series, { questionId: this.question.id, open: (slice) => this.latest.open(series, slice) }),
      this.cropNode(series), state, hint, make("div", { class: "row" }, this.seriesButtons(series)));
  }

  /** A photo of a screen can be cut to the picture on it; never without the asker's tap. */
  cropNode(series, { isInViewer = false } = {}) {
    const proposed = cropOf(series);
    if (!proposed || !this.mayDo("crop")) return null;
    const isBusy = this.settling.has(proposed.image);
    const crop = button(say(isBusy ? "preview.cropping" : "preview.crop"), { icon: "crop", class: "plain", disabled: isBusy, "data-action": "crop" }, () => this.latest.crop(series, proposed.image));
    return isInViewer ? crop : make("div", { class: "note crop" }, make("p", {}, say("preview.crop_why")), crop);
  }

  seriesButtons(series) {
    const confirm = button(sayConfirm(series), { icon: "check", class: series.to_confirm?.length ? "confirm long" : "confirm", disabled: !lookAt(series).isDone, "data-action": "confirm_series" },
      () => this.latest.confirm(series));
    const remove = button(say("preview.remove"), { icon: "trash", class: "plain quiet", disabled: this.removing.has(series.uid), "data-action": "remove_series" },
      () => this.latest.remove(series));
    return series.confirmed ? [remove] : [confirm, remove];
  }

  open(series, slice = null) {
    const list = this.question.series;
    const index = Math.max(0, list.findIndex((one) => one.uid === series.uid));
    this.done = new Set();
    const onSeen = (uid, frame) => noteDrawn(uid, frame) && this.latest.box?.refresh();
    const onClose = () => { this.latest.box = null; this.latest.paint(); };
    const masking = { isLooking: true, mayMask: () => this.latest.mayDo("mask_more"), mask: (fields) => this.latest.mask(fields) };
    const marking = { mayMark: () => this.latest.mayDo("key_slice"), isAsker: () => true, mark: (frame, isMarked) => markSlice(this.question.id, frame, isMarked) };
    this.box = openLightbox({ series: list, index, slice, title: say("preview.viewer_title"), footer: (one) => this.latest.footer(one), masking, marking, onSeen, onClose });
  }

  mayDo(action) {
    return Boolean(this.question.actions?.includes(action));
  }

  /** Mask more; resolves to whether the picture came back changed in time. */
  mask(fields) {
    return this.settled(fields.image ?? fields.series, () => act("mask_more", { question_id: this.question.id, fields }));
  }

  async crop(series, image) {
    this.refusal = null;
    try {
      const isDone = await this.settled(image, () => act("crop", { question_id: this.question.id, fields: { image } }));
      if (!isDone) this.hands.complain(new Error(say("mask.late")));
    } catch (error) {
      this.hands.complain(error);
    }
  }

  /** Do something to pixels, and wait until the pictures are other ones. Raises what the server says against it. */
  async settled(name, work) {
    const former = this.shape;
    this.done?.clear();
    this.settling.add(name);
    this.refusal = null;
    this.paint();
    try {
      await work();
      const end = Date.now() + MASK_WITHIN_MS;
      while (Date.now() < end) {
        await this.latest.refresh();
        if (this.latest.shape !== former) return true;
        if (this.latest.refusal) throw new Error(this.latest.refusal);
        await new Promise((resolve) => setTimeout(resolve, MASK_POLL_MS));
      }
      return false;
    } finally {
      this.settling.delete(name);
      this.latest.paint();
    }
  }

  /** The server's refusal comes as a line of the conversation; behind an open viewer nobody would read it. */
  refused(sentence) {
    if (this.settling.size) this.refusal = sentence;
  }

  footer(shown) {
    const series = this.question.series.find((one) => one.uid === shown.uid) ?? shown;
    if (series.confirmed) return [make("p", { class: "series-state ok" }, icon("check"), say("preview.confirmed"))];
    const { seen, total, isDone } = lookAt(series);
    const words = isDone ? say("preview.looked_through") : say("preview.look_on", { seen, total });
    const progress = total > 1 && make("p", { class: "hint progress", role: "status" }, words);
    return [make("p", { class: "hint" }, say("preview.names_where")), progress, make("div", { class: "row" }, this.seriesButtons(series), this.cropNode(series, { isInViewer: true }))];
  }

  /** What is confirmed is what was shown: slices that came after the look wait for another. */
  async confirm(series) {
    const { images } = lookAt(series);
    await this.run(() => act("confirm_series", { question_id: this.question.id, fields: { series: series.uid, images: images.join(" ") } }));
    const { latest } = this;
    for (const one of latest.question.series) if (one.uid === series.uid) one.confirmed = true;
    latest.paint();
    latest.goOn(series);
  }

  /** In the viewer the next series that waits is shown; after the last one it closes. */
  goOn(series) {
    if (!this.box) return;
    // An answer that was under way may still know a series as it was before it was confirmed.
    this.done.add(series.uid);
    const next = this.question.series.findIndex((one) => !one.confirmed && !this.done.has(one.uid) && one.uid !== series.uid && !this.removing.has(one.uid));
    if (next < 0) return this.box.close();
    this.box.viewer.choose(next);
    // The button that was pressed is gone: keys go on in the picture.
    return this.box.viewer.focus();
  }

  async remove(series) {
    if (!(await confirmed(say("preview.remove_sure"), say("preview.remove")))) return;
    this.removing.add(series.uid);
    this.box?.close();
    await this.run(() => act("remove_series", { question_id: this.question.id, fields: { series: series.uid } }));
    const { latest } = this;
    latest.question.series = latest.question.series.filter((one) => one.uid !== series.uid);
    latest.paint();
  }

  /** Checks stand where the send buttons will: one tap settles, the next sends. */
  sendNode(isDraft) {
    const checks = openChecks(this.question);
    if (!isDraft && !checks.length) return null;
    const line = choicesOf(checks.length && this.checkLine ? this.checkLine : this.line, this.question);
    if (!checks.length && !line.choices.length) return null;
    const hands = { confirm: (check) => this.latest.settle(check), isBusy: this.settling.has("check"), series: (this.question.series ?? []).filter((one) => !this.removing.has(one.uid)), remove: (one) => this.latest.remove(one) };
    const parts = checks.length ? [checkNode(checks[0], hands), checks.length > 1 && make("p", { class: "hint" }, say("check.more", { count: checks.length - 1 }))] : [make("p", { class: "send-title" }, say("preview.send"))];
    return make("div", { class: `preview-send ${checks.length ? "blocked" : ""}` }, parts, line.choices.length ? choicesNode(line, this.hands) : null);
  }

  async settle(check) {
    this.settling.add("check");
    this.paint();
    try {
      await act("confirm_check", { question_id: this.question.id, fields: { check: check.name } });
      for (const one of this.latest.question.checks ?? []) if (one.name === check.name) one.done = true;
    } catch (error) {
      this.hands.complain(error);
    }
    this.settling.delete("check");
    this.latest.paint();
  }

  async run(work) {
    try {
      await work();
    } catch (error) {
      this.hands.complain(error);
      throw error;
    }
  }
}

function isSamePicture(one, other) {
  return one.querySelector("img").src === other.querySelector("img").src && Boolean(one.querySelector("svg.crop-outline")) === Boolean(other.querySelector("svg.crop-outline"));
}

/** Say what is still to be looked at before a series can be confirmed; nothing once it was looked through. */
function hintOf(series) {
  const { seen, total, isDone, isAgain } = lookAt(series);
  if (isDone) return "";
  if (total === 1) return say("preview.look");
  if (seen) return say("preview.look_on", { seen, total });
  return say(isAgain ? "preview.look_again" : "preview.look_stack");
}

/** The asker's preview: exactly what the panel will see, each series looked at full-size before it goes. */

import { act, get } from "./api.js";
import { DraftEdit } from "./draftedit.js";
import { choicesNode, quotedNode } from "./lines.js";
import { confirmed, openLightbox, poster } from "./lightbox.js";
import { lookAt, noteDrawn } from "./looks.js";
import { button, fill, fillAround, icon, make } from "./nodes.js";
import { say } from "./texts.js";
import { describe } from "./windows.js";

const POLL_MS = 2000;

/** One preview card; it fetches its question and keeps up with it through `refresh()`. */
export class Preview {
  /** `former` is the card that this one takes the place of: a text being edited and an open viewer move over. */
  constructor({ line, hands, former = null }) {
    Object.assign(this, { line, hands });
    this.node = make("div", { class: "preview", "aria-busy": "true" }, make("p", { class: "dim" }, line.text || say("preview.loading")));
    this.removing = new Set();
    this.editor = former?.editor ?? new DraftEdit({ questionId: line.question_id, complain: (error) => hands.complain(error) });
    this.editor.onClose = () => this.paint();
    if (former) this.takeOver(former);
    this.refresh();
  }

  takeOver(former) {
    const { question, box, shape, editor } = former;
    Object.assign(this, { question, box, shape });
    former.heir = this;
    if (editor.isFocused) requestAnimationFrame(() => editor.focus());
    if (editor.isOpen) this.paint();
  }

  /** The card that stands for this draft now. */
  get latest() {
    return this.heir?.latest ?? this;
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
    const shape = JSON.stringify(series.map((one) => [one.uid, one.frames.map(({ image, frame }) => [image, frame])]));
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
      make("h2", {}, title),
      isDraft && this.textNode(),
      this.progressNode(),
      ...series.map((one) => this.seriesNode(one)),
      this.refusalsNode(),
      isDraft && this.held.length > 0 && make("p", { class: "note warn" }, icon("warning"), say("preview.held_note", { count: this.held.length })),
      isDraft && this.line.choices?.length ? this.sendNode() : null,
    ];
  }

  doneCard() {
    const { question } = this;
    const gone = ["discarded", "expired", "withdrawn"].includes(question.state);
    const text = gone ? say(`state.${question.state}`) : say("preview.sent", { label: question.label });
    return [make("p", { class: "series-state dim" }, icon(gone ? "close" : "check"), text), !gone && this.hasTaken() && choicesNode(this.line, this.hands)];
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
      if (kept) card.querySelector(".poster").replaceWith(kept);
    }
  }

  textNode() {
    const { text } = this.question;
    if (this.editor.isOpen) return this.editor.node;
    const edit = this.can("edit_text") && button(say("preview.edit"), { icon: "pencil", class: "plain" }, () => this.edit());
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

  refusalsNode() {
    const refused = this.question.uploads?.refused ?? [];
    if (!refused.length) return null;
    const reasons = new Map();
    for (const sentence of refused) reasons.set(sentence, (reasons.get(sentence) ?? 0) + 1);
    const items = [...reasons].map(([sentence, times]) => make("li", {}, times > 1 ? `${times} × ${sentence}` : sentence));
    return make("div", { class: "note refused" }, make("p", {}, icon("warning"), say("preview.refused", { count: refused.length })), make("ul", {}, items));
  }

  seriesNode(series) {
    const open = () => this.open(series);
    const state = series.confirmed ? make("p", { class: "series-state ok" }, icon("check"), say("preview.confirmed")) : null;
    const words = series.confirmed ? "" : hintOf(series);
    const hint = words && make("p", { class: "hint" }, words);
    return make("div", { class: `series-card ${series.confirmed ? "confirmed" : ""}`, "data-uid": series.uid },
      poster(series, { press: open }),
      make("p", { class: "series-name" }, describe(series)),
      state, hint, make("div", { class: "row" }, this.seriesButtons(series)));
  }

  seriesButtons(series) {
    const confirm = button(say("preview.confirm"), { icon: "check", class: "confirm", disabled: !lookAt(series).isDone, "data-action": "confirm_series" },
      () => this.confirm(series));
    const remove = button(say("preview.remove"), { icon: "trash", class: "plain quiet", disabled: this.removing.has(series.uid), "data-action": "remove_series" },
      () => this.remove(series));
    return series.confirmed ? [remove] : [confirm, remove];
  }

  open(series) {
    const list = this.question.series;
    const index = Math.max(0, list.findIndex((one) => one.uid === series.uid));
    const onSeen = (uid, frame) => noteDrawn(uid, frame) && this.latest.box?.refresh();
    const onClose = () => { this.latest.box = null; this.latest.paint(); };
    this.box = openLightbox({ series: list, index, title: say("preview.viewer_title"), footer: (one) => this.latest.footer(one), onSeen, onClose });
  }

  footer(shown) {
    const series = this.question.series.find((one) => one.uid === shown.uid) ?? shown;
    if (series.confirmed) return [make("p", { class: "series-state ok" }, icon("check"), say("preview.confirmed"))];
    const { seen, total, isDone } = lookAt(series);
    const words = isDone ? say("preview.looked_through") : say("preview.look_on", { seen, total });
    const progress = total > 1 && make("p", { class: "hint progress", role: "status" }, words);
    return [make("p", { class: "hint" }, say("preview.names_where")), progress, make("div", { class: "row" }, this.seriesButtons(series))];
  }

  /** What is confirmed is what was shown: slices that came after the look wait for another. */
  async confirm(series) {
    const { images } = lookAt(series);
    await this.run(() => act("confirm_series", { question_id: this.question.id, fields: { series: series.uid, images: images.join(" ") } }));
    series.confirmed = true;
    this.paint();
    this.goOn(series);
  }

  /** In the viewer the next series that waits is shown; after the last one it closes. */
  goOn(series) {
    if (!this.box) return;
    const next = this.question.series.findIndex((one) => !one.confirmed && one.uid !== series.uid && !this.removing.has(one.uid));
    if (next >= 0) this.box.viewer.choose(next);
    else this.box.close();
  }

  async remove(series) {
    if (!(await confirmed(say("preview.remove_sure"), say("preview.remove")))) return;
    this.removing.add(series.uid);
    this.box?.close();
    await this.run(() => act("remove_series", { question_id: this.question.id, fields: { series: series.uid } }));
    this.question.series = this.question.series.filter((one) => one.uid !== series.uid);
    this.paint();
  }

  sendNode() {
    return make("div", { class: "preview-send" }, make("p", { class: "send-title" }, say("preview.send")), choicesNode(this.line, this.hands));
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

/** Say what is still to be looked at before a series can be confirmed; nothing once it was looked through. */
function hintOf(series) {
  const { seen, total, isDone, isAgain } = lookAt(series);
  if (isDone) return "";
  if (total === 1) return say("preview.look");
  if (seen) return say("preview.look_on", { seen, total });
  return say(isAgain ? "preview.look_again" : "preview.look_stack");
}

/** Where a panelist writes: answer with confidence, ask back, internal note; who will read it is always said. */

import { AnswerForm } from "./answerform.js";
import { act } from "./api.js";
import { BlockMenu } from "./blockmenu.js";
import { button, fill, icon, make } from "./nodes.js";
import { say } from "./texts.js";
import { complain } from "./toasts.js";

const KINDS = ["answer", "ask_back", "opinion", "note"];

/** One question's reply box; what is typed stays here, in memory, while other questions are read. */
export class Reply {
  constructor({ questionId, onSent }) {
    Object.assign(this, { questionId, onSent, kind: "answer", isOpen: false, allowed: new Set(), texts: {}, confidence: "" });
    this.build();
  }

  /** Show what the member may do now; a half-typed text is never touched. */
  allow(actions) {
    this.allowed = new Set(KINDS.filter((kind) => actions.includes(kind)));
    this.node.hidden = !this.allowed.size;
    if (this.allowed.size && !this.allowed.has(this.kind)) this.choose(KINDS.find((kind) => this.allowed.has(kind)));
    this.paint();
  }

  /** An urgent answer needs one line only: how sure it is may be left out. */
  hurry(isUrgent) {
    this.isUrgent = isUrgent;
    this.scale.querySelector("legend").textContent = say(isUrgent ? "reply.confidence_if" : "reply.confidence");
  }

  /** Say beside the answer what such images cannot show. */
  qualify(sentences) {
    fill(this.quality, sentences.length ? [icon("warning"), make("span", {}, sentences.join(" "))] : []);
    this.quality.hidden = !sentences.length;
  }

  /** Begin to write; answers false where this kind is not allowed now. */
  write(kind) {
    if (!this.allowed.has(kind)) return false;
    this.isOpen = true;
    this.choose(kind);
    this.input.focus();
    this.node.scrollIntoView({ block: "nearest" });
    return true;
  }

  /** Fold the box away; what is half-typed stays in it. */
  fold() {
    this.isOpen = false;
    this.paint();
  }

  get hasText() {
    this.texts[this.kind] = this.input.value;
    return Object.values(this.texts).some((text) => text?.trim());
  }

  build() {
    this.tabs = make("div", { class: "tabs", role: "tablist", "aria-label": say("reply.kinds") });
    this.reader = make("p", { class: "reader" });
    this.quality = make("p", { class: "answer-quality", hidden: true });
    this.input = make("textarea", { rows: "2", on: { input: () => this.grow(), keydown: (event) => this.key(event) } });
    this.scale = this.scaleNode();
    this.blocks = new BlockMenu(this.input, () => this.grow());
    this.form = new AnswerForm();
    this.sendButton = button("", { icon: "send", class: "primary", "data-testid": "reply-send" }, () => this.send());
    const hint = make("span", { class: "dim keys-hint" }, say("reply.keys"));
    const row = make("div", { class: "row" }, this.scale, make("span", { class: "grow" }), hint, this.sendButton);
    this.body = make("div", { class: "reply-body", hidden: true }, this.reader, this.quality, this.input, this.blocks.node, this.form.node, row);
    this.node = make("form", { class: "reply", hidden: true, on: { submit: (event) => event.preventDefault() } }, this.tabs, this.body);
  }

  scaleNode() {
    const name = `confidence-${this.questionId}`;
    const steps = ["1", "2", "3", "4", "5"].map((value) => {
      const input = make("input", { type: "radio", name, value, on: { change: () => { this.confidence = value; } } });
      return make("label", { class: "step" }, input, make("span", {}, value));
    });
    const typed = (event) => steps[Number(event.key) - 1]?.firstChild.click();
    return make("fieldset", { class: "scale", on: { keydown: typed } }, make("legend", {}, say("reply.confidence")), steps);
  }

  choose(kind) {
    this.texts[this.kind] = this.input.value;
    this.kind = kind;
    this.input.value = this.texts[kind] ?? "";
    this.paint();
    this.grow();
  }

  paint() {
    const { isOpen } = this;
    this.body.hidden = !isOpen;
    this.node.classList.toggle("open", isOpen);
    const press = (kind) => (isOpen && kind === this.kind ? this.fold() : this.write(kind));
    fill(this.tabs, KINDS.filter((kind) => this.allowed.has(kind)).map((kind) =>
      make("button", { type: "button", role: "tab", "aria-selected": String(isOpen && kind === this.kind), class: `tab tab-${kind}`, "data-kind": kind, on: { click: () => press(kind) } },
        say(`reply.${kind}`), this.texts[kind]?.trim() && !(isOpen && kind === this.kind) ? make("span", { class: "half" }, "…") : null)));
    this.node.dataset.kind = this.kind;
    fill(this.reader, icon(this.kind === "note" || this.kind === "opinion" ? "lock" : "send"), say(`reply.reader.${this.kind}`));
    this.input.placeholder = say(`reply.placeholder.${this.kind}`);
    this.input.setAttribute("aria-label", `${say(`reply.${this.kind}`)}. ${say(`reply.reader.${this.kind}`)}`);
    this.scale.hidden = this.kind !== "answer";
    this.form.node.hidden = this.kind !== "answer";
    this.sendButton.lastElementChild.textContent = say(`reply.send.${this.kind}`);
    this.sendButton.title = say("reply.keys");
  }

  key(event) {
    if (event.key === "Escape") return this.foldTo(event);
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.isComposing) return undefined;
    event.preventDefault();
    return this.send();
  }

  foldTo(event) {
    event.stopPropagation();
    this.texts[this.kind] = this.input.value;
    this.fold();
    this.tabs.querySelector(`[data-kind="${this.kind}"]`)?.focus();
  }

  async send() {
    const text = this.input.value.trim();
    const more = this.kind === "answer" ? this.form.read() : {};
    if (!text && !more.diagnoses) return this.input.focus();
    if (this.kind === "answer" && !this.confidence && !this.isUrgent) return this.askConfidence();
    const { kind } = this;
    const fields = kind === "answer" ? { ...more, ...(text ? { text } : {}), ...(this.confidence ? { confidence: this.confidence } : {}) } : { text };
    this.setBusy(true);
    try {
      await act(kind, { question_id: this.questionId, fields });
      this.clear(kind);
      this.fold();
      this.onSent(kind);
    } catch (error) {
      complain(error, () => this.send());
    } finally {
      this.setBusy(false);
    }
    return undefined;
  }

  askConfidence() {
    this.scale.classList.add("missing");
    this.scale.querySelector("input").focus();
    return setTimeout(() => this.scale.classList.remove("missing"), 2500);
  }

  clear(kind) {
    this.texts[kind] = "";
    if (this.kind === kind) this.input.value = "";
    this.grow();
    if (kind !== "answer") return;
    this.confidence = "";
    this.form.clear();
    for (const input of this.scale.querySelectorAll("input")) input.checked = false;
  }

  setBusy(isBusy) {
    this.input.readOnly = isBusy;
    this.sendButton.disabled = isBusy;
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(Math.max(72, this.input.scrollHeight + 2), innerHeight * 0.45)}px`;
  }
}

/** Editing a draft's text. What is typed outlives a newer preview, and a save that met another change gives it back. */

import { act } from "./api.js";
import { quotedNode } from "./lines.js";
import { button, fill, make } from "./nodes.js";
import { say } from "./texts.js";

/** The editor of one draft; `onClose()` is called when the text is shown again. */
export class DraftEdit {
  constructor({ questionId, onClose, complain }) {
    Object.assign(this, { questionId, onClose, complain, isOpen: false, isSaved: false });
    this.input = make("textarea", { rows: "5", "aria-label": say("preview.edit") });
    this.input.addEventListener("keydown", (event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && this.save());
    this.news = make("div", { class: "note warn", hidden: true, role: "status" });
    this.saveButton = button(say("save"), { class: "primary" }, () => this.save());
    const row = make("div", { class: "row end" }, button(say("cancel"), { class: "plain" }, () => this.close()), this.saveButton);
    this.node = make("div", { class: "preview-text" }, this.news, this.input, row);
  }

  /** Begin with a text as it is now. */
  open(text) {
    this.seen = text?.value ?? "";
    this.input.value = this.seen;
    this.news.hidden = true;
    this.isSaved = false;
    this.isOpen = true;
  }

  get isFocused() {
    return document.activeElement === this.input;
  }

  /** The save was refused, because the text had changed: what was typed comes back, with the new text beside it. */
  reopen(text) {
    this.seen = text?.value ?? "";
    this.isSaved = false;
    this.isOpen = true;
    fill(this.news, make("p", {}, say("preview.text_changed")), ...quotedNode(text ?? { value: "" }));
    this.news.hidden = false;
  }

  focus() {
    this.input.focus();
  }

  async save() {
    const text = this.input.value.trim();
    if (!text) return this.focus();
    this.saveButton.disabled = true;
    // The refusal may come through the stream before the request is answered.
    this.isSaved = true;
    try {
      await act("edit_text", { question_id: this.questionId, fields: { text, seen: this.seen } });
      if (this.isSaved) this.close();
    } catch (error) {
      this.isSaved = false;
      this.complain(error);
    }
    this.saveButton.disabled = false;
    return undefined;
  }

  close() {
    this.isOpen = false;
    this.onClose();
  }
}

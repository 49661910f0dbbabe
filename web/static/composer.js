/** Where a member writes: text, files (picked, dropped, pasted, a whole folder), and what it replies to. */

import { button, fill, icon, make } from "./nodes.js";
import { say } from "./texts.js";
import { toast } from "./toasts.js";
import { showBatch } from "./tray.js";
import { UploadBatch, filesOf } from "./uploader.js";

const isTouch = matchMedia("(pointer: coarse)").matches;

/** The composer; `onSend({text, batch, tray, reply})` takes a message over, `onLink()` wants an upload link. */
export class Composer {
  constructor({ onSend, onLink }) {
    Object.assign(this, { onSend, onLink });
    this.build();
    this.renew();
    this.listen();
  }

  /** Reply to a question {id, label, mine}: shown as a chip until sent or taken away. */
  replyTo(question) {
    this.reply = question;
    fill(this.chip, question
      ? [icon("back"), make("span", {}, say("chat.reply_to", { label: question.label })),
         button(say("chat.no_reply"), { icon: "close", bare: true, class: "tool small" }, () => this.replyTo(null))]
      : []);
    this.chip.hidden = !question;
    this.menu.hidden = !this.takesFiles;
    if (question) this.input.focus();
  }

  /** Put a text back, for example of a message that could not be sent. */
  restore(text) {
    this.input.value = [text, this.input.value].filter(Boolean).join("\n");
    this.grow();
    this.input.focus();
  }

  add(files) {
    if (files.length && this.takesFiles) this.batch.add(files);
    else if (files.length) this.refuseFiles();
  }

  /** Files go to the own draft or question; a colleague's is answered in words. */
  get takesFiles() {
    return !this.reply || this.reply.mine !== false;
  }

  refuseFiles() {
    toast(say("chat.no_files_here", { label: this.reply.label }), { kind: "error" });
  }

  get isEmpty() {
    return !this.input.value.trim() && !this.batch.items.length;
  }

  build() {
    this.chip = make("div", { class: "reply-chip", hidden: true });
    this.input = make("textarea", { id: "message", rows: "1", placeholder: say("chat.placeholder"), "aria-label": say("chat.placeholder"), enterkeyhint: isTouch ? "enter" : "send" });
    this.files = picker({ multiple: true }, (files) => this.add(files));
    this.folder = picker({ webkitdirectory: true }, (files) => this.add(files));
    this.button = button(say("chat.send"), { icon: "send", bare: true, class: "send primary", "data-testid": "send" }, () => this.send());
    this.place = make("div", { class: "tray-place" });
    const row = make("div", { class: "composer-row" }, this.attachMenu(), this.input, this.button);
    this.node = make("form", { class: "composer", "aria-label": say("chat.write"), on: { submit: (event) => event.preventDefault() } },
      this.chip, this.place, row, this.files, this.folder);
  }

  attachMenu() {
    const close = (act) => () => { this.menu.open = false; act(); };
    const items = [button(say("chat.files"), { icon: "file", class: "menu-item" }, close(() => this.files.click()))];
    if ("webkitdirectory" in this.folder) items.push(button(say("chat.folder"), { icon: "folder", class: "menu-item" }, close(() => this.folder.click())));
    items.push(button(say("chat.upload_link"), { icon: "link", class: "menu-item" }, close(() => this.onLink(this.reply))));
    const toggle = make("summary", { "aria-label": say("chat.attach"), title: say("chat.attach") }, icon("attach"));
    this.menu = make("details", { class: "menu attach" }, toggle, make("div", { class: "menu-list up" }, items));
    document.addEventListener("click", (event) => this.menu.contains(event.target) || (this.menu.open = false));
    this.menu.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.menu.open = false;
    });
    return this.menu;
  }

  /** Begin a new, empty message. */
  renew() {
    this.batch = new UploadBatch();
    const tray = showBatch(this.batch);
    this.tray = tray;
    this.batch.onChange = () => { tray.refresh(); this.grow(); };
    fill(this.place, tray.node);
    this.input.value = "";
    this.replyTo(null);
    this.grow();
  }

  listen() {
    this.input.addEventListener("input", () => this.grow());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("paste", (event) => this.paste(event));
    const stop = (event) => { event.preventDefault(); document.body.classList.toggle("dropping", event.type === "dragover"); };
    for (const type of ["dragover", "dragleave", "drop"]) addEventListener(type, stop);
    addEventListener("drop", async (event) => this.add(await filesOf(event.dataTransfer)));
  }

  /** Enter sends with a keyboard, breaks the line on a phone; while Hangul is composed it does neither. */
  key(event) {
    if (event.key !== "Enter" || event.isComposing || event.keyCode === 229) return;
    const sends = event.ctrlKey || event.metaKey || (!isTouch && !event.shiftKey);
    if (!sends) return;
    event.preventDefault();
    this.send();
  }

  paste(event) {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    this.add(files);
  }

  send() {
    if (this.isEmpty) return this.input.focus();
    if (this.batch.items.length && !this.takesFiles) return this.refuseFiles();
    const message = { text: this.input.value.trim(), batch: this.batch, tray: this.tray, reply: this.reply };
    this.renew();
    this.onSend(message);
    return this.input.focus();
  }

  grow() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight + 2, innerHeight * 0.35)}px`;
    this.button.disabled = this.isEmpty;
  }
}

function picker(attributes, take) {
  return make("input", {
    type: "file", class: "off", tabindex: "-1", "aria-hidden": "true", ...attributes,
    on: { change: (event) => { take([...event.target.files]); event.target.value = ""; } },
  });
}

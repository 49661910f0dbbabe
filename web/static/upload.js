/** The page behind an upload link: files go in without signing in, from a phone or the PC beside the PACS. */

import { newId, persist, post } from "./api.js";
import { button, fill, icon, make } from "./nodes.js";
import { isDemo, say } from "./texts.js";
import { complain } from "./toasts.js";
import { showBatch } from "./tray.js";
import { UploadBatch, filesOf } from "./uploader.js";

class UploadPage {
  constructor(app) {
    this.app = app;
    this.root = location.pathname.replace(/\/+$/, "");
    this.clientId = newId();
    this.batch = new UploadBatch({ root: this.root });
    this.tray = showBatch(this.batch);
    this.batch.onChange = () => { this.tray.refresh(); this.check(); };
    this.files = this.picker({ multiple: true });
    this.folder = this.picker({ webkitdirectory: true });
    this.finishButton = button(say("upload.finish"), { icon: "check", class: "primary big", disabled: true }, () => this.finish());
    this.hint = make("p", { class: "dim finish-hint" });
    this.listen();
    fill(app, this.page());
    addEventListener("beforeunload", (event) => !this.isDone && this.batch.items.length && event.preventDefault());
  }

  page() {
    const picks = make("div", { class: "row middle" },
      button(say("upload.pick_files"), { icon: "file", class: "primary" }, () => this.files.click()),
      "webkitdirectory" in this.folder && button(say("upload.pick_folder"), { icon: "folder", class: "plain folder-pick" }, () => this.folder.click()));
    const zone = make("div", { class: "drop-zone" }, icon("stack"), make("p", { class: "drop-title" }, say("upload.drop")), make("p", { class: "dim" }, say("upload.what")), picks);
    return make("div", { class: "upload-page" },
      make("header", {}, make("h1", {}, "Hilum", isDemo ? make("small", {}, "demo") : null), make("p", {}, say("upload.title"))),
      zone, this.files, this.folder, this.tray.node,
      make("div", { class: "finish" }, this.hint, this.finishButton), make("p", { class: "dim privacy" }, say("upload.privacy")));
  }

  picker(attributes) {
    return make("input", { type: "file", class: "off", tabindex: "-1", "aria-hidden": "true", ...attributes,
      on: { change: (event) => { this.batch.add([...event.target.files]); event.target.value = ""; } } });
  }

  listen() {
    const stop = (event) => { event.preventDefault(); document.body.classList.toggle("dropping", event.type === "dragover"); };
    for (const type of ["dragover", "dragleave", "drop"]) addEventListener(type, stop);
    addEventListener("drop", async (event) => this.batch.add(await filesOf(event.dataTransfer)));
    addEventListener("paste", (event) => this.batch.add([...(event.clipboardData?.files ?? [])]));
  }

  check() {
    const { files, done, failed } = this.batch.totals;
    this.finishButton.disabled = !done || this.batch.isBusy || this.isFinishing;
    document.body.classList.toggle("has-files", files > 0);
    this.hint.textContent = !files ? "" : this.batch.isBusy ? say("upload.wait") : failed ? say("upload.finish_without", { failed }) : say("upload.ready");
  }

  async finish() {
    this.isFinishing = true;
    this.check();
    try {
      const body = { client_id: this.clientId, uploads: this.batch.ids };
      await persist((round) => post("/api/finish", body, { root: this.root }).catch((error) => alreadyDone(error, round)));
      this.isDone = true;
      this.showDone(this.batch.ids.length);
    } catch (error) {
      complain(error, () => this.finish());
    }
    this.isFinishing = false;
    if (!this.isDone) this.check();
  }

  showDone(count) {
    const done = make("div", { class: "upload-page done", role: "status", tabindex: "-1" }, icon("check"), make("h1", {}, say("upload.done", { count })), make("p", {}, say("upload.close_page")));
    fill(this.app, done);
    done.focus();
  }
}

/** The link is used up by finishing: when an answer was lost, its repeat finds no link any more. */
function alreadyDone(error, round) {
  if (round > 0 && error.status === 404) return {};
  throw error;
}

new UploadPage(document.getElementById("app"));

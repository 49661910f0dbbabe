/** Sends files one streamed PUT each, three at once, and goes on where a lost connection broke off. */

import { ApiError, newId, patience, persist, post } from "./api.js";
import { base, say } from "./texts.js";

const PARALLEL = 3;
const AT_ONCE = 100;
const TRIES = 12;
const JUNK_NAMES = new Set([".ds_store", "thumbs.db", "desktop.ini", "autorun.inf", "dicomdir", "lockfile", "version"]);
const JUNK_ENDINGS = /\.(exe|dll|inf|ini|jar|bat|cmd|com|htm|html|css|js|xml|txt|chm|lnk|ico|db)$/i;

/** Return whether a file from a disc or a folder is certainly no image; such files stay where they are. */
export function isJunk({ name, fullPath = "" }) {
  const low = name.toLowerCase();
  return JUNK_NAMES.has(low) || low.startsWith("._") || JUNK_ENDINGS.test(low) || fullPath.includes("__MACOSX");
}

/** Return all files of a drop or a paste, folders walked through. */
export async function filesOf(transfer) {
  const entries = [...(transfer.items ?? [])].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.length) return [...(transfer.files ?? [])];
  const found = [];
  for (const entry of entries) await walk(entry, found);
  return found;
}

/**
 * One message's files. `onChange()` is called whenever a number changes. File names stay here.
 * Items: {file, name, size, sent, state: "waiting" | "sending" | "done" | "failed", error}.
 */
export class UploadBatch {
  constructor({ root = base, onChange = () => {} } = {}) {
    Object.assign(this, { root, onChange, items: [], skipped: [], requests: new Map(), isStalled: false });
    this.waiters = [];
  }

  /** Take files in and begin to send them. */
  add(files) {
    for (const file of files) {
      if (isJunk(file)) this.skipped.push(file.name);
      else this.items.push({ clientId: newId(), file, name: file.name, size: file.size, sent: 0, state: "new", error: "" });
    }
    this.onChange();
    return this.begin(this.items.filter((item) => item.state === "new"));
  }

  /** Take a file out again. */
  remove(item) {
    this.requests.get(item)?.abort();
    this.requests.delete(item);
    this.items = this.items.filter((one) => one !== item);
    this.settle();
  }

  /** Try the failed ones again. */
  retry() {
    const failed = this.items.filter((item) => item.state === "failed");
    for (const item of failed) Object.assign(item, { state: "new", error: "" });
    return this.begin(failed);
  }

  get ids() {
    return this.items.filter((item) => item.state === "done").map((item) => item.id);
  }

  get totals() {
    const size = this.items.reduce((sum, item) => sum + item.size, 0);
    const sent = this.items.reduce((sum, item) => sum + Math.min(item.sent, item.size), 0);
    const of = (state) => this.items.filter((item) => item.state === state).length;
    return { files: this.items.length, size, sent, done: of("done"), failed: of("failed") };
  }

  get isComplete() {
    return this.items.every((item) => item.state === "done");
  }

  /** Resolves when nothing is under way any more; failed ones then say so in `totals`. */
  whenSettled() {
    return this.isBusy ? new Promise((resolve) => this.waiters.push(resolve)) : Promise.resolve();
  }

  get isBusy() {
    return this.items.some((item) => !["done", "failed"].includes(item.state));
  }

  async begin(items) {
    for (const item of items) item.state = "announced";
    for (let from = 0; from < items.length; from += AT_ONCE) await this.announce(items.slice(from, from + AT_ONCE));
    this.pump();
  }

  /** Tell the server what comes; for a file it knows, it says how much it has. */
  async announce(items) {
    const files = items.map((item) => ({ client_id: item.clientId, size: item.size }));
    try {
      const answer = await persist(() => post("/api/uploads", { files }, { root: this.root }), { tries: TRIES, onWait: () => this.stall() });
      const known = new Map([...answer.uploads, ...(answer.refused ?? [])].map((upload) => [upload.client_id, upload]));
      for (const item of items) this.place(item, known.get(item.clientId));
    } catch (error) {
      for (const item of items) this.fail(item, error);
    }
  }

  place(item, upload) {
    if (!upload) return this.fail(item, new ApiError(500));
    if (upload.error) return this.fail(item, new ApiError(422, upload));
    Object.assign(item, { id: upload.id, sent: upload.received, state: "waiting" });
    if (upload.state && upload.state !== "receiving") item.state = "done";
    return this.settle();
  }

  pump() {
    const free = PARALLEL - this.items.filter((item) => item.state === "sending").length;
    const next = this.items.filter((item) => item.state === "waiting").slice(0, Math.max(0, free));
    for (const item of next) this.send(item);
  }

  async send(item) {
    item.state = "sending";
    try {
      await this.sendAll(item);
      Object.assign(item, { state: "done", sent: item.size });
    } catch (error) {
      this.fail(item, error);
    }
    this.requests.delete(item);
    this.settle();
    this.pump();
  }

  /**
   * PUT the rest; after a break ask how much arrived and go on from there, more patiently each time.
   * What counts as progress is what the server has kept, not what the browser has sent.
   */
  async sendAll(item) {
    let round = 0;
    let kept = item.sent;
    while (this.items.includes(item)) {
      try {
        return await this.put(item);
      } catch (error) {
        const isElsewhere = error.code === "upload_offset";
        if (!isElsewhere && !error.isPassing) throw error;
        if (round >= TRIES) throw isElsewhere ? new ApiError(409, { message: say("upload.gave_up") }) : error;
        await this.resume(item, round);
        round = item.sent > kept ? 0 : round + 1;
        kept = Math.max(kept, item.sent);
      }
    }
    return undefined;
  }

  async resume(item, round) {
    this.stall();
    await patience(round);
    const files = [{ client_id: item.clientId, size: item.size }];
    const answer = await post("/api/uploads", { files }, { root: this.root }).catch(() => null);
    item.sent = answer?.uploads[0]?.received ?? item.sent;
    this.isStalled = !answer;
    this.onChange();
  }

  put(item) {
    const offset = item.sent;
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      this.requests.set(item, request);
      request.open("PUT", `${this.root}/api/uploads/${encodeURIComponent(item.id)}?offset=${offset}`);
      request.responseType = "json";
      request.setRequestHeader("content-type", "application/octet-stream");
      request.upload.onprogress = (event) => this.progress(item, offset + event.loaded);
      request.onload = () => (request.status < 300 ? this.finishPut(item, request, resolve, reject) : reject(refusal(request)));
      request.onerror = () => reject(new ApiError(0, { message: say("error.offline") }));
      request.onabort = () => reject(new ApiError(499, { message: say("upload.removed") }));
      request.send(offset ? item.file.slice(offset) : item.file);
    });
  }

  finishPut(item, request, resolve, reject) {
    item.sent = request.response?.received ?? item.size;
    if (item.sent >= item.size) resolve();
    else reject(new ApiError(0, { message: say("error.offline") }));
  }

  progress(item, sent) {
    item.sent = sent;
    this.isStalled = false;
    this.onChange();
  }

  stall() {
    this.isStalled = true;
    this.onChange();
  }

  fail(item, error) {
    Object.assign(item, { state: "failed", error: error.message || say("error.server") });
    this.settle();
  }

  settle() {
    this.onChange();
    if (this.isBusy) return;
    for (const resolve of this.waiters.splice(0)) resolve();
  }
}

function refusal(request) {
  if (request.status === 401) document.dispatchEvent(new CustomEvent("signed-out"));
  return new ApiError(request.status, request.response ?? {});
}

async function walk(entry, found) {
  if (entry.isFile) {
    const file = await new Promise((resolve) => entry.file(resolve, () => resolve(null)));
    if (file) found.push(file);
    return;
  }
  const reader = entry.createReader();
  for (;;) {
    const batch = await new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
    if (!batch.length) return;
    for (const inner of batch) await walk(inner, found);
  }
}

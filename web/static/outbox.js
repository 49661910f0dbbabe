/** Own messages on their way. What was typed may name a patient, so it lives in memory only, never in storage. */

import { newId, persist, post } from "./api.js";
import { say } from "./texts.js";

/** Sends one message after another, each until it is taken; warns before the page with unsent ones is left. */
export class Outbox {
  constructor({ onChange, onAccepted, hasUnsent = () => false }) {
    Object.assign(this, { onChange, onAccepted, pending: [] });
    addEventListener("beforeunload", (event) => {
      if (hasUnsent() || this.pending.some((one) => !one.accepted)) event.preventDefault();
    });
  }

  /** Take a message over from the composer. */
  add({ text, batch, tray, reply }) {
    const hasFiles = batch.items.length > 0;
    const pending = { clientId: newId(), text, batch: hasFiles ? batch : null, tray: hasFiles ? tray : null, reply, accepted: false, error: "" };
    if (hasFiles) batch.onChange = () => tray.refresh();
    this.pending.push(pending);
    this.onChange();
    return this.work();
  }

  retry(pending) {
    pending.error = "";
    this.onChange();
    return this.work();
  }

  /** Send it without the files that failed. */
  sendWithout(pending) {
    pending.leavesFailed = true;
    return this.retry(pending);
  }

  drop(pending) {
    this.pending = this.pending.filter((one) => one !== pending);
    this.onChange();
    return this.work();
  }

  /** An own line came back de-identified: it takes the place of the oldest message that waits for it. */
  echoed(line) {
    const hasText = Boolean(line.quoted?.value);
    const waiting = this.pending.filter((one) => one.posted);
    const match = waiting.find((one) => Boolean(one.text) === hasText) ?? waiting[0];
    if (match) this.pending = this.pending.filter((one) => one !== match);
    if (match) this.onChange();
  }

  async work() {
    if (this.isWorking) return;
    this.isWorking = true;
    for (let next = this.next(); next; next = this.next()) await this.send(next);
    this.isWorking = false;
  }

  /** The first message not yet taken, unless it failed: order is kept, a failed one holds the rest. */
  next() {
    const first = this.pending.find((one) => !one.accepted);
    return first && !first.error ? first : null;
  }

  async send(pending) {
    try {
      await this.deliver(pending);
      pending.accepted = true;
      this.onAccepted(pending);
    } catch (error) {
      pending.posted = false;
      pending.error = error.message;
    }
    this.onChange();
  }

  async deliver(pending) {
    await pending.batch?.whenSettled();
    if (pending.batch?.totals.failed && !pending.leavesFailed) throw new Error(firstFailure(pending.batch));
    const body = { client_id: pending.clientId, text: pending.text || undefined, in_reply_to: pending.reply?.id };
    if (pending.batch) body.uploads = pending.batch.ids;
    pending.posted = true;
    await persist(() => post("/api/messages", body), { tries: 40 });
  }
}

function firstFailure(batch) {
  const reason = batch.items.find((item) => item.state === "failed")?.error ?? "";
  return [say("chat.files_failed"), reason].filter(Boolean).join(" ");
}

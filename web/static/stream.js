/** The server's event stream: resumes where it broke off, and says whether it is connected. */

import { get } from "./api.js";
import { base } from "./texts.js";

const SILENCE = 50_000;

/** Follow lines and questions from two marks on; returns a function that stops it. */
export function follow({ line = 0, entry = 0, onLine, onQuestion, onState }) {
  const stream = new Stream({ line, entry, onLine, onQuestion, onState });
  stream.open();
  return () => stream.stop();
}

class Stream {
  constructor(options) {
    Object.assign(this, options);
    this.round = 0;
    this.wake = () => this.reopen();
    addEventListener("online", this.wake);
    addEventListener("offline", () => this.onState("offline"));
    document.addEventListener("visibilitychange", () => !document.hidden && this.isStale() && this.reopen());
    this.watch = setInterval(() => this.isStale() && this.reopen(), 10_000);
  }

  open() {
    this.heard = Date.now();
    this.source = new EventSource(`${base}/api/stream?line=${this.line}&entry=${this.entry}`);
    this.source.onopen = () => this.connected();
    this.source.onerror = () => this.broken();
    this.source.addEventListener("line", (event) => this.tookLine(JSON.parse(event.data)));
    this.source.addEventListener("question", (event) => this.tookQuestion(JSON.parse(event.data)));
    this.source.addEventListener("ping", () => this.connected());
  }

  tookLine(line) {
    this.connected();
    this.line = Math.max(this.line, line.id);
    this.onLine?.(line);
  }

  tookQuestion(change) {
    this.connected();
    this.entry = Math.max(this.entry, change.entry);
    this.onQuestion?.(change);
  }

  connected() {
    this.heard = Date.now();
    this.round = 0;
    this.onState("connected");
  }

  /** The browser would reconnect with old marks, so the stream is opened anew with the present ones. */
  broken() {
    this.source.close();
    this.onState("reconnecting");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.open(), Math.min(15_000, 700 * 2 ** this.round));
    if (this.round === 1) get("/api/me").catch(() => {});
    this.round += 1;
  }

  reopen() {
    this.source.close();
    clearTimeout(this.timer);
    this.open();
  }

  isStale() {
    return this.source.readyState !== EventSource.CLOSED && Date.now() - this.heard > SILENCE;
  }

  stop() {
    clearInterval(this.watch);
    clearTimeout(this.timer);
    removeEventListener("online", this.wake);
    this.source.close();
  }
}

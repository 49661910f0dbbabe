/** The panel's desk: the list and one question, side by side or one after the other on a phone. */

import { isAlarm } from "./alarm.js";
import { act, get } from "./api.js";
import { showBar } from "./bar.js";
import { CasePane } from "./casepane.js";
import { startClock } from "./clock.js";
import { live } from "./live.js";
import { button, fill, make, showDialog } from "./nodes.js";
import { openSearch } from "./search.js";
import { plainly, say, unsigned } from "./texts.js";
import { complain, toast } from "./toasts.js";
import { Worklist } from "./worklist.js";

const GATHER_MS = 120;
const SHORTCUTS = ["c", "a", "b", "n", "j", "k", "v", "/", "?"];

class Desk {
  constructor(app) {
    this.replies = new Map();
    this.news = [];
    this.list = new Worklist({ choose: (id) => (location.hash = `q/${encodeURIComponent(id)}`) });
    this.place = make("div", { class: "desk-case" });
    this.empty = make("p", { class: "desk-empty" }, say("desk.choose"), make("span", { class: "dim" }, say("desk.help_hint")));
    fill(app, this.list.node, this.place);
    addEventListener("hashchange", () => this.route());
    addEventListener("keydown", (event) => this.key(event));
    addEventListener("beforeunload", (event) => this.hasText() && event.preventDefault());
  }

  start() {
    startClock();
    const begin = async () => { await this.refresh(); this.route(); };
    return live(begin, { onLine: (line) => this.line(line), onQuestion: (change) => this.changed(change) });
  }

  async refresh() {
    try {
      this.list.show(await get("/api/desk"));
    } catch (error) {
      complain(error, () => this.refresh());
    }
  }

  /** #q/<id> is a question, anything else the list. */
  route() {
    const id = location.hash.startsWith("#q/") ? decodeURIComponent(location.hash.slice(3)) : null;
    document.body.classList.toggle("has-case", Boolean(id));
    this.list.select(id);
    if (id === this.pane?.id) return;
    this.leave();
    if (id) this.open(id);
    else fill(this.place, this.empty);
  }

  open(id) {
    this.forgetNews(id);
    this.pane = new CasePane({ id, back: () => (location.hash = "") });
    const kept = this.replies.get(id);
    if (kept) {
      this.pane.reply.node.replaceWith(kept.node);
      kept.onSent = this.pane.reply.onSent;
      this.pane.reply = kept;
    }
    this.replies.set(id, this.pane.reply);
    fill(this.place, this.pane.node);
    this.place.scrollTop = 0;
    this.pane.refresh();
  }

  /** Once a question is read or taken, the call for it need not stand there any longer. */
  forgetNews(id) {
    for (const one of this.news) if (one.id === id) one.close();
    this.news = this.news.filter((one) => one.id !== id);
  }

  leave() {
    this.pane?.close();
    this.pane = null;
  }

  changed({ question_id: id, kind }) {
    if (kind === "claimed") this.forgetNews(id);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.refresh(), GATHER_MS);
    if (this.pane?.id !== id) return;
    clearTimeout(this.paneTimer);
    this.paneTimer = setTimeout(() => this.pane?.refresh(), GATHER_MS);
  }

  line(line) {
    if (line.direction !== "out" || !line.text || isAlarm(line)) return;
    if (line.key === "error.already_taken") return this.tooLate(line);
    const open = line.question_id && line.question_id !== this.pane?.id ? () => (location.hash = `q/${line.question_id}`) : null;
    const close = toast(sayNews(line), { press: open, kind: open ? "news" : "plain" });
    if (open) this.news.push({ id: line.question_id, close });
  }

  /** Whoever was too late may follow what another has. */
  tooLate(line) {
    const follow = line.choices?.find(({ action }) => action === "follow");
    const press = follow ? () => act("follow", { question_id: line.question_id, token: line.token }).catch(complain) : null;
    toast(sayNews(line), { kind: "error", press, label: follow?.label });
  }

  hasText() {
    return [...this.replies.values()].some((reply) => reply.hasText);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target) || document.querySelector("dialog[open]")) {
      if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
      return;
    }
    const act = this.actOf(event.key);
    if (!act) return;
    event.preventDefault();
    act();
  }

  actOf(key) {
    const go = (step) => () => {
      const id = this.list.neighbour(step);
      if (id) location.hash = `q/${encodeURIComponent(id)}`;
    };
    const acts = {
      j: go(1), k: go(-1), "?": () => showHelp(), c: () => this.pane?.press("claim"), a: () => this.pane?.reply.write("answer"),
      b: () => this.pane?.reply.write("ask_back"), n: () => this.pane?.reply.write("note"), v: () => this.pane?.viewer?.focus(),
      Escape: () => (location.hash = ""), "/": () => (this.list.search.input.offsetParent ? this.list.search.focus() : openSearch()),
    };
    return acts[key];
  }
}

/** What was written comes along, so that nobody has to open it to know whether it matters now. */
function sayNews({ text, quoted }) {
  const words = quoted?.value && !text.includes(quoted.value) ? ` ${quoted.value}` : "";
  return plainly(unsigned(text) + words);
}

function isTyping(node) {
  return ["TEXTAREA", "SELECT"].includes(node.tagName) || (node.tagName === "INPUT" && !["radio", "range"].includes(node.type));
}

function showHelp() {
  const rows = SHORTCUTS.map((key) => [make("dt", {}, make("kbd", {}, key)), make("dd", {}, say(`keys.${{ "?": "help", "/": "search" }[key] ?? key}`))]);
  rows.push([make("dt", {}, make("kbd", {}, "Ctrl"), make("kbd", {}, "Enter")), make("dd", {}, say("keys.send"))]);
  const dialog = make("dialog", { class: "ask help", "aria-label": say("keys.title") });
  dialog.append(make("h2", {}, say("keys.title")), make("dl", {}, rows.flat()), make("p", { class: "dim" }, say("viewer.keys")),
    make("div", { class: "row end" }, button(say("close"), { class: "primary" }, () => dialog.close())));
  showDialog(dialog);
}

showBar();
const desk = new Desk(document.getElementById("app"));
desk.start().catch((error) => complain(error, () => location.reload()));

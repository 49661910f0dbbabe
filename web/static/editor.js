/** The editor's page: questions that wait for release, and today's digest. */

import { isAlarm } from "./alarm.js";
import { act, get, now } from "./api.js";
import { showBar } from "./bar.js";
import { urgencyNode } from "./clock.js";
import { confirmed } from "./lightbox.js";
import { live } from "./live.js";
import { button, fill, icon, make, marked } from "./nodes.js";
import { base, momentOf, plainly, say, sayKind } from "./texts.js";
import { complain, toast } from "./toasts.js";

const EARLY_MS = 14 * 24 * 3600 * 1000;
/** Words that look like sex, age or day; a hint for the editor, never a gate. */
const TELLTALE = /\b\d{1,3}\s?(?:y(?:ears?|rs?)?(?:[ -]?old)?|yo|s)\b|\d{1,3}\s?(?:세|대|개월)|\b(?:M|F)\s?\/?\s?\d{1,3}|\b(?:M|F|male|female|man|woman|boy|girl)\b|남자|여자|남성|여성|남아|여아|\bD\s?\d{1,3}\b|\bday\s?\d+|\d{1,2}월\s?\d{1,2}일|\d{4}-\d{2}-\d{2}/giu;

class EditorPage {
  constructor(app) {
    this.forms = new Map();
    this.list = make("div", { class: "release-list" });
    this.digest = make("section", { class: "digest-preview", "aria-label": say("editor.digest") });
    fill(app, make("section", { class: "releases" }, make("h1", {}, say("editor.title")), this.list), this.digest);
    addEventListener("beforeunload", (event) => [...this.forms.values()].some((form) => form.isChanged) && event.preventDefault());
  }

  async start() {
    const later = () => { clearTimeout(this.timer); this.timer = setTimeout(() => this.refresh(), 200); };
    const onLine = (line) => { if (line.direction === "out" && line.text && !isAlarm(line)) toast(line.text); };
    await live(() => this.refresh(), { onLine, onQuestion: later });
  }

  /** Fetch again; a form that is being edited stays as it is. */
  async refresh() {
    const { awaiting, digest } = await get("/api/editor");
    const known = this.forms;
    this.forms = new Map(awaiting.map((one) => [one.id, known.get(one.id) ?? new ReleaseForm(one, () => this.settle())]));
    const nodes = [...this.forms.values()].map((form) => form.node);
    const shown = [...this.list.children];
    const isSame = nodes.length && nodes.length === shown.length && nodes.every((node, place) => node === shown[place]);
    if (!isSame) fill(this.list, nodes.length ? nodes : make("p", { class: "empty" }, say("editor.empty")));
    this.showDigest(digest);
  }

  showDigest(text) {
    const send = button(say("editor.send_digest"), { icon: "send", class: "primary", disabled: !text, "data-action": "send_digest" }, () => this.sendDigest(send));
    const words = text ? make("div", { class: "digest-text" }, text) : make("p", { class: "empty" }, say("editor.no_digest"));
    fill(this.digest, make("h2", {}, say("editor.digest")), words, make("div", { class: "row end" }, send));
  }

  async sendDigest(node) {
    if (!(await confirmed(say("editor.digest_sure"), say("editor.send_digest")))) return;
    node.disabled = true;
    try {
      await act("send_digest");
      toast(say("editor.digest_sent"));
    } catch (error) {
      node.disabled = false;
      complain(error);
    }
  }

  settle() {
    setTimeout(() => this.refresh().catch(complain), 1200);
  }
}

/** One question that waits: what was asked and answered, and the text that members will read. */
class ReleaseForm {
  constructor(question, onDone) {
    Object.assign(this, { question, onDone });
    this.first = prefilled(question);
    this.hint = make("p", { class: "note warn", hidden: true, role: "status" });
    this.input = make("textarea", { rows: "5", value: this.first, "aria-label": say("editor.text"), on: { input: () => this.check() } });
    this.buttons = make("div", { class: "row end" },
      button(say("editor.hold_back"), { class: "plain quiet", "data-action": "hold_back" }, () => this.holdBack()),
      button(say("editor.publish"), { icon: "check", class: "primary", "data-action": "publish" }, () => this.publish()));
    this.node = make("article", { class: "release", "data-id": question.id }, ...this.parts());
    this.check();
  }

  get isChanged() {
    return this.input.value !== this.first;
  }

  get isEarly() {
    return now() - new Date(this.question.opened_at).getTime() < EARLY_MS;
  }

  parts() {
    const { question } = this;
    const head = make("header", { class: "row" }, make("h2", {}, question.label), urgencyNode(question.urgency), make("span", { class: "dim" }, momentOf(question.opened_at)),
      make("span", { class: "grow" }), make("a", { href: `${base}/questions/${encodeURIComponent(question.id)}` }, icon("stack"), say("editor.open")));
    const basis = question.basis && make("p", { class: "dim" }, say("editor.basis", { basis: say(`basis.${question.basis}`) }));
    const rule = make("p", { class: `rule ${this.isEarly ? "early" : ""}` }, icon(this.isEarly ? "warning" : "check"), say(this.isEarly ? "editor.rule" : "editor.rule_late"));
    const purposes = question.purposes.length > 0 && make("p", { class: "dim purposes" }, say("editor.purposes", { purposes: question.purposes.map((one) => say(`proposal.${one}`)).join(", ") }));
    return [head, basis, purposes, make("div", { class: "asked" }, ...textOf(question.text)), make("div", { class: "answered" }, make("strong", {}, say("entry.answer")), ...textOf(question.answer)),
      make("h3", {}, say("editor.text")), rule, this.input, make("p", { class: "dim" }, say("editor.first_line")), this.hint, this.buttons];
  }

  check() {
    const found = this.isEarly ? [...new Set(this.input.value.match(TELLTALE) ?? [])] : [];
    this.hint.hidden = !found.length;
    fill(this.hint, icon("warning"), say("editor.telltale", { words: found.map((word) => `“${word.trim()}”`).join(" ") }));
    this.input.style.height = "auto";
    this.input.style.height = `${Math.max(120, this.input.scrollHeight + 2)}px`;
  }

  async publish() {
    const text = this.input.value.trim();
    if (!text) return this.input.focus();
    return this.run(() => act("publish", { question_id: this.question.id, fields: { text } }), "editor.published");
  }

  async holdBack() {
    if (!(await confirmed(say("editor.hold_sure", { label: this.question.label }), say("editor.hold_back")))) return;
    await this.run(() => act("hold_back", { question_id: this.question.id }), "editor.held_back");
  }

  async run(work, done) {
    for (const node of this.buttons.children) node.disabled = true;
    try {
      await work();
      this.first = this.input.value;
      toast(say(done, { label: this.question.label }));
      this.onDone();
    } catch (error) {
      complain(error);
    }
    for (const node of this.buttons.children) node.disabled = false;
  }
}

/** Title, text and answer to begin from: members read nothing but what is published. */
function prefilled({ title, text, answer }) {
  const words = valueOf(text);
  const isSaidTwice = words.replaceAll(/\s+/g, " ").trim() === title;
  return [isSaidTwice ? "" : title, words, valueOf(answer)].filter(Boolean).join("\n");
}

function valueOf(text) {
  return typeof text === "string" ? text : text?.value ?? "";
}

function textOf(text) {
  if (!text) return [make("p", { class: "dim" }, "–")];
  return [make("p", {}, typeof text === "string" ? plainly(text) : marked(text, sayKind))];
}

showBar();
new EditorPage(document.getElementById("app")).start().catch((error) => complain(error, () => location.reload()));

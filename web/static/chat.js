/** The member's page: one conversation with Hilum, as on a phone. */

import { heedAlarm } from "./alarm.js";
import { act, get, post } from "./api.js";
import { showBar, showConnection } from "./bar.js";
import { checkingNode } from "./checking.js";
import { Composer } from "./composer.js";
import { confirmed, openLightbox } from "./lightbox.js";
import { CARD_KEYS, dayNode, isCheck, labelOf, lineNode, pendingNode } from "./lines.js";
import { button, fill, icon, make, showDialog } from "./nodes.js";
import { Outbox } from "./outbox.js";
import { Preview } from "./preview.js";
import { follow } from "./stream.js";
import { dayOf, me, say } from "./texts.js";
import { complain, toast } from "./toasts.js";
import { stampNode } from "./wrongpatient.js";

/** Buttons that begin a reply instead of being pressed. */
const REPLIES = new Set(["add_information", "ask_more"]);

/** What leaves the other buttons under its message as they are. */
const TAKES_NOTHING = new Set(["read", "second_opinion"]);
const ASKS_FIRST = { solved: "chat.solved_sure", discard: "chat.discard_sure", withdraw: "chat.withdraw_sure", wrong_patient: "wrong.sure_this" };

/** A card for what was asked elsewhere, by phone or in a chat: no line of this conversation has told of it. */
function cardOf(id) {
  return { id: `card-${id}`, direction: "out", key: "draft.preview", question_id: id, at: new Date().toISOString(), text: "", quoted: null, choices: [] };
}

class Chat {
  constructor(app) {
    this.lines = new Map();
    this.previews = new Map();
    this.wrong = new Set();
    this.list = make("ol", { class: "lines", role: "log", "aria-label": say("chat.log"), "aria-live": "off" });
    this.pendings = make("ol", { class: "lines pendings" });
    this.welcome = make("div", { class: "welcome", hidden: true }, make("h1", {}, say("chat.welcome")), make("p", {}, say("chat.welcome_how")), make("p", { class: "dim" }, say("chat.privacy")));
    this.scroller = make("div", { class: "scroller", tabindex: "-1" }, this.welcome, this.list, this.pendings);
    this.down = button(say("chat.newest"), { icon: "down", class: "down", hidden: true }, () => this.toEnd());
    this.composer = new Composer({ onSend: (message) => this.send(message), onLink: (reply) => this.uploadLink(reply) });
    this.outbox = new Outbox({ onChange: () => this.showPendings(), onAccepted: () => {}, hasUnsent: () => !this.composer.isEmpty });
    fill(app, this.scroller, this.down, this.composer.node);
    this.scroller.addEventListener("scroll", () => this.noteScroll(), { passive: true });
    const observer = new ResizeObserver(() => this.stay());
    for (const node of [this.scroller, this.list, this.pendings]) observer.observe(node);
    for (const type of ["wheel", "touchstart", "pointerdown", "keydown"]) this.scroller.addEventListener(type, () => (this.pinned = null), { passive: true });
  }

  async start() {
    this.isAtEnd = true;
    const { lines, last_line: line, last_entry: entry, to_look_through: open } = await get("/api/lines?after=0");
    for (const one of lines) this.take(one);
    for (const id of open) if (!this.previews.has(id)) this.take(cardOf(id));
    this.welcome.hidden = this.lines.size > 0;
    this.toLast();
    this.list.setAttribute("aria-live", "polite");
    this.isLive = true;
    follow({ line, entry, onLine: (one) => this.take(one), onQuestion: (change) => this.changed(change), onState: showConnection });
  }

  /** Add a line, or take over what changed of one. */
  take(line) {
    this.welcome.hidden = true;
    if (line.direction === "in") this.outbox.echoed(line);
    if (this.isLive) this.heed(line);
    heedAlarm(line, () => this.markTaken(line, "acknowledge"));
    this.noteWrong(line);
    const known = this.lines.get(line.id);
    if (known) return this.replace(known, line);
    if (isCheck(line) && this.previews.has(line.question_id)) return this.takeCheck(line);
    const former = CARD_KEYS.has(line.key) ? this.previews.get(line.question_id)?.node.closest("li") : null;
    const height = former?.isConnected ? this.heightOf(former) : null;
    const node = this.nodeOf(line);
    this.onlyNewestReplies(line);
    if (this.lastDay !== dayOf(line.at)) this.list.append(dayNode(line.at));
    this.lastDay = dayOf(line.at);
    this.list.append(node);
    this.lines.set(line.id, { line, node });
    if (former) former.hidden = true;
    if (height !== null) return this.standIn(node, { former, height });
    if (!this.isAtEnd) return this.noteNew();
    return CARD_KEYS.has(line.key) ? this.toCard(node) : this.toEnd();
  }

  /** Where a card stands in the window, if any of it is in sight; else null. */
  heightOf(node) {
    const { top, bottom } = node.getBoundingClientRect();
    const room = this.scroller.getBoundingClientRect();
    return bottom > room.top && top < room.bottom ? top : null;
  }

  /** A newer card takes the place of the one that was in sight: what was under the eyes stays there. */
  standIn(node, { former, height }) {
    if (this.pinned === former) this.pinned = node;
    if (this.pinned) return this.stay();
    this.isAtEnd = false;
    this.scroller.scrollTop += node.getBoundingClientRect().top - height;
    return undefined;
  }

  /** The card above asks it, with what differs and its choices. */
  takeCheck(line) {
    this.lines.set(line.id, { line, node: make("li") });
    this.previews.get(line.question_id).asks(line);
  }

  /** Some answers change what a preview showed in advance. */
  heed(line) {
    const { key, question_id: id } = line;
    if (key === "draft.more_images_came") this.changed({ question_id: id });
    if (key?.startsWith("error.") || key === "images.not_masked") for (const preview of this.previews.values()) preview.refused(line.text);
    if (key === "error.text_changed") for (const preview of this.previews.values()) preview.textChanged();
  }

  /** Once a question turns out to show the wrong patient, its answers above are stamped; later ones come stamped. */
  noteWrong({ key, question_id: id }) {
    if (!id || !key?.startsWith("wrong_patient.") || this.wrong.has(id)) return;
    this.wrong.add(id);
    for (const { line, node } of this.lines.values()) if (line.question_id === id) this.stamp(Object.assign(line, { isVoid: this.isLive }), node);
  }

  stamp({ key, isVoid }, node) {
    const bubble = node.querySelector(".bubble");
    if (!key?.startsWith("question.answer")) return;
    bubble.classList.add(isVoid ? "void" : "stamped");
    if (isVoid && !bubble.querySelector(".stamp")) bubble.prepend(stampNode());
  }

  nodeOf(line) {
    const node = lineNode(CARD_KEYS.has(line.key) ? { ...line, choices: [], quoted: null, text: "" } : line, this);
    if (CARD_KEYS.has(line.key) && line.question_id) node.querySelector(".bubble").append(this.preview(line).node);
    if (line.key === "draft.checking" && line.question_id) this.watchChecking(line, node);
    if (this.wrong.has(line.question_id)) this.stamp(line, node);
    return node;
  }

  /** One way to write about a question is enough: the one under its newest line. */
  onlyNewestReplies({ question_id: id }) {
    if (id) this.list.querySelectorAll(`[data-about="${CSS.escape(id)}"]`).forEach((node) => node.remove());
  }

  watchChecking(line, node) {
    document.querySelector(".checking")?.remove();
    node.querySelector(".bubble").append(checkingNode(line.question_id));
  }

  /** Only the newest preview of a draft is open. */
  preview(line) {
    const former = this.previews.get(line.question_id) ?? null;
    const preview = new Preview({ line, hands: this, former });
    former?.fold();
    this.previews.set(line.question_id, preview);
    return preview;
  }

  replace(known, line) {
    Object.assign(known.line, line);
    if (CARD_KEYS.has(line.key)) return this.previews.get(line.question_id)?.refresh();
    const node = this.nodeOf(known.line);
    known.node.replaceWith(node);
    known.node = node;
    return undefined;
  }

  changed({ question_id: id, kind }) {
    if (["taken_down", "put_back", "taken_out"].includes(kind)) this.relook();
    clearTimeout(this.refreshing);
    this.refreshing = setTimeout(() => this.previews.get(id)?.refresh(), 150);
  }

  /** Something was flagged or judged: what stands here is looked up again, since it is hidden everywhere at once. */
  async relook() {
    try {
      const { lines } = await get("/api/lines?after=0");
      for (const line of lines) {
        const known = this.lines.get(line.id);
        if (known && (known.line.taken_down || line.taken_down || known.line.images?.length || saysOtherwise(known.line, line))) this.replace(known, line);
      }
    } catch (error) {
      complain(error);
    }
  }

  // Hands of the lines.

  async press(line, choice) {
    if (REPLIES.has(choice.action)) return this.reply(line);
    if (choice.word) return this.dictate(line, choice);
    const question = ASKS_FIRST[choice.action];
    if (question && !(await confirmed(say(question), yesOf(choice)))) return undefined;
    this.isAtEnd = true;
    this.pinned = null;
    if (TAKES_NOTHING.has(choice.action)) this.dropChoice(line, choice.action);
    else this.markTaken(line, choice.action);
    try {
      await act(choice.action, { question_id: line.question_id, token: line.token });
      if (["reopen", "outcome_differs"].includes(choice.action)) await this.reply(line);
    } catch (error) {
      this.markTaken(line, null);
      complain(error, () => this.press(line, choice));
    }
    return undefined;
  }

  /** Done, and the others may still be pressed. */
  dropChoice(line, action) {
    const known = this.lines.get(line.id);
    known.line.choices = known.line.choices.filter((choice) => choice.action !== action);
    this.replace(known, known.line);
  }

  markTaken(line, action) {
    const known = this.lines.get(line.id);
    known.line.taken = action;
    if (CARD_KEYS.has(line.key)) {
      const preview = this.previews.get(line.question_id);
      Object.assign(preview.line, { taken: action });
      preview.paint();
    } else if (!isCheck(line)) this.replace(known, known.line);
    else this.previews.get(line.question_id)?.paint();
  }

  /** What needs words is written behind its word, as it would be by text message. */
  async dictate(line, choice) {
    await this.reply(line);
    this.composer.restore(`${choice.word} `);
  }

  async reply(line) {
    this.composer.replyTo(await this.repliedTo(line));
  }

  /** Members write about their own questions; only of the panel it is asked whose it is. */
  async repliedTo(line) {
    const label = labelOf(line);
    if (label && !me.roles.length) return { id: line.question_id, label };
    const question = await get(`/api/questions/${line.question_id}`);
    return { id: question.id, label: question.label, mine: question.mine };
  }

  async show(line, image) {
    try {
      const { series, label } = await get(`/api/questions/${line.question_id}`);
      const index = series.findIndex((one) => one.frames.some((frame) => frame.image === image));
      const slice = series[Math.max(0, index)]?.frames.findIndex((frame) => frame.image === image);
      if (series.length) openLightbox({ series, index: Math.max(0, index), slice: Math.max(0, slice), title: label });
    } catch (error) {
      complain(error);
    }
  }

  retry(pending) {
    if (pending.batch?.totals.failed) pending.batch.retry();
    this.outbox.retry(pending);
  }

  sendWithout(pending) {
    this.outbox.sendWithout(pending);
  }

  takeBack(pending) {
    this.outbox.drop(pending);
    if (pending.text) this.composer.restore(pending.text);
  }

  complain(error) {
    complain(error);
  }

  // Sending.

  send(message) {
    this.isAtEnd = true;
    this.pinned = null;
    this.welcome.hidden = true;
    this.outbox.add(message);
  }

  showPendings() {
    fill(this.pendings, this.outbox.pending.map((pending) => pendingNode(pending, this)));
    if (this.isAtEnd) this.toEnd();
  }

  /** A link for another computer, for example the one beside the PACS. */
  async uploadLink(reply) {
    try {
      const { url } = await post("/api/upload-links", reply ? { question_id: reply.id } : {});
      showLink(url);
    } catch (error) {
      complain(error);
    }
  }

  // Scrolling.

  noteScroll() {
    const { scrollTop, scrollHeight, clientHeight } = this.scroller;
    if (this.pinned) return;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < 80;
    if (this.isAtEnd) this.down.hidden = true;
    if (!this.down.hidden) this.raise();
  }

  noteNew() {
    this.down.hidden = false;
    this.raise();
  }

  /** The way down stands over what is written, never over buttons that send, check or discard. */
  raise() {
    const bottom = this.scroller.getBoundingClientRect().bottom;
    const tops = [...this.list.querySelectorAll(".preview-send")].map((node) => node.getBoundingClientRect()).filter(({ top, height }) => height && top < bottom).map(({ top }) => top);
    this.down.style.bottom = `${this.down.offsetParent.getBoundingClientRect().bottom - Math.min(bottom, ...tops) + 8}px`;
  }

  /** Begin where the conversation stands: at its end, or at the top of a preview that waits. */
  toLast() {
    const last = [...this.lines.values()].at(-1);
    if (!last) return;
    this.toEnd();
    if (CARD_KEYS.has(last.line.key) && !last.line.taken) this.toCard(last.node);
  }

  /** A preview is read from its top; its send buttons stay in sight at the bottom. */
  toCard(node) {
    this.isAtEnd = false;
    this.pinned = node;
    this.stay();
  }

  /** Pictures load and bubbles grow: what was in sight stays there. */
  stay() {
    if (!this.down.hidden) this.raise();
    if (this.pinned) this.scroller.scrollTop = this.pinned.offsetTop - this.scroller.offsetTop - 8;
    else if (this.isAtEnd) this.toEnd();
  }

  toEnd() {
    this.pinned = null;
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.down.hidden = true;
    this.isAtEnd = true;
  }
}

/** In Korean the script calls withdrawing by the word of the button that leaves the dialog. */
function yesOf({ action, label }) {
  return action === "withdraw" ? say("deed.withdraw") : label;
}

/** A list of several cases loses the lines of one that is judged, and gets them back. */
function saysOtherwise(known, line) {
  return known.text !== line.text || known.quoted?.value !== line.quoted?.value;
}

function showLink(url) {
  const input = make("input", { type: "text", readonly: true, value: url, "aria-label": say("chat.upload_link") });
  const copy = async () => {
    input.select();
    await navigator.clipboard?.writeText(url).catch(() => {});
    toast(say("copied"));
  };
  const dialog = make("dialog", { class: "ask", "aria-label": say("chat.upload_link") });
  dialog.append(
    make("h2", {}, icon("link"), say("chat.upload_link")), make("p", {}, say("chat.upload_link_how")), input,
    make("div", { class: "row end" }, button(say("close"), { class: "plain" }, () => dialog.close()), button(say("copy"), { icon: "copy", class: "primary" }, copy)));
  showDialog(dialog);
}

showBar();
const chat = new Chat(document.getElementById("app"));
chat.start().catch((error) => complain(error, () => location.reload()));

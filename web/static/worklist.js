/** The desk's list: waiting questions by urgency and due time, then the answered ones. */

import { dueNode, dueOf, urgencyNode } from "./clock.js";
import { fill, icon, make } from "./nodes.js";
import { SearchBox } from "./search.js";
import { momentOf, plainly, say } from "./texts.js";

const RANK = { urgent: 0, today: 1, routine: 2 };
const WAITING = new Set(["open", "claimed", "needs_info"]);

const FILTERS = {
  waiting: ({ state }) => WAITING.has(state),
  unclaimed: ({ state }) => state === "open",
  mine: ({ claimed_by_me: mine, state }) => mine && state !== "closed",
  following: ({ following }) => following,
  done: ({ state }) => !WAITING.has(state),
};

/** Return questions in the order in which they should be taken. */
export function inOrder(questions) {
  return [...questions].sort((a, b) => rankOf(a) - rankOf(b) || timeOf(a) - timeOf(b));
}

/** Questions that ask alike stand together, where the first of them stands; `head` is set on those below it. */
export function together(questions) {
  const groups = new Map();
  for (const question of questions) {
    const key = question.group ?? question.id;
    groups.set(key, [...(groups.get(key) ?? []), question]);
  }
  return [...groups].flatMap(([key, mates]) => {
    const head = mates.find(({ id }) => id === key) ?? mates[0];
    return [head, ...mates.filter((mate) => mate !== head).map((mate) => ({ ...mate, head: head.label }))];
  });
}

/** The list; `choose(id)` opens a question. */
export class Worklist {
  constructor({ choose }) {
    this.choose = choose;
    this.questions = [];
    this.filter = "waiting";
    this.onCall = make("p", { class: "on-call" });
    this.filters = make("div", { class: "filters", role: "group", "aria-label": say("desk.filters") });
    this.list = make("ul", { class: "worklist", "aria-label": say("desk.list") });
    this.search = new SearchBox({ choose, onChange: (isSearching) => this.node.classList.toggle("is-searching", isSearching) });
    this.node = make("section", { class: "desk-list", "aria-label": say("desk.list") }, this.onCall, this.search.node, this.filters, this.list);
  }

  show({ questions, on_call: onCall }) {
    this.questions = inOrder(questions);
    fill(this.onCall, onCall ? [make("span", { class: "dim" }, say("desk.on_call")), make("strong", {}, onCall.primary ?? say("desk.on_call_nobody")), onCall.secondary && ` → ${onCall.secondary}`] : []);
    this.paint();
  }

  select(id) {
    this.selected = id;
    this.paint();
  }

  setFilter(name) {
    this.filter = name;
    this.paint();
  }

  /** Return the id of the next (+1) or previous (−1) shown question. */
  neighbour(step) {
    const ids = this.shown.map((question) => question.id);
    const at = ids.indexOf(this.selected);
    if (at < 0) return ids[step > 0 ? 0 : ids.length - 1];
    return ids[Math.max(0, Math.min(ids.length - 1, at + step))];
  }

  get shown() {
    return together(this.questions.filter(FILTERS[this.filter]));
  }

  paint() {
    const focused = this.list.contains(document.activeElement) ? document.activeElement.closest("li")?.dataset.id : null;
    const top = this.node.scrollTop;
    fill(this.filters, Object.keys(FILTERS).map((name) => this.filterNode(name)));
    const rows = this.shown.map((question) => this.row(question));
    fill(this.list, rows.length ? rows : make("li", { class: "empty" }, say(`desk.empty.${this.filter}`)));
    this.node.scrollTop = top;
    if (focused) this.list.querySelector(`[data-id="${CSS.escape(focused)}"] button`)?.focus({ preventScroll: true });
  }

  filterNode(name) {
    const count = this.questions.filter(FILTERS[name]).length;
    return make("button", { type: "button", class: "chip", "aria-pressed": String(this.filter === name), on: { click: () => this.setFilter(name) } },
      say(`desk.filter.${name}`), make("span", { class: "count" }, String(count)));
  }

  row(question) {
    const due = dueOf(question);
    const paused = question.state === "needs_info";
    const head = make("span", { class: "row-head" }, urgencyNode(question.urgency), make("strong", {}, question.label), make("span", { class: "grow" }),
      due?.due ? dueNode(due.due, { from: due.from, paused, label: due.label }) : make("span", { class: "dim" }, momentOf(question.opened_at)));
    const who = question.claimed_by_me ? say("desk.you") : question.claimed_by;
    const foot = make("span", { class: "row-foot" },
      make("span", { class: `state state-${question.state}` }, say(`state.${stateOf(question)}`)), who && make("span", { class: "who" }, who),
      question.head && make("span", { class: "alike" }, say("desk.like", { label: question.head })),
      question.unread && make("span", { class: "not-read" }, icon("warning"), say("desk.not_read")),
      make("span", { class: "grow" }), question.images ? make("span", { class: "images" }, icon("stack"), String(question.images)) : null, make("span", {}, question.asker));
    const isCurrent = question.id === this.selected;
    return make("li", { "data-id": question.id, class: [question.claimed_by_me && "mine", question.head && "is-alike"].filter(Boolean).join(" ") },
      make("button", { type: "button", class: "row-button", "aria-current": isCurrent ? "true" : null, on: { click: () => this.choose(question.id) } },
        head, make("span", { class: "row-title" }, plainly(question.title) || say("desk.no_text")), foot));
  }
}

/** One answer is out and another is wanted: that is not the same as a question that nobody has taken yet. */
function stateOf({ second, state }) {
  return second && state === "open" ? "second" : state;
}

function rankOf({ state, urgency }) {
  return (WAITING.has(state) ? 0 : state === "answered" ? 10 : 20) + (RANK[urgency] ?? 3);
}

function timeOf(question) {
  const due = dueOf(question)?.due;
  return due ? new Date(due).getTime() : -new Date(question.opened_at).getTime();
}

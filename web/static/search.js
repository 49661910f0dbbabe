/** The search: a box with its results under it, for the desk's column and for a window on every other page. */

import { post } from "./api.js";
import { button, fill, icon, make } from "./nodes.js";
import { base, dayOf, page, plainly, say } from "./texts.js";

const SETTLE_MS = 160;
const LEAST = 2;
let boxes = 0;

/** A box and its list; `choose(id)` opens a question, `onChange(isSearching)` tells whether the list is in use. */
export class SearchBox {
  constructor({ choose, onChange = () => {} }) {
    this.choose = choose;
    this.onChange = onChange;
    this.hits = [];
    this.at = -1;
    const id = `found-${(boxes += 1)}`;
    this.input = make("input", {
      type: "search", class: "search-input", placeholder: say("search.placeholder"), "aria-label": say("search.label"), autocomplete: "off", spellcheck: "false",
      enterkeyhint: "search", maxlength: "200", role: "combobox", "aria-expanded": "false", "aria-controls": id, "aria-autocomplete": "list",
      on: { input: () => this.typed(), keydown: (event) => this.key(event) },
    });
    this.clear = button(say("search.clear"), { icon: "close", bare: true, class: "tool search-clear", hidden: true }, () => this.empty());
    this.list = make("ul", { id, class: "search-hits", role: "listbox", "aria-label": say("search.results") });
    this.status = make("p", { class: "found-status dim", role: "status" });
    this.results = make("div", { class: "found-place", hidden: true }, this.status, this.list);
    this.node = make("div", { class: "search", role: "search" }, make("div", { class: "search-field" }, icon("search"), this.input, this.clear), this.results);
  }

  get words() {
    return this.input.value.trim();
  }

  focus() {
    this.input.focus();
    this.input.select();
  }

  empty() {
    this.input.value = "";
    this.typed();
    this.input.focus();
  }

  typed() {
    clearTimeout(this.timer);
    this.clear.hidden = !this.input.value;
    if (Array.from(this.words).length < LEAST) return this.rest();
    if (this.words === this.asked) return undefined;
    this.timer = setTimeout(() => this.ask(), SETTLE_MS);
    return undefined;
  }

  /** Nothing is sought: whatever was still under way is of no use any more. */
  rest() {
    this.running?.abort();
    this.asked = null;
    this.show([], this.words ? say("search.more") : "");
    this.results.hidden = !this.words;
    this.onChange(Boolean(this.words));
  }

  async ask() {
    const { words } = this;
    this.running?.abort();
    this.running = new AbortController();
    this.asked = words;
    this.results.hidden = false;
    this.onChange(true);
    this.node.setAttribute("aria-busy", "true");
    try {
      const { questions } = await post("/api/search", { words }, { signal: this.running.signal });
      if (this.asked === words) this.show(questions, questions.length ? say("search.count", { count: questions.length }) : say("search.nothing"));
    } catch (error) {
      if (error.name === "AbortError" || this.asked !== words) return;
      this.asked = null;
      this.fail(error);
    }
    this.node.removeAttribute("aria-busy");
  }

  fail(error) {
    this.show([], "");
    fill(this.status, make("span", { class: "failure" }, icon("warning"), error.message), button(say("retry"), { icon: "retry", class: "plain" }, () => this.ask()));
  }

  show(hits, status) {
    this.hits = hits;
    fill(this.status, status);
    fill(this.list, hits.map((hit, place) => this.row(hit, place)));
    this.input.setAttribute("aria-expanded", String(hits.length > 0));
    this.select(-1);
  }

  row(hit, place) {
    const head = make("span", { class: "row-head" }, make("strong", {}, hit.label), make("span", { class: `state state-${hit.state}` }, say(`state.${hit.state}`)),
      hit.answered && hit.state !== "answered" && make("span", { class: "found-answered" }, icon("check"), say("search.answered")),
      make("span", { class: "grow" }), hit.at && make("time", { class: "dim", datetime: hit.at }, dayOf(hit.at)));
    return make("li", { id: `${this.list.id}-${place}`, class: "found-row", role: "option", "aria-selected": "false", on: { click: () => this.open(hit), pointermove: () => this.select(place) } },
      head, make("span", { class: "row-title" }, highlighted(hit)));
  }

  open(hit) {
    this.choose(hit.id);
  }

  select(place) {
    this.at = place;
    [...this.list.children].forEach((row, at) => row.setAttribute("aria-selected", String(at === place)));
    const row = this.list.children[place];
    if (row) this.input.setAttribute("aria-activedescendant", row.id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  /** Arrows walk through the list, Enter opens, Escape empties and then leaves; a syllable that is composed keeps its keys. */
  key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps && this.hits.length) {
      this.select((this.at + steps[event.key] + this.hits.length + (this.at < 0 && event.key === "ArrowUp" ? 1 : 0)) % this.hits.length);
      this.list.children[this.at].scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      if (this.hits.length) this.open(this.hits[Math.max(0, this.at)]);
      else this.typed();
    } else if (event.key === "Escape" && this.input.value) {
      event.stopPropagation();
      this.empty();
    } else return;
    event.preventDefault();
  }
}

/** Return the icon for the bar that opens the search in a window of its own. */
export function searchButton() {
  return button(say("search.label"), { icon: "search", bare: true, class: "tool bar-search" }, openSearch);
}

/** Open the search; a chosen question opens on the desk, or on its own page. */
export function openSearch() {
  if (document.querySelector("dialog.searching")) return;
  const choose = (id) => {
    dialog.close();
    if (page === "desk") location.hash = `q/${encodeURIComponent(id)}`;
    else location.assign(`${base}/questions/${encodeURIComponent(id)}`);
  };
  const box = new SearchBox({ choose });
  const close = button(say("close"), { class: "plain" }, () => dialog.close());
  const dialog = make("dialog", { class: "searching", "aria-label": say("search.label") }, box.node, make("p", { class: "dim search-hint" }, say("search.hint")), make("div", { class: "row end" }, close));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  document.body.append(dialog);
  dialog.showModal();
  box.focus();
}

/** The words that were sought are marked; places count code points. */
function highlighted({ excerpt, spans }) {
  const letters = Array.from(excerpt);
  const parts = [];
  let from = 0;
  for (const [start, end] of spans) {
    parts.push(plainly(letters.slice(from, start).join("")), make("mark", { class: "hit" }, letters.slice(start, end).join("")));
    from = end;
  }
  return [...parts, plainly(letters.slice(from).join(""))].filter((part) => part !== "");
}

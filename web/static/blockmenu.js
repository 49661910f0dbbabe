/** The text blocks beside a panelist's words: a press puts one in where the caret stands. */

import { get } from "./api.js";
import { button, fill, make } from "./nodes.js";
import { base, say } from "./texts.js";
import { complain } from "./toasts.js";

/** A list that unfolds; it is read anew whenever it does, so that a block written on a phone is there. */
export class BlockMenu {
  constructor(input, onInsert) {
    Object.assign(this, { input, onInsert });
    this.list = make("ul", { class: "block-list" });
    this.node = make("details", { class: "block-menu", on: { toggle: () => this.node.open && this.load(), keydown: (event) => this.key(event) } },
      make("summary", {}, say("reply.block")), this.list);
  }

  async load() {
    try {
      const { own, shared } = await get("/api/blocks");
      const names = new Set(own.map(({ name }) => keyOf(name)));
      const blocks = [...own, ...shared.filter(({ name }) => !names.has(keyOf(name)))];
      fill(this.list, blocks.length ? blocks.map((block) => this.entry(block)) : make("li", {}, make("a", { href: `${base}/notifications#blocks` }, say("blocks.add"))));
    } catch (error) {
      this.node.open = false;
      complain(error);
    }
  }

  entry({ name, text, beginning, panel_name: panel }) {
    const choice = button(name, { "data-block": name }, () => this.insert(text));
    choice.append(make("small", {}, panel ? `${panel} · ${beginning}` : beginning));
    return make("li", {}, choice);
  }

  insert(text) {
    const { input } = this;
    if (input.readOnly) return;
    const gap = /\S$/.test(input.value.slice(0, input.selectionStart)) ? " " : "";
    const after = /^[\p{L}\p{N}]/u.test(input.value.slice(input.selectionEnd)) ? " " : "";
    input.setRangeText(gap + text + after, input.selectionStart, input.selectionEnd, "end");
    this.node.open = false;
    input.focus();
    this.onInsert();
  }

  key(event) {
    if (event.key !== "Escape" || !this.node.open) return;
    event.stopPropagation();
    this.node.open = false;
    this.node.firstElementChild.focus();
  }
}

function keyOf(name) {
  return name.normalize("NFC").toLowerCase();
}

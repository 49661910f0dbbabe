/** One's own text blocks on the page of settings: a list with add, change, delete; a coordinator's also with share. */

import { act, get } from "./api.js";
import { button, fill, make, showDialog } from "./nodes.js";
import { say } from "./texts.js";
import { complain, toast } from "./toasts.js";

const SAID = /^(blocks\.|error\.)/;

/** What was typed is kept until it is saved: a text that is refused can be mended. */
export class TextBlocks {
  constructor() {
    this.draft = { name: "", text: "" };
    this.node = make("section", { class: "settings-part text-blocks", id: "blocks", "aria-label": say("blocks.title") });
  }

  async show() {
    const { own, shared, panels, longest } = await get("/api/blocks");
    this.longest = longest;
    const items = [...own.map((block) => this.own(block, panels)), ...shared.map((block) => this.shared(block))];
    fill(this.node, make("h2", {}, say("blocks.title")), make("p", { class: "dim" }, say("blocks.how")),
      items.length ? make("ul", { class: "block-rows" }, items) : make("p", { class: "dim" }, say("blocks.none")),
      make("div", { class: "row" }, button(say("blocks.add"), { icon: "attach", "data-testid": "block-add" }, () => this.edit(this.draft))));
  }

  own(block, panels) {
    const share = panels.map(({ id, name }) => button(say("blocks.share", { panel: name }), { class: "quiet" }, () => hand("share_block", { block: block.name, panel: id })));
    return row(block, "", [button(say("blocks.change"), {}, () => this.edit(block, { isKnown: true })), ...share, button(say("blocks.delete"), { class: "quiet" }, () => askDelete(block))]);
  }

  shared(block) {
    return row(block, block.panel_name, block.is_led ? [button(say("blocks.delete"), { class: "quiet" }, () => askDelete(block))] : []);
  }

  edit({ name, text }, { isKnown = false } = {}) {
    const named = make("input", { type: "text", name: "block", value: name, required: true, readonly: isKnown, maxlength: 20, autocomplete: "off", autocapitalize: "none" });
    const words = make("textarea", { name: "text", rows: "5", required: true, maxlength: this.longest });
    words.value = text;
    const form = make("form", { class: "block-form" }, make("label", {}, make("span", {}, say("blocks.name")), named), make("label", {}, make("span", {}, say("blocks.text")), words));
    const save = button(say("blocks.save"), { class: "primary", "data-testid": "block-save" }, () => {
      if (!form.reportValidity()) return;
      if (!isKnown) this.draft = { name: named.value, text: words.value };
      save.closest("dialog").close();
      hand("save_block", { block: named.value.trim(), text: words.value });
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); save.click(); });
    ask(say(isKnown ? "blocks.change" : "blocks.add"), form, save);
  }

  /** What became of it comes as a message, as on every channel; here it is shown at the edge. */
  async heed(line) {
    if (!SAID.test(line.key) || line.direction !== "out") return;
    toast(line.text, { kind: line.key.startsWith("error.") ? "error" : "plain" });
    if (line.key === "blocks.saved") this.draft = { name: "", text: "" };
    await this.show();
  }
}

function row({ name, text }, panel, choices) {
  return make("li", { class: "block-row", "data-block": name }, make("strong", {}, name), panel && make("span", { class: "dim" }, panel),
    make("p", {}, text), make("div", { class: "row" }, choices));
}

function askDelete({ name, panel }) {
  const go = button(say("blocks.delete"), { class: "danger", "data-testid": "block-delete" }, () => {
    go.closest("dialog").close();
    hand("delete_block", { block: name, ...(panel ? { panel } : {}) });
  });
  ask(say("blocks.delete"), make("p", {}, say("blocks.delete_really", { name })), go);
}

function ask(title, content, choice) {
  const dialog = make("dialog", { class: "ask", "aria-label": title });
  const leave = button(say("blocks.cancel"), { class: "quiet" }, () => dialog.close());
  dialog.append(make("h2", {}, title), content, make("div", { class: "row end" }, leave, choice));
  showDialog(dialog);
}

async function hand(action, fields) {
  try {
    await act(action, { fields });
  } catch (error) {
    complain(error);
  }
}

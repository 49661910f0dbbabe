/** One's own text blocks on the page of settings: a list with add, change, delete; a coordinator's also with share. */

import { act, get } from "./api.js";
import { button, fill, make, showDialog } from "./nodes.js";
import { say } from "./texts.js";
import { complain, toast } from "./toasts.js";

const SAID = /^(blocks\.|error\.)/;
/** Under this the draft of a new block is kept; that of a known one is kept under its name. */
const NEW = "";

/** What was typed is kept until it is saved: a text that is refused can be mended. */
export class TextBlocks {
  constructor() {
    this.drafts = new Map();
    this.handed = NEW;
    this.node = make("section", { class: "settings-part text-blocks", id: "blocks", "aria-label": say("blocks.title") });
  }

  async show() {
    const { own, shared, panels, longest } = await get("/api/blocks");
    this.longest = longest;
    this.add = button(say("blocks.add"), { icon: "attach", "data-testid": "block-add" }, () => this.edit());
    const items = [...own.map((block) => this.own(block, panels)), ...shared.map((block) => this.shared(block))];
    fill(this.node, make("h2", {}, say("blocks.title")), make("p", { class: "dim" }, say("blocks.how")),
      items.length ? make("ul", { class: "block-rows" }, items) : make("p", { class: "dim" }, say("blocks.none")),
      make("div", { class: "row" }, this.add));
  }

  own(block, panels) {
    const share = panels.map(({ id, name }) => rowButton(say("blocks.share", { panel: name }), block, (event) => hand("share_block", { block: block.name, panel: id }, event.currentTarget)));
    return row(block, [rowButton(say("blocks.change"), block, () => this.edit(block), null), ...share, rowButton(say("blocks.delete"), block, () => askDelete(block))]);
  }

  shared(block) {
    return row(block, block.is_led ? [rowButton(say("blocks.delete"), block, () => askDelete(block))] : []);
  }

  /** Ask for a new block, or for the text of a known one. */
  edit(block = null) {
    const key = block?.name ?? NEW;
    const { name, text } = this.drafts.get(key) ?? block ?? { name: "", text: "" };
    const named = make("input", { type: "text", name: "block", value: name, required: true, readonly: Boolean(block), maxlength: 20, autocomplete: "off", autocapitalize: "none" });
    const words = make("textarea", { name: "text", rows: "5", required: true, maxlength: this.longest });
    words.value = text;
    const form = make("form", { class: "block-form" }, make("label", {}, make("span", {}, say("blocks.name")), named), make("label", {}, make("span", {}, say("blocks.text")), words));
    const save = button(say("blocks.save"), { class: "primary", "data-testid": "block-save" }, () => {
      if (!form.reportValidity()) return;
      this.handed = key;
      this.drafts.set(key, { name: named.value, text: words.value });
      save.closest("dialog").close();
      hand("save_block", { block: named.value.trim(), text: words.value });
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); save.click(); });
    ask(say(block ? "blocks.change" : "blocks.add"), form, save);
  }

  /** What became of it comes as a message, as on every channel; here it is shown at the edge. */
  async heed(line) {
    if (!SAID.test(line.key) || line.direction !== "out") return;
    toast(line.text, { kind: line.key.startsWith("error.") ? "error" : "plain" });
    if (line.key === "blocks.saved") this.drafts.delete(this.handed);
    await this.show();
    // What was pressed is gone with the old list; the keyboard goes on from here, not from the page's beginning.
    if (document.activeElement === document.body) this.add.focus({ preventScroll: true });
  }
}

function row({ name, text, panel_name: panel }, choices) {
  return make("li", { class: "block-row", "data-block": name }, make("strong", {}, name), panel && make("span", { class: "dim" }, panel),
    make("p", {}, text), make("div", { class: "row" }, choices));
}

/** Each row has the same words: aloud they are told apart by what they are for. */
function rowButton(label, { name, panel_name: panel }, press, kind = "quiet") {
  return button(label, { class: kind, "aria-label": [label, name, panel].filter(Boolean).join(", ") }, press);
}

function askDelete({ name, panel, panel_name: panelName }) {
  const go = button(say("blocks.delete"), { class: "danger", "data-testid": "block-delete" }, () => {
    go.closest("dialog").close();
    hand("delete_block", { block: name, ...(panel ? { panel } : {}) });
  });
  const really = panel ? say("blocks.delete_shared", { name, panel: panelName }) : say("blocks.delete_really", { name });
  ask(say("blocks.delete"), make("p", {}, really), go);
}

function ask(title, content, choice) {
  const dialog = make("dialog", { class: "ask", "aria-label": title });
  const leave = button(say("blocks.cancel"), { class: "quiet" }, () => dialog.close());
  dialog.append(make("h2", {}, title), content, make("div", { class: "row end" }, leave, choice));
  showDialog(dialog);
}

/** What was pressed is given back where nothing came of it; otherwise the list is drawn anew. */
async function hand(action, fields, pressed = null) {
  if (pressed) pressed.disabled = true;
  try {
    await act(action, { fields });
  } catch (error) {
    complain(error);
    if (pressed) pressed.disabled = false;
  }
}

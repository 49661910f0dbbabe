/** The parts of an answer beside its one line: diagnoses, scores, citations, and the line that goes by SMS. */

import { fitsOneMessage, lengthOf } from "./lengths.js";
import { make } from "./nodes.js";
import { say } from "./texts.js";

const FIELDS = ["diagnoses", "ct_severity", "co_rads", "score", "citations", "short"];

/** What an urgent answer can do without; folded away until it is wanted. */
export class AnswerForm {
  constructor() {
    this.inputs = {
      diagnoses: make("textarea", { rows: "2", name: "diagnoses" }),
      ct_severity: make("input", { type: "number", min: "0", max: "25", inputmode: "numeric", name: "ct_severity" }),
      co_rads: make("input", { type: "number", min: "1", max: "6", inputmode: "numeric", name: "co_rads" }),
      score: make("input", { type: "text", name: "score", autocomplete: "off" }),
      citations: make("input", { type: "text", name: "citations", placeholder: "#G6", autocomplete: "off" }),
      short: make("textarea", { rows: "2", name: "short", on: { input: () => this.measure() } }),
    };
    this.length = make("output", { class: "sms-length" });
    const numbers = ["ct_severity", "co_rads", "score", "citations"].map((name) => this.field(name));
    this.node = make("details", { class: "answer-form" }, make("summary", {}, say("form.more")),
      this.field("diagnoses"), make("div", { class: "answer-numbers" }, numbers), this.field("short"), this.length);
    this.measure();
  }

  field(name) {
    return make("label", {}, make("span", {}, say(`form.${name}`)), this.inputs[name]);
  }

  /** Return what was filled in. */
  read() {
    const given = FIELDS.map((name) => [name, this.inputs[name].value.trim()]).filter(([, value]) => value);
    return Object.fromEntries(given);
  }

  clear() {
    for (const name of FIELDS) this.inputs[name].value = "";
    this.node.open = false;
    this.measure();
  }

  /** Say how long the line is, in the measure that counts for it. */
  measure() {
    const text = this.inputs.short.value.trim();
    const length = lengthOf(text);
    const kind = length.septets !== null ? "gsm" : length.bytes === null ? "unsendable" : "ucs2";
    this.length.textContent = text ? say(`form.${kind}`, length) : "";
    this.length.classList.toggle("too-long", Boolean(text) && !fitsOneMessage(length));
  }
}

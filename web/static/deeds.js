/** What the panel and the asker do with a question beyond a single press: each has a dialog for its words. */

import { act, get, newId, persist, post } from "./api.js";
import { button, make, showDialog } from "./nodes.js";
import { plainly, say } from "./texts.js";
import { complain, toast } from "./toasts.js";

/** In these states a question can lend its answer to another. */
const LEADS = new Set(["open", "claimed", "needs_info", "answered"]);
const REASONS = ["busy", "field", "conflict"];

/** In the order of the menu; `form` names what has to be filled in or confirmed first. */
const DEEDS = [
  { action: "accept_handover", icon: "check", class: "primary" },
  { action: "decline_handover" },
  { action: "pass", form: passForm },
  { action: "helped", icon: "check", class: "primary" },
  { action: "changed_plan", class: "primary" },
  { action: "add_information", form: informationForm },
  { action: "reopen", form: sureForm },
  { action: "outcome_agrees", form: (one) => textForm(one, { rows: 2, mayBeEmpty: true }) },
  { action: "outcome_differs", form: (one) => textForm(one, { rows: 2, mayBeEmpty: true }) },
  { action: "consent_teaching", form: sureForm },
  { action: "consent_research", form: basisForm },
  { action: "consent_consult_only", form: sureForm },
  { action: "withdraw", class: "danger", form: sureForm },
  { action: "take_over", icon: "check" },
  { action: "follow" },
  { action: "unfollow" },
  { action: "hand_over", form: handOverForm },
  { action: "downgrade", form: (one) => textForm(one, { rows: 2 }) },
  { action: "insist", class: "danger" },
  { action: "second_opinion", form: sureForm },
  { action: "seal", form: sureForm },
  { action: "merge", form: mergeForm },
  { action: "unmerge" },
];
const SHOWN = new Set(["helped", "changed_plan", "add_information", "outcome_agrees", "outcome_differs", "accept_handover", "decline_handover", "pass", "take_over", "follow", "unfollow", "insist", "unmerge"]);

/** Return the buttons of what is offered: the likeliest as they are, the others behind "More". */
export function deedNodes(question, onDone, { besides = [] } = {}) {
  const offered = DEEDS.filter(({ action }) => question.actions.includes(action) && !besides.includes(action));
  const press = (one) => () => begin(one, question, onDone);
  const node = (one) => button(say(`deed.${one.action}`), { icon: one.icon, class: one.class ?? "plain", "data-action": one.action }, press(one));
  const isShown = ({ action }) => SHOWN.has(action) || (action === "merge" && Boolean(question.like));
  const shown = offered.filter(isShown).map(node);
  const more = offered.filter((one) => !isShown(one)).map(node);
  return [...shown, more.length ? menuNode(more, question.id) : null].filter(Boolean);
}

/** Return the button that copies the answers for the chart; null where there is nothing to copy. */
export function chartButton(question) {
  if (!question.chart) return null;
  const node = button(say("deed.copy_chart"), { class: "plain", "data-action": "copy_chart" }, async () => {
    await copied(question.chart);
    node.lastElementChild.textContent = say("deed.copied");
    setTimeout(() => { node.lastElementChild.textContent = say("deed.copy_chart"); }, 2500);
  });
  return node;
}

/** Return the button that sends a note of one's own to the asker. */
export function releaseButton(question, entry, onDone) {
  const fields = { entry: String(entry.id) };
  const node = button(say("deed.release_opinion"), { icon: "send", class: "plain small", "data-action": "release_opinion" }, async () => {
    node.disabled = true;
    await carryOut("release_opinion", question, fields, onDone);
    node.disabled = false;
  });
  return node;
}

async function begin(one, question, onDone) {
  const fields = one.form ? await one.form(one, question) : {};
  if (fields) await carryOut(one.action, question, fields, onDone);
}

async function carryOut(action, question, fields, onDone) {
  const given = Object.keys(fields).length ? fields : undefined;
  try {
    await act(action, { question_id: question.id, fields: given });
    onDone(action);
  } catch (error) {
    complain(error, () => carryOut(action, question, fields, onDone));
  }
}

/** The question whose menu stands open: news that redraws its buttons does not shut it under the finger. */
let openMenu = null;

function menuNode(nodes, id) {
  const list = make("div", { class: "deed-list" }, nodes);
  const node = make("details", { class: "deed-menu" }, make("summary", { class: "button plain" }, say("deed.more")), list);
  node.open = openMenu === id;
  node.addEventListener("toggle", () => { if (node.isConnected) openMenu = node.open ? id : null; });
  list.addEventListener("click", () => {
    openMenu = null;
    node.removeAttribute("open");
  });
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !node.open) return;
    event.stopPropagation();
    node.removeAttribute("open");
    node.firstElementChild.focus();
  });
  return node;
}

/** Ask in a dialog; resolves to the fields, or to null where it was left. */
function dialogForm(title, parts, read, yes) {
  return new Promise((resolve) => {
    const answer = (fields) => { dialog.close(); resolve(fields); };
    const form = make("form", { on: { submit: (event) => { event.preventDefault(); const fields = read(); if (fields) answer(fields); } } },
      make("p", {}, title), ...parts(answer),
      make("div", { class: "row end" }, button(say("deed.cancel"), { class: "plain" }, () => answer(null)),
        yes && make("button", { type: "submit", class: "primary" }, yes)));
    const dialog = make("dialog", { class: "ask deed", "aria-label": title }, form);
    dialog.addEventListener("cancel", () => resolve(null));
    showDialog(dialog);
    dialog.querySelector("input, textarea, select")?.focus();
  });
}

function passForm() {
  const choices = (answer) => [make("div", { class: "choices" }, REASONS.map((reason) =>
    button(say(`deed.reason.${reason}`), { "data-reason": reason }, () => answer({ reason }))))];
  return dialogForm(say("deed.pass.why"), choices, () => null, null);
}

function textForm({ action }, { rows, mayBeEmpty = false }) {
  const input = make("textarea", { rows: String(rows ?? 2), required: !mayBeEmpty, "aria-label": say(`deed.${action}.why`) });
  const read = () => (input.value.trim() ? { text: input.value.trim() } : mayBeEmpty ? {} : null);
  return dialogForm(say(`deed.${action}.why`), () => [input], read, say(`deed.${action}`));
}

/** A study needs its basis: that the hospital holds consent, or the number of the review board's decision. */
function basisForm({ action }) {
  const number = make("input", { type: "text", name: "number", autocomplete: "off", maxlength: 60, placeholder: "2020-0123", "aria-label": say("deed.basis.number") });
  const radios = ["irb", "hospital"].map((value) => make("input", { type: "radio", name: "basis", value, checked: value === "irb" }));
  const picks = radios.map((radio) => make("label", { class: "pick" }, radio, make("span", {}, say(`deed.basis.${radio.value}`))));
  const show = () => { number.hidden = radios[1].checked; number.required = !number.hidden; };
  for (const radio of radios) radio.addEventListener("change", show);
  show();
  const read = () => (radios[1].checked ? { basis: "hospital" } : number.value.trim() ? { basis: number.value.trim() } : null);
  return dialogForm(say(`deed.${action}.why`), () => [picks[0], number, picks[1], make("p", { class: "dim" }, say("deed.basis.papers"))], read, say(`deed.${action}`));
}

/** More about a question is a message about it, as in the conversation. */
async function informationForm(one, question) {
  const fields = await textForm(one, { rows: 3 });
  if (fields) await sendInformation(question, fields.text, newId());
  return null;
}

async function sendInformation(question, text, clientId) {
  try {
    await persist(() => post("/api/messages", { client_id: clientId, text, in_reply_to: question.id }));
    toast(say("deed.information_sent"));
  } catch (error) {
    complain(error, () => sendInformation(question, text, clientId));
  }
}

function sureForm({ action }) {
  return dialogForm(say(`deed.${action}.why`), () => [], () => ({}), say(`deed.${action}`));
}

/** The leads that there are, newest first; typed where the list cannot be had. */
async function mergeForm(_one, question) {
  const leads = await leadsFor(question);
  const input = leads.length
    ? make("select", { "aria-label": say("deed.merge.why") }, leads.map(({ label, title }) => make("option", { value: label }, `${label} · ${plainly(title)}`)))
    : make("input", { type: "text", inputmode: "numeric", required: true, pattern: "\\s*[qQ]?[0-9]+\\s*", placeholder: "Q417", "aria-label": say("deed.merge.why") });
  return dialogForm(say("deed.merge.why"), () => [input], () => (input.value.trim() ? { lead: input.value.trim() } : null), say("deed.merge"));
}

async function leadsFor({ id, like }) {
  const { questions } = await get("/api/desk").catch(() => ({ questions: [] }));
  return questions.filter((one) => one.id !== id && LEADS.has(one.state))
    .sort((a, b) => (b.id === like?.id) - (a.id === like?.id) || Date.parse(b.opened_at) - Date.parse(a.opened_at));
}

/** A panelist chooses among the panel; an asker types the colleague's whole name. */
function handOverForm(_one, { colleagues = [] }) {
  const title = say("deed.hand_over.why");
  const input = colleagues.length
    ? make("select", { "aria-label": title }, colleagues.map(({ id, name }) => make("option", { value: id }, name)))
    : make("input", { type: "text", required: true, autocomplete: "off", "aria-label": title });
  return dialogForm(title, () => [input], () => (input.value.trim() ? { colleague: input.value.trim() } : null), say("deed.hand_over"));
}

async function copied(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "offscreen", readonly: true });
    area.value = text;
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}


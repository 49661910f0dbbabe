/** What was flagged: each with its running clock, what it hides, and what a moderator can decide. */

import { act, get } from "./api.js";
import { showBar } from "./bar.js";
import { frameAddress } from "./frames.js";
import { confirmed } from "./lightbox.js";
import { live } from "./live.js";
import { button, fill, icon, make, showDialog } from "./nodes.js";
import { canSay, momentOf, plainly, say } from "./texts.js";
import { complain } from "./toasts.js";

const TICK_MS = 30_000;
const SHOWN_FRAMES = 12;
const app = document.getElementById("app");
const list = make("div", { class: "incidents" });
let ahead = 0;

async function refresh() {
  const { incidents, now } = await get("/api/incidents");
  ahead = new Date(now) - Date.now();
  const open = incidents.filter((one) => !one.closed_at);
  const closed = incidents.filter((one) => one.closed_at);
  fill(list,
    open.length ? open.map(incidentNode) : make("p", { class: "empty" }, say("incidents.none")),
    closed.length && make("details", { class: "incidents-closed" }, make("summary", {}, say("incidents.closed", { count: closed.length })), closed.map(incidentNode)));
  tick();
}

function incidentNode(one) {
  const head = make("header", {}, icon("flag"), make("h2", {}, one.label), make("span", { class: "dim" }, say(`incidents.what_${one.what}`)), make("span", { class: "grow" }),
    one.closed_at ? make("span", { class: "dim" }, say("incidents.closed_at", { at: momentOf(one.closed_at), name: one.closed_by ?? "–" })) : make("strong", { class: "incident-clock", role: "timer", "data-due": one.due_at }));
  const facts = [
    make("p", {}, say("incidents.opened", { name: one.opened_by ?? "–", at: momentOf(one.opened_at) })),
    (one.reason || one.decision !== "removed") && make("p", { class: one.reason ? "incident-reason" : "dim" }, one.reason ? plainly(one.reason) : say("incidents.no_reason")),
    make("p", { class: "incident-state" }, stateOf(one)),
    one.note && make("p", {}, say("incidents.note", { note: plainly(one.note) })),
  ];
  return make("article", { class: `incident ${one.closed_at ? "over" : ""} ${one.identifies ? "identifies" : ""}`, "data-id": one.id }, head, facts, contentNode(one), one.closed_at ? null : buttonsNode(one));
}

function stateOf(one) {
  const parts = [say(`incidents.${one.decision}`, { name: one.decided_by ?? "" })];
  if (one.decision === "pending") parts.push(one.taken_by ? say("incidents.taken_by", { name: one.taken_by }) : say("incidents.nobody"));
  if (one.identifies) parts.push(say("incidents.identifies"));
  if (one.wrong_patient) parts.push(say("wrong.banner"));
  return parts.join(" · ");
}

/** What is hidden stands behind a press: nobody reads it over a moderator's shoulder. */
function contentNode(one) {
  if (!one.hidden.length || one.decision === "removed") return null;
  const parts = one.hidden.map((part) => make("div", { class: "incident-part" },
    make("p", { class: "dim" }, [part.label, canSay(`entry.${part.kind}`) ? plainKind(part.kind) : say(`incidents.kind_${part.kind}`), part.by].filter(Boolean).join(" · ")),
    part.text && make("p", { class: "quoted" }, plainly(part.text)), part.frames && framesNode(part.frames)));
  return make("details", { class: "incident-content" }, make("summary", {}, say("incidents.look", { count: one.hidden.length })), parts);
}

function plainKind(kind) {
  return say(`entry.${kind}`, { actor: "" }).trim();
}

function framesNode(images) {
  const pictures = images.slice(0, SHOWN_FRAMES).map((image) => make("img", { src: frameAddress({ image, frame: 0 }, { edge: 480 }), alt: "", loading: "lazy" }));
  return make("div", { class: "incident-frames" }, pictures, images.length > SHOWN_FRAMES && make("span", { class: "dim" }, `+${images.length - SHOWN_FRAMES}`));
}

function buttonsNode(one) {
  const press = (action, { sure, words } = {}) => async (event) => {
    if (sure && !(await confirmed(say(sure), event.target.closest("button").textContent))) return;
    const text = words ? await askWords(say(words)) : null;
    if (words && !text) return;
    await send(action, one, text);
  };
  const isPending = one.decision === "pending";
  return make("div", { class: "row incident-buttons" },
    isPending && !one.taken_by && button(say("incidents.take"), { icon: "check", class: "primary", "data-action": "take_incident" }, press("take_incident")),
    isPending && !one.identifies && button(say("incidents.put_back"), { "data-action": "put_back" }, press("put_back", { words: "incidents.why" })),
    isPending && button(say("incidents.take_out"), { icon: "trash", class: "danger", "data-action": "take_out" }, press("take_out", { sure: "incidents.take_out_sure" })),
    !one.identifies && button(say("incidents.identify"), { icon: "warning", class: "plain", "data-action": "identifies" }, press("identifies", { sure: "incidents.identify_sure" })),
    !isPending && button(say("incidents.close"), { icon: "check", class: "primary", "data-action": "close_incident" }, press("close_incident", { words: "incidents.what_was_done" })),
    one.may_mark && button(say("wrong.button"), { icon: "stop", class: "plain wrong", "data-action": "wrong_patient" }, () => markWrong(one)),
    one.may_see && make("a", { class: "button plain", href: `desk#q/${encodeURIComponent(one.question)}` }, say("incidents.to_question")));
}

function askWords(title) {
  return new Promise((resolve) => {
    const words = make("textarea", { rows: 3, required: true, "aria-label": title });
    const dialog = make("dialog", { class: "ask", "aria-label": title });
    let given = null;
    const form = make("form", { class: "spaced", on: { submit: (event) => { event.preventDefault(); given = words.value.trim(); dialog.close(); } } },
      make("p", {}, title), words, make("div", { class: "row end" }, button(say("deed.cancel"), { class: "plain" }, () => dialog.close()),
        make("button", { type: "submit", class: "primary", "data-testid": "words-send" }, say("incidents.decide"))));
    dialog.append(form);
    dialog.addEventListener("close", () => resolve(given));
    showDialog(dialog);
    words.focus();
  });
}

/** What was flagged may show that the images are another patient's: all of the question is hidden then. */
async function markWrong(one) {
  if (!(await confirmed(say("wrong.sure", { label: one.label }), say("wrong.yes")))) return;
  try {
    await act("wrong_patient", { question_id: one.question });
    setTimeout(() => refresh().catch(complain), 700);
  } catch (error) {
    complain(error, () => markWrong(one));
  }
}

async function send(action, one, text) {
  try {
    await act(action, { fields: { incident: one.id, ...(text && { text }) } });
    setTimeout(() => refresh().catch(complain), 700);
  } catch (error) {
    complain(error, () => send(action, one, text));
  }
}

/** How much of the time is left; red once it is over. */
function tick() {
  for (const node of list.querySelectorAll("[data-due]")) {
    const minutes = Math.round((new Date(node.dataset.due) - Date.now() - ahead) / 60_000);
    const size = { hours: Math.floor(Math.abs(minutes) / 60), minutes: Math.abs(minutes) % 60 };
    node.textContent = say(minutes < 0 ? "incidents.late" : "incidents.left", size);
    node.classList.toggle("late", minutes < 0);
  }
}

function start() {
  const again = () => refresh().catch(complain);
  setInterval(tick, TICK_MS);
  return live(refresh, {
    onLine: ({ key }) => (key?.startsWith("incident.") || key?.startsWith("error.")) && again(),
    onQuestion: ({ kind }) => ["taken_down", "put_back", "taken_out"].includes(kind) && again(),
  });
}

showBar();
fill(app, make("h1", {}, say("incidents.title")), make("p", { class: "dim incidents-how" }, say("incidents.how")), list);
start().catch((error) => complain(error, () => location.reload()));

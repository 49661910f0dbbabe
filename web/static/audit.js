/** The audit: who saw or did what about a question or a member, newest first, and whether the chain is whole. */

import { get, post } from "./api.js";
import { showBar } from "./bar.js";
import { live } from "./live.js";
import { button, fill, make } from "./nodes.js";
import { count, momentOf, say } from "./texts.js";
import { complain } from "./toasts.js";

const DIGEST_SHOWN = 64;
const app = document.getElementById("app");
const question = make("input", { type: "text", name: "question", inputmode: "text", maxlength: "10", placeholder: "Q417", "aria-label": say("audit.question"), autocomplete: "off" });
const member = make("select", { name: "member", "aria-label": say("audit.member") });
const verdict = make("output", { role: "status" }, say("audit.chain"));
const events = make("ol", { class: "audit-events" });
const more = make("div", {});
let asked = "";

/** Show the newest events that are asked for. */
async function show() {
  asked = new URLSearchParams({ question: question.value.trim(), member: member.value }).toString();
  const found = await get(`/api/audit?${asked}`);
  chooseFrom(found.members);
  fill(events, found.events.map(eventNode));
  if (!found.events.length) fill(events, make("li", { class: "empty" }, say("audit.none")));
  offerMore(found.before);
}

async function showMore(before) {
  const found = await get(`/api/audit?${asked}&before=${before}`);
  events.append(...found.events.map(eventNode));
  offerMore(found.before);
}

function offerMore(before) {
  fill(more, before === null ? [] : button(say("audit.more"), { class: "audit-more plain" }, () => showMore(before).catch(complain)));
}

function chooseFrom(members) {
  const chosen = member.value;
  fill(member, make("option", { value: "" }, say("audit.everybody")), members.map(({ id, name }) => make("option", { value: id }, name)));
  member.value = chosen;
}

function eventNode(one) {
  const who = make("span", {}, make("strong", {}, one.who ?? say(one.channel === "cli" ? "audit.operator" : "audit.nobody")), " ", say(`audit.kind_${one.kind}`), one.action !== one.kind && [" ", make("code", {}, one.action)]);
  const place = [one.about, one.details, say("audit.from", { channel: one.channel || "–" })].filter(Boolean).join(" · ");
  return make("li", { class: `audit-event ${one.kind}`, "data-number": one.number }, who, make("time", { datetime: one.at }, yearly(one.at)), make("span", { class: "audit-place" }, place));
}

/** A moment with its year where that is not this one: the audit is kept for years. */
function yearly(iso) {
  const year = new Date(iso).getFullYear();
  return year === new Date().getFullYear() ? momentOf(iso) : `${year} ${momentOf(iso)}`;
}

async function verify() {
  const found = await post("/api/audit/verify", {});
  const isBroken = found.broken_at !== null;
  verdict.classList.toggle("broken", isBroken);
  verdict.textContent = isBroken ? say("audit.broken", { number: found.broken_at }) : say("audit.whole", { count: count(found.events), digest: found.digest.slice(0, DIGEST_SHOWN) });
}

const form = make("form", { class: "audit-filter", on: { submit: (event) => { event.preventDefault(); show().catch(complain); } } },
  question, member, make("button", { type: "submit", class: "primary" }, say("audit.show")));
const chain = make("div", { class: "audit-chain" }, button(say("audit.verify"), { class: "plain", "data-testid": "audit-verify" }, () => verify().catch(complain)), verdict);
showBar();
fill(app, make("h1", {}, say("audit.title")), make("p", { class: "dim audit-how" }, say("audit.how")), form, chain, make("div", { class: "audit" }, events, more));
live(show).catch((error) => complain(error, () => location.reload()));

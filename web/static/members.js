/** Members: one's own phones for everybody; invites, applications and all members for whoever lets people in and out. */

import { act, get, newId, post } from "./api.js";
import { showBar } from "./bar.js";
import { live } from "./live.js";
import { button, fill, make, showDialog } from "./nodes.js";
import { me, momentOf, say } from "./texts.js";
import { complain, toast } from "./toasts.js";

const SHOWN = 50;
const SAID = /^(members|link|error)\./;
const app = document.getElementById("app");
const mine = section("mine");
const waiting = section("waiting");
const invites = section("invites");
const people = section("all");
const search = make("input", { type: "text", "aria-label": say("members.find"), placeholder: say("members.find"), on: { input: () => showPeople() } });
const rows = make("ol", { class: "people" });
let known = { mine: [] };

function section(name) {
  return make("section", { class: `members-part members-${name}`, "aria-label": say(`members.${name}`) });
}

async function refresh() {
  known = await get("/api/members");
  fill(mine, ...mineNodes(known.mine));
  if (!known.members) return;
  fill(waiting, ...waitingNodes(known.waiting));
  fill(invites, ...inviteNodes(known.invites));
  showPeople();
}

function mineNodes(addresses) {
  const items = addresses.map(({ channel, shown, stopped }) => make("li", {}, make("strong", {}, channel), shown && make("span", { class: "dim" }, shown), stopped && make("em", {}, say("members.stopped"))));
  return [
    make("h2", {}, say("members.mine")), make("p", { class: "dim" }, say("members.mine_text")),
    make("ol", { class: "own-channels" }, items),
    make("div", { class: "row" }, button(say("members.link"), { icon: "link" }, showCode), button(say("members.lost"), { class: "quiet", icon: "warning" }, askLost)),
  ];
}

async function showCode() {
  try {
    const { code, minutes, starts } = await post("/api/members/code", {});
    const digits = make("output", { class: "code" }, `${code.slice(0, 3)} ${code.slice(3)}`);
    ask(say("members.link"), [make("p", {}, say("members.link_text", { minutes })), digits, ...startNodes(starts)], [], say("members.link_close"));
  } catch (error) {
    complain(error);
  }
}

function askLost() {
  const cut = button(say("members.lost_button"), { class: "danger" }, async (event) => {
    event.currentTarget.disabled = true;
    await sayIt("/lost");
  });
  ask(say("members.lost"), [make("p", {}, say("members.lost_text"))], [cut]);
}

async function sayIt(text) {
  try {
    await post("/api/messages", { client_id: newId(), text });
  } catch (error) {
    complain(error);
  }
}

function waitingNodes(applications) {
  const cards = applications.map((each) => make("li", { class: "card", "data-application": each.id },
    make("strong", {}, each.name), make("span", { class: "dim" }, say("members.number", { number: each.number })), make("span", { class: "dim" }, each.email),
    make("div", { class: "row" }, decide(each, "approve_member", "approve", "primary"), decide(each, "refuse_member", "refuse", "quiet"))));
  return [make("h2", {}, say("members.waiting")), cards.length ? make("ol", { class: "cards" }, cards) : make("p", { class: "dim" }, say("members.nobody_waits"))];
}

function decide({ id }, action, word, kind) {
  return button(say(`members.${word}`), { class: kind, "data-action": action }, (event) => hand(event, action, { fields: { application: id } }));
}

function inviteNodes(open) {
  const cards = open.map((each) => make("li", { class: "card", "data-invite": each.id },
    make("strong", {}, each.name), each.roles.length > 0 && make("span", {}, rolesOf(each.roles)), make("span", { class: "dim" }, say("members.until", { until: momentOf(each.expires_at) })),
    make("div", { class: "row" }, button(say("members.show_link"), { icon: "link" }, () => giveLink(`/api/members/invites/${each.id}/link`)), button(say("members.revoke"), { class: "quiet" }, (event) => revoke(event, each)))));
  return [
    make("h2", {}, say("members.invites")), cards.length ? make("ol", { class: "cards" }, cards) : make("p", { class: "dim" }, say("members.no_invite")),
    button(say("members.invite"), { class: "primary" }, askInvite),
  ];
}

function askInvite() {
  const name = make("input", { type: "text", name: "name", maxlength: 64, required: true, autocomplete: "off" });
  const boxes = known.roles.map((role) => make("label", { class: "role-box" }, make("input", { type: "checkbox", value: role }), make("span", {}, say(`members.role_${role}`))));
  const form = make("form", { class: "invite-form" }, make("label", {}, say("members.name"), name),
    make("fieldset", {}, make("legend", {}, say("members.roles")), make("p", { class: "dim" }, say("members.roles_none")), boxes));
  const send = button(say("members.send_invite"), { class: "primary" }, (event) => {
    if (!form.reportValidity()) return;
    const roles = [...form.querySelectorAll("input:checked")].map((box) => box.value).join(" ");
    event.currentTarget.closest("dialog").close();
    hand(null, "invite", { fields: { name: name.value, roles } });
  });
  form.addEventListener("submit", (event) => { event.preventDefault(); send.click(); });
  ask(say("members.invite"), [form], [send]);
}

async function giveLink(path) {
  try {
    const { url, starts = {} } = await post(path, {});
    const field = make("input", { type: "text", readonly: true, value: url, "aria-label": say("members.show_link") });
    const fields = startFields(starts);
    ask(say("members.show_link"), [make("p", {}, say(fields.length ? "members.links_once" : "members.link_once")), field, ...fields], [], say("members.link_close"));
    field.select();
  } catch (error) {
    complain(error);
  }
}

/** Links for somebody else are copied, not pressed: whoever follows one is taken for the person it is made for. */
function startFields(starts) {
  return Object.entries(starts).map(([channel, url]) => make("label", { class: "start-field" }, make("span", {}, sayStart(channel)),
    make("input", { type: "text", readonly: true, value: url, on: { focus: (event) => event.target.select() } })));
}

function startNodes(starts) {
  return Object.entries(starts).map(([channel, url]) => make("p", {}, make("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, sayStart(channel))));
}

function sayStart(channel) {
  return say("members.start", { channel: say(`channel.${channel}`) });
}

async function revoke(event, { id }) {
  event.currentTarget.disabled = true;
  try {
    await post(`/api/members/invites/${id}/revoke`, {});
  } catch (error) {
    complain(error);
  }
  await refresh();
}

function showPeople() {
  const wanted = search.value.trim().toLocaleLowerCase();
  const found = known.members.filter(({ name, id }) => !wanted || name.toLocaleLowerCase().includes(wanted) || id.includes(wanted));
  found.sort((one, other) => Number(other.active) - Number(one.active));
  fill(rows, found.slice(0, SHOWN).map(personNode));
  if (!people.contains(search)) fill(people, make("h2", {}, say("members.all")), search, rows);
}

function personNode(each) {
  const notes = [each.roles.length > 0 && make("span", {}, rolesOf(each.roles)), make("span", { class: "dim" }, each.active ? each.channels.join(", ") : say("members.left"))];
  return make("li", { class: each.active ? "person" : "person left", "data-member": each.id },
    make("div", { class: "person-name" }, make("strong", {}, each.name), each.is_me && make("span", { class: "dim" }, say("members.you")), ...notes),
    each.active && !each.is_me && moreNode(each));
}

function moreNode(each) {
  return make("details", { class: "person-more" }, make("summary", {}, say("members.more")),
    make("div", { class: "row" },
      button(say("members.sign_in_link"), { icon: "link" }, () => giveLink(`/api/members/${each.id}/link`)),
      button(say("members.cut_off"), {}, () => confirmed("cut_off", each)),
      button(say("members.offboard"), { class: "danger" }, () => confirmed("offboard", each))));
}

function confirmed(action, { id, name }) {
  const go = button(say(`members.${action}`), { class: "danger" }, (event) => {
    event.currentTarget.closest("dialog").close();
    hand(null, action, { fields: { member: id } });
  });
  ask(say(`members.${action}`), [make("p", {}, say(`members.${action}_really`, { name }))], [go]);
}

async function hand(event, action, what) {
  if (event) event.currentTarget.disabled = true;
  try {
    await act(action, what);
  } catch (error) {
    complain(error);
    await refresh();
  }
}

function ask(title, content, choices, leave = say("members.cancel")) {
  const dialog = make("dialog", { class: "ask", "aria-label": title });
  dialog.append(make("h2", {}, title), ...content, make("div", { class: "row end" }, button(leave, { class: "quiet" }, () => dialog.close()), choices[0] ?? ""));
  showDialog(dialog);
}

function rolesOf(roles) {
  return roles.map((role) => say(`members.role_${role}`)).join(", ");
}

/** What became of what was pressed comes as a message, as on every channel; here it is shown at the edge. */
async function later(line) {
  if (SAID.test(line.key) && line.direction === "out") toast(line.text, { kind: line.key.startsWith("error.") ? "error" : "plain" });
  await refresh();
}

showBar();
const isOffice = me.roles.some((role) => role === "coordinator" || role === "administrator");
fill(app, make("h1", {}, say("members.title")), ...(isOffice ? [waiting, invites, people] : []), mine);
live(refresh, { onLine: (line) => later(line).catch(complain) }).catch((error) => complain(error, () => location.reload()));

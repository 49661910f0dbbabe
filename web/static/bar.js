/** The top bar: links by role, language, sign-out, connection state; and the message when a session has ended. */

import { post } from "./api.js";
import { button, fill, icon, make } from "./nodes.js";
import { watchPresence } from "./presence.js";
import { base, isDemo, language, me, page, say } from "./texts.js";

const PAGES = [
  { name: "chat", path: "/chat", roles: null },
  { name: "desk", path: "/desk", roles: ["panelist", "coordinator"] },
  { name: "editor", path: "/editor", roles: ["editor"] },
  { name: "digests", path: "/digests", roles: null },
];

let state = null;

/** Put the bar above the page. */
export function showBar() {
  document.getElementById("bar")?.remove();
  state = make("span", { class: "connection", role: "status" });
  const links = make("nav", { class: "bar-links", "aria-label": say("bar.pages") }, PAGES.filter(isMine).map(linkTo));
  const home = make("a", { class: "brand", href: `${base}/chat` }, emblem(), make("span", {}, "Hilum"));
  const header = make("header", { id: "bar", class: "bar" }, home, links, state, menu());
  document.getElementById("app").before(header);
  document.addEventListener("signed-out", showSignedOut);
  watchPresence();
}

/** Show whether events arrive: "connected", "reconnecting" or "offline". */
export function showConnection(now) {
  if (!state || state.dataset.state === now) return;
  state.dataset.state = now;
  fill(state, now === "connected" ? [] : [make("span", { class: "spinner" }), make("span", {}, say(`bar.${now}`))]);
}

function isMine({ roles }) {
  return !roles || roles.some((role) => me.roles.includes(role));
}

function linkTo({ name, path }) {
  const current = name === page || (name === "digests" && page === "question");
  return make("a", { href: base + path, "aria-current": current ? "page" : null }, say(`bar.${name}`));
}

function menu() {
  const other = language === "ko" ? "en" : "ko";
  const items = [
    make("p", { class: "menu-name" }, me.name),
    button(say("bar.language"), { class: "menu-item", lang: other }, () => switchTo(other)),
    button(say("bar.sign_out"), { class: "menu-item" }, signOut),
  ];
  const list = make("div", { class: "menu-list" }, items);
  const toggle = make("summary", { "aria-label": say("bar.menu"), title: say("bar.menu") }, icon("menu"));
  const details = make("details", { class: "menu" }, toggle, list);
  document.addEventListener("click", (event) => details.contains(event.target) || (details.open = false));
  details.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && details.open) {
      details.open = false;
      toggle.focus();
    }
  });
  return details;
}

async function switchTo(other) {
  await post("/api/language", { language: other });
  location.reload();
}

async function signOut() {
  const response = await fetch(`${base}/sign-out`, { method: "POST", credentials: "same-origin" });
  location.assign(response.redirected ? response.url : isDemo ? "/" : `${base}/`);
}

function showSignedOut() {
  if (document.querySelector("dialog.signed-out")) return;
  const link = make("a", { class: "button primary", href: isDemo ? "/" : `${base}/` }, say("signed_out.link"));
  const dialog = make("dialog", { class: "ask signed-out" }, make("p", {}, say("signed_out.text")), make("div", { class: "row end" }, link));
  document.body.append(dialog);
  dialog.showModal();
}

/** Two bronchi and the vessels that meet them: where everything comes in and goes out. */
function emblem() {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "emblem");
  svg.setAttribute("aria-hidden", "true");
  for (const d of ["M12 3v7", "M12 10c-1 3-4 3-7 7", "M12 10c1 3 4 3 7 7", "M8.5 13.700c-.3 2.3-.7 3.8-1.5 6.3", "M15.5 13.700c.3 2.3.7 3.8 1.5 6.3"]) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    svg.append(path);
  }
  return svg;
}

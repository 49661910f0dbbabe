/** The top bar: links by role, language, sign-out, connection state; and the message when a session has ended. */

import { post } from "./api.js";
import { button, fill, icon, make } from "./nodes.js";
import { watchPresence } from "./presence.js";
import { searchButton } from "./search.js";
import { base, isDemo, language, me, momentOf, page, say } from "./texts.js";

const PAGES = [
  { name: "chat", path: "/chat", roles: null },
  { name: "desk", path: "/desk", roles: ["panelist", "coordinator"] },
  { name: "rota", path: "/rota", roles: ["panelist", "coordinator"] },
  { name: "editor", path: "/editor", roles: ["editor"] },
  { name: "digests", path: "/digests", roles: null },
  { name: "members", path: "/members", roles: ["coordinator", "administrator"] },
  { name: "incidents", path: "/incidents", roles: ["moderator", "coordinator"] },
  { name: "question", path: location.pathname.slice(base.length), roles: null },
  { name: "report", path: "/report", roles: ["coordinator", "moderator", "chair", "board", "administrator"] },
  { name: "audit", path: "/audit", roles: ["moderator", "administrator"] },
];

const SURGE_MS = 60_000;
let state = null;

/** While the surge lasts every page says so; it goes off by itself. */
export function showSurge(until) {
  const former = document.getElementById("surge");
  if (former && former.dataset.until === until) return;
  former?.remove();
  if (!until || new Date(until) <= Date.now()) return;
  document.getElementById("bar").after(make("div", { id: "surge", class: "surge-banner", role: "status", "data-until": until }, icon("warning"), make("span", {}, say("bar.surge", { until: momentOf(until) }))));
}

async function watchSurge() {
  const response = await fetch(`${base}/api/surge`, { credentials: "same-origin" }).catch(() => null);
  if (response?.ok) showSurge((await response.json()).until);
}

/** Put the bar above the page. */
export function showBar() {
  document.getElementById("bar")?.remove();
  state = make("span", { class: "connection", role: "status" });
  const all = PAGES.filter(isMine).map(linkTo);
  const links = make("nav", { class: "bar-links", "aria-label": say("bar.pages") }, all);
  const rest = make("div", { class: "menu-pages" });
  const home = make("a", { class: "brand", href: `${base}/chat`, "aria-label": "Hilum" }, emblem(), make("span", {}, "Hilum"));
  const header = make("header", { id: "bar", class: "bar" }, home, links, state, searchButton(), menu(rest));
  document.getElementById("app").before(header);
  new ResizeObserver(() => fit(all, links, rest)).observe(links);
  document.addEventListener("signed-out", showSignedOut);
  showSurge(me.surge_until);
  setInterval(watchSurge, SURGE_MS);
  watchPresence();
}

/** Show whether events arrive: "connected", "reconnecting" or "offline". */
export function showConnection(now) {
  if (!state || state.dataset.state === now) return;
  state.dataset.state = now;
  fill(state, now === "connected" ? [] : [make("span", { class: "spinner" }), make("span", {}, say(`bar.${now}`))]);
}

/** A question has a tab of its own while it is open. */
function isMine({ name, roles }) {
  if (name === "question") return page === "question";
  return !roles || roles.some((role) => me.roles.includes(role));
}

function linkTo({ name, path }) {
  return make("a", { href: base + path, "aria-current": name === page ? "page" : null }, say(`bar.${name}`));
}

/** What has no room in the bar is found in the menu; the page that is open stays in sight. */
function fit(all, links, rest) {
  fill(links, all);
  fill(rest, []);
  while (links.scrollWidth > links.clientWidth) {
    const last = [...links.children].findLast((link) => !link.hasAttribute("aria-current"));
    if (!last) return;
    rest.prepend(last);
  }
}

function menu(rest) {
  const other = language === "ko" ? "en" : "ko";
  const items = [
    make("p", { class: "menu-name" }, me.name),
    rest,
    make("a", { class: "menu-item", href: `${base}/notifications` }, say("bar.notifications")),
    make("a", { class: "menu-item", href: `${base}/members` }, say("members.mine")),
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

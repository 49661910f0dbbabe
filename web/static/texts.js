/** What the server put into the shell (who reads, in which language, all texts) and how it is said. */

const body = document.body;

/** Path of the mount, for example "" or "/as/member". */
export const base = body.dataset.base ?? "";
export const language = body.dataset.language === "en" ? "en" : "ko";
export const isDemo = body.dataset.demo === "1";
export const page = body.dataset.page ?? "";
export const me = read("me") ?? { id: "", name: "", language, roles: [], demo: isDemo };

const texts = read("texts") ?? {};
/** Placeholders as texts are stored with them; what there is no word for is no placeholder. */
const PLACEHOLDER = /\[([a-z][a-z -]{1,28})\]/g;
/** Times are said on the member's own clock where the server names it, as the bot's sentences do. */
const zone = me.time_zone ? { timeZone: me.time_zone } : {};
const clock = new Intl.DateTimeFormat(language, { ...zone, hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { ...zone, month: "short", day: "numeric", weekday: "short" });
const number = new Intl.NumberFormat(language);

/** Return a page text with its placeholders filled in; the key itself where a text is missing. */
export function say(key, values = {}) {
  const text = texts[`page.${key}`] ?? texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Return whether there is a text for a key. */
export function canSay(key) {
  return `page.${key}` in texts || key in texts;
}

export const timeOf = (iso) => clock.format(new Date(iso));
export const dayOf = (iso) => day.format(new Date(iso));
export const count = (value) => number.format(value);

/** Return "14:02", with the day in front when it is not today's. */
export function momentOf(iso) {
  const sameDay = dayOf(iso) === dayOf(Date.now());
  return sameDay ? timeOf(iso) : `${dayOf(iso)} ${timeOf(iso)}`;
}

/** Return a size as a reader says it: 640 KB, 4.1 MB. */
export function sizeOf(bytes) {
  if (bytes < 1e6) return `${number.format(Math.max(1, Math.round(bytes / 1e3)))} KB`;
  if (bytes < 1e9) return `${number.format(Math.round(bytes / 1e5) / 10)} MB`;
  return `${number.format(Math.round(bytes / 1e8) / 10)} GB`;
}

/** Return a placeholder in the reader's words, "[phone]"; null where there is no word for what it stands for. */
export function sayKind(kind) {
  const key = `kind.${kind.replaceAll(/[ -]/g, "_")}`;
  return canSay(key) ? `[${say(key)}]` : null;
}

/** Return a text that comes as a plain string with its placeholders in the reader's words. */
export function plainly(text) {
  return text.replaceAll(PLACEHOLDER, (stored, kind) => sayKind(kind) ?? stored);
}

/** Return a sentence without the sign that leads it on channels of words alone; on a page an icon says the same. */
export function unsigned(sentence) {
  return sentence.replace(/^[⚠⛔✅]\uFE0F?\s*/u, "");
}

/** Return a plain string as a text with its placeholders found; offsets count code points. */
export function withPlaceholders(value) {
  const countTo = (place) => Array.from(value.slice(0, place)).length;
  const found = [...value.matchAll(PLACEHOLDER)].filter(({ 1: kind }) => sayKind(kind));
  const replacements = found.map(({ 0: stored, 1: kind, index }) => ({ start: countTo(index), end: countTo(index + stored.length), kind }));
  return { value, replacements };
}

function read(id) {
  const node = document.getElementById(id);
  try {
    return node ? JSON.parse(node.textContent) : null;
  } catch {
    return null;
  }
}

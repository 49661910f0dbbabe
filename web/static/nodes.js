/** How these pages make markup: DOM nodes only, so that data never becomes HTML. */

const SVG = "http://www.w3.org/2000/svg";

/** Paths on a 24 × 24 grid, drawn with a stroke unless the name is listed in FILLED. */
const PATHS = {
  send: "M4 12 20 4l-5 16-4-6-7-2Z",
  attach: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  check: "M5 12.5 10 17.5 19.5 7",
  trash: "M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10.5 11v5M13.5 11v5",
  file: "M7 3h7l4 4v14H7ZM14 3v4h4",
  folder: "M3 6h6l2 2h10v11H3Z",
  link: "M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1",
  back: "M15 5l-7 7 7 7",
  menu: "M4 7h16M4 12h16M4 17h16",
  stack: "M12 4 3 8.5 12 13l9-4.5ZM4 13l8 4 8-4M4 17l8 4 8-4",
  level: "M12 3a9 9 0 1 0 0 18ZM12 3a9 9 0 0 1 0 18",
  hand: "M12 3v18M3 12h18M12 3l-2.5 2.5M12 3l2.5 2.5M12 21l-2.5-2.5M12 21l2.5-2.5M3 12l2.5-2.5M3 12l2.5 2.5M21 12l-2.5-2.5M21 12l-2.5 2.5",
  expand: "M9 4H4v5M15 4h5v5M9 20H4v-5M15 20h5v-5",
  fit: "M4 9h5V4M20 9h-5V4M4 15h5v5M20 15h-5v5",
  urgent: "M12 3 22.5 21h-21Z",
  today: "M12 2 22 12 12 22 2 12Z",
  routine: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18Z",
  lock: "M6 11h12v9H6ZM8.5 11V8a3.5 3.5 0 0 1 7 0v3",
  down: "M12 5v14M6 13l6 6 6-6",
  retry: "M20 12a8 8 0 1 1-2.5-5.8M20 3v5h-5",
  pencil: "M4 20l1-5L16 4l4 4L9 19ZM14 6l4 4",
  mask: "M4 4h16v16H4ZM4 12 12 4M4 20 20 4M12 20l8-8",
  crop: "M7 2v15h15M2 7h15v15",
  stop: "M8 3h8l5 5v8l-5 5H8l-5-5V8ZM8 12h8",
  warning: "M12 3 22 20H2ZM12 10v5M12 17.5v.5",
  zoomIn: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15.5 15.5 21 21M11 8.5v5M8.5 11h5",
  zoomOut: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15.5 15.5 21 21M8.5 11h5",
  star: "M12 3l2.8 5.9 6.4.8-4.7 4.4 1.2 6.4L12 17.4l-5.7 3.1 1.2-6.4L2.8 9.7l6.4-.8Z",
  starred: "M12 3l2.8 5.9 6.4.8-4.7 4.4 1.2 6.4L12 17.4l-5.7 3.1 1.2-6.4L2.8 9.7l6.4-.8Z",
  ruler: "M3 16 16 3l5 5L8 21ZM7 12l2 2M10 9l2 2M13 6l2 2",
  prior: "M4 5h7v14H4ZM13 5h7v14h-7ZM7.5 9v3h2",
  copy: "M8 8h12v13H8ZM16 8V3H4v13h4",
  search: "M11 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12ZM15.5 15.5 21 21",
  flag: "M6 21V4M6 5c4-3 8 2 12-1v9c-4 3-8-2-12 1",
  help: "M9 9a3 3 0 1 1 4 2.8c-.8.4-1 .9-1 2.2M12 17.5v.5",
};
const FILLED = new Set(["urgent", "today", "routine", "send", "starred"]);

/** Return an element with attributes, properties, listeners (`on`) and children. */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) setAttribute(node, name, value);
  node.append(...shown(children));
  return node;
}

/** Return a decorative icon; what it means must be said by a text or a label beside it. */
export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", FILLED.has(name) ? "icon filled" : "icon");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", PATHS[name]);
  svg.append(path);
  return svg;
}

/** Return a button with a text, or with an icon and a spoken label. */
export function button(label, { icon: name, bare = false, digit, ...attributes } = {}, press) {
  const parts = [name && icon(name), digit && make("kbd", { class: "digit" }, digit), !bare && make("span", {}, label)];
  const named = bare ? { "aria-label": label, title: label } : {};
  return make("button", { type: "button", ...named, ...attributes, on: { click: press } }, parts);
}

/** Lay a dialog over the page; once closed it is gone from it. */
export function showDialog(dialog) {
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

/** Replace everything in a node. */
export function fill(node, ...children) {
  node.replaceChildren(...shown(children));
  return node;
}

/** Replace everything in a node but one child: a field that is moved loses its focus and a half-composed syllable. */
export function fillAround(kept, ...children) {
  const node = kept.parentNode;
  const parts = shown(children);
  const place = parts.indexOf(kept);
  for (const child of [...node.childNodes]) if (child !== kept) child.remove();
  kept.before(...parts.slice(0, place));
  kept.after(...parts.slice(place + 1));
  return node;
}

/** Return the pieces of a de-identified text, its placeholders marked in the reader's words; a distance or an age band stands as it is. Offsets count code points. */
export function marked(text, sayKind) {
  const letters = Array.from(text.value);
  const pieces = [];
  let from = 0;
  for (const { start, end, kind } of [...(text.replacements ?? [])].sort((a, b) => a.start - b.start)) {
    pieces.push(letters.slice(from, start).join(""));
    pieces.push(markOf(letters.slice(start, end).join(""), kind, sayKind));
    from = end;
  }
  pieces.push(letters.slice(from).join(""));
  return pieces.filter((piece) => piece !== "");
}

/** A placeholder is said in the reader's words; what was converted ("[11 d ago]" for a date) stands as it is. */
function markOf(stored, kind, sayKind) {
  const name = kind.replaceAll(/[^\w]+/g, "-");
  const word = sayKind(kind);
  if (stored !== `[${kind}]` && ["date", "age", "birth date"].includes(kind)) return make("mark", { class: `replaced converted kind-${name}`, title: word?.slice(1, -1) ?? kind }, stored);
  return make("mark", { class: `replaced kind-${name}`, title: stored }, word ?? stored);
}

function shown(children) {
  return children.flat().filter((child) => child !== null && child !== undefined && child !== false && child !== 0 && child !== "");
}

function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) return;
  if (name === "on") for (const [type, listener] of Object.entries(value)) listener && node.addEventListener(type, listener);
  else if (["value", "disabled", "checked", "hidden", "selected", "htmlFor", "multiple"].includes(name)) node[name] = value;
  else node.setAttribute(name, value === true ? "" : value);
}

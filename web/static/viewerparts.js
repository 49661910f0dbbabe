/** The viewer's furniture: bar, corners, letters, slider, tools and series strip; no state of its own. */

import { frameAddress } from "./frames.js";
import { sayPrior } from "./compare.js";
import { keysBadge } from "./keyslices.js";
import { watermark } from "./margin.js";
import { button, fill, icon, make } from "./nodes.js";
import { say } from "./texts.js";
import { PRESETS, canBeWindowed, describe, detailOf, isInHounsfield, nameOf, sayLength, trim } from "./windows.js";

const MODES = [
  { name: "scroll", icon: "stack" },
  { name: "pan", icon: "hand" },
  { name: "window", icon: "level" },
];

/** Build all nodes of a viewer; `hands` are the viewer's own methods. */
export function buildParts(hands) {
  const parts = { ...buildStage(), ...buildSlider(hands), ...buildTools(hands) };
  parts.title = make("p", { class: "viewer-title" });
  parts.barEnd = make("div", { class: "viewer-bar-end" });
  parts.bar = make("header", { class: "viewer-bar" }, parts.title, parts.barEnd);
  parts.strip = make("div", { class: "viewer-strip", role: "group", "aria-label": say("viewer.series") });
  parts.footer = make("footer", { class: "viewer-footer" });
  parts.stages = make("div", { class: "stages" }, parts.stage);
  parts.quality = make("p", { class: "viewer-quality", hidden: true });
  parts.watermark = watermark();
  const rows = [parts.bar, parts.strip, parts.stages, parts.watermark, parts.quality, parts.slide, parts.tools, parts.footer];
  parts.root = make("section", { class: "viewer", "aria-label": say("viewer.name") }, rows);
  return parts;
}

/** Fill the series strip; hidden when there is nothing to choose. */
export function fillStrip(strip, series, chosen, choose) {
  strip.hidden = series.length < 2;
  if (strip.hidden) return;
  const chips = series.map((one, index) =>
    make(
      "button",
      { type: "button", class: "chip series-chip", "aria-pressed": String(index === chosen), on: { click: () => choose(index) } },
      make("img", { src: frameAddress(middleOf(one), { edge: 96 }), alt: "", loading: "lazy", width: 40, height: 40 }),
      make("span", {}, `${index + 1} · ${nameOf(one)}`, make("small", {}, [sayPrior(one), sayLength(one), detailOf(one)].filter(Boolean).join(" · "))),
      keysBadge(one),
    ),
  );
  fill(strip, chips);
  requestAnimationFrame(() => strip.children[chosen]?.scrollIntoView({ block: "nearest", inline: "nearest" }));
}

/** Return the frame that stands for a series on small pictures: the first that its asker marked, or its middle. */
export function middleOf(series) {
  return series.frames.find((frame) => frame.key?.asker) ?? series.frames[Math.floor(series.frames.length / 2)] ?? series.frames[0];
}

/** Say what is on the canvas: number, position, letters, window. */
export function sayPicture(parts, { series, index, window }) {
  const frame = series.frames[index];
  const total = series.frames.length;
  parts.number.textContent = total > 1 ? `${index + 1}/${total}` : "";
  parts.position.textContent = frame.position_mm === null ? "" : `${trim(frame.position_mm)} mm`;
  const letters = frame.orientation ?? ["", "", "", ""];
  ["left", "right", "top", "bottom"].forEach((edge, place) => (parts.letters[edge].textContent = letters[place]));
  parts.facts.textContent = describe(series);
  parts.prior.textContent = sayPrior(series);
  parts.starred.hidden = !frame.key;
  parts.quality.textContent = series.quality ?? "";
  parts.quality.hidden = !series.quality;
  parts.window.textContent = sayWindow(window ?? frame.window);
  parts.stage.setAttribute("aria-label", [describe(series), sayPrior(series), `${index + 1}/${total}`, frame.key && say("key.this"), say("viewer.keys")].filter(Boolean).join(", "));
}

/** Show which tools a series has and which are in use. */
export function showTools(parts, { series, mode, window, mayMask }) {
  for (const [name, node] of Object.entries(parts.modes)) {
    node.setAttribute("aria-pressed", String(name === mode));
    node.hidden = (name === "scroll" && series.frames.length < 2) || (name === "window" && !canBeWindowed(series)) || (name === "mask" && !mayMask);
  }
  for (const [name, node] of Object.entries(parts.presets)) {
    node.hidden = name === "own" ? !canBeWindowed(series) : !isInHounsfield(series);
    const preset = PRESETS.find((one) => one.name === name);
    node.setAttribute("aria-pressed", String(preset ? String(preset.window) === String(window) : window === null));
  }
  parts.fixed.hidden = canBeWindowed(series);
  parts.slide.hidden = series.frames.length < 2;
}

function sayWindow(window) {
  return window ? say("viewer.window", { width: trim(window[1], 0), level: trim(window[0], 0) }) : say("viewer.fixed.short");
}

function buildStage() {
  const letters = {};
  for (const edge of ["left", "right", "top", "bottom"]) letters[edge] = make("span", { class: `letter ${edge}` });
  const canvas = make("canvas", { "aria-hidden": "true" });
  const [number, position, window, facts, prior] = ["number", "position", "window", "facts", "prior-words"].map((name) => make("span", { class: name }));
  const starred = make("span", { class: "starred-sign", hidden: true }, icon("starred"));
  const busy = make("span", { class: "busy", hidden: true }, make("span", { class: "spinner" }));
  const failure = make("p", { class: "viewer-failure", role: "status", hidden: true });
  const corners = [
    make("p", { class: "corner top-left", "aria-hidden": "true" }, number, position, prior, starred),
    make("p", { class: "corner top-right", "aria-hidden": "true" }, window),
    make("p", { class: "corner bottom-left", "aria-hidden": "true" }, facts),
  ];
  const stage = make(
    "div",
    { class: "viewer-stage", tabindex: "0", role: "application", "aria-roledescription": say("viewer.role") },
    [canvas, ...corners, ...Object.values(letters), busy, failure],
  );
  return { stage, canvas, letters, number, position, window, facts, prior, starred, busy, failure };
}

function buildSlider(hands) {
  const slider = make("input", {
    type: "range", min: "1", max: "1", value: "1", "aria-label": say("viewer.slider"),
    on: { input: (event) => hands.goTo(Number(event.target.value) - 1), change: () => hands.rest() },
  });
  return { slider, slide: make("div", { class: "viewer-slide" }, make("div", { class: "slide-room" }, slider)) };
}

function buildTools(hands) {
  const modes = {};
  for (const { name, icon: sign } of MODES) {
    modes[name] = button(say(`viewer.mode.${name}`), { icon: sign, class: "tool" }, () => hands.setMode(name));
  }
  const presets = {};
  for (const { name, window, key } of PRESETS) {
    const title = `${say("viewer.window", { width: trim(window[1]), level: trim(window[0]) })} (${key})`;
    presets[name] = button(say(`viewer.preset.${name}`), { class: "tool preset", title }, () => hands.setWindow(window));
  }
  presets.own = button(say("viewer.preset.own"), { class: "tool preset", title: "0" }, () => hands.setWindow(null));
  const fixed = make("p", { class: "fixed-note", hidden: true }, icon("level"), say("viewer.fixed"));
  const zoom = [
    button(say("viewer.smaller"), { icon: "zoomOut", bare: true, class: "tool" }, () => hands.zoomBy(1 / 1.4)),
    button(say("viewer.larger"), { icon: "zoomIn", bare: true, class: "tool" }, () => hands.zoomBy(1.4)),
    button(say("viewer.fit"), { icon: "fit", bare: true, class: "tool" }, () => hands.fit()),
  ];
  const zooms = make("div", { class: "tool-group zooms", role: "group", "aria-label": say("viewer.zoom") }, zoom);
  const help = button(say("viewer.help.title"), { icon: "help", bare: true, class: "tool viewer-help-button" }, () => hands.help());
  const extras = make("div", { class: "tool-group extras", role: "group", "aria-label": say("viewer.extras") }, help);
  const groups = [
    make("div", { class: "tool-group", role: "group", "aria-label": say("viewer.windows") }, Object.values(presets), fixed),
    make("div", { class: "tool-group", role: "group", "aria-label": say("viewer.drag") }, Object.values(modes)),
    zooms,
    extras,
  ];
  return { modes, presets, fixed, zooms, extras, tools: make("div", { class: "viewer-tools" }, groups) };
}

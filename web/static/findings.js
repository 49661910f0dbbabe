/** What the door found in a series, for its asker's look: masks, kept markers, concerns, quality; and for the panel in words. */

import { frameAddress } from "./frames.js";
import { openPicture } from "./lightbox.js";
import { icon, make } from "./nodes.js";
import { base, canSay, say, unsigned } from "./texts.js";

const MOST_CUTS = 8;
const MOST_SLICES = 12;
const CUT_EDGE = 480;
/** A cut shows some of what lies around: half the area's shorter side or more on each side, and never a sliver. */
const AROUND = 0.5;
const LEAST_CUT = 64;
/** A line of letters is shown as wide as the card. */
const WIDE = 2.4;
const NEEDS_WORD = ["mask_over_lung", "marker_lost", "letters_too_small"];

/** Return all that the asker should look at before confirming a series; `open(slice)` opens it in the viewer. */
export function findingsNode(series, { questionId, open }) {
  const parts = [concernsNode(series), qualityNode(series.quality), projectionNode(series, questionId), slicesNode(series, open), cutsNode(series, open)];
  const shown = parts.filter(Boolean);
  return shown.length ? make("div", { class: "findings" }, shown) : null;
}

/** Return the concerns that need the asker's word, each in a sentence. */
export function concernsNode({ confirmed, to_confirm: sentences = [] }) {
  if (!sentences?.length) return null;
  return make("ul", { class: "note warn concerns" }, !confirmed && make("li", { class: "lead" }, say("findings.accept")), sentences.map((sentence) => make("li", {}, icon("warning"), make("span", {}, unsigned(sentence)))));
}

/** Return the sentence on what such a picture cannot show. */
export function qualityNode(sentence) {
  return sentence ? make("p", { class: "note quality" }, icon("warning"), make("span", {}, linesOf(sentence).join(" "))) : null;
}

/** Return the words of the confirming button: with what the asker takes upon themselves. */
export function sayConfirm({ concerns = [], to_confirm: sentences = [] }) {
  if (!sentences?.length) return say("preview.confirm");
  const named = (concerns ?? []).filter((name) => NEEDS_WORD.includes(name) && canSay(`concern.${name}`)).map((name) => say(`concern.${name}`));
  return say("preview.confirm_with", { concern: named.length ? named.join(" · ") : say("concern.other") });
}

/** Return what was masked, lost or kept of all series in a few words, for the panel's card; nothing where nothing was. */
export function sayMasks(series = []) {
  const masked = series.filter((one) => one.frames.some((frame) => frame.masks?.length)).length;
  const concerns = new Set(series.flatMap((one) => one.concerns ?? []));
  const words = [masked && say("card.masked_in", { masked, series: series.length }),
    concerns.has("mask_over_lung") && say("card.mask_over_lung"), concerns.has("marker_lost") && say("card.marker_lost")];
  return words.filter(Boolean);
}

/** Return the sentences on quality of all series, each once. */
export function qualitiesOf(series = []) {
  return [...new Set(series.flatMap((one) => linesOf(one.quality ?? "")))];
}

/** Return the crop that is proposed for a series: {image, crop, rows, columns}, or null. */
export function cropOf({ frames }) {
  return frames.find((frame) => frame.crop) ?? null;
}

/** Return a dashed rectangle over a poster, where a crop is proposed for the frame that it shows. */
export function cropOutline(frame) {
  if (!frame?.crop) return null;
  const { x, y, width, height } = frame.crop;
  const svg = shape("svg", { viewBox: `0 0 ${frame.columns} ${frame.rows}`, class: "crop-outline", "aria-hidden": "true" });
  svg.append(shape("rect", { x, y, width, height, class: "under" }), shape("rect", { x, y, width, height }));
  return svg;
}

function projectionNode({ uid, projection, slices }, questionId) {
  if (!projection) return null;
  const source = `${base}/api/questions/${encodeURIComponent(questionId)}/series/${encodeURIComponent(uid)}/projection`;
  const label = say("findings.projection", { count: slices });
  return figure({ class: "projection", source, label, press: () => openPicture(source, label) });
}

/** The slices with a mask, each opening the viewer there. */
function slicesNode({ frames, slices }, open) {
  const masked = frames.map((frame, place) => ({ frame, place })).filter(({ frame }) => masksOf(frame).length);
  if (slices < 2 || !masked.length) return null;
  const items = spread(masked, MOST_SLICES).map(({ frame, place }) =>
    make("button", { type: "button", class: "slice-thumb", "aria-label": say("findings.slice", { n: place + 1 }), on: { click: () => open(place) } },
      picture(frameAddress(frame, { edge: 160 })), make("span", {}, String(place + 1))));
  return make("section", { class: "masked-slices" }, make("h3", {}, say("findings.masked", { count: masked.length, total: slices })), make("div", { class: "strip" }, items));
}

/** Enlarged cuts of what was kept and what was masked; the same place in many slices is shown once. */
function cutsNode({ frames }, open) {
  const kept = placesOf(frames, (frame) => frame.kept_text ?? []);
  const masked = placesOf(frames, masksOf);
  if (!kept.length && !masked.length) return null;
  const items = [...kept.map((one) => cutNode(one, "kept", open)), ...masked.map((one) => cutNode(one, "masked", open))];
  const more = items.length - MOST_CUTS;
  return make("section", { class: "cuts" }, make("h3", {}, say("findings.cuts")),
    make("div", { class: "strip" }, items.slice(0, MOST_CUTS), more > 0 && make("span", { class: "dim more" }, say("findings.more", { count: more }))));
}

function cutNode({ frame, place, area, times }, kind, open) {
  const words = say(kind === "kept" ? "findings.kept" : "findings.masked_area") + (times > 1 ? ` · ${say("series.slices", { count: times })}` : "");
  const cut = widened(area, frame);
  const source = frameAddress(frame, { area: cut, edge: CUT_EDGE });
  return figure({ class: `cut ${kind} ${cut.width > WIDE * cut.height ? "wide" : ""}`, source, label: words, press: () => open(place) });
}

function figure({ class: name, source, label, press }) {
  return make("figure", { class: `finding ${name}` },
    make("button", { type: "button", class: "finding-picture", "aria-label": `${label}. ${say("viewer.open")}`, on: { click: press } }, picture(source)),
    make("figcaption", {}, label));
}

function picture(source) {
  return make("img", { src: source, alt: "", loading: "lazy", decoding: "async", on: { error: (event) => event.target.closest("figure, button").classList.add("broken") } });
}

function linesOf(sentences) {
  return sentences.split(/\n|(?=⚠)/u).map((line) => unsigned(line.trim())).filter(Boolean);
}

function masksOf(frame) {
  return (frame.masks ?? []).filter((mask) => mask.frame === null || mask.frame === undefined || mask.frame === frame.frame);
}

function placesOf(frames, read) {
  const found = new Map();
  frames.forEach((frame, place) => {
    for (const area of read(frame)) {
      const key = [area.x, area.y, area.width, area.height].join(" ");
      const known = found.get(key);
      if (known) known.times += 1;
      else found.set(key, { frame, place, area, times: 1 });
    }
  });
  return [...found.values()];
}

function widened({ x, y, width, height }, { columns, rows }) {
  const around = 2 * AROUND * Math.min(width, height);
  const wide = Math.min(columns, Math.max(LEAST_CUT, Math.round(width + around)));
  const high = Math.min(rows, Math.max(LEAST_CUT, Math.round(height + around)));
  const hold = (middle, size, most) => Math.max(0, Math.min(most - size, Math.round(middle - size / 2)));
  return { x: hold(x + width / 2, wide, columns), y: hold(y + height / 2, high, rows), width: wide, height: high };
}

/** So many of a list, the first and the last among them. */
function spread(list, most) {
  if (list.length <= most) return list;
  return Array.from({ length: most }, (_, place) => list[Math.round((place * (list.length - 1)) / (most - 1))]);
}

function shape(tag, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  return node;
}

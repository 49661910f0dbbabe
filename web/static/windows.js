/** Window presets and what a series says about itself; level and width are in rescaled units. */

import { say } from "./texts.js";

/** Centre and width in HU. */
export const PRESETS = [
  { name: "lung", window: [-600, 1500], key: "1" },
  { name: "mediastinum", window: [40, 400], key: "2" },
  { name: "bone", window: [500, 2000], key: "3" },
  { name: "pe", window: [100, 700], key: "4" },
];

/** Return whether level and width mean anything for a series: 8-bit sources have no window. */
export function canBeWindowed(series) {
  return series.frames.some((frame) => frame.window);
}

export function isInHounsfield(series) {
  return series.unit === "HU" && canBeWindowed(series);
}

/** Return "CT · 5 mm · B70f · contrast", as far as it is known. */
export function describe(series) {
  return [nameOf(series), detailOf(series)].filter(Boolean).join(" · ");
}

/** Return the modality; a camera's has a name that only DICOM knows. */
export function sayModality({ modality }) {
  return modality === "XC" ? say("series.photo") : modality;
}

/** Return "CT · 5 mm". */
export function nameOf(series) {
  const thickness = series.detail?.thickness_mm;
  return [sayModality(series), thickness && say("viewer.thickness", { mm: trim(thickness) })].filter(Boolean).join(" · ");
}

/** Return "B70f · contrast". */
export function detailOf({ detail }) {
  return [detail?.kernel, sayContrast(detail?.contrast)].filter(Boolean).join(" · ");
}

/** Return how many slices or pictures a series has, in words. */
export function sayLength(series) {
  return series.slices > 1 ? say("series.slices", { count: series.slices }) : say("series.single");
}

/** Return contrast in words; an agent's name stays as it is; nothing known gives an empty text. */
export function sayContrast(contrast) {
  const word = String(contrast ?? "").trim().toLowerCase();
  if (!word) return "";
  if (["yes", "true", "1", "enhanced"].includes(word)) return say("viewer.contrast.yes");
  if (["no", "none", "false", "0"].includes(word)) return say("viewer.contrast.no");
  return say("viewer.contrast.agent", { agent: contrast });
}

/** Return a number without needless digits, with a real minus sign. */
export function trim(value, digits = 1) {
  const number = Number(value);
  return Number.isFinite(number) ? String(Number(number.toFixed(digits))).replace("-", "−") : String(value);
}

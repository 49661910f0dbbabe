/** How long a text is as SMS: GSM-7 septets, UCS-2 units, CP949 bytes; the same numbers as domain/lengths.py. */

const DEFAULT = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENSION = "^{}\\[~]|€\f";
const SEPTETS = new Map([...[...DEFAULT].map((character) => [character, 1]), ...[...EXTENSION].map((character) => [character, 2])]);
let twoBytes = null;

export const GSM_SEGMENT = 160;
export const UCS2_SEGMENT = 70;
export const CP949_SEGMENT = 90;

/** Return the length in each measure; null where an alphabet lacks a character. */
export function lengthOf(text) {
  return { septets: sum(text, (character) => SEPTETS.get(character)), units: text.length, bytes: sum(text, bytesOf) };
}

export function fitsOneMessage({ septets, units, bytes }) {
  if (septets !== null) return septets <= GSM_SEGMENT;
  return units <= UCS2_SEGMENT && bytes !== null && bytes <= CP949_SEGMENT;
}

function sum(text, measure) {
  let total = 0;
  for (const character of text) {
    const length = measure(character);
    if (length === undefined) return null;
    total += length;
  }
  return total;
}

function bytesOf(character) {
  if (character.codePointAt(0) < 0x80) return 1;
  twoBytes ??= readTable();
  return twoBytes.has(character) ? 2 : undefined;
}

/** Every character that CP949 writes in two bytes: the browser can read the encoding, though not write it. */
function readTable() {
  const pairs = [];
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x41; trail <= 0xfe; trail += 1) pairs.push(lead, trail, 0x0a);
  }
  const read = new TextDecoder("euc-kr").decode(new Uint8Array(pairs)).split("\n");
  return new Set(read.filter((character) => [...character].length === 1 && character !== "\ufffd" && character.codePointAt(0) >= 0x80));
}

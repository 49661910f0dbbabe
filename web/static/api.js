/** Talking to the server: JSON requests, ids made here so that a repeat is harmless, and patience. */

import { base, say } from "./texts.js";

const TRIES = 8;
let skew = 0;

/** An answer that says no; `code` and `body` come from the server, `message` is for the reader. */
export class ApiError extends Error {
  constructor(status, { error = "", message = "", ...body } = {}) {
    super(message || say("error.server"));
    this.status = status;
    this.code = error;
    this.body = body;
  }

  /** Whether the same request may work later. */
  get isPassing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

/** Return a new 128-bit id. */
export function newId() {
  if (globalThis.crypto?.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Return the server's time in milliseconds, so that countdowns agree on every phone. */
export function now() {
  return Date.now() + skew;
}

/** Send one request below the mount and return its JSON. Raises ApiError. */
export async function request(path, { method = "GET", body, signal, root = base } = {}) {
  const headers = body === undefined ? {} : { "content-type": "application/json" };
  const init = { method, headers, signal, credentials: "same-origin", body: body && JSON.stringify(body) };
  let response;
  try {
    response = await fetch(root + path, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new ApiError(0, { message: say("error.offline") });
  }
  keepTime(response);
  const content = await readJson(response);
  if (response.ok) return content;
  if (response.status === 401) document.dispatchEvent(new CustomEvent("signed-out"));
  throw new ApiError(response.status, content ?? {});
}

export const get = (path, options) => request(path, options);
export const post = (path, body, options) => request(path, { ...options, method: "POST", body });

/** Do something until it works or is refused for good; waits longer each time, and for the network. */
export async function persist(attempt, { tries = TRIES, onWait = () => {} } = {}) {
  for (let round = 0; ; round += 1) {
    try {
      return await attempt(round);
    } catch (error) {
      if (!(error instanceof ApiError) || !error.isPassing || round + 1 >= tries) throw error;
      onWait(error);
      await patience(round);
    }
  }
}

/** Wait 0.5 s, 1 s, 2 s … up to 20 s, with jitter; coming back online ends the wait. */
export function patience(round) {
  const wait = Math.min(20_000, 500 * 2 ** round) * (0.75 + Math.random() / 2);
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      removeEventListener("online", finish);
      resolve();
    };
    const timer = setTimeout(finish, wait);
    addEventListener("online", finish);
  });
}

/** Press a button or hand in a form; repeats with the same id until the server has it. */
export function act(action, { question_id, token, fields } = {}) {
  const body = { client_id: newId(), action, question_id, token: token ?? undefined, fields };
  return persist(() => post("/api/actions", body), { tries: 5 });
}

/** Put a star on a slice, or take one's own away. */
export function markSlice(questionId, frame, isMarked) {
  return act("key_slice", { question_id: questionId, fields: { image: frame.image, frame: String(frame.frame), marked: isMarked ? "1" : "0" } });
}

function keepTime(response) {
  const date = Date.parse(response.headers.get("date") ?? "");
  if (Number.isFinite(date) && Math.abs(date - Date.now()) > 2000) skew = date - Date.now();
  else skew = 0;
}

async function readJson(response) {
  if (!(response.headers.get("content-type") ?? "").includes("json")) return null;
  try {
    return await response.json();
  } catch {
    return null;
  }
}

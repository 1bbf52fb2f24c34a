// Writes of the pages for staff. Invariant: what a person does is sent with an idempotency key that
// is made once for it and kept, over a reload too, until the device has answered; so it is done
// once, however often it had to be sent. One thing at a time, in the order of the taps.
import { ApiFailure, call } from "./api.js";

const KEPT = "olympus.unanswered";
const FIRST_PAUSE_MS = 300;
const LONGEST_PAUSE_MS = 5_000;

let tell = () => {};
let last = Promise.resolve();

/**
 * Registers who shows that an answer is missing: `({ label, failure, again, leave } | null)`.
 * `again()` asks at once, `leave()` gives up; null when it was answered.
 */
export function onWaiting(show) {
  tell = show;
}

/** Runs `job` when all jobs before it are done; resolves as it does. */
export function inTurn(job) {
  const result = last.then(job);
  last = result.catch(() => {}); // whoever asked hears of it
  return result;
}

// `crypto.randomUUID` is not there where the page was loaded over plain HTTP from another machine.
function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

function keep(entry) {
  try {
    if (entry) sessionStorage.setItem(KEPT, JSON.stringify(entry));
    else sessionStorage.removeItem(KEPT);
  } catch {
    // Storage is forbidden: the key lives as long as the page.
  }
}

function kept() {
  try {
    const entry = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return typeof entry?.key === "string" && typeof entry.path === "string" ? entry : null;
  } catch {
    return null;
  }
}

/** Nobody can tell from it whether the thing was done: no answer, or one that is not the till's word. */
const isOpen = ({ status }) => status === 0 || status === 408 || status === 429 || status >= 500;

async function settle(entry) {
  keep(entry);
  try {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        const { data } = await call(entry.path, { method: entry.method, body: entry.body, headers: { "idempotency-key": entry.key } });
        return data;
      } catch (failure) {
        if (!(failure instanceof ApiFailure) || !isOpen(failure)) throw failure;
        if (await patience(entry, failure, pauseMs)) {
          throw new ApiFailure({ code: "unanswered", message: `It is not known whether this was done: ${entry.label}.` });
        }
      }
    }
  } finally {
    keep(null);
    tell(null);
  }
}

/** Waits, unless it is told to ask at once; true where it is told to give up. */
function patience({ label }, failure, pauseMs) {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), Math.max(pauseMs, (failure.retryAfterS ?? 0) * 1000));
    const end = (leave) => () => {
      clearTimeout(timer);
      resolve(leave);
    };
    tell({ label, failure, again: end(false), leave: end(true) });
  });
}

/** Sends one write, again and again until it is answered. `label` says to people what it is. */
export function write(path, { method = "POST", body = {}, label }) {
  return settle({ key: newKey(), path, method, body, label });
}

/** What was not answered before the page was loaded; resolves to its path and answer, or null. */
export async function resume() {
  const entry = kept();
  return entry ? { path: entry.path, data: await settle(entry) } : null;
}

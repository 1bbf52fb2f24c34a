// Talks to the device. Invariant: every failure leaves here as an `ApiFailure` that says what to
// do; the key lives in this tab's session storage and goes to this origin only.

const KEY = "olympus.key";
const TIMEOUT_MS = 15_000;

const REMEDIES = {
  network: "Check that the device is switched on and OlympusEdge is running. This page goes on by itself when it is back.",
  timeout: "The device took too long. Try again; if it stays slow, restart it.",
  empty_text: "Type or say something first.",
  text_too_long: "Say it in fewer words.",
  unauthorized: "Enter a key of this device. The command olympus-edge keys create makes one.",
  forbidden: "Use a key whose scope allows this.",
  not_found: "Reload the page: the menu may have changed.",
  conflict: "It has changed meanwhile. Look at it as it is now, then try again.",
  wrong_state: "Look at it as it is now.",
  not_authorised: "Take another tender, or wait for the line.",
  offline_limit: "Bring the line back, then go on. What is open can be finished.",
  storage_failed: "Nothing was done. Make room on the disk, then try again.",
  unanswered: "Look at the order: it may have been done.",
  overloaded: "Many people are asking at once. Try again in a moment.",
  speech: "Typing works as well.",
  internal: "Try again. If it happens again, tell the staff the request's number.",
  not_ready: "The device is starting. It takes a second or two.",
  deadline_exceeded: "The device is busy. Try again.",
};

/** A request that failed: `message` says what happened, `remedy` what to do. */
export class ApiFailure extends Error {
  constructor({ status = 0, code, message, requestId, retryAfterS, details }) {
    super(message);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.remedy = REMEDIES[code] ?? "Try again. If it happens again, tell the staff.";
    this.requestId = requestId;
    this.retryAfterS = retryAfterS;
    this.details = details ?? [];
  }
}

export function storedKey() {
  try {
    return sessionStorage.getItem(KEY) ?? "";
  } catch {
    return "";
  }
}

export function storeKey(key) {
  try {
    if (key) sessionStorage.setItem(KEY, key);
    else sessionStorage.removeItem(KEY);
  } catch {
    // Storage is forbidden: the key is asked for again at the next request.
  }
}

let askForKey = null;
let asking = null;

/** Registers who asks a person for a key: `(rejected: boolean) → Promise<string | null>`. */
export function onKeyNeeded(ask) {
  askForKey = ask;
}

/** One question for all the requests that fail at the same time. */
function newKey(used) {
  if (!askForKey) return Promise.resolve(null);
  if (storedKey() && storedKey() !== used) return Promise.resolve(storedKey());
  asking ??= askForKey(Boolean(used)).finally(() => {
    asking = null;
  });
  return asking;
}

async function failureOf(response) {
  const seconds = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
  const shared = { status: response.status, retryAfterS: Number.isFinite(seconds) ? seconds : undefined };
  try {
    const { error } = await response.json();
    return new ApiFailure({ ...shared, code: error.code, message: error.message, requestId: error.request_id, details: error.details });
  } catch {
    return new ApiFailure({ ...shared, code: `http_${response.status}`, message: `The device answered ${response.status}.` });
  }
}

/** Sends one request; resolves to the response whatever its status. */
export async function send(path, { method = "GET", body, contentType = "application/json", headers: more, signal } = {}) {
  const headers = { accept: "application/json", ...more };
  const key = storedKey();
  if (key) headers.authorization = `Bearer ${key}`;
  if (body !== undefined) headers["content-type"] = contentType;
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), TIMEOUT_MS);
  const stop = () => limit.abort();
  signal?.addEventListener("abort", stop, { once: true });
  if (signal?.aborted) limit.abort();
  try {
    const response = await fetch(path, { method, headers, body, signal: limit.signal, cache: "no-store" });
    const bytes = await response.arrayBuffer();
    return { key, response: new Response(bytes.byteLength > 0 ? bytes : null, { status: response.status, headers: response.headers }) };
  } catch (cause) {
    if (signal?.aborted) throw new DOMException("a newer request took its place", "AbortError");
    if (limit.signal.aborted) throw new ApiFailure({ code: "timeout", message: "The device did not answer in time." });
    if (cause instanceof ApiFailure) throw cause;
    throw new ApiFailure({ code: "network", message: "The device cannot be reached." });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

/** Sends until the key is one that the device takes; what is no success is thrown. */
async function ask(path, { method, body, headers, signal } = {}) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  for (;;) {
    const started = performance.now();
    const { response, key } = await send(path, { method, body: payload, headers, signal });
    if (response.ok) return { response, roundTripMs: performance.now() - started };
    const failure = await failureOf(response);
    if (failure.status !== 401) throw failure;
    if (!(await newKey(key))) throw failure;
    if (signal?.aborted) throw new DOMException("a newer request took its place", "AbortError");
  }
}

/** JSON in, `{ data, roundTripMs }` out. Asks for a key where the device wants one. */
export async function call(path, options) {
  const { response, roundTripMs } = await ask(path, options);
  return { data: response.status === 204 ? null : await response.json(), roundTripMs };
}

/** A file of the device, as a blob. */
export async function file(path) {
  return (await ask(path)).response.blob();
}

export const search = (query, limit, filters, signal, ignore = []) =>
  call("/v1/menu/search", { method: "POST", body: { query, limit, filters, ignore }, signal });

export const understand = (text, limit, filters, signal, ignore = []) =>
  call("/v1/understand", { method: "POST", body: { text, limit, filters, ignore }, signal });

export const suggest = (q, limit, signal) => call(`/v1/menu/suggest?${new URLSearchParams({ q, limit: String(limit) })}`, { signal });

export const menu = () => call("/v1/menu");

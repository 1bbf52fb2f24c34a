// What the pages for staff share: faults and banners, the reason sheet, money and time in words.
import { ApiFailure, send } from "./api.js";
import { byId, h, icon, price, put } from "./dom.js";
import { openSheet, sheetHead } from "./sheet.js";
import { onWaiting } from "./write.js";

/** Replaces what stands in `node` and leaves the focus where it was, by `data-key`. */
export function redraw(node, ...children) {
  const key = node.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  put(node, ...children);
  if (key) node.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();
}

export function announce(text) {
  byId("announce").textContent = text;
}

/** Shows what went wrong in the page's `#fault`, or in a sheet's; anything but an answer is a fault of the page. */
export function showFault(failure, node = byId("fault"), retry = null) {
  if (!(failure instanceof ApiFailure)) throw failure;
  put(node, icon("warn"), h("div", null,
    h("h2", null, failure.message), h("p", null, failure.remedy),
    failure.requestId && h("p", { class: "note" }, `Request ${failure.requestId}`)),
  h("button", { class: "button", type: "button", onclick: () => { node.hidden = true; retry?.(); } }, retry ? "Try again" : "Close"));
  node.hidden = false;
  node.scrollIntoView({ block: "nearest" });
}

/** The line that says that an answer is missing, and that nothing happens twice. */
export function wireWaiting() {
  onWaiting((missing) => {
    const node = byId("waiting");
    node.hidden = missing === null;
    if (missing === null) return;
    const { label, failure, again, leave } = missing;
    redraw(node, icon("clock"), h("p", null, h("b", null, `No answer yet: ${label}.`), ` ${failure.message} It is asked again with the same number, so it is done once.`),
      h("button", { class: "button", type: "button", "data-key": "again", onclick: again }, "Ask now"),
      h("button", { class: "button", type: "button", "data-key": "leave", onclick: leave }, "Leave it"));
  });
}

/** Asks why; resolves to the words, or to null where the person thinks better of it. */
export function askWhy({ title, text, reasons, action }) {
  return new Promise((resolve) => {
    const dialog = byId("reason-sheet");
    let why = null;
    const input = h("input", { class: "text", id: "reason", type: "text", maxlength: "100", required: true, autocomplete: "off" });
    const form = h("form", { method: "dialog", onsubmit: () => { why = input.value.trim() || null; } },
      h("div", { class: "sheet-scroll" }, text && h("p", null, text),
        h("div", { class: "reasons" }, reasons.map((reason) => h("button", { class: "chip", type: "button", onclick: () => { input.value = reason; input.focus(); } }, reason))),
        h("p", null, h("label", { class: "field", for: "reason" }, "Why"), input)),
      h("div", { class: "sheet-actions" },
        h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Go back"),
        h("button", { class: "button primary", type: "submit" }, action)));
    put(dialog, sheetHead("reason-title", title, dialog), form);
    dialog.onclose = () => resolve(why);
    openSheet(dialog);
    input.focus();
  });
}

/** Cents of what was typed, `12`, `12.5` or `12,50`; null where it is no amount. */
export function cents(text) {
  const parts = /^(\d{1,7})(?:[.,](\d{1,2}))?$/.exec(text.trim());
  return parts && Number(parts[1]) * 100 + Number((parts[2] ?? "").padEnd(2, "0"));
}

/** Cents as they are typed. */
export const typed = (amount) => `${Math.trunc(amount / 100)}.${String(amount % 100).padStart(2, "0")}`;

/** Cents with a true minus sign. */
export const amount = (value) => `${value < 0 ? "−" : ""}${price(Math.abs(value))}`;

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const dayAndClock = new Intl.DateTimeFormat(undefined, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

/** The time of a moment, with its day where that is not today. */
export function moment(ms) {
  const at = new Date(ms);
  return (at.toDateString() === new Date().toDateString() ? clock : dayAndClock).format(at);
}

/** `45 s`, `12 min`, `3 h 20 min`, `2 d 4 h`. */
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

let skewMs = 0;

/** The device's clock, which may be another than this screen's. */
export const now = () => Date.now() + skewMs;

/** Learns how far the two clocks are apart; a second or two is the header's own coarseness. */
export async function learnClock() {
  const { response } = await send("/healthz");
  const said = Date.parse(response.headers.get("date") ?? "");
  const apart = said + 500 - Date.now();
  skewMs = Number.isFinite(apart) && Math.abs(apart) > 2_000 ? apart : 0;
}

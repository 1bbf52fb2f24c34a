// The kiosk: one state, one way round. Something is typed, said or filtered → one request to the
// device → what it answers is shown. A newer request always ends the older one.
import { ApiFailure, menu, search, suggest, understand } from "./api.js";
import { drawing, tint } from "./art.js";
import { dishes, setDetails } from "./cards.js";
import { Combobox } from "./combobox.js";
import { openDish } from "./dish.js";
import { byId, count, h, icon, put } from "./dom.js";
import { FilterBar } from "./filters.js";
import { closeOnLeave, showHow } from "./how.js";
import { showIntent } from "./intent.js";
import { askForKeys } from "./keysheet.js";
import { categoriesOf } from "./labels.js";
import { Order } from "./order.js";
import { wireSpeech } from "./speech.js";
import { Status } from "./status.js";
import { showUnderstood } from "./understood.js";

const DEBOUNCE_MS = 70;
const FRESH_MS = 60_000;
const MENU_LIMIT = 1000;
const HIT_LIMIT = 24;
const MEANT_LIMIT = 12;
const EXAMPLES = ["Two souvlaki with no onion", "Is there something warm without meat?", "My soup came out cold", "Cancel the fries please"];

const state = { mode: "browse", text: "", request: null, timer: 0, shown: "", version: null, ignored: [] };

function announce(text) {
  byId("announce").textContent = text;
}

const order = new Order(announce);
const actions = { open: (hit) => openDish(hit, (dish, options) => order.add(dish, options)), add: (hit) => order.add(hit) };
const filters = new FilterBar(() => refresh());
const status = new Status(() => begin());
const box = new Combobox({
  complete,
  typed: (text) => look(text ? "search" : "browse", text, DEBOUNCE_MS),
  picked: ({ text }) => look("search", text),
  submitted: (text) => look("ask", text),
  cleared: () => look("browse", ""),
});

/** With limits set only what passes them is suggested: the device's search applies them. */
async function complete(text, limit, signal) {
  if (filters.size === 0 && filters.category === null) return (await suggest(text, limit, signal)).data.suggestions;
  const { data } = await search(text, limit, filters.wire(), signal);
  return data.hits.map((hit) => ({ text: hit.name, id: hit.id, state: hit.state }));
}

/** Changes what is looked at, now or after a pause in the typing. */
function look(mode, text, delayMs = 0) {
  Object.assign(state, { mode, text, ignored: text === state.text ? state.ignored : [] });
  clearTimeout(state.timer);
  state.request?.abort();
  if (delayMs > 0) state.timer = setTimeout(refresh, delayMs);
  else refresh();
}

function ask(signal) {
  const wire = filters.wire();
  if (state.mode === "ask") return understand(state.text, MEANT_LIMIT, wire, signal, state.ignored);
  return state.mode === "search" ? search(state.text, HIT_LIMIT, wire, signal, state.ignored) : search("", MENU_LIMIT, wire, signal);
}

/** Takes phrases of the query as not said. */
function ignore(labels) {
  state.ignored = labels;
  byId("query").focus({ preventScroll: true });
  refresh();
}

const phrases = { forget: (label) => ignore([...state.ignored, label]), restore: () => ignore([]) };

async function refresh({ quiet = false } = {}) {
  clearTimeout(state.timer);
  state.request?.abort();
  const request = new AbortController();
  state.request = request;
  const { mode, text } = state;
  const slow = setTimeout(() => byId("dishes").setAttribute("aria-busy", "true"), 250);
  try {
    const { data, roundTripMs } = await ask(request.signal);
    if (state.request === request) show({ mode, text, data, roundTripMs, quiet });
  } catch (failure) {
    if (failure.name === "AbortError") return;
    if (!(failure instanceof ApiFailure)) throw failure;
    if (state.request === request) showFault(failure);
  } finally {
    clearTimeout(slow);
    if (state.request === request) {
      state.request = null;
      byId("dishes").setAttribute("aria-busy", "false");
    }
  }
}

function show({ mode, text, data, roundTripMs, quiet }) {
  byId("fault").hidden = true;
  status.seen(data.meta);
  order.learn(data.hits);
  showHow(byId("how"), data.meta, roundTripMs);
  if (state.version !== null && data.meta.menu_version !== state.version) begin(); // a new menu came while the page was open
  else byId("menu-version").textContent = state.version === null ? "" : `Menu ${state.version}`;
  const shown = JSON.stringify([mode, text, state.ignored, data.hits]);
  if (quiet && shown === state.shown) return;
  state.shown = shown;
  if (mode === "ask") showIntent(byId("intent"), text, data, () => box.empty());
  else byId("intent").hidden = true;
  showUnderstood(data, state.ignored, phrases);
  byId("try").hidden = mode !== "browse" || filters.size > 0 || filters.category !== null;
  document.body.dataset.mode = mode;
  byId("results-title").classList.toggle("hidden", !byId("try").hidden);
  byId("results-title").textContent = titleOf(mode, text, data.hits.length);
  const list = data.hits.length > 0 ? dishes(data.hits, { grouped: mode === "browse", order: categories, actions }) : nothing(mode, text);
  put(byId("dishes"), list);
  if (!quiet) {
    announce(byId("results-title").textContent);
    keepInView();
  }
}

function titleOf(mode, text, n) {
  if (mode === "browse") return filters.size > 0 ? count(n, "dish fits", "dishes fit") : (filters.category ?? "The menu");
  if (n === 0) return mode === "ask" ? "No dish comes close" : `Nothing found for “${text}”`;
  return mode === "ask" ? "Dishes you may mean" : `${n >= HIT_LIMIT ? `The best ${n} dishes` : count(n, "dish", "dishes")} for “${text}”`;
}

function nothing(mode, text) {
  const limited = filters.size > 0 || filters.category;
  return h("div", { class: "nothing" },
    h("p", null, mode === "browse" ? (limited ? "No dish passes these filters." : "There is no menu on this device yet.") : "No dish on the menu comes close."),
    h("p", { class: "note" }, limited ? "A dish that does not state an allergen is hidden when you leave that allergen out." : mode === "browse" ? "Import one: olympus-edge menu import FILE" : "Try another word, or look through the menu."),
    limited && h("button", { class: "button primary", type: "button", onclick: () => { filters.category = null; filters.clear(); drawRail(); } }, "Clear filters"),
    text && h("button", { class: "button", type: "button", onclick: () => box.empty() }, "Show the whole menu"));
}

/** After a change the answer begins under the search bar, not above the fold of a scrolled page. */
function keepInView() {
  const top = byId("results").getBoundingClientRect().top;
  const dock = document.querySelector(".dock").getBoundingClientRect();
  if (dock.top <= 0 && top < dock.bottom) scrollBy({ top: top - dock.bottom, behavior: "instant" });
}

function showFault(failure) {
  const fault = byId("fault");
  const heard = failure.code === "speech"; // nothing was asked of the device: there is nothing to repeat
  const retry = h("button", { class: "button primary", type: "button", onclick: () => { fault.hidden = true; if (!heard) begin(); } },
    heard ? "Close" : failure.status === 401 ? "Enter a key" : "Try again");
  put(fault, icon("warn"), h("div", null,
    h("h2", null, failure.message), h("p", null, failure.remedy),
    failure.retryAfterS && h("p", { class: "note" }, `The device asks to wait ${count(failure.retryAfterS, "second", "seconds")}.`),
    failure.requestId && h("p", { class: "note" }, `Request ${failure.requestId}`)), retry);
  fault.hidden = false;
  if (failure.code === "network") status.check();
}

askForKeys();

let categories = [];

function drawRail() {
  const entry = (category, label) => h("button", { class: "rail-item", type: "button", "aria-pressed": String(filters.category === category), onclick: () => { filters.category = category; drawRail(); filters.changed(); } },
    h("span", { class: `rail-art ${tint(category ?? "all")}` }, drawing({ category: category ?? "plate" })), h("span", { class: "rail-name" }, label));
  const rail = byId("rail");
  const focused = [...rail.children].indexOf(document.activeElement);
  put(rail, entry(null, "All"), ...categories.map((category) => entry(category, category)));
  rail.children[focused]?.focus({ preventScroll: true });
  rail.querySelector("[aria-pressed=true]")?.scrollIntoView({ block: "nearest", inline: "center" });
}

let beginning = null;

/** Reads the whole menu (at the start, after a gap, or when a new one came), then what is looked at. */
function begin() {
  beginning ??= load().finally(() => { beginning = null; });
  return beginning;
}

async function load() {
  try {
    const [all, full] = await Promise.all([search("", MENU_LIMIT, {}), menu()]);
    setDetails(full.data.items);
    state.version = all.data.meta.menu_version ?? null;
    categories = categoriesOf(all.data.hits);
    if (filters.category && !categories.includes(filters.category)) filters.category = null;
    filters.learn(all.data.hits);
    order.learn(all.data.hits);
    drawRail();
    byId("rail").hidden = categories.length < 2;
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    showFault(failure);
    byId("dishes").setAttribute("aria-busy", "false");
    return;
  }
  await refresh();
}

function greet() {
  const hour = new Date().getHours();
  byId("greeting").textContent = hour >= 4 && hour < 13 ? "Kaliméra" : hour < 18 && hour >= 13 ? "Geia sas" : "Kalispéra";
}

byId("try").append(h("span", { class: "try-label" }, "Try saying"), ...EXAMPLES.map((text) =>
  h("button", { class: "chip chip-say", type: "button", onclick: () => { box.text = text; look("ask", text); } }, `“${text}”`)));

wireSpeech(byId("speak"), {
  heard: (words) => { box.text = words; },
  finished: (words) => { box.text = words; look("ask", words); },
  failed: (message) => showFault(new ApiFailure({ code: "speech", message })),
});

closeOnLeave(byId("how"));
greet();
begin();
setInterval(() => {
  greet();
  if (!document.hidden && !state.request && status.state !== "down") refresh({ quiet: true });
}, FRESH_MS);

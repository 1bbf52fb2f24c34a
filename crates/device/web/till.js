// The till: one order at a time. A tap → one write, in turn, with its own idempotency key → what the
// device answers is shown. The order is the device's; the page keeps its id and nothing else.
import { ApiFailure, call, menu, search } from "./api.js";
import { setDetails } from "./cards.js";
import { byId, h, put } from "./dom.js";
import { askForKeys } from "./keysheet.js";
import { categoriesOf } from "./labels.js";
import { announce, learnClock, showFault, wireWaiting } from "./staff.js";
import { banner, operations } from "./standing.js";
import { Status } from "./status.js";
import { openDishSheet } from "./till-dish.js";
import { OrderPanel } from "./till-order.js";
import { openOrders } from "./till-orders.js";
import { openPay } from "./till-pay.js";
import { openStock } from "./till-stock.js";
import { needsSheet, tiles } from "./till-tiles.js";
import { inTurn, resume, write } from "./write.js";

const ORDER = "olympus.till.order";
const MENU_LIMIT = 1000;
const HIT_LIMIT = 24;
const DEBOUNCE_MS = 70;
const FRESH_MS = 15_000;

const state = { hits: [], found: null, text: "", category: null, stock: new Map(), items: new Map(), request: null, timer: 0 };

const panel = new OrderPanel({
  change: (line, change) => act("Change a line", () => patch(line, change)),
  edit: (line) => edit(line),
  fire: () => act("Tell the kitchen", async () => told(await write(`${path()}/fire`, { label: "tell the kitchen" }), "Sent to the kitchen.")),
  pay: () => pay(),
  void: (reason) => act("Call the order off", async () => told(await write(`${path()}/void`, { body: { reason }, label: "call the order off" }), "Called off.")),
  begin: () => show(null),
  orders: () => openOrders({ show: pick }),
  stock: () => openStock(state, () => freshen()),
  refunded: () => act("Read the order", reread),
});

const path = () => `/v1/orders/${encodeURIComponent(panel.order.id)}`;

function remember(id) {
  try {
    if (id) sessionStorage.setItem(ORDER, id);
    else sessionStorage.removeItem(ORDER);
  } catch {
    // Storage is forbidden: after a reload the order is found among the open ones.
  }
}

function show(order) {
  panel.show(order);
  remember(order?.id);
  drawSwitch();
}

function told(order, words) {
  show(order);
  announce(words);
  freshen();
}

/** Runs what a tap asks for, in turn; what goes wrong is shown and the order read anew. */
function act(what, job) {
  return inTurn(job).catch(async (failure) => {
    showFault(failure);
    announce(`${what} did not work. ${failure.message}`);
    if (panel.order && failure.status !== 0 && failure.status !== 401) await reread().catch(() => {}); // the fault that is shown comes first
    return null;
  });
}

async function reread() {
  show((await call(path())).data);
}

function pick(order) {
  show(order);
  view("order");
}

// ── Lines ────────────────────────────────────────────────────────────────────────────────────

const chosen = (modifiers = []) => modifiers.map(({ group, id, action = "add" }) => `${group} ${id} ${action}`).sort().join("\n");

/** The line that another one of the same would only count up. */
function alike(line) {
  if (line.note || line.price_cents !== undefined) return undefined;
  return panel.order?.lines.find((other) => other.item === line.item && other.state === "held" && !other.note && chosen(other.modifiers) === chosen(line.modifiers) && other.quantity + (line.quantity ?? 1) <= 999);
}

function add(hit, line) {
  byId("fault").hidden = true;
  return act("Add a dish", async () => {
    const open = panel.order?.status === "open" ? panel.order : null;
    const same = open && alike(line);
    const label = `add ${hit.name}`;
    if (same) show(await write(`${path()}/lines/${encodeURIComponent(same.line)}`, { method: "PATCH", body: { quantity: same.quantity + (line.quantity ?? 1) }, label }));
    else if (open) show(await write(`${path()}/lines`, { body: { lines: [line] }, label }));
    else show(await write("/v1/orders", { body: { ...panel.heading(), lines: [line] }, label }));
    announce(`${hit.name} added.`);
  });
}

async function patch(line, change) {
  show(await write(`${path()}/lines/${encodeURIComponent(line.line)}`, { method: "PATCH", body: change, label: `change ${line.name}` }));
}

function tapped(hit) {
  if (needsSheet(hit)) options(hit);
  else add(hit, { item: hit.id });
}

function options(hit) {
  openDishSheet({ dish: hit, done: (line) => add(hit, line) });
}

function edit(line) {
  const dish = state.items.get(line.item);
  if (dish) openDishSheet({ dish, line, done: ({ quantity, modifiers, note }) => act("Change a line", () => patch(line, { quantity, modifiers, note: note ?? "" })) });
}

async function pay() {
  const order = panel.order;
  if (!order || order.status !== "open" || order.totals.due_cents <= 0) return;
  await openPay(order, async () => {
    await act("Read the order", reread);
    freshen();
    return panel.order;
  }, () => { show(null); view("dishes"); });
}

// ── Dishes ───────────────────────────────────────────────────────────────────────────────────

function draw() {
  const shown = state.found ?? state.hits.filter((hit) => state.category === null || hit.category === state.category);
  const dishes = byId("dishes");
  const focused = dishes.contains(document.activeElement) ? document.activeElement.dataset.key : undefined;
  put(dishes, tiles(shown, state.stock, { tapped, options }));
  if (shown.length === 0) put(dishes, h("li", { class: "nothing" }, h("p", null, state.found ? `Nothing found for “${state.text}”` : "There is no menu on this device yet.")));
  if (focused) dishes.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  dishes.setAttribute("aria-busy", "false");
}

function drawCategories() {
  const tab = (category, label) => h("button", { class: "chip", type: "button", "aria-pressed": String(state.category === category), onclick: () => { state.category = category; find(""); drawCategories(); } }, label);
  const box = byId("categories");
  const focused = [...box.children].indexOf(document.activeElement);
  put(box, tab(null, "All"), categoriesOf(state.hits).map((category) => tab(category, category)));
  box.children[focused]?.focus();
}

function find(text) {
  byId("query").value = text;
  look();
}

function look() {
  clearTimeout(state.timer);
  state.request?.abort();
  state.text = byId("query").value.trim();
  byId("categories").hidden = state.text !== "";
  if (state.text) {
    state.timer = setTimeout(ask, DEBOUNCE_MS);
    return;
  }
  state.found = null;
  draw();
}

async function ask() {
  clearTimeout(state.timer);
  state.request?.abort();
  const request = new AbortController();
  state.request = request;
  const body = { query: state.text, limit: HIT_LIMIT, parse: false };
  try {
    const { data } = await call("/v1/menu/search", { method: "POST", body, signal: request.signal });
    if (state.request !== request) return;
    state.found = data.hits;
    draw();
    announce(`${data.hits.length} found.`);
  } catch (failure) {
    if (failure.name !== "AbortError" && state.request === request) showFault(failure);
  }
}

byId("finder").addEventListener("submit", async (event) => {
  event.preventDefault();
  if (!byId("query").value.trim()) return;
  state.text = byId("query").value.trim();
  await ask();
  const hit = state.found?.find((one) => one.available);
  if (!hit) return;
  tapped(hit);
  find("");
});
byId("query").addEventListener("input", look);

async function freshen() {
  try {
    const [all, inventory, standing] = await Promise.all([search("", MENU_LIMIT, {}), call("/v1/inventory"), operations()]);
    state.hits = all.data.hits;
    state.stock = new Map(inventory.data.stock.map((stock) => [stock.item, stock]));
    const says = banner(standing);
    byId("banner").hidden = says === null;
    byId("banner").classList.toggle("banner-grave", Boolean(says?.grave));
    if (byId("banner").textContent !== (says?.text ?? "")) byId("banner").textContent = says?.text ?? "";
    if (state.found) await ask();
    else draw();
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    if (state.hits.length === 0) showFault(failure, byId("fault"), begin);
  }
}

let beginning = null;

/** At the start, and after the device was away. */
function begin() {
  beginning ??= load().finally(() => { beginning = null; });
  return beginning;
}

async function load() {
  try {
    await learnClock();
    const { items } = (await menu()).data;
    state.items = new Map(items.map((item) => [item.id, item]));
    setDetails(items);
  } catch (failure) {
    showFault(failure, byId("fault"), begin);
    return;
  }
  await freshen();
  drawCategories();
}

// ── The page ─────────────────────────────────────────────────────────────────────────────────

function drawSwitch() {
  const toOrder = document.body.dataset.view === "dishes";
  byId("switch").textContent = toOrder ? panel.summary() : "Add dishes";
}

/** A narrow screen shows the dishes or the order; a wide one both. */
function view(which) {
  document.body.dataset.view = which;
  drawSwitch();
  scrollTo({ top: 0, behavior: "instant" });
}

byId("switch").addEventListener("click", () => {
  view(document.body.dataset.view === "dishes" ? "order" : "dishes");
  if (document.body.dataset.view === "order") byId("order").focus();
});

document.addEventListener("keydown", (event) => {
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "Enter" && event.ctrlKey) {
    event.preventDefault();
    pay();
  } else if (event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !event.target.closest("input, textarea, select")) {
    event.preventDefault();
    byId("query").focus();
    byId("query").select();
  }
});

function remembered() {
  try {
    return sessionStorage.getItem(ORDER);
  } catch {
    return null;
  }
}

askForKeys("Enter a key of this device with the scope pos.");
wireWaiting();
const kept = remembered();
show(null);
new Status(() => begin());

async function start() {
  const answered = await inTurn(resume).catch(showFault);
  const id = answered?.path === "/v1/orders" ? answered.data.id : kept;
  if (id) await act("Read the order", async () => show((await call(`/v1/orders/${encodeURIComponent(id)}`)).data));
  await begin();
}
start();

setInterval(() => !document.hidden && freshen(), FRESH_MS);

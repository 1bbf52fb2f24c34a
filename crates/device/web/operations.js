// How the till stands, at length: the line, what waits, what may be sold, what is not settled, what a
// person has to look at; whether the books agree; what was sold.
import { call } from "./api.js";
import { byId, count, h, put } from "./dom.js";
import { bar } from "./how.js";
import { askForKeys } from "./keysheet.js";
import { amount, announce, learnClock, moment, now, redraw, showFault, span, wireWaiting } from "./staff.js";
import { clockSays, operations, pressureSays } from "./standing.js";
import { Status } from "./status.js";
import { inTurn, resume, write } from "./write.js";

const FRESH_MS = 4_000;
const LINES = { none: "No cloud is set up", online: "Online", offline: "Offline" };
const STEPS = { full: "Cards as usual", reduced: "Cards within less than usual", cash_only: "Cash only" };
const TENDERS = { cash: "Cash", card: "Card", stored_value: "Stored value" };
const KINDS = { order_update: "Order", inventory_count: "Count of a dish", inventory_adjust: "Stock", menu_change: "Menu", payment: "Payment", unknown: "Of a later version" };

const state = { day: null, shownAttention: "" };

function fact(id, title, value, mood, ...more) {
  return h("section", { class: `fact fact-${mood}`, "data-fact": id }, h("h2", null, title), h("p", { class: "fact-value" }, value),
    more.filter(Boolean).map((words) => h("p", { class: "note" }, words)));
}

function facts({ line, line_since_ms, fault, sync, standing, settlement, receipts_waiting, currency }) {
  const money = (value) => `${amount(value)} ${currency}`;
  const left = standing.left_cents === undefined ? null : `${money(standing.left_cents)} left${standing.left_sales === undefined ? "" : `, ${count(standing.left_sales, "sale", "sales")}`}.`;
  return [
    fact("line", "Line", LINES[line], fault ? "bad" : line === "offline" ? "warn" : "good",
      line !== "none" && `Since ${moment(line_since_ms)}, ${span(now() - line_since_ms)}.`, fault),
    fact("queue", "Waiting to be sent", count(sync.queue_size, "entry", "entries"), { none: "good", soft: "warn" }[sync.pressure] ?? "bad",
      sync.queue_size > 0 && `Worth ${money(sync.queue_cents)}.`, sync.oldest_ms !== undefined && `The oldest is ${span(sync.oldest_ms)} old.`,
      sync.last_success_ms !== undefined && `All was sent last at ${moment(sync.last_success_ms)}.`,
      receipts_waiting > 0 && `${count(receipts_waiting, "receipt waits", "receipts wait")} to be uploaded.`, pressureSays(sync.pressure)),
    fact("standing", "Cards offline", STEPS[standing.step] ?? standing.step, { full: "good", reduced: "warn" }[standing.step] ?? (line === "none" ? "good" : "bad"),
      left, standing.grant_expires_ms !== undefined ? `The grant ends at ${moment(standing.grant_expires_ms)}.` : "There is no grant.",
      standing.policy !== undefined && `Policy ${standing.policy}, list of what is revoked ${standing.revocations ?? "none"}.`),
    fact("settlement", "Not settled", count(settlement.open, "payment", "payments"), settlement.declined > 0 ? "bad" : settlement.unknown > 0 ? "warn" : "good",
      settlement.open > 0 && `${money(settlement.open_cents)}, the oldest from ${moment(settlement.oldest_ms)}.`,
      settlement.unknown > 0 && `On ${settlement.unknown} the provider has not answered: it is asked, not told again.`,
      settlement.declined > 0 && `${count(settlement.declined, "payment was", "payments were")} declined: ${money(settlement.declined_cents)} sold, not paid.`),
    fact("clock", "Clock", { right: "Right", behind: "Behind", ahead: "Ahead" }[standing.clock] ?? standing.clock, standing.clock === "right" ? "good" : "warn", clockSays(standing.clock)),
  ];
}

function item(one) {
  const settle = (what, label) => h("button", { class: what === "again" ? "button primary" : "button", type: "button", "data-key": `${what} ${one.operation}`, "aria-label": `${label}: ${KINDS[one.kind] ?? one.kind} ${one.entity}`, onclick: () => decide(one, what) }, label);
  return h("li", { class: "look", "data-operation": one.operation },
    h("p", null, h("b", null, `${KINDS[one.kind] ?? one.kind} ${one.entity}`), h("span", { class: "note" }, ` ${one.why} · ${moment(one.created_at_ms)}`)),
    h("p", null, one.advice),
    h("details", null, h("summary", null, "What it was to set"), h("pre", { tabindex: "0" }, JSON.stringify(one.payload, null, 2))),
    h("div", { class: "look-actions" }, one.can_retry && settle("again", "Do it again"), settle("dismiss", "Let it be")));
}

async function decide(one, what) {
  try {
    byId("fault").hidden = true;
    await inTurn(() => write(`/v1/operations/attention/${encodeURIComponent(one.operation)}`, { body: { do: what }, label: "settle an entry" }));
    announce(what === "again" ? "It is done again." : "It is let be.");
  } catch (failure) {
    showFault(failure);
  }
  await refresh();
}

function table(caption, heads, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption }, h("table", null,
    h("caption", null, caption),
    h("thead", null, h("tr", null, heads.map((head, i) => h("th", { scope: "col", class: i > 0 ? "number" : undefined }, head)))),
    h("tbody", null, rows.map((cells) => h("tr", null, cells.map((cell, i) => (i === 0 ? h("th", { scope: "row" }, cell) : h("td", { class: "number" }, cell))))))));
}

function reconciled(report, currency) {
  const sum = (value) => (value === undefined ? "missing" : amount(value));
  const rows = [
    ["This device", amount(report.device_cents), amount(report.device_card_cents)],
    ["The cloud", amount(report.cloud_cents), ""],
    ["The provider", "", amount(report.provider_cents)],
  ];
  return [
    h("p", { class: `verdict verdict-${report.equal ? "good" : "bad"}` }, h("b", null, report.equal ? "They agree." : "They do not agree yet."), ` ${report.from} to ${report.to}, ${count(report.payments, "payment", "payments")}, compared ${moment(report.at_ms)}.`),
    table("The three books", ["Book", `All, ${currency}`, `Cards, ${currency}`], rows),
    (report.unsent > 0 || report.open > 0) && h("p", { class: "note" }, report.unsent > 0 && `${count(report.unsent, "entry is", "entries are")} not with the cloud yet. `, report.open > 0 && `${count(report.open, "payment is", "payments are")} not settled yet. `, "Compare again later."),
    report.differences.length > 0 && table("Where they differ", ["Payment", "Device", "Cloud", "Provider", "State", "What to do"],
      report.differences.map((one) => [one.payment, sum(one.device_cents), sum(one.cloud_cents), sum(one.provider_cents), one.state ?? "", one.advice])),
  ];
}

function sales(report) {
  const { settlement, currency } = report;
  const most = Math.max(1, ...report.by_hour.map((one) => one.gross_cents));
  return [
    h("p", { class: "note" }, "What this device sold, whether the cloud knows of it or not.", report.unsent > 0 && ` ${count(report.unsent, "entry waits", "entries wait")} to be sent.`),
    table(`${report.from} to ${report.to}, ${currency}`, ["", "Amount"], [
      [count(report.orders, "order", "orders"), amount(report.gross_cents)], ["Of it tax", amount(report.tax_cents)],
      ["Tips", amount(report.tip_cents)], ["Given back", amount(-report.refunded_cents)], ["Not settled", amount(settlement.open_cents)],
    ]),
    report.by_tender.length > 0 && table("By tender", ["Tender", "Payments", "Taken", "Of it tips", "Given back"],
      report.by_tender.map((one) => [TENDERS[one.tender], String(one.payments), amount(one.taken_cents), amount(one.tip_cents), amount(one.refunded_cents)])),
    report.by_hour.length > 0 && table("By hour", ["Hour", "Orders", "Amount", ""],
      report.by_hour.map((one) => [`${String(one.hour).padStart(2, "0")}:00`, String(one.orders), amount(one.gross_cents), bar(one.gross_cents / most)])),
    report.by_item.length > 0 && table("By dish", ["Dish", "How many", "Amount"],
      report.by_item.map((one) => [one.name, String(one.quantity), amount(one.lines_cents)])),
  ];
}

/** Fills the days that were not touched: today's business day. */
function learnDay(day) {
  if (state.day === day) return;
  for (const input of document.querySelectorAll("input[type=date]")) if (!input.value || input.value === state.day) input.value = day;
  const first = state.day === null;
  state.day = day;
  if (first) showSales();
}

async function refresh() {
  try {
    const all = await operations();
    byId("who").textContent = `Restaurant ${all.location}, terminal ${all.terminal}, business day ${all.day}, disk ${all.sync.incarnation}.`;
    redraw(byId("facts"), facts(all));
    const attention = JSON.stringify(all.attention);
    if (attention !== state.shownAttention) {
      state.shownAttention = attention;
      redraw(byId("attention"), all.attention.length > 0 ? h("ul", { class: "looks" }, all.attention.map(item)) : h("p", { class: "note" }, "Nothing: all that was recorded was done, or is on its way."));
    }
    if (all.reconcile && byId("reconcile").childElementCount === 0) put(byId("reconcile"), reconciled(all.reconcile, all.currency));
    state.currency = all.currency;
    learnDay(all.day);
    byId("content").setAttribute("aria-busy", "false");
  } catch (failure) {
    showFault(failure, byId("fault"), begin);
  }
}

async function showSales() {
  try {
    byId("sales-fault").hidden = true;
    const days = new URLSearchParams({ from: byId("sales-from").value, to: byId("sales-to").value });
    put(byId("sales"), sales((await call(`/v1/reports/sales?${days}`)).data));
  } catch (failure) {
    showFault(failure, byId("sales-fault"));
  }
}

async function compare() {
  try {
    byId("reconcile-fault").hidden = true;
    const body = { from: byId("reconcile-from").value, to: byId("reconcile-to").value };
    const { data } = await call("/v1/operations/reconcile", { method: "POST", body, headers: { "idempotency-key": `look-${Date.now()}` } });
    put(byId("reconcile"), reconciled(data, state.currency));
  } catch (failure) {
    showFault(failure, byId("reconcile-fault"));
  }
}

for (const [id, job] of [["sales-form", showSales], ["reconcile-form", compare]]) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    job();
  });
}

async function begin() {
  byId("fault").hidden = true;
  await learnClock().catch(showFault);
  await refresh();
}

askForKeys("Enter a key of this device with the scope pos.");
wireWaiting();
const status = new Status(() => begin());
inTurn(resume).catch(showFault).then(begin);

setInterval(() => {
  if (!document.hidden && status.state !== "down") refresh();
}, FRESH_MS);

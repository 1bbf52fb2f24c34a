// The orders of the day, and the sheet that gives a payment back.
import { call } from "./api.js";
import { byId, count, h, put } from "./dom.js";
import { openSheet, sheetHead } from "./sheet.js";
import { amount, cents, moment, showFault, typed } from "./staff.js";
import { inTurn, write } from "./write.js";

const KINDS = { open: "Open", paid: "Paid", voided: "Called off" };
const PAGE = 50;
const WHY_REFUND = ["Wrong dish", "Guest not content", "Paid twice"];

/** Lists orders by where they stand; `show(order)` gets the one that is picked. */
export function openOrders({ show }) {
  const dialog = byId("orders-sheet");
  const list = h("ul", { class: "found", "aria-live": "polite" });
  const fault = h("div", { class: "fault", role: "alert", hidden: true });
  const more = h("button", { class: "button", type: "button", hidden: true }, "Earlier ones");
  let turn = 0;

  const entry = (order) => h("li", null, h("button", { class: "found-order", type: "button", onclick: () => { dialog.close(); show(order); } },
    h("b", null, `Order ${order.number}`), h("span", null, amount(order.totals.total_cents)),
    h("span", { class: "note" }, [order.label, order.terminal, moment(order.opened_ms), count(order.lines.filter((line) => line.state !== "voided").length, "line", "lines")].filter(Boolean).join(" · ")),
    order.pending && h("span", { class: "note" }, "not sent yet")));

  async function look(status, before) {
    turn += 1;
    const mine = turn;
    for (const chip of kinds) chip.setAttribute("aria-pressed", String(chip.dataset.kind === status));
    try {
      const { data } = await call(`/v1/orders?${new URLSearchParams({ status, limit: String(PAGE), ...(before && { before }) })}`);
      if (mine !== turn) return;
      fault.hidden = true;
      const entries = data.orders.map(entry);
      if (before) list.append(...entries);
      else put(list, entries.length > 0 ? entries : h("li", { class: "note" }, "None."));
      more.hidden = !data.next;
      more.onclick = () => look(status, data.next);
    } catch (failure) {
      showFault(failure, fault, () => look(status, before));
    }
  }

  const kinds = Object.entries(KINDS).map(([kind, name]) => h("button", { class: "chip", type: "button", "data-kind": kind, "aria-pressed": "false", onclick: () => look(kind) }, name));
  put(dialog, sheetHead("orders-title", "Orders", dialog),
    h("div", { class: "sheet-scroll" }, h("div", { class: "tabs", role: "group", "aria-label": "Which" }, kinds), fault, list, more));
  openSheet(dialog);
  look("open");
}

/** Gives a payment back, all of it or a part; `done()` when the device has it. */
export function openRefund(order, payment, done) {
  const dialog = byId("refund-sheet");
  const back = order.payments.filter((one) => one.refund_of === payment.id && one.state !== "declined").reduce((sum, one) => sum + one.amount_cents, 0);
  const left = payment.amount_cents - back;
  const much = h("input", { class: "text", id: "refund-amount", type: "text", inputmode: "decimal", required: true, autocomplete: "off" });
  const why = h("input", { class: "text", id: "refund-reason", type: "text", maxlength: "100", required: true, autocomplete: "off" });
  const fault = h("div", { class: "fault", role: "alert", hidden: true });
  const button = h("button", { class: "button primary", type: "submit" });
  much.value = typed(left);

  function update() {
    const value = cents(much.value);
    const right = value !== null && value > 0 && value <= left;
    button.disabled = !right || !why.value.trim();
    button.textContent = right ? `Give back ${amount(value)}` : `At most ${amount(left)}`;
  }

  async function refund(event) {
    event.preventDefault();
    button.disabled = true;
    try {
      const body = { amount_cents: cents(much.value), reason: why.value.trim() };
      await inTurn(() => write(`/v1/payments/${encodeURIComponent(payment.id)}/refunds`, { body, label: "give a payment back" }));
      dialog.close();
      done();
    } catch (failure) {
      showFault(failure, fault);
      update();
    }
  }

  put(dialog, sheetHead("refund-title", "Give back", dialog),
    h("form", { oninput: update, onsubmit: refund },
      h("div", { class: "sheet-scroll" }, fault,
        h("p", null, h("label", { class: "field", for: "refund-amount" }, `How much, up to ${amount(left)}`), much),
        h("div", null, h("div", { class: "reasons" }, WHY_REFUND.map((reason) => h("button", { class: "chip", type: "button", onclick: () => { why.value = reason; update(); } }, reason))),
          h("label", { class: "field", for: "refund-reason" }, "Why"), why)),
      h("div", { class: "sheet-actions" }, h("button", { class: "button", type: "button", onclick: () => dialog.close() }, "Go back"), button)));
  update();
  openSheet(dialog);
  much.focus();
  much.select();
}

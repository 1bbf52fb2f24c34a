// The panel of the order: lines, totals, what was paid, and what can be done with it now.
import { file } from "./api.js";
import { byId, count, h, icon } from "./dom.js";
import { amount, askWhy, moment, redraw, showFault } from "./staff.js";
import { openRefund } from "./till-orders.js";

const SERVICES = { counter: "Counter", drive_through: "Drive-through", table: "Table", delivery: "Delivery" };
const STATES = { held: "Not sent yet", fired: "In the kitchen", ready: "Ready", served: "Served", voided: "Taken off" };
const STATUSES = { open: "Open", paid: "Paid", voided: "Called off" };
const TENDERS = { cash: "Cash", card: "Card", stored_value: "Stored value" };
const PAYMENTS = { requested: "authorised offline, settled later", sent: "with the provider", approved: "approved", declined: "declined: not paid", unknown: "the provider has not said" };
const WHY_VOID = ["Guest changed their mind", "Entered by mistake", "Sold out", "Took too long"];

/** What was chosen, in words. */
export function modifierWords({ name, action, amount: much }) {
  if (action === "remove") return `no ${name}`;
  return much ? `${much} ${name}` : name;
}

export const isOver = (order) => order.status !== "open";

/** Saves the receipt as a file: the key stays in the page, not in an address. */
export async function saveReceipt(order, copy = false) {
  const url = URL.createObjectURL(await file(`/v1/orders/${encodeURIComponent(order.id)}/receipt${copy ? "?copy=true" : ""}`));
  h("a", { href: url, download: `receipt-${order.number}.pdf` }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

export class OrderPanel {
  /** `on` has what can be done: `change`, `edit`, `fire`, `pay`, `void`, `begin`, `orders`, `stock`, `refunded`. */
  constructor(on) {
    this.on = on;
    this.order = null;
    this.service = "counter";
    this.label = "";
  }

  show(order) {
    if (this.order && !order) Object.assign(this, { service: "counter", label: "" });
    this.order = order;
    redraw(byId("order"), order ? this.drawn(order) : this.fresh());
  }

  /** How a new order begins. */
  heading() {
    return { service: this.service, ...(this.label.trim() && { label: this.label.trim() }) };
  }

  /** What the button of a narrow screen says. */
  summary() {
    if (!this.order) return "New order";
    const dishes = this.live().reduce((sum, line) => sum + line.quantity, 0);
    return `Order ${this.order.number} · ${count(dishes, "dish", "dishes")} · ${amount(this.order.totals.total_cents)}`;
  }

  live() {
    return this.order.lines.filter((line) => line.state !== "voided");
  }

  tools() {
    return h("div", { class: "panel-tools" },
      h("button", { class: "button", type: "button", "data-key": "orders", "aria-haspopup": "dialog", onclick: this.on.orders }, "Orders"),
      h("button", { class: "button", type: "button", "data-key": "stock", "aria-haspopup": "dialog", onclick: this.on.stock }, "Stock"),
      this.order && h("button", { class: "button", type: "button", "data-key": "begin", onclick: this.on.begin }, "New order"));
  }

  fresh() {
    const label = h("input", { class: "text", id: "order-label", type: "text", maxlength: "40", autocomplete: "off", oninput: () => { this.label = label.value; } });
    label.value = this.label;
    return [
      h("h2", { id: "order-title" }, "New order"),
      h("fieldset", { class: "services" }, h("legend", { class: "field" }, "How it reaches its guest"),
        Object.entries(SERVICES).map(([service, name]) => {
          const input = h("input", { type: "radio", name: "service", value: service, onchange: () => { this.service = service; } });
          input.checked = this.service === service;
          return h("label", { class: "toggle" }, input, h("span", null, name));
        })),
      h("p", null, h("label", { class: "field", for: "order-label" }, "Table, name or car"), label),
      h("p", { class: "note" }, "Tap a dish to begin."),
      this.tools(),
    ];
  }

  drawn(order) {
    const held = order.lines.filter((line) => line.state === "held");
    const open = !isOver(order);
    return [
      h("header", { class: "panel-head" },
        h("h2", { id: "order-title" }, `Order ${order.number}`),
        h("p", { class: `mark mark-${order.status}` }, STATUSES[order.status]),
        h("p", { class: "note" }, [SERVICES[order.service] ?? "Kiosk", order.label, moment(order.opened_ms)].filter(Boolean).join(" · ")),
        order.void_reason && h("p", { class: "note" }, order.void_reason)),
      h("ul", { class: "lines" }, order.lines.map((line) => this.line(line, open))),
      this.totals(order),
      order.payments.length > 0 && h("ul", { class: "paid", "aria-label": "Payments" }, order.payments.map((payment) => this.payment(payment))),
      h("div", { class: "panel-actions" },
        open && h("button", { class: "button", type: "button", "data-key": "fire", disabled: held.length === 0, onclick: this.on.fire }, held.length > 0 ? `To the kitchen (${held.length})` : "All in the kitchen"),
        open && h("button", { class: "button primary", type: "button", "data-key": "pay", "aria-haspopup": "dialog", disabled: order.totals.due_cents <= 0, onclick: this.on.pay }, `Pay ${amount(order.totals.due_cents)}`),
        order.payments.length > 0 && h("button", { class: "button", type: "button", "data-key": "receipt", onclick: () => saveReceipt(order, true).catch(showFault) }, "Receipt"),
        open && h("button", { class: "button", type: "button", "data-key": "void", "aria-haspopup": "dialog", onclick: () => this.callOff() }, "Call off")),
      this.tools(),
    ];
  }

  line(line, open) {
    const key = (what) => `${what} ${line.line}`;
    const held = open && line.state === "held";
    const step = (by, name, label) => h("button", { class: "button round", type: "button", "data-key": key(name), "aria-label": `${label}: ${line.name}`, disabled: line.quantity + by > 999, onclick: () => (line.quantity + by < 1 ? this.on.change(line, { void: "Entered by mistake" }) : this.on.change(line, { quantity: line.quantity + by })) }, icon(name));
    return h("li", { class: `line line-${line.state}`, "data-line": line.line },
      h("div", { class: "line-what" },
        h("p", { class: "line-name" }, `${held ? "" : `${line.quantity} × `}${line.name}`),
        line.modifiers?.length > 0 && h("p", { class: "note" }, line.modifiers.map(modifierWords).join(", ")),
        line.note && h("p", { class: "note line-note" }, `“${line.note}”`),
        h("p", { class: "note" }, STATES[line.state], line.void_reason && `: ${line.void_reason}`)),
      h("p", { class: "line-price" }, amount(line.unit_cents * line.quantity)),
      open && line.state !== "voided" && h("div", { class: "line-tools" },
        held && [step(-1, "minus", "One less"), h("span", { class: "line-many" }, String(line.quantity)), step(1, "plus", "One more"),
          h("button", { class: "button", type: "button", "data-key": key("edit"), "aria-haspopup": "dialog", "aria-label": `Change: ${line.name}`, onclick: () => this.on.edit(line) }, "Change")],
        h("button", { class: "button", type: "button", "data-key": key("off"), "aria-label": `Take off: ${line.name}`, onclick: () => this.takeOff(line) }, "Take off")));
  }

  totals(order) {
    const { totals } = order;
    const row = (label, value, grand) => h("div", { class: grand ? "sum sum-grand" : "sum" }, h("dt", null, label), h("dd", null, amount(value)));
    const onTop = totals.total_cents !== totals.lines_cents;
    return h("dl", { class: "sums" },
      onTop && row("Dishes", totals.lines_cents),
      totals.tax_cents > 0 && row(onTop ? "Tax" : "Tax in it", totals.tax_cents),
      row(`Total ${order.currency}`, totals.total_cents, true),
      totals.paid_cents > 0 && row("Paid", totals.paid_cents),
      totals.tip_cents > 0 && row("Tips", totals.tip_cents),
      totals.refunded_cents > 0 && row("Given back", totals.refunded_cents),
      order.status === "open" && totals.paid_cents > 0 && row("Still to pay", totals.due_cents, true));
  }

  payment(payment) {
    const refund = payment.direction === "refund";
    const name = `${refund ? "Refund, " : ""}${TENDERS[payment.tender]}${payment.last4 ? ` ····${payment.last4}` : ""}`;
    const can = !refund && payment.state !== "declined";
    return h("li", { class: `payment payment-${payment.state}` },
      h("div", null, h("p", null, h("b", null, name), " ", amount((refund ? -1 : 1) * (payment.amount_cents + payment.tip_cents))),
        h("p", { class: "note" }, refund && payment.reason ? `${payment.reason} · ` : "", payment.tender === "cash" ? moment(payment.at_ms) : PAYMENTS[payment.state], payment.decline_code && ` (${payment.decline_code})`)),
      can && h("button", { class: "button", type: "button", "data-key": `refund ${payment.id}`, "aria-haspopup": "dialog", "aria-label": `Refund: ${name}`, onclick: () => openRefund(this.order, payment, this.on.refunded) }, "Refund"));
  }

  async takeOff(line) {
    if (line.state === "held") {
      this.on.change(line, { void: "Entered by mistake" });
      return;
    }
    const reason = await askWhy({ title: `Take off: ${line.name}`, text: "The kitchen has it: it is told to stop.", reasons: WHY_VOID, action: "Take it off" });
    if (reason) this.on.change(line, { void: reason });
  }

  async callOff() {
    const reason = await askWhy({ title: `Call off order ${this.order.number}`, text: "Nothing of it is owed afterwards. Refund first what was paid.", reasons: WHY_VOID, action: "Call it off" });
    if (reason) this.on.void(reason);
  }
}

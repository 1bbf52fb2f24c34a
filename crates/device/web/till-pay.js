// The sheet that takes money. Cash: what was handed over, and the change. Cards: what their reader
// types or gives to paste. The page never sees a card's number and keeps nothing of a card.
import { byId, h, put } from "./dom.js";
import { openSheet, sheetHead } from "./sheet.js";
import { amount, cents, showFault, typed } from "./staff.js";
import { saveReceipt } from "./till-order.js";
import { inTurn, write } from "./write.js";

const TENDERS = { cash: "Cash", card: "Card", stored_value: "Stored value" };
const NOTES_CENTS = [500, 1000, 2000, 5000, 10000, 20000];
const QUICK = 4;

/** What guests hand over: exactly, and the notes that are more. */
function quickAmounts(due) {
  const rounded = [100, 500, 1000].map((step) => Math.ceil(due / step) * step);
  const more = [...rounded, ...NOTES_CENTS].filter((value) => value > due).sort((a, b) => a - b);
  return [due, ...new Set(more)].slice(0, QUICK + 1);
}

/**
 * A card as its reader gives it: a token of 64 hexadecimal digits, or a JSON object with `token` and,
 * where there are any, `sealed`, `last4` and `state`. Null where it is neither.
 */
export function readCard(text) {
  let card = { token: text.trim() };
  if (card.token.startsWith("{")) {
    try {
      const { token, sealed, last4, state } = JSON.parse(card.token);
      card = { token: String(token ?? ""), ...(sealed && { sealed: String(sealed) }), ...(last4 && { last4: String(last4) }), ...(state && { state: String(state) }) };
    } catch {
      return null;
    }
  }
  card.token = card.token.toLowerCase();
  return /^[0-9a-f]{64}$/.test(card.token) ? card : null;
}

const field = (id, label, input, hint) => h("p", null, h("label", { class: "field", for: id }, label), input, hint && h("span", { class: "note", id: `${id}-hint` }, hint));

class PaySheet {
  constructor(order, paid, next) {
    Object.assign(this, { order, paid, next, tender: "cash" });
    this.dialog = byId("pay-sheet");
    this.fault = h("div", { class: "fault", role: "alert", hidden: true });
    const money = (id, value) => h("input", { class: "text", id, type: "text", inputmode: "decimal", autocomplete: "off", value });
    this.much = money("pay-amount", typed(order.totals.due_cents));
    this.tip = money("pay-tip", "0.00");
    this.handed = money("pay-handed", "");
    this.card = h("input", { class: "text", id: "pay-card", type: "password", autocomplete: "off", spellcheck: "false", "aria-describedby": "pay-card-hint" });
    this.last4 = h("input", { class: "text", id: "pay-last4", type: "text", inputmode: "numeric", maxlength: "4", pattern: "\\d{4}", autocomplete: "off" });
    this.age = h("input", { class: "text", id: "pay-age", type: "number", min: "1", max: "120", inputmode: "numeric" });
    this.body = h("div", { class: "sheet-scroll" });
    this.button = h("button", { class: "button primary wide", type: "submit" });
    this.form = h("form", { oninput: () => this.update(), onsubmit: (event) => this.submit(event), novalidate: true }, this.body, h("div", { class: "sheet-actions" }, this.button));
  }

  open() {
    put(this.dialog, sheetHead("pay-title", `Pay order ${this.order.number}`, this.dialog), this.form);
    this.draw();
    openSheet(this.dialog);
    this.focus();
  }

  focus() {
    const input = this.tender === "cash" ? this.handed : this.card;
    input.focus();
  }

  draw() {
    const due = this.order.totals.due_cents;
    const tabs = Object.entries(TENDERS).map(([tender, name]) => h("button", { class: "chip", type: "button", "data-key": tender, "aria-pressed": String(this.tender === tender), onclick: () => { this.tender = tender; this.draw(); this.focus(); } }, name));
    const quick = h("div", { class: "quick", role: "group", "aria-label": "Handed over" }, quickAmounts(due).map((value, i) =>
      h("button", { class: "button", type: "button", onclick: () => { this.handed.value = typed(value + (cents(this.tip.value) ?? 0)); this.update(); } }, i === 0 ? "Exactly" : amount(value))));
    put(this.body, this.fault,
      h("p", { class: "due" }, h("span", null, "To pay"), h("span", null, amount(due))),
      h("div", { class: "tabs", role: "group", "aria-label": "By what" }, tabs),
      this.tender === "cash" && [quick, field("pay-handed", "Handed over", this.handed, "Nothing is exactly what is to pay."), this.change = h("p", { class: "due change", "aria-live": "polite" })],
      this.tender !== "cash" && field("pay-card", "Card", this.card, "Let the reader read it, or paste what it gave. Never a card's number."),
      this.tender === "card" && field("pay-last4", "Its last four digits, for the receipt", this.last4),
      h("details", { class: "more" }, h("summary", null, "A part of it, a tip, an age"),
        h("div", { class: "pair" }, field("pay-amount", "How much of it", this.much), field("pay-tip", "Tip", this.tip)),
        field("pay-age", "Age that was checked, in years", this.age)));
    this.update();
  }

  /** The request, or a sentence on what is missing. */
  read() {
    const due = this.order.totals.due_cents;
    const much = cents(this.much.value);
    const tip = cents(this.tip.value || "0");
    if (much === null || much <= 0 || much > due) return `How much of it: at most ${amount(due)}`;
    if (tip === null) return "The tip is no amount";
    const body = { tender: this.tender, amount_cents: much, tip_cents: tip, ...(this.age.value && { age_shown: Number(this.age.value) }) };
    if (this.tender === "cash") {
      const handed = this.handed.value.trim() === "" ? much + tip : cents(this.handed.value);
      if (handed === null) return "What was handed over is no amount";
      return handed < much + tip ? `${amount(much + tip - handed)} is missing` : { ...body, handed_cents: handed };
    }
    const card = readCard(this.card.value);
    if (card === null) return this.card.value ? "That is not what a reader gives" : "Waiting for the card";
    return { ...body, card: { ...card, ...(/^\d{4}$/.test(this.last4.value) && { last4: this.last4.value }) } };
  }

  update() {
    const asked = this.read();
    const ready = typeof asked !== "string";
    this.button.disabled = !ready;
    this.button.textContent = ready ? `Take ${amount(asked.amount_cents + asked.tip_cents)} by ${TENDERS[this.tender].toLowerCase()}` : asked;
    if (this.tender !== "cash") return;
    const change = ready ? asked.handed_cents - asked.amount_cents - asked.tip_cents : 0;
    put(this.change, change > 0 && [h("span", null, "Change"), h("span", null, amount(change))]);
  }

  async submit(event) {
    event.preventDefault();
    const body = this.read();
    if (typeof body === "string" || this.busy) return;
    this.busy = true;
    this.button.disabled = true;
    this.fault.hidden = true;
    try {
      const label = `take ${amount(body.amount_cents + body.tip_cents)}`;
      const payment = await inTurn(() => write(`/v1/orders/${encodeURIComponent(this.order.id)}/payments`, { body, label }));
      this.card.value = "";
      this.done(payment, await this.paid());
    } catch (failure) {
      showFault(failure, this.fault);
      this.update();
      if (/age_not_shown/.test(failure.message)) {
        this.body.querySelector("details").open = true;
        this.age.focus();
      }
    } finally {
      this.busy = false;
    }
  }

  /** What comes of it: the change, and what is left to do. */
  done(payment, order) {
    const due = order?.totals.due_cents ?? 0;
    const close = h("button", { class: "button", type: "button", onclick: () => this.dialog.close() }, "Close");
    const main = due > 0
      ? h("button", { class: "button primary", type: "button", onclick: () => new PaySheet(order, this.paid, this.next).open() }, `Pay the rest, ${amount(due)}`)
      : h("button", { class: "button primary", type: "button", onclick: () => { this.dialog.close(); this.next(); } }, "Next order");
    put(this.dialog, sheetHead("pay-title", due > 0 ? "Paid in part" : "Paid", this.dialog),
      h("div", { class: "sheet-scroll" }, this.fault,
        payment.tender === "cash"
          ? h("p", { class: "due change" }, h("span", null, "Change"), h("span", null, amount(payment.change_cents ?? 0)))
          : h("p", null, payment.state === "declined" ? "The card was declined: it is not paid." : payment.state === "approved" ? "Approved." : "Authorised offline: it is settled when the line is up."),
        payment.card_state && h("div", null, h("p", null, "Write this to the card with its reader:"), h("textarea", { class: "text", readonly: true, rows: "2", "aria-label": "The card's new state" }, payment.card_state))),
      h("div", { class: "sheet-actions" },
        due > 0 ? close : h("button", { class: "button", type: "button", onclick: () => saveReceipt(this.order).catch((failure) => showFault(failure, this.fault)) }, "Receipt"), main));
    main.focus();
  }
}

/** Opens the sheet. `paid()` reads the order anew and gives it; `next()` begins another one. */
export function openPay(order, paid, next) {
  new PaySheet(order, paid, next).open();
}

// What the guest has picked. Kept in this tab only; a line that can no longer be had says so and
// is not counted. It is shown at the counter: the page places no order by itself.
import { byId, count, h, icon, price, put } from "./dom.js";
import { obstacle } from "./cards.js";
import { openSheet, sheetHead } from "./sheet.js";

const KEY = "olympus.order";

export class Order {
  constructor(announce) {
    this.announce = announce;
    this.lines = [];
    this.latest = new Map(); // item id → the last hit seen, for its state
    try {
      const kept = JSON.parse(sessionStorage.getItem(KEY) ?? "[]");
      if (Array.isArray(kept)) this.lines = kept.filter((line) => line?.hit?.id && Array.isArray(line.options) && line.quantity > 0);
    } catch {
      this.lines = [];
    }
    this.render();
  }

  /** Learns today's states from an answer. */
  learn(hits) {
    for (const hit of hits) this.latest.set(hit.id, hit);
    if (this.lines.length > 0) this.render();
  }

  add(hit, options = []) {
    if (obstacle(hit)) return;
    const key = [hit.id, ...options.map((option) => `${option.group}/${option.id}`)].join(" ");
    const line = this.lines.find((other) => other.key === key);
    if (line) line.quantity += 1;
    else this.lines.push({ key, hit, options, quantity: 1 });
    this.announce(`${hit.name} added.`);
    this.changed();
  }

  changed() {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(this.lines));
    } catch {
      // Storage is full or forbidden: the order lives as long as the page.
    }
    this.render();
  }

  clear() {
    this.lines = [];
    this.changed();
  }

  gone(line) {
    return obstacle(this.latest.get(line.hit.id) ?? line.hit);
  }

  static each(line) {
    return (line.hit.price_cents ?? 0) + line.options.reduce((sum, option) => sum + (option.price_cents ?? 0), 0);
  }

  totals() {
    const lines = this.lines.filter((line) => !this.gone(line));
    return {
      dishes: lines.reduce((sum, line) => sum + line.quantity, 0),
      cents: lines.reduce((sum, line) => sum + Order.each(line) * line.quantity, 0),
    };
  }

  render() {
    const tray = byId("tray");
    const { dishes, cents } = this.totals();
    tray.hidden = this.lines.length === 0;
    document.body.classList.toggle("has-tray", !tray.hidden);
    put(tray, h("button", { class: "tray-button", type: "button", "aria-haspopup": "dialog", onclick: () => this.open() },
        icon("bag"), h("span", { class: "tray-count" }, "Your order · ", count(dishes, "dish", "dishes")), h("span", { class: "tray-total" }, price(cents))));
    if (byId("order-sheet").open) this.open();
  }

  step(line, by) {
    line.quantity += by;
    if (line.quantity < 1) this.lines = this.lines.filter((other) => other !== line);
    if (this.lines.length === 0) byId("order-sheet").close();
    this.changed();
  }

  row(line) {
    const why = this.gone(line);
    const stepper = (name, by, label) => h("button", { class: "button round", type: "button", "aria-label": `${label}: ${line.hit.name}`, "data-step": `${line.key} ${by}`, disabled: by > 0 && Boolean(why), onclick: () => this.step(line, by) }, icon(name));
    return h("li", { class: `line ${why ? "line-gone" : ""}` },
      h("div", { class: "line-what" }, h("p", { class: "line-name" }, line.hit.name),
        line.options.length > 0 && h("p", { class: "note" }, line.options.map((option) => option.name).join(", ")),
        why && h("p", { class: "line-why" }, why)),
      h("div", { class: "line-count" }, stepper("minus", -1, "One less"), h("span", null, String(line.quantity)), stepper("plus", 1, "One more")),
      h("p", { class: "line-price" }, price(Order.each(line) * line.quantity)));
  }

  open() {
    const dialog = byId("order-sheet");
    const focused = dialog.contains(document.activeElement) ? document.activeElement.dataset.step : undefined;
    put(dialog, sheetHead("order-title", "Your order", dialog),
      h("div", { class: "sheet-scroll" }, h("ul", { class: "lines" }, this.lines.map((line) => this.row(line))),
        h("p", { class: "total" }, h("span", null, "Total"), h("span", null, price(this.totals().cents))),
        h("p", { class: "note" }, "Show this list at the counter to order.")),
      h("div", { class: "sheet-actions" },
        h("button", { class: "button", type: "button", onclick: () => { dialog.close(); this.clear(); } }, "Empty the order"),
        h("button", { class: "button primary", type: "button", onclick: () => dialog.close() }, "Keep looking")));
    openSheet(dialog);
    if (focused) dialog.querySelector(`[data-step="${CSS.escape(focused)}"]`)?.focus();
  }
}

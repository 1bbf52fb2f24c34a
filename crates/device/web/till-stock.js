// Counted dishes: how many there are, counted anew, more or less of them.
import { call } from "./api.js";
import { byId, h, icon, put } from "./dom.js";
import { openSheet, sheetHead } from "./sheet.js";
import { redraw, showFault } from "./staff.js";
import { inTurn, write } from "./write.js";

/** `till` has the menu's `items`; `changed()` after each change. */
export function openStock(till, changed) {
  const dialog = byId("stock-sheet");
  const list = h("ul", { class: "stock" });
  const fault = h("div", { class: "fault", role: "alert", hidden: true });
  const dish = h("select", { class: "text", id: "stock-dish", required: true }, h("option", { value: "" }, "Choose a dish"),
    [...till.items.values()].map((item) => h("option", { value: item.id }, item.name)));
  const many = h("input", { class: "text", id: "stock-count", type: "number", min: "0", max: "1000000", inputmode: "numeric", required: true });
  const low = h("input", { class: "text", id: "stock-low", type: "number", min: "0", max: "1000000", inputmode: "numeric", value: "0" });
  const address = (item) => `/v1/inventory/${encodeURIComponent(item)}`;
  const name = (item) => till.items.get(item)?.name ?? item;

  async function change(path, options) {
    try {
      fault.hidden = true;
      await inTurn(() => write(path, options));
      await look();
      changed();
    } catch (failure) {
      showFault(failure, fault);
    }
  }

  const adjust = (stock, by, kind, label) => h("button", { class: "button round", type: "button", "data-key": `${kind} ${stock.item}`, "aria-label": `${label}: ${name(stock.item)}`, onclick: () => change(`${address(stock.item)}/adjust`, { body: { by, reason: by < 0 ? "Used or spoilt" : "Made or delivered" }, label: `count ${name(stock.item)}` }) }, icon(kind));

  const row = (stock) => h("li", { class: "stock-row", "data-item": stock.item },
    h("p", null, h("b", null, name(stock.item)), stock.sold_out && h("span", { class: "tile-why" }, " Sold out")),
    h("div", { class: "line-tools" }, adjust(stock, -1, "minus", "One less"), h("span", { class: "line-many" }, String(stock.count)), adjust(stock, 1, "plus", "One more"),
      h("button", { class: "button", type: "button", "data-key": `stop ${stock.item}`, "aria-label": `Stop counting: ${name(stock.item)}`, onclick: () => change(address(stock.item), { method: "DELETE", label: `stop counting ${name(stock.item)}` }) }, "Stop")));

  async function look() {
    const { stock } = (await call("/v1/inventory")).data;
    redraw(list, stock.length > 0 ? stock.map(row) : h("li", { class: "note" }, "No dish is counted: none runs out by itself."));
  }

  const form = h("form", { class: "stock-form", onsubmit: (event) => {
    event.preventDefault();
    change(address(dish.value), { method: "PUT", body: { count: Number(many.value), low_at: Number(low.value || 0) }, label: `count ${name(dish.value)}` });
  } },
  h("p", null, h("label", { class: "field", for: "stock-dish" }, "Dish"), dish),
  h("p", null, h("label", { class: "field", for: "stock-count" }, "How many there are"), many),
  h("p", null, h("label", { class: "field", for: "stock-low" }, "Low at"), low),
  h("button", { class: "button primary", type: "submit" }, "Count it"));
  put(dialog, sheetHead("stock-title", "Stock", dialog), h("div", { class: "sheet-scroll" }, fault, list, h("section", null, h("h3", null, "Count a dish"), form)));
  openSheet(dialog);
  look().catch((failure) => showFault(failure, fault));
}

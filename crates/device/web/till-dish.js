// The sheet of one line: choices within their limits, how many, a note, a price where there is none.
import { byId, h, icon, price, put } from "./dom.js";
import { languageOf } from "./cards.js";
import { choices } from "./dish.js";
import { openSheet, sheetHead } from "./sheet.js";
import { cents } from "./staff.js";

const MOST = 999;
const NOTE_BYTES = 200;

const bytes = (text) => new TextEncoder().encode(text).length;

/** Opens the sheet for a dish, or for a line that is held; `done` gets the line as the API wants it. */
export function openDishSheet({ dish, line, done }) {
  const dialog = byId("dish-sheet");
  const wanted = (group) => (line?.modifiers ?? []).filter((one) => one.group === group.id && one.action === "add").map((one) => one.id);
  const groups = (dish.modifier_groups ?? []).map((group) => choices(group, false, () => update(), wanted(group)));
  const quantity = h("input", { class: "text count", id: "line-quantity", type: "number", min: "1", max: String(MOST), inputmode: "numeric", value: String(line?.quantity ?? 1) });
  const note = h("input", { class: "text", id: "line-note", type: "text", maxlength: String(NOTE_BYTES), autocomplete: "off" });
  note.value = line?.note ?? "";
  const priced = dish.price_cents === null || dish.price_cents === undefined;
  const own = priced && !line ? h("input", { class: "text", id: "line-price", type: "text", inputmode: "decimal", required: true, autocomplete: "off" }) : null;
  const button = h("button", { class: "button primary wide", type: "submit" });

  const chosen = () => groups.flatMap(({ group, chosen: list }) => list().map((option) => ({ group: group.id, id: option.id, price_cents: option.price_cents ?? 0 })));
  const lacking = () => groups.find(({ group, chosen: list }) => list().length < group.min);
  const many = () => (/^\d{1,3}$/.test(quantity.value.trim()) ? Number(quantity.value) : 0);
  const each = () => (own ? cents(own.value) : priced ? line.unit_cents : dish.price_cents);

  function obstacle() {
    const group = lacking()?.group;
    if (group) return `Choose from ${group.name}`;
    if (many() < 1) return `1 to ${MOST}`;
    if (each() === null) return "Enter a price";
    return bytes(note.value.trim()) > NOTE_BYTES ? "The note is too long" : null;
  }

  function update() {
    const why = obstacle();
    const extra = priced && line ? 0 : chosen().reduce((sum, option) => sum + option.price_cents, 0);
    button.disabled = why !== null;
    button.textContent = why ?? `${line ? "Change" : "Add"} · ${price((each() + extra) * many())}`;
  }

  const step = (by, name, label) => h("button", { class: "button round", type: "button", "aria-label": label, onclick: () => { quantity.value = String(Math.min(MOST, Math.max(1, many() + by))); update(); } }, icon(name));
  const form = h("form", { oninput: update, onsubmit: (event) => {
    event.preventDefault();
    if (obstacle() !== null) return;
    done({ item: dish.id, quantity: many(), modifiers: chosen().map(({ group, id }) => ({ group, id })), ...(note.value.trim() && { note: note.value.trim() }), ...(own && { price_cents: each() }) });
    dialog.close();
  } },
  h("div", { class: "sheet-scroll" },
    groups.map(({ node }) => node),
    own && h("p", null, h("label", { class: "field", for: "line-price" }, "Price of one"), own),
    h("div", { class: "counter" }, h("label", { class: "field", for: "line-quantity" }, "How many"), step(-1, "minus", "One less"), quantity, step(1, "plus", "One more")),
    h("p", null, h("label", { class: "field", for: "line-note" }, "Note for the kitchen"), note)),
  h("div", { class: "sheet-actions" }, button));
  update();
  put(dialog, sheetHead("sheet-title", dish.name, dialog, { lang: languageOf(dish) }), form);
  openSheet(dialog);
  dialog.querySelector(".sheet-scroll").scrollTop = 0;
  (groups.length > 0 ? dialog.querySelector("fieldset input") : own ?? quantity).focus();
}

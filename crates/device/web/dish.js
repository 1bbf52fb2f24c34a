// The sheet of one dish: everything that its menu states, and the choices that go with it.
import { byId, h, humanise, price, put } from "./dom.js";
import { badges, languageOf, obstacle, picture, usually } from "./cards.js";
import { listed, statements } from "./labels.js";
import { openSheet, sheetHead } from "./sheet.js";

function allergenTable(hit) {
  const { contains, may, free, unknown } = statements(hit.allergens);
  const row = (kind, label, names) => names.length > 0 && h("div", { class: `statement ${kind}` }, h("dt", null, label), h("dd", null, humanise(listed(names))));
  return h("section", null, h("h3", null, "Allergens"),
    h("dl", { class: "statements" }, row("contains", "Contains", contains), row("may", "May contain", may), row("unknown", "Not stated", unknown), row("free", "Free of", free)),
    unknown.length > 0 && h("p", { class: "note" }, "What is not stated may be in the dish. Please ask the staff."));
}

function limits(group) {
  if (group.min > 0 && group.max === group.min) return `Choose ${group.min}`;
  if (group.min > 0) return group.max ? `Choose ${group.min} to ${group.max}` : `Choose at least ${group.min}`;
  return group.max ? `Up to ${group.max}` : "As you like";
}

function surcharge(cents) {
  if (!cents) return "";
  return `${cents > 0 ? "+" : "−"}${price(Math.abs(cents))}`;
}

/** The options of a group; `chosen()` gives those that are ticked, at first those of `preset`. */
export function choices(group, locked, changed, preset = []) {
  const single = group.max === 1 && group.min === 1;
  const inputs = group.options.map((option) => {
    const input = h("input", { type: single ? "radio" : "checkbox", name: `group-${group.id}`, value: option.id, disabled: locked });
    input.checked = preset.includes(option.id);
    input.addEventListener("change", () => {
      limit();
      changed();
    });
    return input;
  });
  const limit = () => {
    const full = !single && group.max && inputs.filter((other) => other.checked).length >= group.max;
    for (const other of inputs) other.disabled = locked || Boolean(full && !other.checked);
  };
  limit();
  const node = h("fieldset", { class: "choices" },
    h("legend", null, h("span", null, group.name), h("span", { class: "choices-limit" }, limits(group))),
    group.options.map((option, i) => h("label", { class: "choice" }, inputs[i], h("span", null, option.name), h("span", { class: "choice-price" }, surcharge(option.price_cents)))));
  return { node, group, chosen: () => group.options.filter((_, i) => inputs[i].checked) };
}

/** Opens the sheet; `add(hit, options)` is called with what was chosen. */
export function openDish(hit, add) {
  const dialog = byId("dish-sheet");
  const why = obstacle(hit);
  const button = h("button", { class: "button primary wide", type: "button", disabled: Boolean(why) });
  const groups = (hit.modifier_groups ?? []).map((group) => choices(group, Boolean(why), () => update()));
  const chosen = () => groups.flatMap(({ group, chosen: list }) => list().map((option) => ({ ...option, group: group.name })));
  const missing = () => groups.find(({ group, chosen: list }) => list().length < group.min);

  function update() {
    const lacking = missing();
    const total = hit.price_cents == null ? "" : ` · ${price(hit.price_cents + chosen().reduce((sum, option) => sum + (option.price_cents ?? 0), 0))}`;
    button.disabled = Boolean(why) || Boolean(lacking);
    button.textContent = why ?? (lacking ? `Choose from ${lacking.group.name}` : `Add to the order${total}`);
  }

  button.addEventListener("click", () => {
    if (button.disabled) return;
    add(hit, chosen());
    dialog.close();
  });
  update();
  put(dialog, sheetHead("sheet-title", hit.name, dialog, { lang: languageOf(hit) }),
    h("div", { class: "sheet-scroll" },
      picture(hit),
      why && h("p", { class: "sheet-state" }, why),
      hit.description && h("p", { class: "sheet-text" }, hit.description),
      usually(hit),
      badges(hit.tags),
      groups.map(({ node }) => node),
      allergenTable(hit),
      hit.scores && hit.reason && hit.scores.lexical + hit.scores.semantic > 0 && h("p", { class: "note why" }, `Why it is here: ${hit.reason}. Words ${hit.scores.lexical.toFixed(2)}, meaning ${hit.scores.semantic.toFixed(2)}.`)),
    h("div", { class: "sheet-actions" }, button),
  );
  dialog.classList.toggle("unavailable", Boolean(why));
  openSheet(dialog);
  dialog.querySelector(".sheet-scroll").scrollTop = 0;
}

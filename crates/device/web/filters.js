// The filter chips and the sheet with all of them. Holds what is chosen; the device applies it.
import { byId, h, humanise, icon, price, put } from "./dom.js";
import { ALLERGENS, tagsOf } from "./labels.js";
import { openSheet, sheetHead } from "./sheet.js";

const QUICK_DIETS = ["vegetarian", "vegan", "gluten_free"];
const PRICE_STEP_CENTS = 50;

export class FilterBar {
  /** `changed()` is called after every change. */
  constructor(changed) {
    this.changed = changed;
    this.box = byId("filters");
    this.sheet = byId("filter-sheet");
    this.tags = [];
    this.ceiling = 0;
    this.reset();
  }

  reset() {
    this.category = null;
    this.diets = new Set();
    this.without = new Set();
    this.maxCents = null;
    this.now = false;
    this.render();
  }

  /** Learns from the whole menu which tags and prices there are. */
  learn(items) {
    this.tags = tagsOf(items);
    const top = Math.max(0, ...items.map((item) => item.price_cents ?? 0));
    this.ceiling = Math.ceil(top / PRICE_STEP_CENTS) * PRICE_STEP_CENTS;
    this.render();
  }

  /** As the API wants them. */
  wire() {
    return {
      categories: this.category ? [this.category] : [],
      diets: [...this.diets],
      exclude_allergens: [...this.without],
      ...(this.maxCents !== null && { price_max_cents: this.maxCents }),
      availability: this.now ? "now" : "any",
    };
  }

  /** How many limits are set, the category aside. */
  get size() {
    return this.diets.size + this.without.size + (this.maxCents !== null ? 1 : 0) + (this.now ? 1 : 0);
  }

  change(apply) {
    apply();
    this.render();
    this.changed();
  }

  flip(set, name) {
    this.change(() => (set.has(name) ? set.delete(name) : set.add(name)));
  }

  chip(id, label, pressed, apply, extra) {
    return h("button", { class: `chip ${extra ?? ""}`, type: "button", "aria-pressed": String(pressed), "data-chip": id, onclick: apply }, pressed && icon("close"), label);
  }

  render() {
    const focused = document.activeElement?.closest?.("#filters [data-chip]")?.dataset.chip;
    const diets = [...new Set([...QUICK_DIETS.filter((tag) => this.tags.includes(tag)), ...this.diets])];
    const chips = [
      h("button", { class: "chip chip-all", type: "button", "data-chip": "all", "aria-haspopup": "dialog", onclick: () => this.open() },
        icon("sliders"), "Filters", this.size > 0 && h("span", { class: "chip-count" }, String(this.size), h("span", { class: "hidden" }, " set"))),
      this.chip("now", "Available now", this.now, () => this.change(() => { this.now = !this.now; })),
      ...diets.map((tag) => this.chip(`diet-${tag}`, humanise(tag), this.diets.has(tag), () => this.flip(this.diets, tag))),
      ...[...this.without].map((name) => this.chip(`without-${name}`, `Without ${(ALLERGENS.get(name) ?? name).toLowerCase()}`, true, () => this.flip(this.without, name), "chip-without")),
      ...(this.maxCents === null ? [] : [this.chip("price", `Up to ${price(this.maxCents)}`, true, () => this.change(() => { this.maxCents = null; }))]),
      this.without.size === 0 && h("button", { class: "chip", type: "button", "data-chip": "without", "aria-haspopup": "dialog", onclick: () => this.open("allergens") }, "Without…"),
      this.size > 0 && h("button", { class: "chip chip-plain", type: "button", "data-chip": "reset", onclick: () => this.clear() }, "Clear filters"),
    ];
    put(this.box, chips);
    if (focused) (this.box.querySelector(`[data-chip="${CSS.escape(focused)}"]`) ?? this.box.firstElementChild)?.focus();
  }

  clear() {
    const category = this.category;
    this.reset();
    this.category = category;
    this.changed();
  }

  toggles(names, set, label) {
    return h("div", { class: "toggles" }, names.map((name) => {
      const input = h("input", { type: "checkbox", value: name, onchange: () => this.flip(set, name) });
      input.checked = set.has(name);
      return h("label", { class: "toggle" }, input, h("span", null, label(name)));
    }));
  }

  priceSlider() {
    const output = h("output", { class: "price-now", for: "price-max" }, this.maxCents === null ? "Any price" : `Up to ${price(this.maxCents)}`);
    const slider = h("input", { id: "price-max", type: "range", min: PRICE_STEP_CENTS, max: this.ceiling, step: PRICE_STEP_CENTS });
    slider.value = String(this.maxCents ?? this.ceiling);
    slider.addEventListener("input", () => {
      const cents = Number(slider.value);
      this.maxCents = cents >= this.ceiling ? null : cents;
      output.value = this.maxCents === null ? "Any price" : `Up to ${price(cents)}`;
      slider.setAttribute("aria-valuetext", output.value);
    });
    slider.addEventListener("change", () => this.change(() => {}));
    return h("div", { class: "price-row" }, h("label", { class: "hidden", for: "price-max" }, "Highest price"), slider, output);
  }

  open(part) {
    const now = h("input", { type: "checkbox", onchange: () => this.change(() => { this.now = now.checked; }) });
    now.checked = this.now;
    const allergens = h("section", null, h("h3", { tabindex: "-1" }, "Leave out dishes with"),
      h("p", { class: "note" }, "A dish that contains it, may contain traces, or says nothing about it is hidden. In doubt, ask the staff."),
      this.toggles([...ALLERGENS.keys()], this.without, (name) => ALLERGENS.get(name)));
    put(this.sheet,
      sheetHead("filter-title", "Filters", this.sheet),
      h("div", { class: "sheet-scroll" },
        h("section", null, h("div", { class: "toggles" }, h("label", { class: "toggle" }, now, h("span", null, "Only what is available now")))),
        this.tags.length > 0 && h("section", null, h("h3", null, "Diets and marks"), this.toggles(this.tags, this.diets, humanise)),
        allergens,
        this.ceiling > PRICE_STEP_CENTS && h("section", null, h("h3", null, "Price"), this.priceSlider())),
      h("div", { class: "sheet-actions" },
        h("button", { class: "button", type: "button", onclick: () => { this.clear(); this.open(); } }, "Clear all"),
        h("button", { class: "button primary", type: "button", onclick: () => this.sheet.close() }, "Show the dishes")),
    );
    openSheet(this.sheet);
    if (part === "allergens") {
      allergens.scrollIntoView({ block: "start" });
      allergens.querySelector("input").focus();
    }
  }
}

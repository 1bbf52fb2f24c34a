// Dishes as tiles to tap.
import { h, icon, price } from "./dom.js";
import { languageOf, needsChoice, obstacle } from "./cards.js";

/** Whether a dish cannot be added by a tap alone: something has to be chosen or priced. */
export const needsSheet = (hit) => needsChoice(hit) || hit.price_cents === null || hit.price_cents === undefined;

function left(stock) {
  if (!stock || stock.sold_out) return null;
  return h("span", { class: `tile-left ${stock.count <= stock.low_at ? "tile-low" : ""}` }, `${stock.count} left`);
}

function tile(hit, stock, { tapped, options }) {
  const why = obstacle(hit);
  const free = hit.price_cents === null || hit.price_cents === undefined;
  return h("li", { class: `tile ${why ? "tile-gone" : ""}`, "data-id": hit.id },
    h("button", { class: "tile-add", type: "button", "data-key": `add ${hit.id}`, disabled: Boolean(why), onclick: () => tapped(hit) },
      h("span", { class: "tile-name", lang: languageOf(hit) }, hit.name),
      h("span", { class: "tile-foot" },
        h("span", { class: "tile-price" }, free ? "Price?" : price(hit.price_cents)),
        why ? h("span", { class: "tile-why" }, why) : left(stock))),
    !why && h("button", { class: "tile-more", type: "button", "data-key": `more ${hit.id}`, "aria-haspopup": "dialog", "aria-label": `Options: ${hit.name}`, onclick: () => options(hit) }, icon("sliders")));
}

/** `stock` by item. */
export const tiles = (hits, stock, actions) => hits.map((hit) => tile(hit, stock.get(hit.id), actions));

// Dishes as cards. Only a dish whose state is `available` gets a button that orders it.
import { count, h, humanise, icon, marked, price } from "./dom.js";
import { drawing, tint } from "./art.js";
import { hours, listed, statements } from "./labels.js";

/** What the card of a hit cannot know from the hit: language and hours, by item id. */
let details = new Map();

export function setDetails(items) {
  details = new Map(items.map((item) => [item.id, item]));
}

/** BCP 47 code of the name, where the menu says one. */
export const languageOf = (hit) => hit.language ?? details.get(hit.id)?.language;

/** Why a dish cannot be had, for people; null where it can. */
export function obstacle(hit) {
  if (hit.state === "sold_out") return "Sold out";
  if (hit.state === "outside_hours") return hours(details.get(hit.id)?.availability?.dayparts);
  return hit.available ? null : "Not available";
}

/** A picture where the menu has one that loads, else a drawing. */
export function picture(hit) {
  const box = h("div", { class: `art ${tint(hit.category)}` });
  if (/^(https:\/\/|\/static\/)/.test(hit.image ?? "")) {
    box.append(h("img", { src: hit.image, alt: "", loading: "lazy", decoding: "async", onerror: () => box.replaceChildren(drawing(hit)) }));
  } else {
    box.append(drawing(hit));
  }
  return box;
}

export function badges(tags) {
  return tags.length > 0 && h("ul", { class: "badges", "aria-label": "Diets and marks" }, tags.map((tag) => h("li", { class: `badge badge-${tag.replace(/[^a-z0-9_-]/gi, "")}` }, humanise(tag))));
}

function allergenLine(hit) {
  const { contains, may, unknown, free } = statements(hit.allergens);
  const part = (kind, label, text) => h("span", { class: `allergen ${kind}` }, h("b", null, label), ` ${text}`);
  if (contains.length + may.length + free.length === 0) {
    return h("p", { class: "allergens" }, part("unknown", "Allergens not stated.", "Please ask the staff."));
  }
  return h("p", { class: "allergens" },
    contains.length > 0 && part("contains", "Contains", listed(contains)),
    may.length > 0 && part("may", "May contain", listed(may)),
    unknown.length > 0 && part("unknown", "Not stated", unknown.length > 4 ? `${listed(unknown.slice(0, 3))} and ${unknown.length - 3} more` : listed(unknown)),
    contains.length + may.length + unknown.length === 0 && part("free", "Free of", "all 14 declared allergens"));
}

/** What such a dish usually is, where the menu does not say: no word of this restaurant's. */
export function usually(hit) {
  if (hit.description || !hit.usually) return null;
  const from = hit.usually.cuisine ? ` (${hit.usually.cuisine})` : "";
  return h("p", { class: "card-text usually" }, h("b", null, "Usually"), ` ${hit.usually.gloss}${from}`);
}

/** Whether something must be chosen before the dish can be ordered. */
export const needsChoice = (hit) => (hit.modifier_groups ?? []).some((group) => group.min > 0);

function orderButton(hit, actions) {
  if (obstacle(hit)) {
    return h("button", { class: "button add", type: "button", disabled: true }, hit.state === "sold_out" ? "Sold out" : "Not now");
  }
  const choose = needsChoice(hit);
  return h("button", { class: "button primary add", type: "button", "aria-label": `${choose ? "Choose" : "Add"}: ${hit.name}`,
    "aria-haspopup": choose ? "dialog" : undefined, onclick: () => (choose ? actions.open(hit) : actions.add(hit)) },
  choose ? "Choose" : [icon("plus"), "Add"]);
}

/** One dish. `actions`: `open(hit)` shows its sheet, `add(hit)` puts it on the order. */
export function card(hit, actions) {
  const why = obstacle(hit);
  const groups = (hit.modifier_groups ?? []).map((group) => group.name);
  return h("li", { class: `card state-${hit.state.replaceAll("_", "-")}`, "data-id": hit.id },
    picture(hit),
    h("div", { class: "card-body" },
      why && h("p", { class: "ribbon" }, icon(hit.state === "sold_out" ? "close" : "clock"), why),
      h("h3", { class: "card-name" }, h("button", { class: "card-open", type: "button", "aria-haspopup": "dialog", lang: languageOf(hit), onclick: () => actions.open(hit) }, marked(hit.name, hit.highlights?.name))),
      hit.description && h("p", { class: "card-text" }, marked(hit.description, hit.highlights?.description)),
      usually(hit),
      badges(hit.tags),
      allergenLine(hit),
      groups.length > 0 && h("p", { class: "card-groups" }, `Your way: ${groups.join(", ")}`)),
    h("div", { class: "card-foot" },
      hit.price_cents === null || hit.price_cents === undefined ? h("p", { class: "price price-none" }, "Price on request") : h("p", { class: "price" }, price(hit.price_cents)),
      orderButton(hit, actions)));
}

/** A list of cards; with headings, in the given order, where the menu is browsed. */
export function dishes(hits, { grouped, order, actions }) {
  if (!grouped) return h("ul", { class: "grid" }, hits.map((hit) => card(hit, actions)));
  const byCategory = new Map(order.map((category) => [category, []]));
  for (const hit of hits) {
    const category = hit.category ?? "More";
    byCategory.set(category, [...(byCategory.get(category) ?? []), hit]);
  }
  return [...byCategory].filter(([, items]) => items.length > 0).map(([category, items], i) =>
    h("section", { class: "group", "aria-labelledby": `group-${i}` },
      h("h2", { class: "group-title", id: `group-${i}` }, category, h("span", { class: "group-count" }, count(items.length, "dish", "dishes"))),
      h("ul", { class: "grid" }, items.map((hit) => card(hit, actions)))));
}

// Words for what the API names. Never decides anything: the device filters, the page only shows.
import { humanise } from "./dom.js";

/** The fourteen allergens of the wire, in its order, with the name that a guest reads. */
export const ALLERGENS = new Map([
  ["gluten", "Gluten"], ["crustaceans", "Crustaceans"], ["eggs", "Eggs"], ["fish", "Fish"], ["peanuts", "Peanuts"],
  ["soybeans", "Soy"], ["milk", "Milk"], ["nuts", "Tree nuts"], ["celery", "Celery"], ["mustard", "Mustard"],
  ["sesame", "Sesame"], ["sulphites", "Sulphites"], ["lupin", "Lupin"], ["molluscs", "Molluscs"],
]);

/** An item's statements by kind; what is not stated is listed, because silence is not safe. */
export function statements(allergens) {
  const contains = allergens?.contains ?? [];
  const may = (allergens?.may_contain ?? []).filter((name) => !contains.includes(name));
  const free = (allergens?.free_of ?? []).filter((name) => !contains.includes(name) && !may.includes(name));
  const stated = new Set([...contains, ...may, ...free]);
  return { contains, may, free, unknown: [...ALLERGENS.keys()].filter((name) => !stated.has(name)) };
}

const lower = (name) => (ALLERGENS.get(name) ?? humanise(name)).toLowerCase();

/** `milk, tree nuts`. */
export const listed = (names) => names.map(lower).join(", ");

const DIETS = ["vegan", "vegetarian", "pescatarian", "halal", "kosher", "gluten_free", "dairy_free", "lactose_free", "low_calorie", "high_protein", "spicy", "mild"];

/** Tags of a menu, diets that guests ask for first, then by how many dishes carry them. */
export function tagsOf(items) {
  const counts = new Map();
  for (const item of items) for (const tag of item.tags) counts.set(tag, (counts.get(tag) ?? 0) + 1);
  const rank = (tag) => (DIETS.includes(tag) ? DIETS.indexOf(tag) : DIETS.length);
  return [...counts.keys()].sort((a, b) => rank(a) - rank(b) || counts.get(b) - counts.get(a));
}

/** Categories in the menu's own order, those with nothing to be had now after the others. */
export function categoriesOf(items) {
  const all = [...new Set(items.map((item) => item.category).filter(Boolean))];
  const open = new Set(items.filter((item) => item.available).map((item) => item.category));
  return [...all.filter((category) => open.has(category)), ...all.filter((category) => !open.has(category))];
}

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

function daysOf(days) {
  if (!days?.length || days.length === 7) return "";
  const places = days.map((day) => DAYS.indexOf(day)).sort((a, b) => a - b);
  const run = places.every((place, i) => i === 0 || place === places[i - 1] + 1);
  const name = (place) => humanise(DAYS[place]);
  return run && places.length > 2 ? `${name(places[0])}–${name(places.at(-1))} ` : `${places.map(name).join(", ")} `;
}

/** `Served 07:00–11:30`, or what can be said without the hours. */
export function hours(dayparts) {
  if (!dayparts?.length) return "Not served now";
  return `Served ${dayparts.map((part) => `${daysOf(part.days)}${part.from}–${part.to}`).join(", ")}`;
}

/** The intents of the wire in its order: a short name and what the page says when it is one. */
export const INTENTS = new Map([
  ["order", { name: "Order", says: "You would like to order" }],
  ["question", { name: "Question", says: "You have a question" }],
  ["complaint", { name: "Complaint", says: "Something is not right" }],
  ["modification", { name: "Change", says: "You want to change an order" }],
  ["cancel", { name: "Cancel", says: "You want to cancel" }],
  ["unknown", { name: "None of these", says: "Not sure what you mean" }],
]);

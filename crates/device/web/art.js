// Draws a dish. Every item gets an illustration from its words and its id: the same item always
// looks the same, two neighbours rarely do. Never an image fetched from anywhere.
import { s } from "./dom.js";
import { DRAWINGS } from "./dishes.js";

/** First match wins: what the name says beats what the heading says. */
const BY_NAME = [
  [/\b(pizza|flammkuchen|lahmacun)\b/, "pizza"],
  [/\b(salad|salata|tabbouleh|fattoush|slaw|coleslaw)\b/, "salad"],
  [/\b(burger|hamburger|cheeseburger|slider)\b/, "burger"],
  [/\b(hot dog|sandwich|toastie|melt|croque|banh mi|club|bagel)\b/, "sandwich"],
  [/\b(taco|tacos|quesadilla)\b/, "taco"],
  [/\b(wrap|burrito|gyros pita|doner|shawarma|kebap wrap)\b/, "wrap"],
  [/\b(souvlaki|skewers?|yakitori|kebab|kebap|satay|kofte)\b/, "skewer"],
  [/\b(ramen|pho|tantanmen|noodles?|yakisoba|chow mein|mian|japchae|pad thai)\b/, "noodles"],
  [/\b(spaghetti|penne|tagliatelle|lasagne|gnocchi|pasta|cacio|spatzle|kasespatzle)\b/, "pasta"],
  [/\b(fries|chips|nuggets|sticks|rings|hash browns)\b/, "fries"],
  [/\b(ice cream|gelato|sorbet|frozen yogurt)\b/, "icecream"],
  [/\b(croissant|bougatsa|strudel|koulouri|baklava\w*|phyllo|filo|nata|churros)\b/, "pastry"],
  [/\b(sushi|maki|nigiri|poke)\b/, "sushi"],
  [/\b(mythos|lager|(?<!ginger )beer|ipa|guinness|hefeweizen|cider|ale|stout)\b/, "beer"],
  [/\b(wine|assyrtiko|agiorgitiko|rose|retsina|prosecco|sangria|spritz)\b/, "wine"],
];

const BY_CATEGORY = [
  [/breakfast|brunch|egg/, "breakfast"], [/meze|starter|appeti|tapas|dip/, "meze"], [/soup|broth/, "soup"],
  [/salad/, "salad"], [/bowl/, "bowl"], [/lunch|bento|special|combo|meal/, "tray"], [/burger/, "burger"],
  [/sandwich/, "sandwich"], [/wrap|taco|burrito|mexic/, "wrap"], [/pizza/, "pizza"], [/pasta|noodle/, "pasta"],
  [/oven|stew|bake|casserole/, "pot"], [/grill|bbq|meat|steak|skewer/, "skewer"], [/wok|stir|asian/, "noodles"],
  [/curr|indian|masala/, "curry"], [/sea|fish|sushi/, "fish"], [/side|fries|snack/, "fries"], [/kid|child/, "kids"],
  [/dessert|sweet|cake|bakery/, "cake"], [/hot drink|coffee|tea/, "cup"], [/beer/, "beer"], [/wine|spirit|cocktail|bar/, "wine"],
  [/drink|juice|soda|beverage|water|smoothie/, "glass"],
];

/** Headings whose drawings are what the heading says, whatever the dish is called. */
const FIXED = new Set(["soup", "kids", "cup", "glass", "tray", "bowl", "curry", "breakfast"]);

/** Headings that leave so much open that the description may decide. */
const LOOSE = new Set(["beer", "wine", "cake"]);

const TINTS = 8;

function plain(text) {
  return (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function first(table, text) {
  return table.find(([pattern]) => pattern.test(text))?.[1];
}

function kindOf(title, category, description) {
  const heading = first(BY_CATEGORY, plain(category));
  const named = first(BY_NAME, title) ?? (LOOSE.has(heading) ? first(BY_NAME, plain(description)) : undefined);
  if (heading && FIXED.has(heading) && !(named && (heading === "glass" || heading === "breakfast"))) return heading;
  return named ?? heading ?? "plate";
}

function hash(text) {
  let value = 2166136261;
  for (let i = 0; i < text.length; i += 1) {
    value = Math.imul(value ^ text.charCodeAt(i), 16777619);
  }
  return value >>> 0;
}

/** A small seeded generator (mulberry32): 0 ≤ x < 1. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** The class that tints what stands behind a drawing: one of eight, fixed for a heading. */
export function tint(category) {
  return `tint-${hash(plain(category)) % TINTS}`;
}

/** The drawing of a dish, or of a heading where `item` has no id. */
export function drawing({ id, name, category, description }) {
  const random = generator(hash(id ?? category ?? ""));
  const title = plain(name ?? category);
  const kind = kindOf(title, category, description);
  const words = plain([name, description, category].filter(Boolean).join(" "));
  return s(
    "svg",
    { class: "drawing", viewBox: "0 0 240 160", "aria-hidden": "true", focusable: "false" },
    (DRAWINGS[kind] ?? DRAWINGS.plate)({ random, words, title }),
  );
}

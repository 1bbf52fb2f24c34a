// Builds nodes. Invariant: text from the server only ever becomes text nodes, never markup.

const SVG_NS = "http://www.w3.org/2000/svg";

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) node.append(child);
  }
  return node;
}

/** An HTML element: `h("p", { class: "note", onclick: go }, "text", child)`. */
export function h(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

/** An SVG element. */
export function s(tag, props, ...children) {
  return fill(document.createElementNS(SVG_NS, tag), props, children);
}

/** Replaces what stands in `node`; `false` and `null` leave nothing. */
export function put(node, ...children) {
  node.replaceChildren();
  return fill(node, null, children);
}

/** The element with this id; a missing one is a fault of the page. */
export function byId(id) {
  const node = document.getElementById(id);
  if (!node) throw new Error(`the page has no #${id}`);
  return node;
}

const ICONS = {
  search: "M10.5 4a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13ZM15.5 15.5 20.5 20.5",
  mic: "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3ZM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  arrow: "M4.5 12h15M13.5 6l6 6-6 6",
  close: "M6 6l12 12M18 6 6 18",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  sliders: "M4 7h9M19 7h1M4 17h1M11 17h9M16 4.5v5M8 14.5v5",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17ZM12 7.5V12l3 2",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
  moon: "M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z",
  bag: "M5 8h14l-1 12H6L5 8ZM9 8V7a3 3 0 0 1 6 0v1",
  warn: "M12 4 2.8 20h18.4L12 4ZM12 10v4.5M12 17v.3",
};

/** A line icon, hidden from assistive technology: the control's own text names it. */
export function icon(name) {
  return s("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true", focusable: "false" }, s("path", { d: ICONS[name] }));
}

const ENTITIES = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

function decodeEntities(text) {
  return text.replace(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));/gi, (whole, hex, decimal, named) => {
    if (named) return ENTITIES[named.toLowerCase()];
    const code = Number.parseInt(hex ?? decimal, hex ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/**
 * Nodes for `text` with the words marked that the server's highlight marks. The highlight is
 * HTML-escaped text with `<mark>` in it; it is split on exactly that tag and everything else is
 * text. One that does not spell `text` (a shortened one) is left out rather than shown wrong.
 */
export function marked(text, highlight) {
  if (typeof highlight !== "string") return [text];
  const parts = highlight.split(/<\/?mark>/).map(decodeEntities);
  if (parts.join("") !== text) return [text];
  return parts.map((part, i) => (i % 2 ? h("mark", null, part) : part)).filter((part) => part !== "");
}

/** `gluten_free` → `Gluten free`. */
export function humanise(name) {
  const words = name.replaceAll("_", " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const money = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });

/** Cents as a printed menu writes them: two decimals. The device knows no currency, so none is shown. */
export function price(cents) {
  return money.format(cents / 100);
}

const number = new Intl.NumberFormat();

/** `1 dish`, `12 dishes`. */
export function count(n, one, many) {
  return `${number.format(n)} ${n === 1 ? one : many}`;
}

/** Microseconds as milliseconds, two significant decimals under ten. */
export function ms(us) {
  const value = us / 1000;
  return `${value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
}

// The drawings themselves: plain shapes in a 240 × 160 box, centred on (120, 80).
import { s } from "./dom.js";
import { SIDE_VIEWS } from "./dishes-side.js";

const circle = (cx, cy, r, fill, more) => s("circle", { cx, cy, r, fill, ...more });
const ellipse = (cx, cy, rx, ry, fill, more) => s("ellipse", { cx, cy, rx, ry, fill, ...more });
const rect = (x, y, width, height, rx, fill, more) => s("rect", { x, y, width, height, rx, fill, ...more });
const path = (d, fill, more) => s("path", { d, fill, ...more });
const line = (d, stroke, width, more) =>
  s("path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round", ...more });
const at = (x, y, turn, ...children) => s("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)}) rotate(${turn.toFixed(0)})` }, ...children);
export const kit = { circle, ellipse, rect, path, line, at };

export const pick = (random, list) => list[Math.floor(random() * list.length)];

/** Points in a disc that keep their distance from one another, as far as a few tries allow. */
function scatter(random, { n, cx = 120, cy = 80, radius, gap }) {
  const points = [];
  for (let tries = 0; points.length < n && tries < n * 24; tries += 1) {
    const angle = random() * Math.PI * 2;
    const reach = Math.sqrt(random()) * radius;
    const point = [cx + Math.cos(angle) * reach, cy + Math.sin(angle) * reach, random() * 360];
    if (points.every(([x, y]) => Math.hypot(x - point[0], y - point[1]) >= gap)) points.push(point);
  }
  return points;
}

function leaf(x, y, length, turn, fill = "#6f8f3f") {
  const l = length;
  return at(x, y, turn,
    path(`M0 0C${l * 0.2} ${-l * 0.42} ${l * 0.75} ${-l * 0.36} ${l} 0C${l * 0.75} ${l * 0.36} ${l * 0.2} ${l * 0.42} 0 0Z`, fill),
    line(`M${l * 0.12} 0H${l * 0.82}`, "#ffffff", l * 0.05, { opacity: 0.45 }));
}

function plate() {
  return [
    ellipse(120, 88, 68, 65, "#2a1c10", { opacity: 0.13 }),
    circle(120, 80, 65, "#fffdf7"),
    circle(120, 80, 50, "#f5eddd"),
    circle(120, 80, 58, "none", { stroke: "#2f6690", "stroke-width": 1.6, opacity: 0.55 }),
  ];
}

function dish(rim, inside) {
  return [
    ellipse(120, 90, 66, 62, "#2a1c10", { opacity: 0.14 }),
    circle(120, 80, 63, rim),
    circle(120, 80, 57, "#fffaf0", { opacity: 0.28 }),
    circle(120, 80, 54, inside),
  ];
}

function lemon(x, y, turn, r = 13) {
  return at(x, y, turn,
    path(`M${-r} 0A${r} ${r} 0 0 0 ${r} 0Z`, "#f2c230"),
    path(`M${-r * 0.8} 0A${r * 0.8} ${r * 0.8} 0 0 0 ${r * 0.8} 0Z`, "#fff1b0"),
    line(`M0 0V${r * 0.7}M0 0L${-r * 0.52} ${r * 0.5}M0 0L${r * 0.52} ${r * 0.5}`, "#f2c230", 1.4));
}

const tomato = (x, y, r = 8) => [circle(x, y, r, "#cf4429"), circle(x, y, r * 0.72, "#e46a45"),
  ...[0, 120, 240].map((a) => circle(x + Math.cos(a) * r * 0.34, y + Math.sin(a) * r * 0.34, r * 0.16, "#f7d9a0"))];
const cucumber = (x, y, r = 8) => [circle(x, y, r, "#5f8b3c"), circle(x, y, r * 0.8, "#dbe7b5"), circle(x, y, r * 0.3, "#c1d68f")];
const olive = (x, y, r = 5) => [circle(x, y, r, "#4a3347"), circle(x, y, r * 0.4, "#f5eddd")];
const cube = (x, y, turn, size = 11, fill = "#fffaf0") => at(x, y, turn, rect(-size / 2, -size / 2, size, size, 2, fill, { stroke: "#e3d6bd", "stroke-width": 1 }));

function herbs(random, n, radius, cx = 120, cy = 80) {
  return scatter(random, { n, cx, cy, radius, gap: 9 }).map(([x, y, a]) => leaf(x, y, 8, a, pick(random, ["#6f8f3f", "#86a651", "#557a34"])));
}

function broth(words) {
  if (/tomato|borsh|gazpacho|chil|spicy|tom yum|goong/.test(words)) return "#d0512c";
  if (/miso|ramen|pho|onion|beef|soy/.test(words)) return "#b07a3c";
  if (/lentil|fakes|mercimek/.test(words)) return "#c47b2f";
  return "#eec65f";
}

function soup({ random, words }) {
  const colour = broth(words);
  return [dish("#2f6690", colour), circle(120, 80, 44, "#ffffff", { opacity: 0.12 }),
    line(`M96 ${70 + random() * 8}c12-14 40-12 46 4s-18 26-34 18-10-22 6-20`, "#fff6df", 5, { opacity: 0.85 }),
    herbs(random, 7, 38), scatter(random, { n: 6, radius: 40, gap: 12 }).map(([x, y]) => circle(x, y, 2.2, "#7a2e16", { opacity: 0.55 }))];
}

function salad({ random }) {
  const greens = ["#7fa04a", "#5f8b3c", "#98b763", "#6f8f3f"];
  const ring = Array.from({ length: 15 }, (_, i) => i * 24 + random() * 14);
  return [plate(), ring.map((a) => leaf(120 + Math.cos(a / 57.3) * 12, 80 + Math.sin(a / 57.3) * 12, 34 + random() * 9, a, pick(random, greens))),
    scatter(random, { n: 5, radius: 33, gap: 20 }).map(([x, y]) => tomato(x, y, 9)),
    scatter(random, { n: 4, radius: 36, gap: 20 }).map(([x, y]) => cucumber(x, y, 8)),
    scatter(random, { n: 6, radius: 30, gap: 15 }).map(([x, y, a]) => cube(x, y, a)),
    scatter(random, { n: 4, radius: 38, gap: 18 }).map(([x, y]) => olive(x, y))];
}

function pizza({ random, words }) {
  const white = /flammkuchen|bianca|formaggi/.test(words);
  const meat = /pepperoni|diavola|salami|ham|sausage|meat|lahmacun/.test(words);
  return [ellipse(120, 88, 70, 66, "#2a1c10", { opacity: 0.13 }), circle(120, 80, 68, "#d99a4e"), circle(120, 80, 64, "#e9b869"),
    circle(120, 80, 57, white ? "#f7e6bd" : "#c94f2b"), circle(120, 80, 54, white ? "#fbf0d2" : "#d8643a"),
    scatter(random, { n: 13, radius: 46, gap: 17 }).map(([x, y]) => ellipse(x, y, 8 + random() * 6, 7 + random() * 4, "#fdeec2")),
    meat ? scatter(random, { n: 9, radius: 44, gap: 20 }).map(([x, y]) => [circle(x, y, 8, "#a8321f"), circle(x - 1, y - 1, 6, "#bf4a30")])
      : scatter(random, { n: 4, radius: 40, gap: 26 }).map(([x, y]) => tomato(x, y, 7)),
    scatter(random, { n: 6, radius: 40, gap: 18 }).map(([x, y, a]) => leaf(x, y, 15, a, "#557a34")),
    line("M120 13V147M62 46.5 178 113.5M62 113.5 178 46.5", "#8a4a1e", 1.5, { opacity: 0.32 })];
}

function strands(random, colours, radius, n) {
  return Array.from({ length: n }, (_, i) => {
    const r = radius - i * (radius / n) * 0.82;
    const turn = random() * 360;
    return at(120 + (random() - 0.5) * 5, 80 + (random() - 0.5) * 5, turn,
      line(`M${-r} 0A${r} ${r * 0.86} 0 1 1 ${(r * 0.5).toFixed(1)} ${(r * 0.74).toFixed(1)}`, pick(random, colours), 5));
  });
}

function pasta({ random, words }) {
  const pale = /carbonara|cacio|mac|cheese|gnocchi|pesto|pierogi|spatzle/.test(words);
  return [plate(), circle(120, 80, 42, "#e2b04f"), strands(random, ["#f1cf7d", "#e8bd5e", "#f7dc98"], 42, 10),
    path("M98 72c4-18 42-20 46 0s6 24-16 27-34-9-30-27Z", pale ? "#f9ebc3" : "#c2442a"),
    scatter(random, { n: 6, cy: 82, radius: 17, gap: 9 }).map(([x, y]) => circle(x, y, 3.4, pale ? "#c97f6a" : "#a5331d")),
    leaf(116, 80, 22, -40, "#557a34"), leaf(122, 82, 20, 25, "#6f8f3f"), leaf(118, 84, 16, 140, "#557a34")];
}

const chopsticks = () => at(0, 0, 0, line("M150 18 214 104M162 12 224 98", "#7a2e16", 4.5), line("M150 18l8 11M162 12l8 11", "#f2c230", 4.5));

function noodles({ random, words }) {
  const wet = /ramen|pho|tantan|soup|broth/.test(words);
  const rice = /rice|goreng|kra pao|kung pao|mapo|sweet|broccoli|tofu/.test(words) && !/noodle/.test(words);
  return [dish("#a63d24", wet ? "#b07a3c" : "#f0dfba"),
    rice ? scatter(random, { n: 70, radius: 44, gap: 7 }).map(([x, y, a]) => at(x, y, a, ellipse(0, 0, 4, 1.9, "#fffaf0")))
      : strands(random, ["#f1cf7d", "#e5b95c", "#f7dc98"], 44, 9),
    scatter(random, { n: 7, radius: 36, gap: 16 }).map(([x, y, a]) => at(x, y, a, rect(-9, -5, 18, 10, 4, pick(random, ["#9c5a2f", "#b8703a", "#83451f"])))),
    scatter(random, { n: 5, radius: 38, gap: 18 }).map(([x, y, a]) => leaf(x, y, 14, a, "#6f8f3f")),
    scatter(random, { n: 4, radius: 36, gap: 20 }).map(([x, y, a]) => at(x, y, a, line("M-7 0q7-7 14 0", "#cf4429", 3.6))),
    /egg|ramen|bibim|shoyu/.test(words) && [circle(140, 64, 12, "#fffdf7"), circle(140, 64, 6.5, "#f0a92e")], chopsticks()];
}

function curry({ random, words }) {
  const colour = /palak|green|keow|spinach/.test(words) ? "#8a9a3f" : /dal|chana|katsu|dosa/.test(words) ? "#d99a2e" : "#cf6428";
  return [dish("#8c4a2f", colour), path("M120 26A54 54 0 0 0 120 134C104 120 136 104 118 80S106 44 120 26Z", "#fffaf0"),
    scatter(random, { n: 46, cx: 92, radius: 26, gap: 6 }).map(([x, y, a]) => at(x, y, a, ellipse(0, 0, 3.8, 1.7, "#efe2c6"))),
    scatter(random, { n: 6, cx: 145, radius: 24, gap: 14 }).map(([x, y, a]) => at(x, y, a, rect(-7, -6, 14, 12, 5, "#a5562a"))),
    line("M132 60q16 6 20 22t-10 26", "#fff6df", 3.5, { opacity: 0.9 }), herbs(random, 6, 26, 142)];
}

function bowl({ random, words }) {
  const wedges = [["#fffaf0", 0], ["#7fa04a", 72], ["#e07b39", 144], [/salmon|tuna|poke/.test(words) ? "#ee8a62" : "#a5562a", 216], ["#f2c230", 288]];
  const edge = (a) => `${(120 + Math.cos(a / 57.296) * 53).toFixed(1)} ${(80 + Math.sin(a / 57.296) * 53).toFixed(1)}`;
  return [dish("#1f4e79", "#f5eddd"), wedges.map(([fill, a]) => path(`M120 80L${edge(a - 90)}A53 53 0 0 1 ${edge(a - 19)}Z`, fill)),
    wedges.map(([, a], i) => scatter(random, { n: 5, cx: 120 + Math.cos((a - 54) / 57.296) * 32, cy: 80 + Math.sin((a - 54) / 57.296) * 32, radius: 15, gap: 9 })
      .map(([x, y, t]) => (i === 1 ? leaf(x, y, 10, t, "#557a34") : at(x, y, t, rect(-4, -2, 8, 4, 2, ["#e9dcc0", "", "#c25a22", "#d97350", "#dba51f"][i]))))),
    circle(120, 80, 15, "#fffdf7"), circle(120, 80, 8, "#f0a92e")];
}

function skewer({ random, words }) {
  const steak = /steak|rib|picanha|schnitzel|lamb chop|paidakia|wurst|bifteki|kotopoulo scharas|frango/.test(words) && !/skewer|souvlaki/.test(words);
  const sticks = [54, 80, 106].map((y, i) => at(120, y - i * 2 + 2, -14, line("M-58 0H58", "#b98a55", 3),
    [-36, -18, 0, 18, 36].map((x, j) => ((i + j) % 3 === 1 ? rect(x - 6, -9, 12, 18, 5, pick(random, ["#7fa04a", "#cf4429", "#e9c46a"]))
      : [rect(x - 9, -10, 18, 20, 6, pick(random, ["#a5562a", "#8f4520", "#b5652f"])), line(`M${x - 4}-5 ${x + 4} 5`, "#5d2a10", 2, { opacity: 0.5 })]))));
  const cut = [path("M82 74c2-30 52-40 72-18s14 46-16 50-60 6-56-32Z", "#7f3d1d"), path("M87 73c3-25 46-33 62-15s11 38-14 41-51 5-48-26Z", "#a5562a"),
    line("M96 62 128 98M112 52 146 90M130 48 152 72", "#5d2a10", 4, { opacity: 0.55 })];
  return [plate(), steak ? [cut, herbs(random, 4, 16, 146, 108)] : sticks, lemon(160, 112, -24), leaf(76, 116, 18, -30), leaf(82, 120, 16, -80, "#86a651")];
}

function fish({ random, words }) {
  if (!/paella/.test(words) && /kalamar|squid|octopus|chtapodi|ring/.test(words)) {
    return [plate(), scatter(random, { n: 8, radius: 34, gap: 19 }).map(([x, y]) => [circle(x, y, 11, "#dc9f4c"), circle(x, y, 5, "#f5eddd"), circle(x, y, 8, "none", { stroke: "#f3cf8d", "stroke-width": 2 })]), lemon(158, 112, -30), herbs(random, 6, 34)];
  }
  if (/shrimp|prawn|garid|gamba|mussel|moules|paella/.test(words)) {
    return [plate(), circle(120, 80, 42, "#d8643a"), scatter(random, { n: 7, radius: 32, gap: 20 }).map(([x, y, a]) => at(x, y, a,
      line("M-9 4A9 9 0 1 1 8 6", "#f2a07e", 8), line("M-9 4A9 9 0 1 1 8 6", "#e77c56", 2, { "stroke-dasharray": "2 5" }))), herbs(random, 8, 36), lemon(160, 112, -28)];
  }
  const body = pick(random, ["#7e9bb0", "#8ba7a5", "#d98b6a"]);
  return [plate(), at(118, 82, -16 + random() * 8, path("M-58 0C-40-28 8-30 34-4L54-19C52-6 52 6 54 19L34 4C8 30-40 28-58 0Z", body),
    path("M-58 0C-40 16 4 22 34 3 8 30-40 28-58 0Z", "#ffffff", { opacity: 0.35 }), circle(-43, -4, 3.4, "#fffdf7"), circle(-43, -4, 1.7, "#1f2a37"),
    line("M-30-13q7 13 0 26M-14-8l6 6M-2-8l6 6M10-7l6 6", "#ffffff", 2, { opacity: 0.7 })), lemon(86, 122, -10), lemon(150, 118, 14, 11), leaf(150, 46, 20, 20), leaf(156, 46, 16, 60, "#86a651")];
}

function sushi({ random }) {
  const roll = (x, y) => [circle(x, y, 15, "#26352b"), circle(x, y, 12, "#fffdf7"), circle(x, y, 6, pick(random, ["#ee8a62", "#7fa04a", "#f2c230"]))];
  const nigiri = (x, y) => at(x, y, -12, rect(-20, -8, 40, 18, 9, "#fffdf7"), rect(-22, -12, 44, 15, 8, "#ee8a62"), line("M-12-10l6 10M0-11l6 10M12-10l5 8", "#fbd0ba", 2));
  return [ellipse(120, 92, 84, 54, "#2a1c10", { opacity: 0.13 }), rect(38, 36, 164, 92, 14, "#54402f"), rect(44, 42, 152, 80, 10, "#6b5340"),
    [70, 104].map((x) => [64, 100].map((y) => roll(x, y))), nigiri(152, 62), nigiri(156, 96), leaf(180, 116, 14, -60, "#86a651")];
}

function pot({ random, words }) {
  const veg = /gemista|imam|chili|aubergine|vegetable|stuffed/.test(words);
  return [ellipse(120, 90, 74, 60, "#2a1c10", { opacity: 0.14 }), rect(40, 68, 160, 24, 12, "#9b3f22"), circle(120, 80, 62, "#b84f2c"), circle(120, 80, 55, "#8f3a1e"), circle(120, 80, 52, "#b95a2c"),
    scatter(random, { n: 8, radius: 40, gap: 22 }).map(([x, y, a]) => at(x, y, a, rect(-12, -9, 24, 18, 7, veg ? pick(random, ["#cf4429", "#7fa04a", "#5b3b5c"]) : "#7c3c1c"))),
    scatter(random, { n: 6, radius: 42, gap: 20 }).map(([x, y]) => circle(x, y, 6, "#ef9a3c")), scatter(random, { n: 5, radius: 40, gap: 20 }).map(([x, y]) => circle(x, y, 5, "#fbf0d2")), herbs(random, 8, 44)];
}

function breakfast({ random, words }) {
  if (/yogurt|yiaourti|oats|acai|granola/.test(words)) {
    return [dish("#2f6690", /acai/.test(words) ? "#6d3f63" : "#fffdf7"), line("M88 66q32-20 62 2t-16 34-34-12", "#e9a93a", 4.5),
      scatter(random, { n: 6, cx: 104, cy: 94, radius: 20, gap: 12 }).map(([x, y]) => circle(x, y, 6, pick(random, ["#3f4f86", "#b53a4c", "#5c4a90"]))),
      scatter(random, { n: 8, cx: 140, cy: 70, radius: 20, gap: 9 }).map(([x, y, a]) => at(x, y, a, ellipse(0, 0, 6, 3.4, "#b37a3e"))), leaf(120, 92, 14, -60)];
  }
  if (/pancake|waffle/.test(words)) {
    return [plate(), [92, 84, 76].map((y) => [ellipse(120, y + 5, 42, 25, "#b9742f"), ellipse(120, y, 42, 25, "#e6ad5b")]), path("M92 70q28-16 56 2t-8 14-12 20-10-12-26-12-8-12 0-12Z", "#b0571d", { opacity: 0.8 }), cube(120, 70, 18, 15, "#ffe9a3")];
  }
  const sauce = /shakshuka|menemen|chilaquiles|strapats|salsa/.test(words);
  const egg = (x, y) => [path(`M${x - 21} ${y + 2}c-3-18 13-26 25-20s20 2 20 16-10 22-22 20-20 0-23-16Z`, "#fffdf7"), circle(x + 1, y - 1, 9.5, "#f0a92e"), circle(x - 2, y - 4, 2.6, "#ffe2a0")];
  return [sauce ? dish("#38342f", "#cf4f2b") : plate(), !sauce && at(146, 94, 24, rect(-20, -22, 40, 44, 10, "#c98d49"), rect(-16, -18, 32, 36, 7, "#eccb8e")), egg(102, 68), sauce && egg(138, 96), herbs(random, 8, 40), !sauce && tomato(98, 112, 10), !sauce && tomato(118, 118, 8)];
}

function meze({ random, words }) {
  const dips = ["#f7f1dd", "#e6b96b", "#c6583a", "#b9c47e", "#eda98e", "#a98a9a"];
  const start = Math.floor(random() * dips.length);
  const pot3 = ([x, y, r], i) => [ellipse(x, y + 4, r, r, "#2a1c10", { opacity: 0.16 }), circle(x, y, r, "#2f6690"), circle(x, y, r - 4, dips[(start + i * 2) % dips.length]),
    line(`M${x - r * 0.45} ${y}a${r * 0.45} ${r * 0.4} 0 1 1 ${r * 0.8} ${r * 0.24}`, "#fffdf7", 3, { opacity: 0.6 }), leaf(x - 2, y + 3, 12, random() * 360)];
  const bites = /falafel|keft|wings|gyoza|rolls|dolma|samosa|empanada|tempura|edamame|spanako|saganaki/.test(words);
  return [ellipse(120, 92, 88, 50, "#2a1c10", { opacity: 0.12 }), rect(32, 34, 176, 92, 44, "#b98450"), rect(38, 40, 164, 80, 38, "#cc9a63"), line("M60 60q40 8 112 0M56 96q60 10 124 2", "#b98450", 1.6, { opacity: 0.7 }),
    bites ? [pot3([68, 80, 25], 0), scatter(random, { n: 8, cx: 142, cy: 80, radius: 36, gap: 20 }).map(([x, y, a]) => at(x, y, a, ellipse(0, 2, 12, 10, "#6d3a17", { opacity: 0.4 }), ellipse(0, 0, 12, 10, pick(random, ["#b5702f", "#a5622a", "#c78643"])), ellipse(-3, -3, 4, 3, "#e2ad6b"))), herbs(random, 5, 34, 142)]
      : [[72, 74, 28], [128, 90, 25], [174, 70, 24]].map(pot3), !bites && [at(112, 54, -20, path("M-16 8 0-12 16 8Z", "#e9c88f")), at(148, 116, 160, path("M-13 7 0-10 13 7Z", "#e0b877"))]];
}

function tray({ random }) {
  return [ellipse(120, 94, 92, 54, "#2a1c10", { opacity: 0.13 }), rect(28, 28, 184, 104, 14, "#3b2a26"), rect(35, 35, 84, 90, 8, "#7d2a20"), rect(124, 35, 81, 42, 8, "#7d2a20"), rect(124, 82, 81, 43, 8, "#7d2a20"),
    rect(40, 40, 74, 80, 8, "#fffaf0"), scatter(random, { n: 44, cx: 77, radius: 33, gap: 7 }).map(([x, y, a]) => at(x, y, a, ellipse(0, 0, 4, 1.8, "#e9dcc0"))), circle(77, 80, 9, "#cf4429"),
    scatter(random, { n: 5, cx: 164, cy: 56, radius: 22, gap: 11 }).map(([x, y, a]) => leaf(x - 4, y, 18, a)), tomato(184, 56, 8), [140, 158, 176].map((x) => rect(x, 90, 14, 27, 6, "#b5652f")), lemon(196, 108, 60, 9)];
}

function kids({ random, words }) {
  const base = /pizza/.test(words) ? "#d8643a" : /pasta/.test(words) ? "#f1cf7d" : "#f5eddd";
  return [plate(), circle(120, 80, 44, base), [100, 140].map((x) => [circle(x, 68, 11, "#fffdf7"), circle(x, 68, 6, "#1f2a37"), circle(x - 2, 66, 2, "#fffdf7")]),
    line("M94 92q26 26 52 0", "#cf4429", 7), leaf(112, 36, 20, -120), leaf(126, 36, 20, -60, "#86a651"), scatter(random, { n: 3, cx: 120, cy: 80, radius: 8, gap: 6 }).map(([x, y]) => circle(x, y, 2.6, "#e9a93a"))];
}

function cup({ random, words, title }) {
  const tea = /\b(tea|tsai|sencha|chai|matcha)\b/.test(words) && !/coffee|espresso/.test(words);
  const coffee = tea ? (/matcha/.test(words) ? "#a9b968" : /green|sencha|mint|vounou/.test(words) ? "#c9b95a" : "#b5682c") : "#5b3320";
  return [ellipse(120, 90, 66, 60, "#2a1c10", { opacity: 0.13 }), circle(120, 80, 62, "#fffdf7"), circle(120, 80, 54, "none", { stroke: "#c4552d", "stroke-width": 2, opacity: 0.6 }), rect(158, 70, 34, 20, 10, "#efe4d0"), circle(120, 80, 43, "#efe4d0"), circle(120, 80, 38, coffee),
    /matcha/.test(words) || !tea ? [circle(120, 80, 34, coffee), /espresso|americano|ellinik|\u03ba\u03b1\u03c6\u03b5/.test(title) ? line("M98 72q22-18 44 0", "#a9713f", 4, { opacity: 0.8 })
      : [path("M120 106C88 86 96 58 112 62q8 3 8 10 0-7 8-10c16-4 24 24-8 44Z", "#f7e7cb"), line("M110 74q10 8 20 0M112 84q8 6 16 0", coffee, 2.4)]]
      : [leaf(112, 84, 24, -30), leaf(118, 88, 18, 20, "#86a651"), herbs(random, 3, 20)]];
}

function plain({ random }) {
  return [plate(), path("M84 84c0-26 30-36 52-28s28 34 6 46-58 8-58-18Z", "#c98d49"), path("M92 82c0-18 24-26 40-20s20 24 4 33-44 5-44-13Z", "#e2b06b"), herbs(random, 8, 34), tomato(152, 104, 9), leaf(78, 108, 20, -20)];
}

/** A drawing per kind of dish: `{ random, words }` → nodes. */
export const DRAWINGS = { soup, salad, pizza, pasta, noodles, curry, bowl, skewer, fish, sushi, pot, breakfast, meze, tray, kids, cup, plate: plain, ...SIDE_VIEWS };

// Drawings of what is best seen from the side: glasses, burgers, cakes.
import { s } from "./dom.js";

const rect = (x, y, width, height, rx, fill, more) => s("rect", { x, y, width, height, rx, fill, ...more });
const circle = (cx, cy, r, fill, more) => s("circle", { cx, cy, r, fill, ...more });
const path = (d, fill, more) => s("path", { d, fill, ...more });
const line = (d, stroke, width, more) =>
  s("path", { d, fill: "none", stroke, "stroke-width": width, "stroke-linecap": "round", "stroke-linejoin": "round", ...more });
const turn = (x, y, angle, ...children) => s("g", { transform: `translate(${x} ${y}) rotate(${angle})` }, ...children);
const shadow = (rx) => s("ellipse", { cx: 120, cy: 142, rx, ry: 8, fill: "#2a1c10", opacity: 0.15 });
const choose = (words, table, otherwise) => table.find(([pattern]) => pattern.test(words))?.[1] ?? otherwise;

const seeds = (random, n, y) => Array.from({ length: n }, (_, i) =>
  turn(84 + i * (72 / (n - 1)), y + Math.abs(i - (n - 1) / 2) * 3.2 + random() * 5, random() * 60 - 30, s("ellipse", { rx: 3.4, ry: 1.9, fill: "#fff3d6" })));

function burger({ random, words }) {
  const patty = choose(words, [[/chicken|fish|crispy/, "#cf8f3e"], [/beet/, "#7c2f45"], [/halloumi/, "#eccb8e"]], "#6b3418");
  const twice = /double/.test(words);
  const layer = (y) => [rect(66, y, 108, 18, 9, patty), path(`M64 ${y}H176L162 ${y + 12}H148L138 ${y + 4}H98L86 ${y + 13}H78Z`, "#f2b634")];
  return [shadow(66), path("M62 66C62 32 88 18 120 18S178 32 178 66Z", "#d08a3c"), path("M70 58C74 36 94 26 118 25 92 32 80 44 78 62Z", "#ffffff", { opacity: 0.22 }), seeds(random, 7, 34),
    path("M58 70q8-9 15 0t15 0 15 0 15 0 15 0 15 0 15 0 15 0 4 0v8H58Z", "#7fa04a"), rect(66, 76, 108, 9, 4, "#cf4429"),
    twice ? [layer(84), layer(102)] : [layer(86), rect(68, 104, 104, 8, 4, "#fbf0d2")],
    path(`M64 ${twice ? 121 : 113}H176V${twice ? 124 : 120}q0 20-24 20H88q-24 0-24-20Z`, "#dca056")];
}

function sandwich({ random, words }) {
  if (/hot dog|banh mi|sub/.test(words)) {
    return [shadow(84), rect(34, 74, 172, 56, 28, "#d08a3c"), rect(28, 66, 184, 34, 17, "#a8442a"), line("M44 82q12-12 24 0t24 0 24 0 24 0 24 0 24 0", "#f2c230", 5.5), path("M34 96h172q0 36-34 36H68q-34 0-34-36Z", "#e2ab61"), line("M58 114h40M124 118h50", "#c98d49", 3, { opacity: 0.7 })];
  }
  const half = (x, angle) => turn(x, 84, angle, path("M-42 44 0-46 42 44Z", "#c98d49"), path("M-34 38 0-32 34 38Z", "#f1d7a2"),
    path("M-28 26q7-7 14 0t14 0 14 0 14 0v7h-56Z", "#7fa04a"), rect(-24, 16, 48, 8, 3, "#cf4429"), rect(-18, 6, 36, 8, 3, "#f7d774"), rect(-12, -4, 24, 8, 3, "#e5a58c"));
  return [shadow(80), half(84, -4 - random() * 5), half(156, 6 + random() * 5), line("M84 20v26M156 20v26", "#7a5230", 3), circle(84, 18, 5, "#6f8f3f"), circle(156, 18, 5, "#6f8f3f")];
}

function taco({ random }) {
  const one = (x) => [path(`M${x - 40} 128a40 52 0 0 1 80 0Z`, "#d99a3e"), path(`M${x - 32} 90q6-16 14-4 4-18 15-5 8-15 15 3 12-9 15 9l6 12h-70Z`, "#7fa04a"),
    Array.from({ length: 5 }, (_, i) => circle(x - 24 + i * 12, 86 + random() * 8, 5.5, ["#cf4429", "#fbf0d2", "#7a3c1c"][Math.floor(random() * 3)])),
    path(`M${x - 36} 132a36 46 0 0 1 72 0Z`, "#eec06a"), circle(x - 10, 112, 3, "#c98d33"), circle(x + 12, 118, 2.6, "#c98d33"), circle(x + 2, 102, 2.2, "#c98d33")];
  return [shadow(92), one(72), one(168), one(120)];
}

function wrap({ random }) {
  return [shadow(50), turn(120, 84, 8, path("M-36-40C-30-62 30-62 36-40L22 54Q0 62-22 54Z", "#ecd0a0"), path("M-34-42q8-24 16-6 5-22 17-8 10-16 16 4 12-8 17 10Z", "#7fa04a"),
    [-22, -6, 10, 22].map((x, i) => circle(x, -46 + random() * 8, 7.5, ["#cf4429", "#8f4520", "#fbf0d2", "#a5562a"][i])), line("M-8-30q4 30-2 76", "#d4ad72", 2.4),
    path("M-30 0Q0 14 31-4L22 54Q0 62-22 54Z", "#fffdf7"), line("M-24 16h44M-22 28h42M-20 40h38", "#2f6690", 3, { opacity: 0.75 })), turn(166, 112, -24, path("M-12 0a12 12 0 0 0 24 0Z", "#f2c230"), path("M-9 0a9 9 0 0 0 18 0Z", "#fff1b0"))];
}

function fries({ random, words }) {
  if (/nugget|stick|ring|garlic|hash|bread|pita|naan|rice|salad|slaw|kimchi|potatoes|vegetables|elote|platanos|kartoffel/.test(words) && !/fries/.test(words)) {
    const colour = choose(words, [[/rice|coleslaw/, "#fffaf0"], [/salad|slaw|vegetable/, "#8fae55"], [/kimchi/, "#cf5a35"], [/mash|kartoffel/, "#f3d98f"]], "#d08a3c");
    return [shadow(70), Array.from({ length: 12 }, (_, i) => turn(74 + (i % 6) * 18.5, 74 - Math.floor(i / 6) * 17 + random() * 6, random() * 80 - 40, rect(-14, -11, 28, 22, 10, colour), rect(-10, -8, 12, 7, 3.5, "#ffffff", { opacity: 0.3 }))),
      path("M48 80H192q-4 60-52 60h-40q-48 0-52-60Z", "#2f6690"), path("M51 94h138", "none", { stroke: "#fffdf7", "stroke-width": 3, opacity: 0.7 })];
  }
  const colours = /sweet/.test(words) ? ["#e07b39", "#d36a2c", "#ec9152"] : ["#f2c04a", "#eab03a", "#f7d176"];
  return [shadow(46), Array.from({ length: 13 }, (_, i) => turn(86 + i * 5.6, 74, (i - 6) * 3 + random() * 8 - 4, rect(-4.5, -48 - random() * 14, 9, 74, 2.5, colours[i % 3]))),
    path("M76 62q44 26 88 0l-10 78H86Z", "#b83f22"), path("M76 62q44 26 88 0l-2 14q-42 24-84 0Z", "#d8643a"), line("M98 104h44M104 116h32", "#fbe3c0", 3.4, { opacity: 0.85 })];
}

function liquid(title, words) {
  const table = [
    [/coca|coke|cola/, "#4a2417"], [/guinness|stout/, "#2e1a12"], [/still water|sparkling|water|sprite/, "#cfe6ee"], [/fanta|orange|aperol|peach/, "#f09a2e"],
    [/lemon|lemonada|ginger/, "#f3dc72"], [/apple|cider/, "#e3bb4c"], [/berry|sangria|acai/, "#b23a57"], [/green|matcha/, "#8fae55"], [/mango/, "#f5b53d"],
    [/milkshake|ayran|lassi|coconut/, "#fbf1dc"], [/bubble|latte|cappuccino/, "#cfa37a"], [/espresso|frappe|coffee|freddo|iced tea/, "#8a5434"],
  ];
  return choose(title, table) ?? choose(words, table, "#e9b44c");
}

function glass({ random, words, title }) {
  const fill = liquid(title, words);
  const foam = /cappuccino|frappe|latte|milkshake|freddo/.test(words);
  return [shadow(42), line("M132 14 122 128", "#c4552d", 6), path("M78 32H162L150 140H90Z", "#ffffff", { opacity: 0.55 }), path("M82 52H158L148.5 136H91.5Z", fill), foam && path("M81 44q10-9 19 0t20 0 20 0 19 0l-2 20H83Z", "#fff3dc"),
    [[100, 70], [128, 84], [108, 104]].map(([x, y]) => turn(x, y + random() * 6, random() * 50 - 25, rect(-10, -10, 20, 20, 4, "#ffffff", { opacity: 0.45 }))),
    /bubble tea|tapioca|boba/.test(words) && Array.from({ length: 9 }, (_, i) => circle(100 + (i % 5) * 10, 130 - Math.floor(i / 5) * 9, 5, "#3a2118")),
    /lemon|cola|coke|sprite|\btea\b|water|orange|fanta|ginger|\u03bb\u03b5\u03bc\u03bf\u03bd/.test(title) && [circle(160, 36, 17, "#f2c230"), circle(160, 36, 13, "#fff1b0"), line("M160 24v24M149 30l22 12M149 42l22-12", "#f2c230", 1.8)],
    line("M90 44 97 122", "#ffffff", 4, { opacity: 0.6 })];
}

function beer({ words }) {
  const fill = choose(words, [[/guinness|stout/, "#2e1a12"], [/cider/, "#e3bb4c"], [/hefe|hazy|ipa/, "#e39a2d"]], "#edb23c");
  return [shadow(46), path("M150 62h20q18 0 18 22v14q0 22-18 22h-22", "none", { stroke: "#ffffff", "stroke-width": 10, opacity: 0.7 }), rect(74, 40, 80, 100, 12, "#ffffff", { opacity: 0.55 }), rect(80, 56, 68, 78, 8, fill),
    [94, 114, 134].map((x) => line(`M${x} 72v46`, "#ffffff", 5, { opacity: 0.28 })), path("M70 58c-8-18 10-30 22-24 4-14 28-14 32-2 14-8 34 2 30 18 8 6 2 20-8 16-6 8-20 6-24 0-8 8-22 6-26-2-10 6-24 4-26-6Z", "#fffaf0")];
}

function wine({ words }) {
  if (/ouzo|spritz/.test(words)) return glass({ random: () => 0.5, words: "", title: /spritz/.test(words) ? "aperol orange" : "ayran" });
  const fill = choose(words, [[/agiorgitiko|red|nemea|sangria/, "#7c1f33"], [/\brose\b/, "#f0a08f"], [/prosecco|champ/, "#f3dc8a"]], "#ecd77c");
  return [shadow(34), path("M84 14H156C164 58 150 88 120 88S76 58 84 14Z", "#ffffff", { opacity: 0.6 }), path("M85 42H155C156 68 144 82 120 82S84 68 85 42Z", fill), line("M120 88V134", "#ffffff", 6, { opacity: 0.8 }), rect(88, 134, 64, 7, 3.5, "#ffffff", { opacity: 0.85 }), line("M94 26q-4 28 6 42", "#ffffff", 4, { opacity: 0.6 }),
    /sangria/.test(words) && circle(136, 54, 9, "#f0932e")];
}

function cake({ random, words }) {
  if (/brulee|mousse|pudding|sticky|jamun|loukoum|mochi/.test(words)) {
    const ball = choose(words, [[/mochi/, "#f3c9c4"], [/sticky|mango/, "#f5b53d"], [/jamun/, "#9a4f22"]], "#cf8f3e");
    return [shadow(70), [[88, 84], [120, 84], [152, 84], [104, 58], [136, 58]].map(([x, y]) => [circle(x, y + random() * 4, 18, ball), s("ellipse", { cx: x - 5, cy: y - 5, rx: 6, ry: 4, fill: "#ffffff", opacity: 0.4 })]), path("M46 90H194q-4 50-48 50H94q-44 0-48-50Z", "#fffdf7"), line("M52 104H188", "#2f6690", 2.4, { opacity: 0.7 }), line("M92 44q30-18 58 6", "#e9a93a", 4)];
  }
  const colours = choose(words, [[/choc|brownie/, ["#4f2a1a", "#6d3d26", "#3a1e12"]], [/tiramisu/, ["#ecd0a0", "#8a5434", "#fbf1dc"]], [/orange|portokal|halva/, ["#e39a3a", "#efb75f", "#c9761f"]]], ["#f3dc9b", "#fff3d6", "#d08a3c"]);
  return [shadow(78), path("M52 132V76L176 52 190 76V132Z", colours[1]), path("M52 76 176 52 190 76Z", colours[0]), rect(52, 94, 138, 9, 0, colours[0]), rect(52, 121, 138, 11, 3, colours[2]), path("M52 76H190v10q-8 12-16 0-8 14-17 0-9 16-18 0-8 10-16 0-9 14-18 0-8 12-17 0-9 14-18 0-8 10-18 0Z", "#fffaf0", { opacity: 0.92 }),
    circle(132, 50, 12, "#b53a4c"), circle(128, 46, 3.6, "#ffffff", { opacity: 0.5 }), line("M134 39q4-12 12-13", "#557a34", 3), rect(34, 132, 172, 8, 4, "#fffdf7")];
}

function icecream({ words, random }) {
  const scoops = /lemon|sorbet/.test(words) ? ["#f8ea9f", "#fbf3c6"] : /yogurt/.test(words) ? ["#fffdf7", "#fbf1dc"] : ["#f3c9c4", "#6d3d26"];
  return [shadow(30), path("M88 76H152L120 146Z", "#d99a4e"), line("M98 82 128 128M114 78 136 112M142 82 112 128M126 78 104 112", "#b9742f", 2), circle(104, 62, 25, scoops[0]), circle(136, 62, 25, scoops[1]), circle(120, 40, 25, "#fff3d6"), path("M84 70q8 12 16 2 8 14 18 2 10 12 18 0 10 10 20-4v10H84Z", scoops[0], { opacity: 0.9 }),
    circle(120, 14, 7, "#b53a4c"), Array.from({ length: 7 }, (_, i) => turn(104 + i * 6, 28 + random() * 22, random() * 180, rect(-3.5, -1.2, 7, 2.4, 1.2, ["#c4552d", "#2f6690", "#6f8f3f"][i % 3])))];
}

function pastry({ words, random }) {
  if (/baklava|bougatsa|galakto|strudel|pita/.test(words)) {
    return [shadow(80), [[84, 104], [156, 104], [120, 64]].map(([x, y]) => [path(`M${x - 40} ${y}l40-22 40 22-40 22Z`, "#e0a54e"), path(`M${x - 40} ${y}l40 22v16l-40-22Z`, "#b9742f"), path(`M${x + 40} ${y}l-40 22v16l40-22Z`, "#cb8a3d"), line(`M${x - 30} ${y}l30 16 30-16`, "#f3cf8d", 2), circle(x, y - 2, 5 + random() * 2, "#86a651")])];
  }
  if (/koulouri|churros|bagel|nata/.test(words)) {
    return [shadow(60), circle(120, 80, 42, "none", { stroke: "#b9742f", "stroke-width": 29 }), circle(120, 77, 42, "none", { stroke: "#d99a4e", "stroke-width": 24 }), Array.from({ length: 26 }, () => { const a = random() * 6.28; const r = 35 + random() * 15; return turn(120 + Math.cos(a) * r, 77 + Math.sin(a) * r, random() * 180, s("ellipse", { rx: 3.6, ry: 2, fill: "#fff3d6" })); })];
  }
  return [shadow(78), path("M36 118C40 58 84 34 120 34S200 58 204 118C190 126 176 120 170 108 156 92 84 92 70 108 64 120 50 126 36 118Z", "#d08a3c"), path("M86 46C72 60 70 82 76 100M108 36C102 54 102 74 104 94M132 36C138 54 138 74 136 94M154 46C168 60 170 82 164 100", "none", { stroke: "#a8652a", "stroke-width": 4, "stroke-linecap": "round" }), path("M56 92C64 66 84 50 104 46 84 58 74 74 70 96Z", "#ffffff", { opacity: 0.22 })];
}

/** Kinds drawn from the side. */
export const SIDE_VIEWS = { burger, sandwich, taco, wrap, fries, glass, beer, wine, cake, icecream, pastry };

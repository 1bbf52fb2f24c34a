// Chromium, and pages that are watched: anything written to the console as an error, any
// exception and any request that leaves 127.0.0.1 fails the test that caused it.
import assert from "node:assert/strict";
import { chromium } from "playwright-core";

const FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export const SIZES = {
  kiosk: { width: 1080, height: 1920 },
  desk: { width: 1280, height: 800 },
  phone: { width: 390, height: 844 },
};

/** Sizes of the screens that staff have, the smallest and the widest among them. */
export const STAFF_SIZES = { small: { width: 360, height: 640 }, desk: SIZES.desk, wide: { width: 1920, height: 1080 } };

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** Opens the address in a fresh profile; `done()` closes it and says what went wrong meanwhile. */
export async function open(browser, url, { size = "desk", colorScheme = "light", scale = 1, touch = false } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size] ?? STAFF_SIZES[size], hasTouch: touch, colorScheme, deviceScaleFactor: scale, reducedMotion: "reduce", locale: "en-US" });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const faults = [];
  const left = [];
  page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("request", (request) => new URL(request.url()).hostname !== "127.0.0.1" && left.push(request.url()));
  await page.goto(url);
  const done = async () => {
    await context.close();
    assert.deepEqual(left, [], "no request leaves this machine");
    assert.deepEqual(faults, [], "nothing is written to the console as an error");
  };
  return { page, context, faults, done };
}

/** Waits until the kiosk shows dishes and no request is under way. */
export async function settled(page) {
  await page.waitForSelector('#dishes[aria-busy="false"] .card, #dishes[aria-busy="false"] .nothing');
}

/** Types into the bar and waits for the answer to exactly that. */
export async function look(page, text) {
  await page.locator("#query").fill(text);
  await page.locator("#results-title").filter({ hasText: `“${text}”` }).waitFor();
}

export const ids = (page) => page.locator("#dishes .card").evaluateAll((cards) => cards.map((card) => card.dataset.id));

/** How far the page is wider than its window, in pixels. */
export const overflow = (page) => page.evaluate(() => Math.max(0, document.documentElement.scrollWidth - innerWidth));

/** Contrast of every visible text against the nearest painted ground behind it. */
export const poorContrast = (page) => page.evaluate(() => {
  const channel = (value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  const rgba = (text) => text.match(/[\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => 0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const behind = (node) => {
    for (let at = node; at; at = at.parentElement) {
      const colour = rgba(getComputedStyle(at).backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  for (let text = walker.nextNode(); text; text = walker.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility() || node.closest(".hidden, .skip, script, noscript, :disabled, option")) continue;
    const style = getComputedStyle(node);
    const [a, b] = [luminance(rgba(style.color)), luminance(behind(node))].sort((x, y) => y - x);
    const large = Number.parseFloat(style.fontSize) >= 24 || (Number.parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (large ? 3 : 4.5)) found.add(`${ratio.toFixed(2)} ${node.className || node.tagName}: ${text.data.trim().slice(0, 30)}`);
  }
  return [...found];
});

/** Visible controls smaller than `least` pixels either way; links within text are as large as the text. */
export const smallTargets = (page, least) => page.evaluate((px) => [...(document.querySelector("dialog[open]") ?? document).querySelectorAll("button, a[href], summary, input, select, textarea, label:has(input)")]
  .filter((node) => node.checkVisibility() && !node.matches(".card-open, .skip, .skip *") && !node.closest("label:has(input)") || node.matches("label:has(input)"))
  .map((node) => [`${node.textContent.trim().slice(0, 30) || node.id}`, node.getBoundingClientRect()])
  .filter(([, box]) => box.width > 0 && (box.height < px || box.width < px))
  .map(([name, box]) => `${name}: ${box.width.toFixed(0)} × ${box.height.toFixed(0)}`), least);

/** Controls and landmarks that a screen reader has no name for, doubled ids, and images without words. */
export const nameless = (page) => page.evaluate(() => {
  const named = (node) => node.getAttribute("aria-label") || node.labels?.length > 0 || node.textContent.trim() || (node.getAttribute("aria-labelledby") ?? "").split(" ").some((id) => document.getElementById(id)?.textContent.trim());
  const wanting = [...document.querySelectorAll("button, a[href], input, select, textarea, dialog[open], section, nav, [role=region], [role=group], fieldset")]
    .filter((node) => node.checkVisibility() && !(node.matches("fieldset") ? node.querySelector("legend")?.textContent.trim() : node.matches("section, nav, dialog, [role]") ? node.getAttribute("aria-label") || node.getAttribute("aria-labelledby") || node.matches(".fact, section:not([aria-labelledby])") : named(node)));
  const ids = [...document.querySelectorAll("[id]")].map((node) => node.id);
  const broken = [...document.querySelectorAll("[aria-labelledby], [aria-describedby], [aria-controls]")].filter((node) => node.checkVisibility())
    .flatMap((node) => ["aria-labelledby", "aria-describedby", "aria-controls"].flatMap((name) => (node.getAttribute(name) ?? "").split(" ").filter(Boolean))).filter((id) => !document.getElementById(id));
  return [...wanting.map((node) => `no name: ${node.outerHTML.slice(0, 80)}`), ...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `twice: ${id}`), ...broken.map((id) => `no such id: ${id}`),
    ...[...document.querySelectorAll("img:not([alt])")].map(() => "an image without words")];
});

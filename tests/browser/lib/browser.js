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

export function launch() {
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

/** Opens the address in a fresh profile; `done()` closes it and says what went wrong meanwhile. */
export async function open(browser, url, { size = "desk", colorScheme = "light", scale = 1 } = {}) {
  const context = await browser.newContext({ viewport: SIZES[size], colorScheme, deviceScaleFactor: scale, reducedMotion: "reduce", locale: "en-US" });
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

// Writes the pictures in docs/images from the demo menu, for the README: kiosk.png, phone.png, and,
// where the device is our own to sell on, till.png and kitchen.png. Some may be named: `npm run
// screenshot till.png`.
// Dish names need fonts for their scripts: on Debian, fonts-noto-core and fonts-noto-cjk.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, look, open, settled } from "./lib/browser.js";
import { api, GIVEN_URL, sharedDevice } from "./lib/device.js";

const OUT = resolve(fileURLToPath(import.meta.url), "../../../docs/images");

const named = process.argv.slice(2);

async function shoot(browser, url, { name, options, prepare, ready = settled }) {
  if (named.length > 0 && !named.includes(name)) return;
  const view = await open(browser, url, options);
  await ready(view.page);
  await prepare(view.page);
  await view.page.waitForTimeout(300);
  await view.page.screenshot({ path: join(OUT, name) });
  await view.done();
  console.log(`wrote ${join("docs/images", name)}`);
}

/** Orders as a busy evening has them. */
async function sell(url) {
  const { hits } = await api(url, "/v1/menu/search", { method: "POST", body: { query: "", limit: 1000 } });
  const dishes = hits.filter((hit) => ["Burgers & Sandwiches", "Sides", "Salads"].includes(hit.category) && hit.available && !hit.modifier_groups?.some((group) => group.min > 0));
  const line = (i, more) => ({ item: dishes[i % dishes.length].id, ...more });
  const orders = [
    { service: "table", label: "Terrace 7", lines: [line(0, { quantity: 2 }), line(4, { note: "dressing on the side" }), line(9)] },
    { service: "counter", label: "Maya", lines: [line(2), line(11, { quantity: 3 })] },
    { service: "drive_through", label: "Red car", lines: [line(6, { quantity: 2 })] },
    { service: "delivery", label: "Rue 12", lines: [line(1), line(7), line(12, { note: "no onion" })] },
  ];
  const tickets = [];
  for (const [i, order] of orders.entries()) tickets.push(await write(url, "/v1/orders", { ...order, fire: true }, i));
  await write(url, `/v1/kitchen/tickets/${tickets[0].id}.1/state`, { state: "cooking" }, "cooking");
  await write(url, `/v1/kitchen/tickets/${tickets[2].id}.1/state`, { state: "ready" }, "ready");
}

async function write(url, path, body, key) {
  const response = await fetch(`${url}${path}`, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": `screenshot-${Date.now()}-${key}` }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
  return response.json();
}

async function shootStaff(browser, url) {
  await sell(url);
  await shoot(browser, `${url}/till`, {
    name: "till.png",
    options: { size: "desk" },
    ready: (page) => page.locator('#dishes[aria-busy="false"] .tile').first().waitFor(),
    prepare: async (page) => {
      await page.getByRole("button", { name: "Burgers & Sandwiches" }).click();
      const tiles = page.locator(".tile-add:enabled");
      for (const i of [0, 0, 3]) {
        await tiles.nth(i).click();
        if (await page.locator("#dish-sheet[open]").count()) {
          await page.locator("#dish-sheet input[type=radio]").first().check();
          await page.locator("#dish-sheet button[type=submit]").click();
        }
        await page.waitForTimeout(300);
      }
      await page.evaluate(() => document.activeElement.blur());
    },
  });
  await shoot(browser, `${url}/kitchen`, {
    name: "kitchen.png",
    options: { size: "desk", colorScheme: "dark" },
    ready: (page) => page.locator("body[data-live=yes] .ticket").first().waitFor(),
    prepare: async () => {},
  });
}

const device = await sharedDevice();
const browser = await launch();
try {
  mkdirSync(OUT, { recursive: true });
  await shoot(browser, device.url, {
    name: "kiosk.png",
    options: { size: "kiosk", scale: 2 / 3 },
    prepare: async (page) => {
      await page.locator("#dishes .add:enabled:not([aria-haspopup])").first().click();
      await page.locator("#query").fill("two chicken souvlaki with no onion please");
      await page.keyboard.press("Enter");
      await page.locator("#intent").waitFor();
      await page.evaluate(() => document.activeElement.blur());
    },
  });
  await shoot(browser, device.url, {
    name: "phone.png",
    options: { size: "phone", colorScheme: "dark", scale: 1.5 },
    prepare: async (page) => {
      await look(page, "suvlaki");
      await page.keyboard.press("Escape");
      await page.evaluate(() => document.activeElement.blur());
    },
  });
  if (!GIVEN_URL) await shootStaff(browser, device.url);
} finally {
  await browser.close();
  await device.remove();
}

// Writes docs/images/kiosk.png and docs/images/phone.png from the demo menu, for the README.
// Dish names need fonts for their scripts: on Debian, fonts-noto-core and fonts-noto-cjk.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, look, open, settled } from "./lib/browser.js";
import { sharedDevice } from "./lib/device.js";

const OUT = resolve(fileURLToPath(import.meta.url), "../../../docs/images");

async function shoot(browser, url, { name, options, prepare }) {
  const view = await open(browser, url, options);
  await settled(view.page);
  await prepare(view.page);
  await view.page.waitForTimeout(300);
  await view.page.screenshot({ path: join(OUT, name) });
  await view.done();
  console.log(`wrote ${join("docs/images", name)}`);
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
} finally {
  await browser.close();
  await device.remove();
}

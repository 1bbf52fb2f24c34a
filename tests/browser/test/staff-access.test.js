// That everybody can use the pages for staff: names, contrast, sizes of targets, widths from 360 px.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, nameless, open, overflow, poorContrast, smallTargets, STAFF_SIZES } from "../lib/browser.js";
import { Device, GIVEN_URL } from "../lib/device.js";

const mine = { skip: GIVEN_URL ? "OLYMPUS_URL names a device that is not ours to sell on" : false };
const READY = { "/till": '#dishes[aria-busy="false"] .tile', "/kitchen": ".ticket", "/operations": "#sales table" };

let device;
let browser;

before(async () => {
  if (GIVEN_URL) return;
  [device, browser] = await Promise.all([new Device().start(), launch()]);
  const search = await fetch(`${device.url}/v1/menu/search`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ query: "", limit: 1000 }) });
  const dishes = (await search.json()).hits.filter((hit) => hit.available && !hit.modifier_groups?.some((group) => group.min > 0));
  const lines = dishes.slice(0, 3).map((hit, i) => ({ item: hit.id, quantity: i + 1, note: i === 0 ? "a note that takes some room on a small screen" : undefined }));
  const made = await fetch(`${device.url}/v1/orders`, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": "access-1" }, body: JSON.stringify({ label: "Terrace 7", lines, fire: true }) });
  const order = await made.json();
  await fetch(`${device.url}/v1/orders/${order.id}/payments`, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": "access-2" }, body: JSON.stringify({ tender: "cash" }) });
});
after(async () => {
  await browser?.close();
  await device?.remove();
});

async function page(path, options, check) {
  const view = await open(browser, `${device.url}${path}`, options);
  await view.page.locator(READY[path]).first().waitFor();
  await check(view.page);
  await view.done();
}

async function sound(view, what) {
  assert.equal(await overflow(view), 0, `${what} is too wide`);
  assert.deepEqual(await smallTargets(view, 43.5), [], what);
  assert.deepEqual(await nameless(view), [], what);
}

describe("pages for staff", mine, () => {
  for (const path of Object.keys(READY)) {
    it(`${path} has contrast in the dark and the light, names, targets of 44 px, and fits 360 to 1920 px`, () => page(path, { colorScheme: "dark" }, async (view) => {
      assert.deepEqual(await poorContrast(view), [], "dark");
      await view.getByRole("button", { name: "Dark colours" }).click();
      await view.waitForTimeout(600); // colours fade, from the outer nodes to the inner ones
      assert.deepEqual(await poorContrast(view), [], "light");
      for (const [size, viewport] of Object.entries(STAFF_SIZES)) {
        await view.setViewportSize(viewport);
        await sound(view, `${path}, ${size}`);
      }
    }));
  }

  for (const size of ["small", "desk"]) {
    it(`the till's sheets fit, also in an order: ${size}`, () => page("/till", { size }, async (view) => {
      const narrow = size === "small";
      await view.locator(".tile-add:enabled").first().click();
      if (await view.locator("#dish-sheet[open]").count()) {
        await sound(view, "a dish");
        await view.locator("#dish-sheet input[type=radio]").first().check();
        await view.locator("#dish-sheet button[type=submit]").click();
      }
      if (narrow) {
        await view.locator("#switch").filter({ hasText: "Order" }).click();
        assert.equal(await view.evaluate(() => document.activeElement.id), "order");
      }
      await view.getByRole("button", { name: /^Pay/ }).waitFor();
      await sound(view, "an order");
      for (const [button, sheet] of [[/^Pay/, "#pay-sheet"], ["Orders", "#orders-sheet"], ["Stock", "#stock-sheet"], ["Call off", "#reason-sheet"]]) {
        await view.getByRole("button", { name: button, exact: true }).first().click();
        await view.locator(`${sheet}[open]`).waitFor();
        await sound(view, sheet);
        assert.deepEqual(await poorContrast(view), [], sheet);
        await view.keyboard.press("Escape");
        await view.locator(`${sheet}[open]`).waitFor({ state: "detached" });
      }
    }));
  }

  it("the focus stays in a sheet and comes back to what opened it", () => page("/till", {}, async (view) => {
    await view.getByRole("button", { name: "Stock" }).focus();
    await view.keyboard.press("Enter");
    await view.locator("#stock-sheet[open]").waitFor();
    for (let i = 0; i < 8; i += 1) {
      await view.keyboard.press("Tab");
      assert.ok(await view.evaluate(() => document.activeElement === document.body || document.querySelector("#stock-sheet").contains(document.activeElement)));
    }
    await view.keyboard.press("Escape");
    assert.equal(await view.evaluate(() => document.activeElement.textContent), "Stock");
  }));
});

// What happens to the page when its device changes: stopped and started, a dish sold out, a key
// asked for, a menu full of hostile text. Each test has a device of its own.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, look, open, settled } from "../lib/browser.js";
import { api, Device, GIVEN_URL } from "../lib/device.js";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser?.close());

async function withDevice(options, check) {
  const device = new Device(options);
  try {
    await check(device);
  } finally {
    await device.remove();
  }
}

describe("a device of one's own", { skip: GIVEN_URL ? "OLYMPUS_URL names a device that is not ours to stop" : false }, () => {
  it("is said to be unreachable when it stops, and the page goes on when it is back", () => withDevice({}, async (device) => {
    await device.start();
    const { page, context } = await open(browser, device.url);
    await settled(page);
    const status = page.locator("#status");
    await page.waitForFunction(() => document.querySelector("#status").dataset.state === "ready");
    assert.match(await status.innerText(), /Ready/);
    await device.stop();
    await page.locator("#status[data-state=down]").waitFor();
    assert.match(await status.innerText(), /Device not reachable/);
    await page.locator("#query").fill("moussaka");
    await page.locator("#fault").waitFor();
    assert.match(await page.locator("#fault").innerText(), /cannot be reached[\s\S]*switched on/);
    await device.start();
    await page.locator("#status[data-state=ready]").waitFor();
    await page.locator("#results-title").filter({ hasText: "“moussaka”" }).waitFor();
    assert.ok(await page.locator("#fault").isHidden());
    await context.close(); // the browser itself reports refused connections: not the page's fault
  }));

  it("says so when the internet is down, and still answers", () => withDevice({}, async (device) => {
    await device.start();
    const { page, context, done } = await open(browser, device.url);
    await settled(page);
    await page.route("**/readyz", async (route) => { // this device has no cloud: one that has says so
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...await response.json(), cloud: "offline" } });
    });
    await page.locator("#status[data-state=offline]").waitFor();
    assert.match(await page.locator("#status").innerText(), /no internet/);
    await look(page, "moussaka");
    await done();
    await context.close();
  }));

  it("takes a dish off the order when the staff say that it is sold out", () => withDevice({}, async (device) => {
    await device.start();
    const { hits } = await api(device.url, "/v1/menu/search", { method: "POST", body: { query: "", limit: 1000 } });
    const hit = hits.find((one) => one.available && !one.modifier_groups);
    const { page, done } = await open(browser, device.url);
    await settled(page);
    await page.locator(`.card[data-id="${hit.id}"] .add`).click();
    assert.match(await page.locator("#tray").innerText(), /1 dish/);
    await api(device.url, `/v1/menu/items/${encodeURIComponent(hit.id)}/availability`, { method: "PATCH", body: { sold_out: true } });
    await look(page, hit.name);
    const card = page.locator(`.card[data-id="${hit.id}"]`);
    assert.match(await card.locator(".ribbon").innerText(), /Sold out/);
    assert.ok(await card.locator(".add").isDisabled());
    assert.match(await page.locator("#tray").innerText(), /0 dishes/);
    await page.locator("#tray button").click();
    assert.match(await page.locator("#order-sheet .line-gone").innerText(), /Sold out/);
    await done();
  }));

  it("shows hostile text as text", () => withDevice({ demo: false }, async (device) => {
    const attack = '<img src=x onerror="globalThis.hacked=1"><mark>x</mark>';
    await device.start();
    await api(device.url, "/v1/menu", {
      method: "PUT",
      body: { items: [{
        id: `a"><script>globalThis.hacked=1</script>`, name: `Souvlaki ${attack}`, description: `Pork ${attack} &lt;b&gt; & more`, category: `Grill ${attack}`, price_cents: 500,
        tags: [`vegan"><script>globalThis.hacked=1</script>`],
        modifier_groups: [{ id: `g" onclick="globalThis.hacked=1`, name: attack, options: [{ id: "o", name: attack }] }],
      }] },
    });
    const { page, done } = await open(browser, device.url);
    await settled(page);
    assert.equal(await page.locator(".card-name").innerText(), `Souvlaki ${attack}`);
    assert.equal(await page.locator(".card-text").innerText(), `Pork ${attack} &lt;b&gt; & more`);
    await look(page, "souvlaki");
    assert.equal(await page.locator(".card-name").innerText(), `Souvlaki ${attack}`);
    assert.deepEqual(await page.locator(".card-name mark").allInnerTexts(), ["Souvlaki"]);
    await page.locator(".card-open").click();
    assert.match(await page.locator("#dish-sheet").innerText(), /<img src=x/);
    await page.keyboard.press("Escape");
    await look(page, attack);
    assert.equal(await page.locator("img[src=x]").count(), 0);
    assert.equal(await page.evaluate(() => globalThis.hacked), undefined);
    await done();
  }));

  it("asks for a key where the device wants one, and keeps it for this tab", () => withDevice({}, async (device) => {
    const key = /oe_[A-Za-z0-9_-]+/.exec(device.run("keys", "create", "--name", "front", "--scope", "kiosk"))?.[0];
    assert.ok(key, "the command prints the key");
    await device.start();
    const { page, context } = await open(browser, device.url);
    const dialog = page.locator("#key-sheet");
    await dialog.waitFor();
    await dialog.locator("#key-input").fill("oe_wrong_wrong");
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await dialog.getByText("not accepted").waitFor();
    await dialog.locator("#key-input").fill(key);
    await dialog.getByRole("button", { name: "Use this key" }).click();
    await settled(page);
    assert.equal(await page.evaluate(() => sessionStorage.getItem("olympus.key")), key);
    assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("oe_")), false);
    await page.reload();
    await settled(page);
    assert.ok(await dialog.isHidden());
    await context.close(); // the browser itself reports the answers 401: not the page's fault
  }));
});

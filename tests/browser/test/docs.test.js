// The page at /docs: it shows all of /openapi.json, and its requests are real.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, open, overflow } from "../lib/browser.js";
import { api, sharedDevice } from "../lib/device.js";

let device;
let browser;
let document;

before(async () => {
  [device, browser] = await Promise.all([sharedDevice(), launch()]);
  document = await api(device.url, "/openapi.json");
});
after(async () => {
  await browser?.close();
  await device?.remove();
});

async function docs(options, check) {
  const view = await open(browser, `${device.url}/docs`, options);
  await view.page.locator("#content:not([aria-busy])").waitFor();
  await check(view.page);
  await view.done();
}

describe("the API's page", () => {
  it("lists every path and method of /openapi.json, and every schema", () => docs({}, async (page) => {
    const methods = ["get", "post", "put", "patch", "delete"];
    const expected = Object.entries(document.paths).flatMap(([path, item]) => methods.filter((method) => item[method]).map((method) => `${method} ${path}`));
    const shown = await page.locator("section.operation[data-path]").evaluateAll((nodes) => nodes.map((node) => `${node.dataset.method} ${node.dataset.path}`));
    assert.deepEqual(shown.sort(), expected.sort());
    assert.ok(expected.length > 0);
    const schemas = await page.locator("section.schema h3").allInnerTexts();
    assert.deepEqual(schemas.sort(), Object.keys(document.components?.schemas ?? {}).sort());
  }));

  it("gives a curl command for each, which the shell reads as it is meant", () => docs({}, async (page) => {
    const commands = await page.locator("section.operation[data-path] .code:has-text('curl') code").allInnerTexts();
    assert.equal(commands.length, await page.locator("section.operation[data-path]").count());
    for (const command of commands) {
      assert.ok(command.includes(device.url), command);
      assert.equal((command.match(/(?<!\\)'/g) ?? []).length % 2, 0, command);
    }
  }));

  it("links lead somewhere", () => docs({}, async (page) => {
    const dead = await page.locator("a[href^='#']").evaluateAll((links) => links.map((link) => link.getAttribute("href")).filter((href) => !document.getElementById(href.slice(1))));
    assert.deepEqual(dead, []);
  }));

  it("sends what is put together and shows what came back", () => docs({}, async (page) => {
    const section = page.locator("section.operation[data-path='/v1/intent'][data-method=post]");
    await section.locator(".try-box > summary").click();
    await section.locator("textarea").fill('{"text":"two souvlaki please"}');
    await section.getByRole("button", { name: "Send" }).click();
    await section.locator(".output pre").waitFor();
    const text = await section.locator(".output").innerText();
    assert.match(text, /^200 in [\d.]+ ms/);
    assert.match(text, /"intent": "order"/);
  }));

  it("fits a phone", () => docs({ size: "phone" }, async (page) => {
    assert.equal(await overflow(page), 0);
  }));
});

// Keyboard, colours, sizes: that everybody can use both pages.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { ids, launch, look, open, overflow, poorContrast, settled, SIZES } from "../lib/browser.js";
import { sharedDevice } from "../lib/device.js";

let device;
let browser;

before(async () => {
  [device, browser] = await Promise.all([sharedDevice(), launch()]);
});
after(async () => {
  await browser?.close();
  await device?.remove();
});

async function kiosk(options, check) {
  const view = await open(browser, device.url, options);
  await settled(view.page);
  await check(view.page);
  await view.done();
}

describe("the keyboard", () => {
  it("reaches the bar with a slash, walks the suggestions and takes one", () => kiosk({}, async (page) => {
    await page.keyboard.press("/");
    const bar = page.locator("#query");
    assert.ok(await bar.evaluate((node) => node === document.activeElement));
    assert.equal(await bar.inputValue(), "");
    await page.keyboard.type("souv");
    await page.locator("#suggestions [role=option]").nth(1).waitFor();
    assert.equal(await bar.getAttribute("aria-expanded"), "true");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowUp");
    const active = page.locator(`#${await bar.getAttribute("aria-activedescendant")}`);
    assert.equal(await active.getAttribute("aria-selected"), "true");
    const text = await active.locator("span").first().innerText();
    await page.keyboard.press("Enter");
    assert.equal(await bar.inputValue(), text);
    assert.equal(await bar.getAttribute("aria-expanded"), "false");
    await page.locator("#results-title").filter({ hasText: `“${text}”` }).waitFor();
    assert.equal(await page.locator("#dishes .card-name").first().innerText(), text);
  }));

  it("closes the suggestions with Escape, then empties the bar", () => kiosk({}, async (page) => {
    await page.locator("#query").focus();
    const all = (await ids(page)).length;
    await page.keyboard.type("souv");
    await page.locator("#suggestions [role=option]").first().waitFor();
    await page.keyboard.press("Escape");
    assert.ok(await page.locator("#suggestions").isHidden());
    assert.equal(await page.locator("#query").inputValue(), "souv");
    await page.keyboard.press("Escape");
    assert.equal(await page.locator("#query").inputValue(), "");
    await page.waitForFunction((n) => document.querySelectorAll("#dishes .card").length === n, all);
  }));

  it("opens a dish, stays inside its sheet and comes back to it", () => kiosk({}, async (page) => {
    await look(page, "moussaka");
    const name = page.locator(".card-open").first();
    await page.keyboard.press("Escape");
    await name.focus();
    await page.keyboard.press("Enter");
    await page.locator("#dish-sheet[open]").waitFor();
    for (let i = 0; i < 12; i += 1) {
      await page.keyboard.press("Tab");
      const outside = await page.evaluate(() => document.activeElement !== document.body && !document.querySelector("#dish-sheet").contains(document.activeElement));
      assert.equal(outside, false, "the focus stays in the sheet");
    }
    await page.keyboard.press("Escape");
    assert.ok(await name.evaluate((node) => node === document.activeElement));
  }));

  it("shows where it is", () => kiosk({}, async (page) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => {
      const style = getComputedStyle(document.activeElement);
      return [style.outlineStyle, Number.parseFloat(style.outlineWidth)];
    });
    assert.equal(outline[0], "solid");
    assert.ok(outline[1] >= 2);
  }));
});

describe("colours", () => {
  const ground = (page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = (rgb) => rgb.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) > 384;

  it("follow the system until one chooses, and then the choice, also after a reload", async () => {
    for (const colorScheme of ["light", "dark"]) {
      await kiosk({ colorScheme }, async (page) => {
        assert.equal(light(await ground(page)), colorScheme === "light");
        const toggle = page.getByRole("button", { name: "Dark colours" });
        assert.equal(await toggle.getAttribute("aria-pressed"), String(colorScheme === "dark"));
        await toggle.click();
        await page.waitForTimeout(250);
        assert.equal(light(await ground(page)), colorScheme === "dark");
        await page.reload();
        assert.equal(light(await ground(page)), colorScheme === "dark");
      });
    }
  });

  for (const colorScheme of ["light", "dark"]) {
    it(`have enough contrast: ${colorScheme}`, () => kiosk({ colorScheme }, async (page) => {
      assert.deepEqual(await poorContrast(page), []);
      await page.locator("#query").fill("I would like two chicken souvlaki please");
      await page.keyboard.press("Enter");
      await page.locator("#intent").waitFor();
      assert.deepEqual(await poorContrast(page), []);
    }));
  }
});

describe("sizes", () => {
  for (const size of Object.keys(SIZES)) {
    it(`fit without sideways scrolling, with targets of 48 px: ${size}`, () => kiosk({ size }, async (page) => {
      assert.equal(await overflow(page), 0, "the menu");
      await page.locator("#query").fill("is there a soup without meat in it");
      await page.keyboard.press("Enter");
      await page.locator("#intent").waitFor();
      assert.equal(await overflow(page), 0, "an answer");
      await page.locator("#how summary").click();
      assert.equal(await overflow(page), 0, "how it was made");
      await page.keyboard.press("Escape");
      assert.ok(await page.locator(".how-more").isHidden());
      const small = await page.evaluate(() => [...document.querySelectorAll("button, a[href], summary, input")]
        .filter((node) => node.checkVisibility() && !node.matches(".card-open, .skip")) // a card's name is a target as large as the card
        .map((node) => [node.textContent.trim() || node.id, node.getBoundingClientRect()])
        .filter(([, box]) => box.width > 0 && (box.height < 47.5 || box.width < 47.5))
        .map(([name, box]) => `${name}: ${box.width.toFixed(0)} × ${box.height.toFixed(0)}`));
      assert.deepEqual(small, []);
      await page.getByRole("button", { name: /^Filters/ }).click();
      assert.equal(await overflow(page), 0, "the filters");
      await page.keyboard.press("Escape");
      await page.locator(".card-open").first().click();
      assert.equal(await overflow(page), 0, "a dish");
    }));
  }
});

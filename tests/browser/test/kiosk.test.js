// The kiosk over the demo menu: search, filters, states, intent.
import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, describe, it } from "node:test";
import { ids, launch, look, open, settled } from "../lib/browser.js";
import { api, sharedDevice } from "../lib/device.js";

let device;
let browser;
let menu;
let view;
let page;

before(async () => {
  [device, browser] = await Promise.all([sharedDevice(), launch()]);
  menu = await api(device.url, "/v1/menu/search", { method: "POST", body: { query: "", limit: 1000 } });
});
after(async () => {
  await browser?.close();
  await device?.remove();
});
beforeEach(async () => {
  view = await open(browser, device.url);
  page = view.page;
  await settled(page);
});
afterEach(() => view.done());

describe("the menu", () => {
  it("is listed by category, each dish once, with price and allergens", async () => {
    const shown = await ids(page);
    assert.deepEqual([...shown].sort(), menu.hits.map((hit) => hit.id).sort());
    const titles = await page.locator(".group-title").evaluateAll((nodes) => nodes.map((node) => node.firstChild.textContent));
    assert.deepEqual([...titles].sort(), [...new Set(menu.hits.map((hit) => hit.category))].sort());
    const hit = menu.hits.find((one) => one.price_cents && one.allergens.contains?.includes("milk"));
    const text = await page.locator(`.card[data-id="${hit.id}"]`).textContent();
    assert.ok(text.includes((hit.price_cents / 100).toFixed(2)), text);
    assert.match(text, /Contains[^.]*milk/);
  });

  it("says what a dish does not state of allergens", async () => {
    const hit = menu.hits.find(({ allergens: { contains = [], may_contain = [], free_of = [] } }) => {
      const stated = contains.length + may_contain.length + free_of.length;
      return stated > 0 && stated < 14;
    });
    assert.match(await page.locator(`.card[data-id="${hit.id}"] .allergens`).textContent(), /Not stated/);
  });

  it("names the language of foreign names", async () => {
    const { items } = await api(device.url, "/v1/menu");
    const greek = items.find((item) => item.language === "el");
    assert.equal(await page.locator(`.card[data-id="${greek.id}"] .card-open`).getAttribute("lang"), "el");
  });

  it("shows one category when it is tapped, and all again", async () => {
    const category = menu.hits[0].category;
    await page.getByRole("button", { name: category, exact: true }).click();
    await page.waitForFunction((n) => document.querySelectorAll("#dishes .card").length === n, menu.hits.filter((hit) => hit.category === category).length);
    await page.getByRole("button", { name: "All", exact: true }).click();
    await page.waitForFunction((n) => document.querySelectorAll("#dishes .card").length === n, menu.hits.length);
  });
});

describe("searching", () => {
  it("finds Souvláki first for a misspelt name, with the words marked", async () => {
    await look(page, "suvlaki");
    const first = page.locator("#dishes .card").first();
    assert.match(await first.locator(".card-name").innerText(), /Souvláki/);
    assert.match(await first.locator("mark").first().innerText(), /Souvláki/i);
  });

  it("says how the answer was made: path, model, time by stage and there and back", async () => {
    await look(page, "suvlaki");
    await page.locator("#how summary").click();
    const text = await page.locator("#how").innerText();
    assert.match(text, /On this device/);
    assert.match(text, /Menu search/);
    assert.match(text, /Device [\d.]+ ms, there and back [\d.]+ ms/);
    assert.match(text, /Path local/);
    assert.match(text, /Model \S+/);
  });

  it("shows the answer to what was typed last, however fast one types", async () => {
    await page.locator("#query").pressSequentially("moussaka", { delay: 5 });
    await page.locator("#results-title").filter({ hasText: "“moussaka”" }).waitFor();
    await page.waitForTimeout(400);
    assert.match(await page.locator("#results-title").innerText(), /“moussaka”/);
    assert.equal((await ids(page))[0], "moussaka");
  });

  it("announces the result to assistive technology", async () => {
    await look(page, "suvlaki");
    assert.match(await page.locator("#announce[aria-live=polite]").textContent(), /“suvlaki”/);
  });
});

describe("filters", () => {
  it("leave out every dish that contains, may contain or does not state an allergen", async () => {
    await page.getByRole("button", { name: "Without…" }).click();
    await page.locator("#filter-sheet").getByLabel("Milk", { exact: true }).check();
    await page.getByRole("button", { name: "Show the dishes" }).click();
    const safe = ({ allergens: { contains = [], may_contain = [], free_of = [] } }) => free_of.includes("milk") && !contains.includes("milk") && !may_contain.includes("milk");
    const expected = menu.hits.filter(safe).map((hit) => hit.id);
    assert.ok(expected.length > 0 && expected.length < menu.hits.length);
    await page.waitForFunction((n) => document.querySelectorAll("#dishes .card").length === n, expected.length);
    assert.deepEqual((await ids(page)).sort(), expected.sort());
    await look(page, "cheese");
    for (const id of await ids(page)) assert.ok(expected.includes(id), `${id} is not free of milk`);
    const safeNames = new Set(menu.hits.filter(safe).map((one) => one.name));
    await page.locator("#query").fill("");
    await page.locator("#query").pressSequentially("ch");
    await page.locator("#suggestions [role=option]").first().waitFor();
    for (const name of await page.locator("#suggestions [role=option] > span:first-child").allInnerTexts()) {
      assert.ok(safeNames.has(name), `${name} is suggested and is not free of milk`);
    }
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Without milk" }).click();
    await page.locator("#query").fill("");
    await page.waitForFunction((n) => document.querySelectorAll("#dishes .card").length === n, menu.hits.length);
  });

  it("keep a diet, a highest price and what is available now", async () => {
    await page.getByRole("button", { name: "Vegan", exact: true }).click();
    await page.getByRole("button", { name: "Available now" }).click();
    await page.getByRole("button", { name: /^Filters/ }).click();
    await page.locator("#price-max").fill("800");
    await page.getByRole("button", { name: "Show the dishes" }).click();
    const expected = menu.hits.filter((hit) => hit.tags.includes("vegan") && hit.available && hit.price_cents !== null && hit.price_cents <= 800).map((hit) => hit.id);
    assert.ok(expected.length > 0);
    await page.waitForFunction((n) => document.querySelectorAll("#dishes .card").length === n, expected.length);
    assert.deepEqual((await ids(page)).sort(), expected.sort());
    assert.ok(await page.getByRole("button", { name: "Up to 8.00" }).isVisible());
  });
});

describe("what cannot be had", () => {
  for (const [state, label] of [["sold_out", /Sold out/], ["outside_hours", /Served .*\d\d:\d\d/]]) {
    it(`is marked and cannot be ordered: ${state}`, async () => {
      const hit = menu.hits.find((one) => one.state === state);
      assert.ok(hit, `the demo menu has a dish that is ${state} at any hour`);
      const card = page.locator(`.card[data-id="${hit.id}"]`);
      assert.match(await card.locator(".ribbon").textContent(), label);
      assert.ok(await card.locator(".add").isDisabled());
      await card.locator(".card-open").click();
      assert.ok(await page.locator("#dish-sheet .sheet-actions button").isDisabled());
      assert.match(await page.locator("#dish-sheet .sheet-actions button").textContent(), label);
      await page.keyboard.press("Escape");
      assert.ok(await page.locator("#tray").isHidden());
    });
  }
});

describe("the order", () => {
  it("takes what can be had, with its choices, and adds up", async () => {
    const plain = menu.hits.find((hit) => hit.available && hit.price_cents && !hit.modifier_groups);
    const choice = menu.hits.find((hit) => hit.available && hit.price_cents && hit.modifier_groups?.some((group) => group.min === 1 && group.max === 1));
    await page.locator(`.card[data-id="${plain.id}"] .add`).click();
    await page.locator(`.card[data-id="${choice.id}"] .add`).click();
    const sheet = page.locator("#dish-sheet");
    const add = sheet.locator(".sheet-actions button");
    assert.ok(await add.isDisabled(), "a choice is required first");
    let cents = plain.price_cents + choice.price_cents;
    for (const group of choice.modifier_groups.filter((one) => one.min > 0)) {
      for (const option of group.options.slice(0, group.min)) {
        await sheet.locator(`fieldset:has(input[name="group-${group.id}"])`).getByText(option.name, { exact: true }).click();
        cents += option.price_cents;
      }
    }
    await add.click();
    assert.match(await page.locator("#tray").innerText(), /2 dishes/);
    assert.match(await page.locator("#tray").innerText(), new RegExp((cents / 100).toFixed(2).replace(".", "\\.")));
    await page.reload();
    await page.locator("#tray").getByText("2 dishes").waitFor();
  });
});

describe("a sentence", () => {
  it("is understood: intent, probabilities and the dishes meant", async () => {
    await page.locator("#query").fill("I would like two chicken souvlaki please");
    await page.keyboard.press("Enter");
    const panel = page.locator("#intent");
    await panel.waitFor();
    assert.equal(await panel.getAttribute("data-intent"), "order");
    assert.match(await panel.innerText(), /You would like to order/);
    const shares = await panel.locator(".score-number").allInnerTexts();
    assert.equal(shares.length, 6);
    const sum = shares.reduce((total, text) => total + Number.parseFloat(text), 0);
    assert.ok(Math.abs(sum - 100) < 4, `the probabilities add up: ${shares}`);
    assert.match((await page.locator("#dishes .card-name").allInnerTexts()).slice(0, 3).join(" "), /Souvláki/);
    await page.getByRole("button", { name: "Back to the menu" }).click();
    await panel.waitFor({ state: "hidden" });
    assert.equal((await ids(page)).length > 100, true);
  });

  it("that is nobody's business here is not guessed at", async () => {
    await page.locator("#query").fill("the square root of minus one is imaginary");
    await page.keyboard.press("Enter");
    await page.locator("#intent").waitFor();
    assert.equal(await page.locator("#intent").getAttribute("data-intent"), "unknown");
    assert.match(await page.locator("#intent").innerText(), /say it another way/);
  });

  it("can be tried with one tap", async () => {
    const example = page.locator("#try button").first();
    const text = (await example.innerText()).replace(/[“”]/g, "");
    await example.click();
    await page.locator("#intent .heard").filter({ hasText: text }).waitFor();
  });
});

describe("what is said besides names", () => {
  const labels = () => page.locator(".understood-chip").evaluateAll((nodes) => nodes.map((node) => node.dataset.kind));

  it("is shown phrase by phrase, limits the dishes and is taken back by a tap", async () => {
    await page.getByRole("combobox").fill("vegan dessert under 9 dollars ");
    await page.waitForFunction(() => document.querySelectorAll(".understood-chip").length === 3);
    assert.deepEqual(await labels(), ["diet", "course", "price"]);
    await settled(page);
    const strict = await ids(page);
    const vegan = new Set(menu.hits.filter((hit) => hit.tags.includes("vegan")).map((hit) => hit.id));
    assert.ok(strict.length > 0 && strict.every((id) => vegan.has(id)), strict.join());
    await page.getByRole("button", { name: /^vegan, from/ }).click();
    await page.waitForFunction(() => document.querySelectorAll(".understood-chip").length === 2);
    await settled(page);
    assert.ok((await ids(page)).length > strict.length);
    await page.getByRole("button", { name: "Understand everything again" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".understood-chip").length === 3);
  });

  it("is gone with the query", async () => {
    await page.getByRole("combobox").fill("no nuts ");
    await page.waitForFunction(() => document.querySelectorAll(".understood-chip").length === 1);
    assert.deepEqual(await labels(), ["allergen"]);
    await page.getByRole("combobox").fill("");
    await page.waitForFunction(() => document.querySelector("#understood").hidden);
  });

  it("says so where allergies are not understood", async () => {
    await page.fill("#query", "მაქვს ალერგია თხილზე");
    await page.waitForFunction(() => document.querySelector("#understood").textContent.includes("please choose them by hand"));
    await page.fill("#query", "我对花生过敏");
    await page.waitForFunction(() => document.querySelector(".understood-chip")?.textContent.includes("peanuts"));
  });
});

// The pages for staff over the real binary: an order is sold by touch and by keyboard, made in the
// kitchen, paid, given back, and seen on the page for operations.
import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { launch, open } from "../lib/browser.js";
import { api, Device, GIVEN_URL } from "../lib/device.js";

const CARD = "c0ffee".repeat(10) + "abcd";
const mine = { skip: GIVEN_URL ? "OLYMPUS_URL names a device that is not ours to sell on" : false };

let device;
let browser;
let menu;

before(async () => {
  if (GIVEN_URL) return;
  [device, browser] = await Promise.all([new Device().start(), launch()]);
  menu = (await api(device.url, "/v1/menu/search", { method: "POST", body: { query: "", limit: 1000 } })).hits.filter((hit) => hit.available);
});
after(async () => {
  await browser?.close();
  await device?.remove();
});

const plain = (from = 0) => menu.filter((hit) => !hit.modifier_groups && hit.price_cents)[from];
// One choice is asked for and no other: what is served depends on the hour.
const chosen = () => menu.find((hit) => {
  const asked = hit.modifier_groups?.filter((group) => group.min > 0) ?? [];
  return asked.length === 1 && asked[0].min === 1 && asked[0].max === 1 && asked[0].options.length > 1 && hit.price_cents;
});
const money = (cents) => (cents / 100).toFixed(2);
let keys = 0;

/** A write from outside the browser. */
async function write(path, body, method = "POST") {
  keys += 1;
  const response = await fetch(`${device.url}${path}`, { method, headers: { "content-type": "application/json", "idempotency-key": `browser-${process.pid}-${keys}` }, body: JSON.stringify(body) });
  assert.ok(response.ok, `${method} ${path}: ${response.status} ${await response.clone().text()}`);
  return response.json();
}

async function till(options, check, path = "/till") {
  const view = await open(browser, `${device.url}${path}`, options);
  if (path === "/till") await view.page.locator('#dishes[aria-busy="false"] .tile').first().waitFor();
  await check(view.page, view);
  await view.done();
}

const number = async (page) => Number(/\d+/.exec(await page.locator("#order-title").innerText())[0]);
const current = async (page) => (await api(device.url, `/v1/orders/${await page.evaluate(() => sessionStorage.getItem("olympus.till.order"))}`));

describe("selling", mine, () => {
  it("by touch: choices, the kitchen, cash and its change, a receipt", () => till({ touch: true }, async (page) => {
    const dish = plain();
    const wanted = chosen();
    const group = wanted.modifier_groups.find((one) => one.min === 1);
    await page.locator(`.tile[data-id="${dish.id}"] .tile-add`).tap();
    await page.locator("#order-title").filter({ hasText: "Order" }).waitFor();
    await page.locator(`.tile[data-id="${dish.id}"] .tile-add`).tap();
    await page.locator("#order .line-many").filter({ hasText: "2" }).waitFor();
    await page.locator(`.tile[data-id="${wanted.id}"] .tile-add`).tap();
    const sheet = page.locator("#dish-sheet");
    assert.ok(await sheet.locator("button[type=submit]").isDisabled(), "a choice is missing");
    assert.match(await sheet.locator("button[type=submit]").innerText(), new RegExp(`Choose from ${group.name}`));
    await sheet.locator(`input[value="${group.options[0].id}"]`).tap();
    await sheet.getByLabel("Note for the kitchen").fill("no salt");
    await sheet.locator("button[type=submit]").tap();
    await page.locator("#order .line-note").filter({ hasText: "no salt" }).waitFor();
    const due = 2 * dish.price_cents + wanted.price_cents + (group.options[0].price_cents ?? 0);
    assert.match(await page.locator("#order .sum-grand").innerText(), new RegExp(`Total USD\\s+${money(due)}`));

    await page.getByRole("button", { name: /To the kitchen/ }).tap();
    await page.getByRole("button", { name: "All in the kitchen" }).waitFor();
    await page.getByRole("button", { name: /^Pay/ }).tap();
    const pay = page.locator("#pay-sheet");
    await pay.getByLabel("Handed over", { exact: true }).last().fill(String(Math.ceil(due / 1000) * 10));
    const change = Math.ceil(due / 1000) * 1000 - due;
    assert.match(await pay.locator(".change").innerText(), change ? new RegExp(`Change\\s+${money(change)}`) : /^$/);
    await pay.locator("button[type=submit]").tap();
    await pay.locator("#pay-title").filter({ hasText: "Paid" }).waitFor();
    assert.match(await pay.locator(".change").innerText(), new RegExp(`Change\\s+${money(change)}`));
    const saving = page.waitForEvent("download");
    await pay.getByRole("button", { name: "Receipt" }).tap();
    const saved = await saving;
    assert.equal(saved.suggestedFilename(), `receipt-${await number(page)}.pdf`);
    const order = await current(page);
    assert.equal(order.status, "paid");
    assert.equal(order.totals.paid_cents, due);
    assert.deepEqual(order.lines.map((line) => line.quantity), [2, 1]);
    await pay.getByRole("button", { name: "Next order" }).tap();
    await page.locator("#order-title").filter({ hasText: "New order" }).waitFor();
  }));

  it("by keyboard alone: slash, the dish's name, Enter, Control and Enter, Enter", () => till({}, async (page) => {
    const dish = menu.find((hit) => /moussaka/i.test(`${hit.id} ${hit.name}`)) ?? plain(3);
    await page.keyboard.press("/");
    await page.keyboard.type("mousaka");
    await page.keyboard.press("Enter");
    await page.locator("#order .line-name").filter({ hasText: dish.name }).waitFor();
    assert.equal(await page.locator("#query").inputValue(), "");
    await page.keyboard.press("Control+Enter");
    await page.locator("#pay-sheet[open]").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement.id), "pay-handed");
    await page.keyboard.press("Enter");
    await page.locator("#pay-title").filter({ hasText: "Paid" }).waitFor();
    assert.equal((await current(page)).status, "paid");
    await page.keyboard.press("Enter");
    await page.locator("#order-title").filter({ hasText: "New order" }).waitFor();
  }));

  it("the same dish with the same choices counts up, with others it is a line of its own", () => till({}, async (page) => {
    const wanted = chosen();
    const group = wanted.modifier_groups.find((one) => one.min === 1);
    for (const option of [0, 0, 1]) {
      await page.locator(`.tile[data-id="${wanted.id}"] .tile-add`).click();
      await page.locator(`#dish-sheet input[value="${group.options[option].id}"]`).check();
      await page.locator("#dish-sheet button[type=submit]").click();
      await page.locator("#dish-sheet[open]").waitFor({ state: "detached" });
    }
    await page.locator("#order .line").nth(1).waitFor();
    assert.deepEqual((await current(page)).lines.map((line) => line.quantity), [2, 1]);
    await page.getByRole("button", { name: "One less" }).first().click();
    await page.locator("#order .line-many").first().filter({ hasText: "1" }).waitFor();
    await page.getByRole("button", { name: /^Take off/ }).last().click();
    await page.locator(".line-voided").waitFor();
    assert.deepEqual((await current(page)).lines.map((line) => [line.quantity, line.state]), [[1, "held"], [1, "voided"]]);
  }));

  it("a lost answer is asked for again with the same key: the order is there once", () => till({}, async (page, view) => {
    const dish = plain(1);
    const before = (await api(device.url, "/v1/orders?status=open&limit=200")).orders.length;
    const sent = [];
    await page.route("**/v1/orders", async (route) => { // the device does it, the answer is lost on the way back
      sent.push(route.request().headers()["idempotency-key"]);
      const response = await route.fetch();
      if (sent.length === 1) await route.abort();
      else await route.fulfill({ response });
    });
    await page.locator(`.tile[data-id="${dish.id}"] .tile-add`).click();
    await page.locator("#waiting").filter({ hasText: "No answer yet" }).waitFor();
    await page.locator("#order .line-name").filter({ hasText: dish.name }).waitFor();
    assert.ok(await page.locator("#waiting").isHidden());
    assert.equal(sent.length, 2);
    assert.equal(sent[0], sent[1]);
    assert.equal((await api(device.url, "/v1/orders?status=open&limit=200")).orders.length, before + 1);
    await page.reload();
    await page.locator("#order .line-name").filter({ hasText: dish.name }).waitFor();
    view.faults.length = 0; // the browser itself reports the request that was cut: not the page's fault
  }));

  it("an answer that is missing when the page is loaded anew is asked for first", () => till({}, async (page, view) => {
    const dish = plain(2);
    const sent = [];
    await page.route("**/v1/orders", async (route) => {
      sent.push(route.request().headers()["idempotency-key"]);
      if (sent.length === 1) await route.fetch();
      if (sent.length < 3) await route.abort();
      else await route.continue();
    });
    await page.locator(`.tile[data-id="${dish.id}"] .tile-add`).click();
    await page.locator("#waiting").filter({ hasText: "No answer yet" }).waitFor();
    await page.reload();
    await page.locator("#order .line-name").filter({ hasText: dish.name }).waitFor();
    assert.equal(new Set(sent).size, 1);
    assert.equal(await page.evaluate(() => sessionStorage.getItem("olympus.unanswered")), null);
    view.faults.length = 0; // as above
  }));

  it("says what a card lacks, and takes what a reader types", () => till({}, async (page, view) => {
    await page.locator(`.tile[data-id="${plain().id}"] .tile-add`).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    const pay = page.locator("#pay-sheet");
    await pay.getByRole("button", { name: "Card", exact: true }).click();
    const submit = pay.locator("button[type=submit]");
    assert.equal(await submit.innerText(), "Waiting for the card");
    await page.keyboard.type("4111111111111111"); // a number is no token, and is not sent
    assert.equal(await submit.innerText(), "That is not what a reader gives");
    assert.ok(await submit.isDisabled());
    await pay.locator("#pay-card").fill("");
    await page.keyboard.type(CARD);
    await page.keyboard.press("Enter"); // a reader ends with it
    await pay.locator(".fault, .due.change, p:has-text('Authorised offline')").filter({ visible: true }).first().waitFor();
    // Without a cloud there is no grant: the device says so, and cash goes on.
    assert.match(await pay.locator(".fault").innerText(), /grant|cash/i);
    view.faults.length = 0; // the browser itself reports the answer 402
  }));

  it("sends what a reader gave of a stored-value card, and shows what it has to write", () => till({}, async (page) => {
    const asked = [];
    await page.route("**/payments", async (route) => { // this device has no grant: one that has takes it
      asked.push(route.request().postDataJSON());
      await route.fulfill({ json: { id: "p-1", tender: "stored_value", state: "requested", direction: "sale", amount_cents: 100, tip_cents: 0, card_state: "AgAAAAA=" } });
    });
    await page.locator(`.tile[data-id="${plain().id}"] .tile-add`).click();
    await page.getByRole("button", { name: /^Pay/ }).click();
    const pay = page.locator("#pay-sheet");
    await pay.getByRole("button", { name: "Stored value" }).click();
    await pay.getByText("A part of it, a tip, an age").click();
    await pay.getByLabel("How much of it").fill("1");
    await pay.locator("#pay-card").fill(JSON.stringify({ token: CARD.toUpperCase(), state: "AQAAAAA=", last4: "4242" }));
    await pay.getByRole("button", { name: "Take 1.00 by stored value" }).click();
    await pay.getByText("Authorised offline: it is settled when the line is up.").waitFor();
    assert.equal(await pay.getByLabel("The card's new state").inputValue(), "AgAAAAA=");
    assert.deepEqual(asked, [{ tender: "stored_value", amount_cents: 100, tip_cents: 0, card: { token: CARD, state: "AQAAAAA=", last4: "4242" } }]);
    await pay.getByRole("button", { name: /^Pay the rest/ }).click();
    assert.equal(await pay.locator("#pay-title").innerText(), `Pay order ${await number(page)}`);
    assert.equal(await pay.locator("input[type=password]").count(), 0, "cash is asked for first, and nothing of the card is kept");
  }));

  it("gives back a part of a payment, and takes a fired dish off with a reason", () => till({}, async (page) => {
    const order = await write("/v1/orders", { lines: [{ item: plain().id }, { item: plain(1).id }], fire: true });
    await page.getByRole("button", { name: "Orders" }).click();
    await page.locator(".found-order").filter({ hasText: `Order ${order.number}` }).first().click();
    await page.locator(`[data-line="${order.lines[1].line}"]`).getByRole("button", { name: /^Take off/ }).click();
    await page.locator("#reason-sheet").getByRole("button", { name: "Sold out" }).click();
    await page.locator("#reason-sheet").getByRole("button", { name: "Take it off" }).click();
    await page.locator(".line-voided").waitFor();
    await page.getByRole("button", { name: /^Pay/ }).click();
    await page.locator("#pay-sheet button[type=submit]").click();
    await page.locator("#pay-title").filter({ hasText: "Paid" }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Refund: Cash" }).click();
    const refund = page.locator("#refund-sheet");
    await refund.getByLabel(/How much/).fill("1.5");
    await refund.getByRole("button", { name: "Wrong dish" }).click();
    await refund.getByRole("button", { name: "Give back 1.50" }).click();
    await page.locator(".payment").filter({ hasText: "Refund, Cash" }).waitFor();
    const now = await current(page);
    assert.equal(now.totals.refunded_cents, 150);
    assert.equal(now.payments.at(-1).reason, "Wrong dish");
  }));

  it("a counted dish that is sold out leaves the tiles and the search", () => till({}, async (page) => {
    const dish = plain(4);
    await page.getByRole("button", { name: "Stock" }).click();
    const stock = page.locator("#stock-sheet");
    await stock.getByLabel("Dish").selectOption(dish.id);
    await stock.getByLabel("How many there are").fill("1");
    await stock.getByRole("button", { name: "Count it" }).click();
    await stock.locator(`[data-item="${dish.id}"]`).waitFor();
    await page.keyboard.press("Escape");
    await page.locator(`.tile[data-id="${dish.id}"] .tile-left`).filter({ hasText: "1 left" }).waitFor();
    await page.locator(`.tile[data-id="${dish.id}"] .tile-add`).click();
    await page.getByRole("button", { name: /To the kitchen/ }).click();
    await page.locator(`.tile[data-id="${dish.id}"] .tile-why`).filter({ hasText: "Sold out" }).waitFor();
    const { hits } = await api(device.url, "/v1/menu/search", { method: "POST", body: { query: dish.name, limit: 5, filters: { availability: "now" } } });
    assert.ok(!hits.some((hit) => hit.id === dish.id), "search offers it no more");
  }));
});

describe("the kitchen", mine, () => {
  it("shows what is fired at once, is bumped by touch and by key, and brings a mistaken one back", async () => {
    await till({ touch: true }, async (page) => {
      await page.locator("body[data-live=yes]").waitFor();
      const order = await write("/v1/orders", { service: "table", label: "7", lines: [{ item: plain().id, quantity: 3, note: "well done" }], fire: true });
      const ticket = page.locator(".ticket").filter({ has: page.getByRole("heading", { name: String(order.number), exact: true }) });
      await ticket.waitFor();
      assert.match(await ticket.innerText(), /3 ×[\s\S]*“well done”/);
      assert.match(await ticket.innerText(), /Table · 7/);
      await ticket.getByRole("button", { name: /^Start/ }).tap();
      await page.locator(`[data-ticket][data-state=cooking]`).filter({ hasText: "well done" }).waitFor();
      const place = (await page.locator(".ticket").evaluateAll((nodes, n) => nodes.findIndex((node) => node.querySelector("h2").textContent === n), String(order.number))) + 1;
      if (place <= 9) await page.keyboard.press(String(place));
      else await ticket.getByRole("button", { name: /^Ready/ }).tap();
      await page.locator(`[data-ticket][data-state=ready]`).filter({ hasText: "well done" }).waitFor();
      await ticket.getByRole("button", { name: /^Handed over/ }).tap();
      await ticket.waitFor({ state: "detached" });
      await page.getByRole("button", { name: "Bring it back" }).tap();
      await ticket.waitFor();
    }, "/kitchen");
  });

  it("says that the device is away, and goes on when it is back", async () => {
    const own = new Device({ demo: false });
    try {
      await own.start();
      await api(own.url, "/v1/menu", { method: "PUT", body: { items: [{ id: "tea", name: "Tea", price_cents: 200 }] } });
      const { page, context } = await open(browser, `${own.url}/kitchen`);
      await page.locator("body[data-live=yes]").waitFor();
      await own.stop();
      await page.locator("#banner").filter({ hasText: "cannot be reached" }).waitFor();
      await own.start();
      await page.locator("body[data-live=yes]").waitFor();
      assert.ok(await page.locator("#banner").isHidden());
      await context.close(); // the browser itself reports refused connections: not the page's fault
    } finally {
      await own.remove();
    }
  });
});

describe("operations", mine, () => {
  it("tells the line, the queue, the grant, settlement, the clock and what was sold", () => till({}, async (page) => {
    await page.locator('#content[aria-busy="false"]').waitFor();
    const standing = await api(device.url, "/v1/operations");
    const fact = (name) => page.locator(`[data-fact=${name}]`).innerText();
    assert.match(await fact("line"), /No cloud is set up/);
    assert.match(await fact("queue"), new RegExp(`${standing.sync.queue_size} entr`));
    assert.ok(standing.sync.queue_size > 0, "what was sold waits");
    assert.match(await fact("standing"), /no grant/);
    assert.match(await fact("settlement"), /0 payments/);
    assert.match(await fact("clock"), /Right/);
    assert.match(await page.locator("#who").innerText(), new RegExp(`terminal ${standing.terminal}, business day ${standing.day}`));
    await page.locator("#sales table").first().waitFor();
    const report = await api(device.url, "/v1/reports/sales");
    const text = await page.locator("#sales").innerText();
    for (const part of [`${report.orders} orders`, money(report.gross_cents), report.by_item[0].name, "By hour", "By tender", "Cash"]) assert.ok(text.includes(part), `${part}: ${text}`);
  }, "/operations"));

  it("says why the books cannot be compared where there is no cloud", () => till({}, async (page, view) => {
    await page.locator('#content[aria-busy="false"]').waitFor();
    await page.getByRole("button", { name: "Compare" }).click();
    await page.locator("#reconcile-fault").waitFor();
    assert.match(await page.locator("#reconcile-fault").innerText(), /cloud/);
    view.faults.length = 0; // the browser itself reports the answer's status
  }, "/operations"));

  it("compares three books and says where they differ", () => till({}, async (page) => {
    const asked = [];
    await page.route("**/v1/operations/reconcile", async (route) => { // this device has no cloud to compare with
      asked.push(route.request().postDataJSON());
      await route.fulfill({ json: { ...asked.at(-1), at_ms: Date.now(), equal: asked.length > 1, payments: 3, device_cents: 4200, cloud_cents: 4000, device_card_cents: 1500, provider_cents: 1500, open: 1, unsent: 2,
        differences: asked.length > 1 ? [] : [{ payment: "p-7", device_cents: 200, advice: "It is on its way: compare again." }] } });
    });
    await page.locator('#content[aria-busy="false"]').waitFor();
    await page.getByLabel("From").first().fill("2026-03-01");
    await page.getByRole("button", { name: "Compare" }).click();
    const report = page.locator("#reconcile");
    await report.getByText("They do not agree yet.").waitFor();
    const text = await report.innerText();
    for (const part of ["42.00", "40.00", "15.00", "2 entries are not with the cloud", "1 payment is not settled", "p-7", "missing", "compare again"]) assert.ok(text.includes(part), `${part}: ${text}`);
    assert.equal(asked[0].from, "2026-03-01");
    await page.getByRole("button", { name: "Compare" }).click();
    await report.getByText("They agree.").waitFor();
    assert.equal(await report.getByText("p-7").count(), 0);
  }, "/operations"));

  it("shows what needs a look, and does it again or lets it be", () => till({}, async (page) => {
    const attention = [{ operation: "op-1", kind: "inventory_count", entity: "soup <b>", why: "stale", advice: "Another till counted it meanwhile.", payload: { count: 3 }, created_at_ms: Date.now(), can_retry: true }];
    const asked = [];
    await page.route("**/v1/operations", async (route) => { // no cloud refuses anything here: this is what one that did would leave
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...await response.json(), line: "offline", attention } });
    });
    await page.route("**/v1/operations/attention/*", async (route) => {
      asked.push([route.request().url().split("/").pop(), route.request().postDataJSON(), route.request().headers()["idempotency-key"].length]);
      attention.length = 0;
      await route.fulfill({ json: {} });
    });
    await page.locator("[data-operation=op-1]").waitFor();
    assert.match(await page.locator("[data-operation=op-1]").innerText(), /Count of a dish soup <b>[\s\S]*Another till counted/);
    assert.match(await page.locator("[data-fact=line]").innerText(), /Offline/);
    await page.getByRole("button", { name: /^Do it again/ }).click();
    await page.getByText("Nothing: all that was recorded").waitFor();
    assert.deepEqual(asked, [["op-1", { do: "again" }, 32]]);
  }, "/operations"));
});

describe("keys and lines", mine, () => {
  it("a till asks for a key of the right scope, and the kitchen's socket takes it too", async () => {
    const own = new Device({ demo: false });
    try {
      await own.start();
      await api(own.url, "/v1/menu", { method: "PUT", body: { items: [{ id: "tea", name: "Tea <script>", price_cents: 200, category: "Hot" }] } });
      await own.stop();
      const made = (scope) => /oe_[A-Za-z0-9_-]+/.exec(own.run("keys", "create", "--name", scope, "--scope", scope))[0];
      const pos = made("pos");
      await own.start();
      const { page, context } = await open(browser, `${own.url}/till`);
      await page.locator("#key-sheet[open]").waitFor();
      await page.locator("#key-input").fill(pos);
      await page.keyboard.press("Enter");
      await page.locator(".tile").first().click();
      await page.locator("#order .line-name").filter({ hasText: "Tea <script>" }).waitFor();
      await page.getByRole("button", { name: /To the kitchen/ }).click();
      await page.getByRole("button", { name: "All in the kitchen" }).waitFor();
      await page.getByRole("link", { name: "Kitchen" }).click();
      await page.locator("body[data-live=yes] .ticket").filter({ hasText: "Tea <script>" }).waitFor();
      assert.equal(await page.evaluate(() => JSON.stringify(localStorage).includes("oe_")), false);
      await context.close(); // the browser itself reports the answers 401: not the page's fault
    } finally {
      await own.remove();
    }
  });

  it("says so when the line is down, and what still goes", () => till({}, async (page) => {
    await page.route("**/v1/operations", async (route) => { // this device has no cloud: one whose line is cut says so
      const response = await route.fetch();
      const all = await response.json();
      await route.fulfill({ response, json: { ...all, line: "offline", line_since_ms: Date.now() - 60_000, sync: { ...all.sync, pressure: "hard" }, standing: { ...all.standing, step: "cash_only" } } });
    });
    await page.reload();
    const banner = page.locator("#banner");
    await banner.filter({ hasText: "No internet since" }).waitFor();
    assert.match(await banner.innerText(), /go on[\s\S]*cash only[\s\S]*no new orders/i);
  }));
});

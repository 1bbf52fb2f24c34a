// It keeps selling: the device's binary, a line that is cut, `kill -9`, a full disk, the Worker in workerd
// and the payment provider. In the end all three books say the same. The full run is sell.mjs.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { night } from "../lib/night.js";
import { sleep, until } from "../lib/restaurant.js";
import { Shop, hex } from "../lib/shop.js";

const GUESTS = 60;
const KILLS = 3;
/** What the promise says, on an online device. */
const REVOKED_WITHIN_MS = 5_000;

describe("a shop on a Friday night", () => {
  /** @type {Shop} */
  let shop;

  before(async () => {
    shop = await new Shop().open({ seed: Number(process.env.SELL_SEED ?? 7) });
  });
  after(() => shop?.close());

  /** All three books say what the shop's own says. */
  async function equal() {
    await shop.settled();
    const report = await shop.reconcile();
    const { payments, device_cents, cloud_cents, device_card_cents, provider_cents } = report;
    assert.deepEqual(report.differences, []);
    assert.ok(report.equal, JSON.stringify(report));
    assert.deepEqual({ payments, device_cents, cloud_cents, device_card_cents, provider_cents }, shop.expected());
  }

  test("a line that is cut, processes that are killed and a full disk lose and double nothing", async () => {
    const told = await night(shop, { guests: GUESTS, kills: KILLS });
    assert.equal(shop.orders, GUESTS + told.disk.guests);
    assert.equal(shop.kills, KILLS);
    assert.ok(told.disk.refused > 0 && told.disk.readable, JSON.stringify(told.disk));
    assert.ok(told.drained.queued >= 2 * GUESTS, JSON.stringify(told.drained));
    assert.deepEqual(told.report.differences, []);
    await equal();
    const { attention, line, receipts_waiting: receipts } = await shop.operations();
    assert.deepEqual(attention, []);
    assert.equal(line, "online");
    assert.ok(receipts <= shop.orders);
    const orders = await shop.admin("GET", `/orders?day=${(await shop.operations()).day}`);
    assert.ok(orders.orders.length > 0, "the cloud's own list");
  });

  test("what is revoked is refused within five seconds, with the socket and without", async () => {
    const order = async () => (await shop.order()).id;
    const by = (token) => ({ tender: "card", card: { token } });
    const refused = (answer) => answer.body.error;
    for (const number of [900_001, 900_002]) {
      const token = hex(number);
      const ms = await shop.revoke(token);
      assert.ok(ms < REVOKED_WITHIN_MS, `${ms} ms`);
      const id = await order();
      const error = await shop.write("POST", `/v1/orders/${id}/payments`, by(token), { refused });
      assert.match(error.message, /card_revoked/);
      await shop.pay({ id }, { tender: "cash" });
    }
  });

  test("keys change while cards are taken, and nobody is refused", async () => {
    let over = false;
    const selling = (async () => {
      while (!over) {
        const order = await shop.order();
        await shop.pay(order, shop.card());
      }
    })();
    try {
      for (let round = 0; round < 3; round += 1) {
        await shop.admin("POST", "/grant-keys/rotate", { bring_forward: round > 0 });
        await shop.revoke(hex(910_000 + round));
        await sleep(150);
      }
    } finally {
      over = true;
      await selling;
    }
    const { standing } = await shop.operations();
    assert.equal(standing.step, "full");
  });

  test("a line that flaps while guests come", async () => {
    const flap = setInterval(() => (shop.line.state === "up" ? (shop.dice.chance(0.5) ? shop.line.cut() : shop.line.breakAfter(shop.dice.below(400))) : shop.line.up()), 120);
    try {
      await shop.guests(15);
    } finally {
      clearInterval(flap);
      shop.line.up();
    }
    await equal();
  });

  test("what is revoked while the line is dead is known soon after it is back", async () => {
    shop.line.silence();
    const { number } = await shop.admin("POST", "/revocations", { add: { cards: [hex(920_000)], terminals: [], grants: [], keys: [] } });
    // Longer than a socket's silence is borne: nothing breaks by itself.
    const end = Date.now() + 14_000;
    while (Date.now() < end) {
      await shop.guest();
      await sleep(500);
    }
    shop.line.up();
    const begun = performance.now();
    await until("the device knows", async () => (await shop.operations()).standing.revocations >= number, { everyMs: 50, patienceMs: 30_000 });
    // A call that was sent into the silence has to end before the next one.
    assert.ok(performance.now() - begun < 15_000);
  });

  test("receipts are in the cloud once there is a line", async () => {
    await until("no receipt waits", async () => (await shop.operations()).receipts_waiting === 0, { everyMs: 250 });
  });
});

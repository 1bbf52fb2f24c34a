// A restaurant that sells: the device's binary on a disk that can fill up, a line that can be cut, the
// Worker in workerd, and behind it the stand-in of the payment provider. The shop keeps a book of its own
// of all that it was told was done; what the device, the cloud and the provider say is held against it.
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Device } from "../../browser/lib/device.js";
import { SmallDisk } from "./disk.js";
import { Line } from "./line.js";
import { sleep, until } from "./restaurant.js";
import { startStandin } from "./standin.js";
import { inSeconds, startWorker } from "./worker.js";

export const LOCATION = "loc-7";
export const TERMINAL = "till-1";
const ADMIN = "token-of-the-head-office";
const HERE = `/api/v1/locations/${LOCATION}`;
/** Sooner than any patience of the device's own. */
const PATIENCE_MS = 120_000;

const MENU = ["Ramen:1450", "Gyoza:690", "Miso:390", "Karaage:890", "Edamame:450", "Matcha:520", "Mochi:480", "Sake:750"].map((dish) => {
  const [name, price] = dish.split(":");
  return { id: name.toLowerCase(), name, category: "Dishes", price_cents: Number(price) };
});

/** Room for a long night. */
const POLICY = {
  tenders: ["cash", "card", "stored_value"].map((tender) => ({ tender, sale_cents: 100_000 })),
  reduced_percent: 20,
  reduced_ms: 7_200_000,
  caps: { sale_cents: 50_000, total_cents: 10_000_000, sales: 5_000 },
  grant_life_ms: 28_800_000,
};

/** Numbers that look random and are the same for the same seed. */
export function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return { below: (n) => Math.floor(next() * n), chance: (part) => next() < part, pick: (list) => list[Math.floor(next() * list.length)] };
}

export class Shop {
  async open({ settings = {}, seed = 1, vars = {} } = {}) {
    this.seed = seed;
    this.dice = dice(seed);
    /** Payments that were answered: amount and tip, negative for refunds, and by what. */
    this.book = new Map();
    this.orders = 0;
    this.keys = 0;
    this.retries = 0;
    this.kills = 0;
    this.full = 0;
    /** Stored-value cards that no guest has in hand. */
    this.wallet = Array.from({ length: 6 }, (_, n) => ({ token: hex(0xcafe00 + n), state: storedValue({ sequence: 1, balance: 100_000 }) }));
    this.standin = await startStandin();
    await this.standin.set({ tokens: { [ADMIN]: { active: true, scope: "admin", locations: [LOCATION], exp: inSeconds(3600), sub: "head-office" } } });
    this.worker = await startWorker({ standin: this.standin.address, vars });
    const made = await this.admin("POST", "/keys", { name: "device of the tests", scope: "device" });
    await this.admin("PUT", "/policy", POLICY);
    for (const { token } of this.wallet) await this.admin("POST", "/cards", { card: token, sequence: 1, balance_cents: 100_000 });
    this.line = await new Line(new URL(this.worker.url).host).open();
    this.device = new Device({ demo: false });
    this.disk = new SmallDisk(this.device.folder);
    this.menu = mkdtempSync(join(tmpdir(), "olympus-menu-"));
    const file = join(this.menu, "menu.json");
    writeFileSync(file, JSON.stringify(MENU));
    this.device.run("menu", "import", file);
    const all = { "location-id": LOCATION, "cloud-url": this.line.url, "api-key": made.key, terminal: TERMINAL, ...settings };
    for (const [key, value] of Object.entries(all)) this.device.run("config", "set", key, value);
    await this.device.start();
    return this;
  }

  /** The cloud as the head office sees it; the answer's JSON. */
  async admin(method, path, json) {
    const answer = await this.worker.call(method, `${HERE}${path}`, { token: ADMIN, json });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.json;
  }

  async read(path) {
    for (;;) {
      try {
        const response = await fetch(`${this.device.url}${path}`);
        if (response.ok) return await response.json();
        if (response.status < 500) throw new Error(`${path}: ${response.status} ${await response.text()}`);
      } catch (error) {
        if (error.message.startsWith(path)) throw error;
      }
      await sleep(50);
    }
  }

  /** One write, as often as it takes: the same key until there is an answer that is one. */
  async write(method, path, body, { refused } = {}) {
    const key = `shop-${this.seed}-${(this.keys += 1)}`;
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      let answer;
      try {
        const headers = { "content-type": "application/json", "idempotency-key": key };
        const response = await fetch(`${this.device.url}${path}`, { method, headers, body: JSON.stringify(body) });
        answer = { status: response.status, body: await response.json() };
      } catch {
        answer = { status: 0 }; // the process was killed under it
      }
      if (answer.status >= 200 && answer.status < 300) return answer.body;
      if (answer.status >= 400 && answer.status < 500 && answer.status !== 429) {
        if (refused) return refused(answer);
        throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
      }
      if (answer.status === 507) this.full += 1;
      if (Date.now() > end) throw new Error(`${method} ${path}: still ${answer.status} ${JSON.stringify(answer.body)}`);
      this.retries += 1;
      await sleep(30);
    }
  }

  /** An order of one to three dishes, some told to the kitchen. */
  async order() {
    const lines = Array.from({ length: 1 + this.dice.below(3) }, () => ({ item: this.dice.pick(MENU).id, quantity: 1 + this.dice.below(2) }));
    const order = await this.write("POST", "/v1/orders", { lines, fire: this.dice.chance(0.5) });
    this.orders += 1;
    return order;
  }

  async pay(order, body, options) {
    const payment = await this.write("POST", `/v1/orders/${order.id}/payments`, body, options);
    if (payment?.id) this.enter(payment);
    return payment;
  }

  enter(payment) {
    const cents = payment.amount_cents + payment.tip_cents;
    this.book.set(payment.id, { cents: payment.direction === "refund" ? -cents : cents, tender: payment.tender });
  }

  card(options) {
    return { tender: "card", card: { token: hex(this.dice.below(1_000)), last4: "4242" }, tip_cents: this.dice.below(4) * 50, ...options };
  }

  /** With a card of the house, where one is at hand and covers it. */
  async payByStoredValue(order) {
    const card = this.wallet.pop();
    if (!card) return undefined;
    const payment = await this.pay(order, { tender: "stored_value", card }, { refused: () => undefined });
    if (payment) this.wallet.push({ ...card, state: payment.card_state });
    return payment;
  }

  /** A guest, from the first dish to the last cent. */
  async guest() {
    const order = await this.order();
    const due = order.totals.due_cents;
    const payments = [];
    const way = this.dice.below(10);
    if (way < 4) payments.push(await this.pay(order, { tender: "cash", handed_cents: due + 500 }));
    else if (way < 7) payments.push(await this.pay(order, this.card()));
    else if (way < 8) payments.push((await this.payByStoredValue(order)) ?? (await this.pay(order, { tender: "cash" })));
    else {
      const half = Math.floor(due / 2);
      payments.push(await this.pay(order, { tender: "cash", amount_cents: half }));
      payments.push(await this.pay(order, this.card()));
    }
    const payment = this.dice.pick(payments);
    if (payment.tender !== "stored_value" && this.dice.chance(0.15)) {
      const part = this.dice.chance(0.5) ? { amount_cents: 1 + this.dice.below(payment.amount_cents) } : {};
      this.enter(await this.write("POST", `/v1/payments/${payment.id}/refunds`, { ...part, reason: "it was cold" }));
    }
  }

  /** So many guests, a few at a time, or fewer where `until` says that it is enough. */
  async guests(count, { abreast = 4, each, until: enough = () => false } = {}) {
    let next = 0;
    const waiter = async () => {
      while (next < count && !enough()) {
        const number = (next += 1);
        await this.guest();
        await each?.(number);
      }
    };
    await Promise.all(Array.from({ length: abreast }, waiter));
  }

  /** The power button of the process: nothing is closed, nothing is told. It is started again at once. */
  async kill() {
    const ended = once(this.device.process, "exit");
    this.device.process.kill("SIGKILL");
    await ended;
    this.kills += 1;
    await this.device.start();
  }

  operations() {
    return this.read("/v1/operations");
  }

  granted() {
    return until("the till has a grant", async () => (await this.operations()).standing.step === "full");
  }

  async sent() {
    return until("all is sent", async () => (await this.operations()).sync.queue_size === 0, { everyMs: 20 });
  }

  /** All card payments have an answer of the provider's, and this device knows it. */
  async settled() {
    await this.sent();
    return until("all is settled", async () => {
      await this.admin("POST", "/payments/settle");
      return (await this.operations()).settlement.open === 0;
    }, { everyMs: 250 });
  }

  reconcile() {
    return this.write("POST", "/v1/operations/reconcile", {});
  }

  /** What the shop's own book says a report has to say. */
  expected() {
    const sum = (list) => list.reduce((all, { cents }) => all + cents, 0);
    const all = [...this.book.values()];
    return { payments: all.length, device_cents: sum(all), cloud_cents: sum(all), device_card_cents: sum(all.filter(({ tender }) => tender === "card")), provider_cents: sum(all.filter(({ tender }) => tender === "card")) };
  }

  /** Revokes a card in the cloud; until the device knows, in ms. */
  async revoke(token) {
    const begun = performance.now();
    const { number } = await this.admin("POST", "/revocations", { add: { cards: [token], terminals: [], grants: [], keys: [] } });
    await until("the device knows what is revoked", async () => (await this.operations()).standing.revocations >= number, { everyMs: 10 });
    return performance.now() - begun;
  }

  async close() {
    await this.device?.stop();
    this.disk?.remove();
    await this.device?.remove();
    await this.line?.close();
    await this.worker?.stop();
    await this.standin?.stop();
    if (this.menu) rmSync(this.menu, { recursive: true, force: true });
  }
}

/** A card's token: 64 hex digits. */
export const hex = (number) => number.toString(16).padStart(64, "0");

/** State of a stored-value card as its reader reads it: layout 2. */
export function storedValue({ sequence, balance, flags = 0 }) {
  const bytes = Buffer.alloc(22);
  bytes.writeUInt8(2, 0);
  bytes.writeUInt8(flags, 1);
  bytes.writeBigUInt64BE(BigInt(sequence), 2);
  bytes.writeBigUInt64BE(BigInt(balance), 10);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 18)), 18);
  return bytes.toString("base64");
}

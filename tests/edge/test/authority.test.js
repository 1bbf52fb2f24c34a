// The authority of a location in the real workerd: sync, settlement with a provider that fails,
// reconciliation and the read model.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { until } from "../lib/restaurant.js";
import { Socket } from "../lib/socket.js";
import { startStandin } from "../lib/standin.js";
import { inSeconds, startWorker, statements } from "../lib/worker.js";

const DAY = "2026-11-28";
const card = (name) => createHash("sha256").update(name).digest("hex");
const CALM = { tasks: { all: { health: "up", latency: { p50_ms: 0, p99_ms: 0 }, errors: { rate: 0 } } }, provider: { after: "answer", after_rate: 1, commit_delay_ms: 0, unique_references: false, declines: { dead: null }, decline_over_cents: null } };

let standin;
let worker;
let persist;
const VARS = { SETTLE: JSON.stringify({ timeout_ms: 1_500, again_ms: 200 }) };
const start = () => startWorker({ standin: standin.address, persist, vars: VARS });

before(async () => {
  standin = await startStandin();
  persist = mkdtempSync(join(tmpdir(), "authority-"));
  const token = (scope, sub, locations = ALL) => ({ active: true, scope, sub, locations, exp: inSeconds(3600) });
  await standin.set({ tokens: { till: token("device", "till"), other: token("device", "other"), pos: token("pos", "pos"), kiosk: token("kiosk", "kiosk"), admin: token("admin", "admin"), far: token("admin", "far", ["loc-far"]) } });
  worker = await start();
});
after(async () => {
  await worker?.stop();
  await standin?.stop();
  rmSync(persist, { recursive: true, force: true });
});
beforeEach(() => standin.set(CALM));

const ALL = ["sync", "refuse", "poison", "restart", "settle", "faults", "unknown", "late", "read", "many", "books", "stored", "ways", "whole", "odd", "full"].map((name) => `loc-${name}`);

/** A till at a location that does not forget its place in its own order. */
class Till {
  constructor(location, device = "till-1", token = "till") {
    Object.assign(this, { location: `loc-${location}`, device, token, sequence: 0, last: undefined, sent: [] });
  }

  post(path, json, token = this.token) {
    return worker.call("POST", `/api/v1/locations/${this.location}${path}`, { token, json });
  }

  async get(path, token = "admin") {
    const answer = await worker.call("GET", `/api/v1/locations/${this.location}${path}`, { token });
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  async register() {
    const answer = await this.post("/sync/register", { version: 2, device: this.device, location: this.location });
    assert.equal(answer.status, 200, answer.text);
    Object.assign(this, { incarnation: answer.json.incarnation, sequence: 0, last: undefined });
    return this;
  }

  operation(kind, entity, payload, more = {}) {
    this.sequence += 1;
    const id = randomUUID();
    const made = { id, sequence: this.sequence, kind, entity, payload, created_at_ms: Date.now(), value_cents: payload.amount_cents ?? 0, ...more };
    if (this.last) made.after = this.last;
    this.last = id;
    return made;
  }

  /** An order of one line that is paid, and its payment. */
  sale(order, payment, cents, { tender = "card", on = "any", ...more } = {}) {
    const line = { line: `${this.device}.1`, item: "soup", name: "Soup", quantity: 2, unit_cents: cents / 2, state: "served" };
    const at = { terminal: this.device, day: DAY };
    return [
      this.operation("order_update", order, { number: 1, service: "counter", status: "paid", currency: "USD", opened_ms: Date.now(), [`line:${line.line}`]: line, ...at }),
      this.operation("payment", payment, { order, tender, direction: "sale", amount_cents: cents, tip_cents: 0, at_ms: Date.now(), state: tender === "cash" ? "approved" : "requested", ...(tender === "cash" ? {} : { card: card(on), sealed: "c2VjcmV0" }), ...at, ...more }),
    ];
  }

  push(operations, version = 2) {
    return this.post("/sync/push", { version, device: this.device, incarnation: this.incarnation, operations });
  }

  async pushed(operations) {
    const answer = await this.push(operations);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.refused, undefined, answer.text);
    return answer.json;
  }

  /** All rows, as a new device gets them. */
  async rows() {
    const { json } = await this.post("/sync/pull", { version: 2, limit: 100 });
    assert.equal(json.is, "snapshot");
    return new Map(json.rows.map((row) => [row.entity.id, row]));
  }

  async state(payment) {
    return (await this.rows()).get(payment)?.fields.state;
  }

  settled(payment, state) {
    return until(`${payment} is ${state}`, async () => (await this.state(payment)) === state, { everyMs: 50, patienceMs: 20_000 });
  }
}

/** What the provider has under a payment's name. */
const captured = async (till, payment) => (await standin.payments()).captures.find(({ reference }) => reference === `${till.location}.${payment}`);

describe("sync", () => {
  test("operations go up once, rows come down to every device", async () => {
    const till = await new Till("sync").register();
    const first = [till.operation("order_update", "o1", { label: "4", status: "open" }), till.operation("inventory_count", "soup", { count: 9 }), till.operation("inventory_adjust", "soup", { by: -2 })];
    const answer = await till.push(first);
    assert.equal(answer.headers["x-olympus-api"], "1");
    assert.deepEqual(answer.json.settled.map(({ outcome }) => outcome), [1, 2, 3].map((version) => ({ is: "applied", version })));
    assert.deepEqual((await till.push(first)).json, answer.json, "told again, not done again");
    const other = await new Till("sync", "till-2", "other").register();
    const rows = await other.rows();
    assert.deepEqual([rows.get("o1").fields, rows.get("soup").fields], [{ label: "4", status: "open" }, { count: 7 }]);
    // Field by field, and said so; a device of version 1 is told what it knows.
    const merged = await other.pushed([other.operation("order_update", "o1", { label: "5" })]);
    assert.deepEqual(merged.settled[0].outcome, { is: "merged", version: 4, over: ["label"] });
    const old = await till.push([till.operation("order_update", "o1", { label: "6" })], 1);
    assert.deepEqual(old.json.settled[0].outcome, { is: "applied", version: 5 });
    const stale = await till.pushed([till.operation("inventory_count", "soup", { count: 1 }, { base_version: 3 })]);
    assert.equal(stale.settled[0].outcome.is, "applied", "its own changes are no conflict");
    // Pages from the beginning: the cursor is that of a snapshot, set back.
    const { cursor } = (await till.post("/sync/pull", { version: 2, limit: 1 })).json;
    const [, epoch] = cursor.split(".");
    const page = (await till.post("/sync/pull", { version: 2, cursor: `1.${epoch}.0`, limit: 1 })).json;
    assert.deepEqual([page.is, page.rows.length, page.more], ["changes", 1, true]);
    assert.equal((await till.post("/sync/pull", { version: 2, cursor, limit: 1 })).json.rows.length, 0);
    assert.equal((await till.post("/sync/pull", { version: 2, cursor: "1.0.0", limit: 1 })).json.is, "expired");
    assert.equal((await till.post("/sync/pull", { version: 9, limit: 1 })).json.is, "version");
    // From version 3 on a snapshot comes in pages, and goes on as changes.
    const whole = await till.rows();
    const paged = new Map();
    let at;
    for (let more = true; more; ) {
      const { json } = await till.post("/sync/pull", { version: 3, limit: 1, cursor: at });
      assert.ok(json.is === "snapshot" && json.rows.length <= 1, JSON.stringify(json));
      for (const row of json.rows) paged.set(row.entity.id, row);
      ({ cursor: at, more = false } = json);
    }
    assert.deepEqual(new Map([...paged].sort()), new Map([...whole].sort()));
    assert.equal((await till.post("/sync/pull", { version: 3, limit: 1, cursor: at })).json.is, "changes");
  });

  test("gaps, reused sequences, foreign keys, scopes and sizes are refused", async () => {
    const till = await new Till("refuse").register();
    await till.pushed([till.operation("order_update", "o1", { n: 1 })]);
    const [lost, next] = [till.operation("order_update", "o2", { n: 1 }), till.operation("order_update", "o3", { n: 1 })];
    assert.deepEqual((await till.push([next])).json.refused, { is: "gap", expected: 2 });
    assert.deepEqual((await till.push([{ ...next, sequence: 1 }])).json.refused, { is: "sequence_reused" });
    assert.deepEqual((await till.push([{ ...lost, after: "of a clone" }])).json.refused, { is: "sequence_reused" });
    await till.pushed([lost, next]);
    const status = async (answer) => (await answer).status;
    const push = { version: 2, device: till.device, incarnation: till.incarnation, operations: [] };
    assert.equal(await status(till.post("/sync/push", push, "other")), 403, "another principal");
    assert.equal(await status(till.post("/sync/register", { version: 2, device: till.device, location: till.location }, "other")), 403);
    assert.equal(await status(till.post("/sync/register", { version: 2, device: "till-9", location: "loc-sync" })), 400, "another location");
    assert.equal(await status(till.post("/sync/register", { version: 2, device: "a b", location: till.location })), 400);
    for (const [token, wanted] of [["pos", 403], ["kiosk", 403], ["far", 403], ["nobody", 401]]) assert.equal(await status(till.post("/sync/push", push, token)), wanted, token);
    assert.equal(await status(till.post("/sync/push", { ...push, operations: Array(501).fill(next) })), 400);
    assert.equal(await status(till.post("/sync/push", { ...push, filler: "x".repeat(1 << 20) })), 413);
    assert.deepEqual((await till.post("/sync/push", { ...push, device: "till-8" })).json.refused, { is: "old_incarnation" });
    const before = till.incarnation;
    await till.register();
    assert.equal(till.incarnation, before + 1);
    assert.deepEqual((await till.post("/sync/push", push)).json.refused, { is: "old_incarnation" }, "the disk from before");
    const removed = await worker.call("DELETE", `/api/v1/locations/${till.location}/terminals/${till.device}`, { token: "admin" });
    assert.equal(removed.status, 204, "an admin removes the terminal");
    const free = await new Till("refuse", "till-1", "other").register();
    assert.equal(free.incarnation, till.incarnation + 1, "then another key may be it");
    assert.equal(await status(till.push([till.operation("order_update", "o4", { n: 1 })])), 403);
    const { status: bad, json } = await worker.call("GET", `/api/v1/locations/${till.location}/audit?after=x`, { token: "admin" });
    assert.deepEqual([bad, json.error.code], [400, "invalid_request"]);
  });

  test("what cannot be done becomes a dead letter and blocks nobody", async () => {
    const till = await new Till("poison").register();
    const { settled } = await till.pushed([till.operation("teleport", "x", {}), till.operation("inventory_count", "soup", { count: "many" }), till.operation("order_update", "o1", { n: 1 })]);
    assert.deepEqual(settled.map(({ outcome }) => outcome.reason ?? outcome.is), ["unknown_kind", "malformed", "applied"]);
    const { operations } = await till.get("/dead-letters");
    assert.deepEqual(operations.map(({ reason }) => reason).sort(), ["malformed", "unknown_kind"]);
    assert.ok(operations.every(({ advice, device, sent }) => advice && device === "till-1" && sent.id));
  });

  test("a row that is too large is refused whole, and the next goes on", async () => {
    const till = await new Till("whole").register();
    const half = "x".repeat(900_000);
    await till.pushed([till.operation("order_update", "o1", { a: half })]);
    const { version: head } = (await till.rows()).get("o1");
    const [sequence, last] = [till.sequence, till.last];
    const refused = await till.push([till.operation("order_update", "a", { n: 1 }), till.operation("order_update", "o1", { b: half })]);
    assert.equal(refused.status, 413);
    const rows = await till.rows();
    assert.equal(rows.get("a"), undefined);
    assert.equal(rows.get("o1").version, head);
    // Its place is sent without it, as `core::sync` does with what the authority fails on.
    Object.assign(till, { sequence, last });
    const { settled } = await till.pushed([{ ...till.operation("order_update", "o1", {}), given_up: true }, till.operation("order_update", "o2", { n: 1 })]);
    assert.deepEqual(settled.map(({ outcome }) => outcome), [{ is: "skipped" }, { is: "applied", version: head + 1 }]);
  });

  test("tills hear that there is something to pull", async () => {
    const till = await new Till("sync", "till-3").register();
    const socket = await Socket.open(worker.url, `/api/v1/locations/${till.location}/live?topics=till`, { token: "till" });
    await till.pushed([till.operation("order_update", "o9", { n: 1 })]);
    const heard = await socket.next("event");
    assert.deepEqual([heard.topic, heard.event.kind], ["till", "changed"]);
    assert.ok(heard.event.head > 0);
    await socket.close();
  });

  test("what was answered survives a restart in the middle, and the rest goes on", async () => {
    const till = await new Till("restart").register();
    const first = till.sale("o1", "p1", 500);
    await standin.set({ tasks: { capture: { health: "hang" } } });
    const answer = await till.pushed(first);
    await until("it is sent", async () => ["sent", "unknown"].includes(await till.state("p1")), { everyMs: 20 });
    await worker.stop();
    await standin.set(CALM);
    worker = await start();
    const again = await till.pushed(first);
    assert.deepEqual(again.settled, answer.settled, "decided once");
    await till.pushed(till.sale("o2", "p2", 700));
    await till.settled("p2", "approved");
    assert.equal((await captured(till, "p2")).moved, 1);
    // It may have arrived for all that is known: it is asked about, and not sent again yet.
    await till.post("/payments/settle", undefined, "admin");
    assert.ok(["sent", "unknown"].includes(await till.state("p1")));
    assert.equal(await captured(till, "p1"), undefined);
    assert.equal((await till.get("/audit")).entries.filter(({ entity }) => entity === "o1").length, 1);
  });
});

describe("settlement", () => {
  test("cards go to the provider, cash does not; declines and refunds come back as rows", async () => {
    const till = await new Till("settle").register();
    const stolen = card("any").slice(0, 60) + "dead";
    await standin.set({ provider: { declines: { dead: "stolen_card" } } });
    await till.pushed([...till.sale("o1", "p1", 500), ...till.sale("o2", "p2", 700, { tender: "cash" }), ...till.sale("o3", "p3", 900, { card: stolen })]);
    await Promise.all([till.settled("p1", "approved"), till.settled("p2", "approved"), till.settled("p3", "declined")]);
    const rows = await till.rows();
    assert.equal(rows.get("p3").fields.decline_code, "stolen_card");
    assert.match(rows.get("p1").fields.provider_reference, /^cap_/);
    assert.equal(await captured(till, "p2"), undefined);
    await till.pushed([till.operation("payment", "r1", { order: "o1", refund_of: "p1", tender: "card", direction: "refund", amount_cents: 200, tip_cents: 0, card: card("any"), state: "requested", terminal: till.device, day: DAY, at_ms: Date.now() })]);
    await till.settled("r1", "approved");
    const back = await captured(till, "r1");
    assert.deepEqual([back.direction, back.amount_cents, back.moved], ["refund", 200, 1]);
    // What a device says of a card's state does not count.
    const lie = await till.pushed([till.operation("payment", "p3", { state: "approved", decline_code: null }, { base_version: rows.get("p3").version })]);
    assert.equal(lie.rows[0].fields.state, "declined");
    const { entries } = await until("all is told", async () => {
      const audit = await till.get("/audit");
      return audit.entries.filter(({ kind }) => kind === "settlement").length >= 6 && audit;
    });
    assert.deepEqual(entries.filter(({ entity, kind }) => entity === "p1" && kind === "settlement").map(({ outcome }) => outcome), ["sent", "approved"]);
    assert.doesNotMatch(JSON.stringify(entries), new RegExp(card("any")));
  });

  for (const fault of ["cut", "hang", "fail"]) {
    test(`a provider that takes the money and then does not say so (${fault}) takes it once`, async () => {
      const till = await new Till("faults", `till-${fault}`).register();
      await standin.set({ provider: { after: fault } });
      const payments = [1, 2, 3].map((n) => `${fault}-${n}`);
      await till.pushed(payments.flatMap((id, n) => till.sale(`o-${id}`, id, 500 + 100 * n)));
      await Promise.all(payments.map((id) => till.settled(id, "unknown")));
      await standin.set(CALM);
      await till.post("/payments/settle", undefined, "admin");
      await Promise.all(payments.map((id) => till.settled(id, "approved")));
      for (const id of payments) assert.deepEqual([(await captured(till, id)).moved, (await captured(till, id)).asked], [1, 1], id);
    });
  }

  test("a provider without capacity is left alone and then asked with the same key", async () => {
    const till = await new Till("unknown").register();
    await standin.set({ tasks: { capture: { errors: { rate: 1, code: 3040, retry_after_s: 1 } } } });
    await till.pushed(till.sale("o1", "p1", 500));
    await until("it was refused", async () => (await standin.counters()).capture.refused > 0 && (await till.state("p1")) === "requested", { everyMs: 50 });
    await standin.set(CALM);
    await till.post("/payments/settle", undefined, "admin");
    await till.settled("p1", "approved");
    assert.equal((await captured(till, "p1")).moved, 1);
  });

  test("a capture that arrives after the wait for its answer is found, not sent again", async () => {
    const till = await new Till("late").register();
    await standin.set({ provider: { commit_delay_ms: 2_200 } });
    await till.pushed(till.sale("o1", "p1", 500));
    await till.settled("p1", "unknown");
    await until("it has arrived", () => captured(till, "p1"), { everyMs: 50 });
    await standin.set(CALM);
    await till.post("/payments/settle", undefined, "admin");
    await till.settled("p1", "approved");
    assert.deepEqual([(await captured(till, "p1")).moved, (await captured(till, "p1")).asked], [1, 1]);
  });

  test("a number that JavaScript does not keep stops nobody, and what nobody settles is closed by hand", async () => {
    const till = await new Till("odd").register();
    await till.pushed([...till.sale("o0", "late", 500, { at_ms: 2 ** 53 }), ...till.sale("o1", "p1", 500), ...till.sale("o2", "p2", 700, { currency: null, order: "nowhere" }), ...till.sale("o3", "p3", 900, { card: null })]);
    await Promise.all([till.settled("p1", "approved"), till.settled("p3", "declined")]);
    const shown = await until("what is wrong is shown", async () => {
      const { payments } = await till.get("/dead-letters");
      return payments.length === 2 && payments;
    });
    assert.deepEqual(shown.map(({ payment, why }) => [payment, why]), [["p2", "no_order"], ["late", "unreadable"]]);
    const close = (more) => till.post("/payments/close", { payment: "p2", state: "declined", reason: "never served", ...more }, "admin");
    assert.deepEqual([(await close({ reason: " " })).status, (await close({ payment: "none" })).status, (await close({ payment: "p1" })).status], [400, 404, 409]);
    assert.deepEqual((await close()).json, { payment: "p2", state: "declined" });
    assert.equal((await till.rows()).get("p2").fields.decline_code, "closed_by_hand");
    assert.equal((await till.push(till.sale("o4", "a.b", 500))).status, 400, "a payment's id has no dot");
  });

  test("a card of the house is settled by the authority's own book", async () => {
    const till = await new Till("stored").register();
    // Layout 1: sequence 8, 500 cents left, after 300 were taken of the 800 at sequence 7.
    const state = Buffer.from([1, 0, 0, 0, 8, 0, 0, 0x01, 0xf4]).toString("base64");
    await till.pushed(till.sale("o0", "p0", 300, { tender: "stored_value", card_state: state, on: "nobody's" }));
    assert.equal((await till.rows()).get("p0").fields.decline_code, "card_unknown");
    const issued = { issued_sequence: 7, issued_cents: 800, sequence: 7, balance_cents: 800 };
    const issue = (more) => till.post("/cards", { card: card("any"), sequence: 7, balance_cents: 800, ...more }, "admin");
    for (const _ of [1, 2]) assert.deepEqual((await issue()).json, issued);
    assert.deepEqual([(await issue({ balance_cents: 900 })).status, (await issue({ card: "x" })).status, (await issue({ balance_cents: -1 })).status], [409, 400, 400]);
    await till.pushed(till.sale("o1", "p1", 300, { tender: "stored_value", card_state: state }));
    assert.equal(await till.state("p1"), "approved");
    assert.deepEqual(await till.get(`/cards/${card("any")}`), { ...issued, sequence: 8, balance_cents: 500 });
    assert.equal((await worker.call("GET", `/api/v1/locations/${till.location}/cards/${card("nobody's")}`, { token: "admin" })).status, 404);
    const copy = await new Till("stored", "till-2", "other").register();
    await copy.pushed(copy.sale("o2", "p2", 300, { tender: "stored_value", card_state: state }));
    const row = (await till.rows()).get("p2");
    assert.deepEqual([row.fields.state, row.fields.decline_code], ["declined", "card_older"]);
    assert.deepEqual((await till.get("/dead-letters")).payments.map(({ payment, why }) => [payment, why]).sort(), [["p0", "card"], ["p2", "card"]]);
  });
});

describe("the read model", () => {
  test("orders, sales and audit are those of the authority, whatever D1 does meanwhile", async () => {
    const till = await new Till("read").register();
    const db = await worker.mf.getD1Database("DB");
    await db.prepare("ALTER TABLE orders RENAME TO orders_away").run();
    await till.pushed([...till.sale("o1", "p1", 500), ...till.sale("o2", "p2", 700, { tender: "cash" }), till.operation("order_update", "o3", { number: 3, status: "open", day: DAY, terminal: till.device, currency: "USD", opened_ms: 5 })]);
    await till.settled("p1", "approved");
    assert.equal((await worker.call("GET", `/api/v1/locations/${till.location}/orders`, { token: "pos" })).status, 502);
    await db.prepare("ALTER TABLE orders_away RENAME TO orders").run();
    const told = await until("the read model has all", async () => {
      const { head } = await till.get(`/reports/sales?from=${DAY}&to=${DAY}`, "pos");
      return head >= Math.max(...[...(await till.rows()).values()].map(({ version }) => version));
    }, { everyMs: 50 });
    assert.ok(told);
    const rows = await till.rows();
    const { orders } = await till.get(`/orders?day=${DAY}`, "pos");
    assert.deepEqual(orders.map(({ id }) => id).sort(), ["o1", "o2", "o3"]);
    for (const order of orders) {
      assert.equal(order.revision, Math.max(...[order, ...order.payments].map(({ id }) => rows.get(id).version)));
      assert.equal(order.status, rows.get(order.id).fields.status);
      for (const payment of order.payments) assert.equal(payment.state, rows.get(payment.id).fields.state);
    }
    assert.equal(orders.find(({ id }) => id === "o1").totals.total_cents, 500);
    assert.deepEqual((await till.get("/orders?day=2026-11-27", "pos")).orders, []);
    const sales = await till.get(`/reports/sales?from=2026-11-01&to=${DAY}`, "pos");
    assert.deepEqual([sales.orders, sales.gross_cents, sales.currencies, sales.source], [2, 1_200, ["USD"], "cloud"]);
    assert.deepEqual(sales.by_day, [{ of: DAY, orders: 2, gross_cents: 1_200, tax_cents: 0 }]);
    assert.deepEqual(sales.by_terminal.map(({ of }) => of), ["till-1"]);
    assert.deepEqual(sales.by_tender.map(({ tender, taken_cents }) => [tender, taken_cents]), [["card", 500], ["cash", 700]]);
    assert.deepEqual(sales.by_item, [{ item: "soup", name: "Soup", quantity: 4, lines_cents: 1_200 }]);
    assert.equal(sales.settlement.open, 0);
    const { entries } = await till.get("/audit");
    assert.equal(new Set(entries.map(({ operation }) => operation)).size, entries.length, "each once");
    assert.equal(entries.filter(({ kind }) => kind !== "settlement").length, 5);
    const { results } = await db.prepare("SELECT fields FROM payments WHERE location = ?").bind(till.location).all();
    assert.doesNotMatch(JSON.stringify(results), /sealed|c0ffee|"card":/);
    for (const query of ["", "?from=x&to=y", `?from=${DAY}&to=2026-11-01`, "?from=2020-01-01&to=2026-01-01"]) assert.equal((await worker.call("GET", `/api/v1/locations/${till.location}/reports/sales${query}`, { token: "pos" })).status, 400, query);
    assert.equal((await worker.call("GET", `/api/v1/locations/${till.location}/orders`, { token: "kiosk" })).status, 403);
  });

  test("a database that answers and takes nothing is waited for, and one row that it refuses is passed over", { timeout: 60_000 }, async () => {
    const till = await new Till("full").register();
    const db = await worker.mf.getD1Database("DB");
    const refuse = (when) => db.prepare(`CREATE TRIGGER full BEFORE INSERT ON orders ${when} BEGIN SELECT RAISE(ABORT, 'full'); END`).run();
    await refuse("");
    await till.pushed([...till.sale("o1", "p1", 500, { tender: "cash" }), ...till.sale("o2", "p2", 700, { tender: "cash" })]);
    // As often as a row alone would be passed over.
    for (let n = 0; n < 12; n += 1) {
      await new Promise((done) => setTimeout(done, 300));
      await till.post("/payments/settle", undefined, "admin");
    }
    assert.deepEqual((await till.get("/dead-letters")).operations, []);
    await db.prepare("DROP TRIGGER full").run();
    await till.post("/payments/settle", undefined, "admin");
    await until("all is told", async () => (await till.get("/orders", "pos")).orders.length === 2, { everyMs: 100 });
    await refuse("WHEN new.id = 'odd'");
    await till.pushed([till.operation("order_update", "odd", { status: "open", day: DAY, opened_ms: 5 }), ...till.sale("o3", "p3", 500, { tender: "cash" })]);
    await until("the odd one is passed over", async () => {
      await till.post("/payments/settle", undefined, "admin");
      return (await till.get("/orders", "pos")).orders.length === 3;
    }, { everyMs: 300, patienceMs: 20_000 });
    assert.deepEqual((await till.get("/dead-letters")).operations.map(({ sent }) => sent.entity), ["odd"]);
    await db.prepare("DROP TRIGGER full").run();
    assert.equal((await till.post("/reports/tell", undefined, "admin")).status, 200);
    await until("it is told again", async () => (await till.get("/orders", "pos")).orders.length === 4, { everyMs: 100 });
    assert.deepEqual((await till.get("/dead-letters")).operations, []);
    const { results } = await db.prepare("SELECT location FROM orders WHERE location = ''").all();
    assert.deepEqual(results, []);
  });

  test("migrations of D1 go back, and forward again, and the authority tells its rows anew", async () => {
    const till = await new Till("ways").register();
    await till.pushed(till.sale("o1", "p1", 500, { tender: "cash" }));
    await until("it is told", async () => (await till.get("/orders", "pos")).orders.length === 1, { everyMs: 50 });
    const db = await worker.mf.getD1Database("DB");
    const run = (folder) => db.batch(statements(folder, "0002_read_model.sql").map((text) => db.prepare(text)));
    await db.prepare("INSERT INTO device_keys VALUES ('kept', 'loc-ways', 'n', 'device', 'x', 1, NULL)").run();
    await run("migrations-back");
    const kept = await db.prepare("SELECT id FROM device_keys WHERE id = 'kept'").all();
    assert.equal(kept.results.length, 1, "the keys of the version before stay");
    await run("migrations");
    // An object that is made anew asks how far the read model is.
    await worker.stop();
    worker = await start();
    await till.pushed(till.sale("o2", "p2", 700, { tender: "cash" }));
    await until("both are told", async () => (await till.get("/orders", "pos")).orders.length === 2, { everyMs: 50 });
  });
});

describe("a thousand", () => {
  test("operations in two pushes, settled and told; reconciled in one upload", { timeout: 60_000 }, async () => {
    const till = await new Till("many").register();
    const ids = Array.from({ length: 500 }, (_, n) => `p${n}`);
    const operations = ids.flatMap((id, n) => till.sale(`o${n}`, id, 500, { tender: n % 5 ? "cash" : "card" }));
    const began = performance.now();
    await till.pushed(operations.slice(0, 500));
    await till.pushed(operations.slice(500));
    const pushed = performance.now() - began;
    await until("all cards are settled", async () => [...(await till.rows()).values()].every(({ fields }) => fields.tender !== "card" || fields.state === "approved"), { everyMs: 200 });
    const settled = performance.now() - began;
    await until("all is told", async () => (await till.get(`/reports/sales?from=${DAY}&to=${DAY}`, "pos")).orders === 500, { everyMs: 200 });
    const told = performance.now() - began;
    assert.ok((await standin.payments()).captures.every(({ moved, reference }) => moved <= 1 || !reference.startsWith(till.location)));
    console.log(`1,000 operations: pushed in ${pushed.toFixed(0)} ms, 100 cards settled after ${settled.toFixed(0)} ms, all told after ${told.toFixed(0)} ms`);
  });

  test("payments are reconciled with the provider, and what the device lacks is said", { timeout: 60_000 }, async () => {
    const till = await new Till("books").register();
    const ids = Array.from({ length: 1_000 }, (_, n) => `p${n}`);
    for (let at = 0; at < 1_000; at += 250) await till.pushed(ids.slice(at, at + 250).flatMap((id, n) => till.sale(`o${at + n}`, id, 500, { tender: "cash" })));
    await till.pushed([...till.sale("o-card", "p-card", 900), ...till.sale("o-more", "p-more", 100, { tender: "cash" })]);
    await till.settled("p-card", "approved");
    const upload = { terminal: till.device, from: DAY, to: DAY, upload: "u1", last: false, payments: ids.map((payment) => ({ payment, cents: 500, card: true })) };
    const began = performance.now();
    const answer = await till.post("/reconcile", upload);
    const took = performance.now() - began;
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.payments.length, 1_000);
    assert.ok(answer.json.payments.every(({ cloud_cents, provider_cents }) => cloud_cents === 500 && provider_cents === undefined));
    const last = await till.post("/reconcile", { ...upload, last: true, payments: [{ payment: "p-card", cents: 900, card: true }, { payment: "lost", cents: 1, card: true }] });
    assert.deepEqual(last.json.payments, [{ payment: "p-card", cloud_cents: 900, state: "approved", provider_cents: 900 }, { payment: "lost" }, { payment: "p-more", cloud_cents: 100, state: "approved" }]);
    assert.equal((await till.post("/reconcile", { ...upload, payments: Array(1_001).fill(upload.payments[0]) })).status, 400);
    await standin.set({ tasks: { lookup: { health: "outage" } } });
    const { status, json } = await till.post("/reconcile", upload);
    assert.deepEqual([status, json.error.code], [502, "upstream_failed"]);
    console.log(`1,000 payments reconciled in ${took.toFixed(0)} ms`);
  });
});

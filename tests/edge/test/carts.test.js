import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { CartClient, seeded, total } from "../lib/cart.js";
import { dish, putMenuInUse } from "../lib/menu_in_use.js";
import { Socket, refusedWith } from "../lib/socket.js";
import { active, authService, startWorker } from "../lib/worker.js";

const TOKENS = {
  kiosk: active("kiosk", ["loc-1"]),
  other: active("kiosk", ["loc-1"], { sub: "another-kiosk" }),
  pos: active("pos", ["loc-1"]),
  foreign: active("admin", ["loc-2"]),
};
const MILK = { id: "milk", name: "Milk", min: 0, max: 1, options: [{ id: "oat", name: "Oat milk", price_cents: 60 }, { id: "less", name: "Less", price_cents: -20 }] };
const MENU = [...Array.from({ length: 9 }, (_, n) => dish(`d${n}`, 100 + 37 * n)), dish("latte", 450, { modifier_groups: [MILK] }), dish("unpriced", undefined)];

let worker;
let ids = 0;
const op = (fields, base_version = 0) => ({ id: `op-${(ids += 1)}`, base_version, ...fields });
const add = (line, item, more = {}) => op({ op: "add_line", line, item, quantity: 1, ...more });
const carts = "/api/v1/locations/loc-1/carts";

async function newCart(body = {}) {
  const made = await worker.call("POST", carts, { token: "kiosk", json: body });
  assert.equal(made.status, 201, made.text);
  return { ...made.json, path: `${carts}/${made.json.cart}` };
}
const send = (path, ops, token = "kiosk") => worker.call("POST", `${path}/ops`, { token, json: { ops } });
const read = async (path) => (await worker.call("GET", path, { token: "kiosk" })).json;

before(async () => {
  worker = await startWorker({ auth: authService(TOKENS) });
  await putMenuInUse(worker.mf, "loc-1", MENU);
});
after(() => worker.stop());

describe("a cart over HTTP", () => {
  test("is made empty, with an id that nobody guesses", async () => {
    const [one, two] = [await newCart({ table: " 12 " }), await newCart()];
    assert.match(one.cart, /^[0-9a-f]{32}$/);
    assert.notEqual(one.cart, two.cart);
    assert.equal(one.table, "12");
    assert.deepEqual(await read(one.path), { cart: one.cart, table: "12", version: 0, total_cents: 0, lines: {} });
  });

  test("takes names and prices from the menu, whatever the client says", async () => {
    const { path } = await newCart();
    const answer = await send(path, [
      add("l1", "latte", { quantity: 2, unit_price_cents: 1, name: "free", modifiers: [{ group: "milk", id: "oat", price_cents: -450, name: "gratis" }] }),
      add("l2", "d1"),
    ]);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json.outcomes.map(({ outcome, version }) => [outcome, version]), [["applied", 1], ["applied", 2]]);
    assert.equal(answer.json.total_cents, 2 * (450 + 60) + 137);
    const cart = await read(path);
    assert.equal(cart.lines.l1.name, "Dish latte");
    assert.equal(cart.lines.l1.modifiers[0].name, "Oat milk");
    assert.equal(cart.total_cents, answer.json.total_cents);
  });

  test("refuses one by one, with stable reasons", async () => {
    const { path } = await newCart();
    const answer = await send(path, [
      add("l1", "nothing"),
      add("l2", "unpriced"),
      add("l3", "latte", { modifiers: [{ group: "milk", id: "soy" }] }),
      add("l4", "d1", { quantity: 0 }),
      add("l4", "d1", { quantity: 300 }),
      op({ op: "set_quantity", line: "l9", quantity: 2 }),
      add("l5", "d1"),
      { ...add("l6", "d1"), base_version: 99 },
    ]);
    assert.deepEqual(
      answer.json.outcomes.map(({ outcome, reason }) => reason ?? outcome),
      ["not_on_menu", "no_price", "unknown_modifier", "bad_quantity", "bad_quantity", "no_such_line", "applied", "unknown_version"],
    );
    assert.equal(answer.json.total_cents, 137);
  });

  test("does an operation once, however often it comes", async () => {
    const { path } = await newCart();
    const one = add("l1", "d2");
    const answers = await Promise.all(Array.from({ length: 8 }, () => send(path, [one, one])));
    const outcomes = answers.flatMap((answer) => answer.json.outcomes);
    assert.equal(outcomes.filter(({ outcome }) => outcome === "applied").length, 1);
    assert.ok(outcomes.every(({ version }) => version === 1));
    assert.equal((await read(path)).total_cents, 174);
  });

  test("lets no sold-out dish in and none become more, and sells it again", async () => {
    const { path } = await newCart();
    assert.equal((await send(path, [add("l1", "d3", { quantity: 2 })])).json.version, 1);
    const mark = (sold_out) => worker.call("PATCH", "/api/v1/locations/loc-1/menu/items/d3/availability", { token: "pos", json: { sold_out } });
    assert.equal((await mark(true)).status, 204);
    const later = add("l2", "d3");
    const answer = await send(path, [later, op({ op: "set_quantity", line: "l1", quantity: 3 }), op({ op: "set_quantity", line: "l1", quantity: 1 })]);
    assert.deepEqual(answer.json.outcomes.map(({ outcome, reason }) => reason ?? outcome), ["sold_out", "sold_out", "applied"]);
    assert.equal((await mark(null)).status, 204);
    assert.equal((await send(path, [later])).json.outcomes[0].outcome, "applied");
    assert.equal((await read(path)).total_cents, 2 * 211);
  });

  test("takes no dish outside its hours, and no more of one, until they begin", async () => {
    const mine = worker;
    worker = await startWorker({ auth: authService(TOKENS) });
    try {
      // Served for an hour that is twelve hours away, and all day long, in the restaurant's zone.
      const zone = "Asia/Kolkata";
      const hour = (Number(new Intl.DateTimeFormat("en", { timeZone: zone, hour: "2-digit", hourCycle: "h23" }).format()) + 12) % 24;
      const two = (number) => String(number).padStart(2, "0");
      const served = (from, to) => ({ availability: { dayparts: [{ from, to }] } });
      const late = dish("late", 300, served(`${two(hour)}:00`, `${two(hour + 1)}:00`));
      const soup = dish("soup", 500);
      await putMenuInUse(worker.mf, "loc-1", [late, soup, dish("day", 400, served("00:00", "24:00"))], zone);
      const { path } = await newCart();
      const reasons = async (...ops) => (await send(path, ops)).json.outcomes.map(({ outcome, reason }) => reason ?? outcome);
      assert.deepEqual(await reasons(add("l1", "late"), add("l2", "soup"), add("l3", "day")), ["outside_hours", "applied", "applied"]);
      assert.equal((await worker.call("PATCH", "/api/v1/locations/loc-1/menu/items/late/availability", { token: "pos", json: { sold_out: false } })).status, 204);
      assert.deepEqual(await reasons(add("l4", "late")), ["outside_hours"], "a mark opens no kitchen");
    } finally {
      await worker.stop();
      worker = mine;
    }
  });

  test("is not there for those who guess, nor at another location", async () => {
    const { cart, path } = await newCart();
    for (const unknown of [randomBytes(16).toString("hex"), "x", cart.toUpperCase(), `${cart}0`]) {
      assert.equal((await worker.call("GET", `${carts}/${unknown}`, { token: "kiosk" })).status, 404, unknown);
      assert.equal((await send(`${carts}/${unknown}`, [add("l1", "d1")])).status, 404, unknown);
      assert.equal(await refusedWith(Socket.open(worker.url, `${carts}/${unknown}/live`, { token: "kiosk" })), 404, unknown);
    }
    assert.equal((await worker.call("GET", path, { token: "foreign" })).status, 403);
    assert.equal((await worker.call("GET", path.replace("loc-1", "loc-2"), { token: "foreign" })).status, 404);
  });

  test("sells nothing on a guess: without word from the kitchen an operation fails whole and may be sent again", async () => {
    const mine = worker;
    worker = await startWorker({ auth: authService(TOKENS), without: ["LIVE"] });
    try {
      await putMenuInUse(worker.mf, "loc-1", MENU);
      const { path } = await newCart();
      const answer = await send(path, [add("l1", "d1")]);
      assert.ok(answer.status >= 500, `${answer.status}`);
      assert.equal((await read(path)).version, 0);
      const socket = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
      socket.send({ type: "ops", ops: [add("l2", "d1")] });
      const error = await socket.next("error");
      assert.ok(["internal", "upstream_failed"].includes(error.code));
      assert.match(error.ids[0], /^op-/, "who sent it knows what was not done");
      await socket.flush(); // it is no fault of the client's
      await socket.close();
    } finally {
      await worker.stop();
      worker = mine;
    }
  });

  test("cannot be told who calls by a header", async () => {
    const { path } = await newCart();
    const forged = encodeURIComponent(JSON.stringify({ subject: "forged", scope: "admin", location: "loc-1" }));
    const answer = await worker.call("POST", `${path}/ops`, { token: "kiosk", json: { ops: [add("l1", "d1")] }, headers: { "x-edge-caller": forged } });
    assert.equal(answer.status, 200);
    const author = (await read(path)).lines.l1.added_by;
    assert.ok(author.includes(TOKENS.kiosk.sub), author);
  });

  test("refuses bodies that are too large, empty or odd", async () => {
    const { path } = await newCart();
    const many = Array.from({ length: 65 }, (_, n) => op({ op: "set_quantity", line: `l${n}`, quantity: 1 }));
    assert.equal((await send(path, many)).status, 400);
    assert.equal((await send(path, [])).status, 400);
    assert.equal((await send(path, [add("l1", "d1", { note: "x".repeat(17_000) })])).status, 413);
    assert.equal((await send(path, [{ id: "o", base_version: 0, op: "pay" }])).status, 400);
    assert.equal((await worker.call("POST", carts, { token: "kiosk", json: { table: "x".repeat(41) } })).status, 400);
    assert.equal((await worker.call("POST", carts, { token: "kiosk", json: { owner: "me" } })).status, 400);
    assert.equal((await read(path)).version, 0);
  });
});

describe("a cart over a socket", () => {
  test("greets, tells who is there, and who left", async () => {
    const { cart, path } = await newCart();
    const ana = await Socket.open(worker.url, `${path}/live?name=Ana`, { token: "kiosk" });
    const hello = await ana.next("hello");
    assert.equal(hello.cart.cart, cart);
    assert.deepEqual((await ana.next("presence")).people, [{ id: hello.you, name: "Ana" }]);
    const bo = await Socket.open(worker.url, `${path}/live?name=B%C3%B8`, { token: "other" });
    const both = await ana.next("presence");
    assert.equal(both.count, 2);
    assert.deepEqual(both.people.map(({ name }) => name).sort(), ["Ana", "Bø"]);
    await bo.close();
    assert.deepEqual((await ana.next("presence")).people.map(({ name }) => name), ["Ana"]);
    assert.equal(await refusedWith(Socket.open(worker.url, `${path}/live?name=${"x".repeat(41)}`, { token: "kiosk" })), 400);
    assert.equal(await refusedWith(Socket.open(worker.url, `${path}/live?name=%1b%5b31m`, { token: "kiosk" })), 400);
    await ana.close();
  });

  test("tells all who watch, also what came over HTTP, and catches up", async () => {
    const { path } = await newCart();
    const ana = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
    const bo = await Socket.open(worker.url, `${path}/live`, { token: "other" });
    ana.send({ type: "ops", ops: [add("l1", "d0"), add("l2", "nothing")] });
    const told = await bo.next("ops");
    assert.deepEqual([told.from, told.version, told.total_cents, told.ops.length], [0, 1, 100, 1]);
    assert.equal((await ana.next("ops")).version, 1, "the sender follows like all others");
    assert.deepEqual((await ana.next("ack")).outcomes.map(({ outcome }) => outcome), ["applied", "refused"]);
    await send(path, [op({ op: "set_note", line: "l1", note: "no ice" })]);
    assert.equal((await bo.next("ops")).ops[0].note, "no ice");
    bo.send({ type: "since", version: 0 });
    assert.deepEqual((await bo.next("ops")).ops.map(({ version }) => version), [1, 2]);
    bo.send({ type: "since", version: 99 });
    assert.equal((await bo.next("snapshot")).cart.version, 2);
    await Promise.all([ana.close(), bo.close()]);
  });

  test("keeps a client's messages in their order, though prices are looked up", async () => {
    const { path } = await newCart();
    const ana = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
    for (let n = 0; n < 20; n += 1) {
      ana.send({ type: "ops", ops: [add(`l${n}`, "d1")] });
      ana.send({ type: "ops", ops: [op({ op: "set_note", line: `l${n}`, note: `${n}` })] });
    }
    for (let n = 0; n < 40; n += 1) assert.equal((await ana.next("ack")).outcomes[0].outcome, "applied");
    await ana.close();
  });

  test("answers faults, and closes after five in a row", async () => {
    const { path } = await newCart();
    const faults = [
      ["{", "invalid_request"],
      [{ type: "pay" }, "invalid_request"],
      [Buffer.from("{}"), "unsupported_media_type"],
      [`{"type":"ping","x":"${"x".repeat(16 * 1024)}"}`, "payload_too_large"],
    ];
    const ana = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
    for (const [sent, code] of faults) {
      ana.send(sent);
      assert.equal((await ana.next("error")).code, code);
    }
    await ana.flush(); // a good message ends the row
    for (const [sent] of [...faults, ["{", ""]]) ana.send(sent);
    assert.equal((await ana.ended()).code, 1008);
    assert.equal((await read(path)).version, 0);
  });

  test("names the operations that a fault cost, and how long to wait", async () => {
    const { path } = await newCart();
    const ana = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
    ana.send({ type: "ops", ops: [{ ...add("l1", "d1"), id: "good" }, { id: "bad", base_version: 0, op: "pay" }] });
    const { code, ids: named } = await ana.next("error");
    assert.deepEqual([code, named], ["invalid_request", ["good", "bad"]]);
    for (let n = 0; n < 70; n += 1) ana.send({ type: "ops", ops: [{ ...add(`m${n}`, "d1"), id: `o${n}` }] });
    const slow = await ana.next(({ type, code }) => type === "error" && code === "rate_limited");
    assert.match(slow.ids[0], /^o\d+$/);
    assert.ok(slow.retry_after_ms >= 1 && slow.retry_after_ms <= 1_000, `${slow.retry_after_ms}`);
    ana.drop();
  });

  test("is open a hundred times at most", { timeout: 30_000 }, async () => {
    const { path } = await newCart();
    const sockets = await Promise.all(Array.from({ length: 100 }, () => Socket.open(worker.url, `${path}/live`, { token: "kiosk" })));
    assert.equal(await refusedWith(Socket.open(worker.url, `${path}/live`, { token: "kiosk" })), 429);
    await sockets[0].close();
    const again = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
    for (const socket of [...sockets.slice(1), again]) socket.drop();
  });

  test("slows a flood down and ends it", async () => {
    const { path } = await newCart();
    const flood = await Socket.open(worker.url, `${path}/live`, { token: "kiosk" });
    for (let n = 0; n < 200; n += 1) flood.send(`{ "type": "ping" }`);
    const { code, reason } = await flood.ended();
    assert.deepEqual([code, reason], [1008, "rate_limited"]);
    const pongs = flood.frames.filter(({ type }) => type === "pong").length;
    assert.ok(pongs >= 60 && pongs <= 110, `${pongs} of 200 were admitted`);
  });
});

describe("several people, lost lines and repeats", () => {
  for (const seed of [1, 2]) {
    test(`all come out with the same cart (seed ${seed})`, { timeout: 90_000 }, async () => {
      const { path } = await newCart();
      const observer = new CartClient(worker.url, path, "pos", "observer");
      const people = Array.from({ length: 5 }, (_, n) => new CartClient(worker.url, path, n % 2 ? "kiosk" : "other", `p${n}`));
      for (const client of [observer, ...people]) await client.connect();
      const sent = await Promise.all(people.map((client, n) => edit(client, path, seeded(1000 * seed + n))));
      for (const client of people) await client.settle(0);
      const server = await read(path);
      for (const client of [observer, ...people]) {
        await client.settle(server.version);
        assert.deepEqual(client.cart, server, `${client.name} differs`);
      }
      assert.equal(server.total_cents, total(server));
      assert.equal(new Set(observer.followed).size, observer.followed.length, "an operation was done twice");
      assert.equal(observer.followed.length, server.version, "one operation for each version");
      const operations = sent.reduce((sum, count) => sum + count, 0);
      assert.ok(server.version > operations / 3, `only ${server.version} of ${operations} were done`);
      assert.ok(people.some(({ connections }) => connections > 2), "no line was lost");
      for (const line of Object.values(server.lines)) {
        assert.equal(line.unit_price_cents, MENU.find(({ id }) => id === line.item).price_cents);
      }
      await Promise.all([observer, ...people].map(({ socket }) => socket.close()));
    });
  }

  async function edit(client, path, random) {
    let count = 0;
    for (let round = 0; round < 60; round += 1) {
      const ops = Array.from({ length: 1 + random.below(3) }, () => anything(client, random));
      count += ops.length;
      client.send(ops);
      if (random.next() < 0.15) client.send(ops); // twice on one line
      if (random.next() < 0.1) await send(path, ops, client.token); // and by another way
      if (random.next() < 0.08) {
        client.socket.drop(); // answers on their way are lost
        await sleep(random.below(60));
        await client.connect();
      }
      await sleep(30 + random.below(50));
    }
    return count;
  }

  function anything(client, random) {
    const base = client.cart.version;
    const lines = Object.keys(client.cart.lines);
    const line = random.pick(lines);
    const kind = line === undefined ? 0 : random.next();
    if (kind < 0.45) {
      const item = random.pick(MENU.slice(0, 10)).id;
      const modifiers = item === "latte" && random.next() < 0.5 ? [{ group: "milk", id: random.pick(["oat", "less"]) }] : [];
      return { ...add(`${client.name}-${ids}`, item, { quantity: 1 + random.below(4), modifiers }), base_version: base };
    }
    if (kind < 0.7) return op({ op: "set_quantity", line, quantity: 1 + random.below(5) }, base);
    if (kind < 0.8) return op({ op: "set_note", line, note: `n${random.below(9)}` }, base);
    if (kind < 0.98) return op({ op: "remove_line", line }, base);
    return op({ op: "clear" }, base);
  }
});

describe("what outlives its object", () => {
  test("a cart and its sockets outlive thirteen idle seconds", { timeout: 40_000 }, async () => {
    const { path } = await newCart({ table: "7" });
    const ana = await Socket.open(worker.url, `${path}/live?name=Ana`, { token: "kiosk" });
    const bo = await Socket.open(worker.url, `${path}/live?name=Bo`, { token: "other" });
    ana.send({ type: "ops", ops: [add("l1", "d4")] });
    await bo.next("ops");
    await sleep(13_000);
    bo.send({ type: "ops", ops: [op({ op: "set_quantity", line: "l1", quantity: 3 }, 1)] });
    const told = await ana.next(({ type, from }) => type === "ops" && from === 1);
    assert.deepEqual([told.version, told.total_cents], [2, 3 * 248]);
    const cy = await Socket.open(worker.url, `${path}/live?name=Cy`, { token: "kiosk" });
    const here = await cy.next("presence");
    assert.deepEqual(here.people.map(({ name }) => name).sort(), ["Ana", "Bo", "Cy"], "identities are in the attachments");
    assert.equal((await cy.next("hello")).cart.table, "7");
    await Promise.all([ana.close(), bo.close(), cy.close()]);
  });

  test("nobody's cart is deleted, an old socket is ended, and one in use stays", { timeout: 40_000 }, async () => {
    const mine = worker;
    worker = await startWorker({ auth: authService(TOKENS), vars: { CART_IDLE_S: "2", SOCKET_AGE_S: "4" } });
    try {
      await putMenuInUse(worker.mf, "loc-1", MENU);
      const [idle, used] = [await newCart(), await newCart()];
      const left = await Socket.open(worker.url, `${idle.path}/live`, { token: "kiosk" });
      const old = await Socket.open(worker.url, `${used.path}/live`, { token: "kiosk" });
      const listening = await Socket.open(worker.url, `${used.path}/live`, { token: "other" });
      for (let n = 0; n < 10; n += 1) {
        assert.equal((await send(used.path, [add(`l${n}`, "d0")])).status, 200);
        await sleep(500);
      }
      assert.equal((await left.ended()).code, 4404);
      assert.equal((await worker.call("GET", idle.path, { token: "kiosk" })).status, 404);
      assert.equal((await read(used.path)).version, 10);
      assert.equal((await listening.ended()).code, 4401, "told nothing once it is too old");
      assert.ok(listening.frames.filter(({ type }) => type === "ops").length < 10);
      old.send({ type: "ops", ops: [op({ op: "clear" })] });
      assert.equal((await old.ended()).code, 4401);
      assert.equal((await read(used.path)).version, 10, "nor heard");
      await sleep(4_500);
      assert.equal((await worker.call("GET", used.path, { token: "kiosk" })).status, 404);
    } finally {
      await worker.stop();
      worker = mine;
    }
  });

  test("a cart outlives a restart of everything, and so does what was done once", { timeout: 60_000 }, async () => {
    const persist = await mkdtemp(join(tmpdir(), "edge-carts-"));
    const started = () => startWorker({ auth: authService(TOKENS), persist });
    let again = await started();
    try {
      await putMenuInUse(again.mf, "loc-1", MENU);
      const { json } = await again.call("POST", carts, { token: "kiosk", json: {} });
      const path = `${carts}/${json.cart}`;
      const first = add("l1", "d5");
      await again.call("POST", `${path}/ops`, { token: "kiosk", json: { ops: [first] } });
      await again.stop();
      again = await started();
      const repeated = await again.call("POST", `${path}/ops`, { token: "kiosk", json: { ops: [first, add("l2", "d0")] } });
      assert.deepEqual(repeated.json.outcomes.map(({ outcome, version }) => [outcome, version]), [["repeated", 1], ["applied", 2]]);
      assert.equal((await again.call("GET", path, { token: "kiosk" })).json.total_cents, 285 + 100);
    } finally {
      await again.stop();
      await rm(persist, { recursive: true, force: true });
    }
  });
});

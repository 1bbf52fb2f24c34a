import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { dish, putMenuInUse } from "../lib/menu_in_use.js";
import { Socket, refusedWith } from "../lib/socket.js";
import { active, authService, inSeconds, startWorker } from "../lib/worker.js";

const TOKENS = {
  kiosk: active("kiosk", ["loc-1"]),
  pos: active("pos", ["loc-1"]),
  both: active("pos", ["loc-1", "loc-2"]),
};
const at = (location) => `/api/v1/locations/${location}`;
const HERE = at("loc-1");
const MENU = [dish("soup", 500), dish("salad", 700)];

let worker;
const mark = (item, sold_out, { token = "pos", location = "loc-1" } = {}) =>
  worker.call("PATCH", `${at(location)}/menu/items/${item}/availability`, { token, json: { sold_out } });
const watch = (query = "", { token = "pos", location = "loc-1" } = {}) => Socket.open(worker.url, `${at(location)}/live${query}`, { token });
async function ticket(target, { token = "kiosk", location = "loc-1" } = {}) {
  const answer = await worker.call("POST", `${at(location)}/tickets`, { token, json: { for: target } });
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.expires_in_s, 30);
  assert.match(answer.json.ticket, /^[0-9a-f]{32}$/);
  return answer.json.ticket;
}
const open = (path) => refusedWith(Socket.open(worker.url, path));
async function newCart() {
  const answer = await worker.call("POST", `${HERE}/carts`, { token: "kiosk", json: {} });
  assert.equal(answer.status, 201, answer.text);
  return answer.json.cart;
}

before(async () => {
  worker = await startWorker({ auth: authService(TOKENS) });
  for (const location of ["loc-1", "loc-2"]) await putMenuInUse(worker.mf, location, MENU);
});
after(() => worker.stop());

describe("what screens hear", () => {
  test("a sold-out dish, within a second, on every screen of the location and on no other", async () => {
    const screens = await Promise.all([watch(), watch("?topics=availability", { token: "kiosk" }), watch("?topics=menu,availability")]);
    const menuOnly = await watch("?topics=menu");
    const elsewhere = await watch("", { token: "both", location: "loc-2" });
    const sentMs = performance.now();
    assert.equal((await mark("soup", true)).status, 204);
    for (const screen of screens) {
      const heard = await screen.next("event");
      assert.deepEqual([heard.topic, heard.event.kind, heard.event.item, heard.event.sold_out], ["availability", "sold_out", "soup", true]);
      assert.ok(heard.heardMs - sentMs < 1000, `${heard.heardMs - sentMs} ms`);
    }
    assert.equal((await mark("soup", true)).status, 204);
    assert.equal((await mark("soup", null)).status, 204);
    const back = await screens[0].next("event");
    assert.deepEqual([back.event.sold_out, back.event.version], [null, 2], "what changes nothing is no news");
    for (const silent of [menuOnly, elsewhere]) {
      await silent.flush();
      assert.deepEqual(silent.frames.filter(({ type }) => type === "event"), []);
    }
    for (const screen of [...screens, menuOnly, elsewhere]) await screen.close();
  });

  test("and where it missed them, all marks at once", async () => {
    const marks = (options) => worker.call("GET", `${HERE}/availability`, { token: "kiosk", ...options });
    const { json: before } = await marks();
    assert.equal((await mark("soup", true)).status, 204);
    assert.equal((await mark("salad", false)).status, 204);
    assert.deepEqual((await marks()).json, { version: before.version + 2, sold_out: { salad: false, soup: true } });
    const screen = await watch("?topics=availability");
    for (const item of ["soup", "salad"]) await mark(item, null);
    const last = (await screen.next("event")) && (await screen.next("event"));
    assert.deepEqual((await marks()).json, { version: last.event.version, sold_out: {} });
    assert.deepEqual((await worker.call("GET", `${at("loc-2")}/availability`, { token: "both" })).json.sold_out, {}, "of its own location");
    await screen.close();
  });

  test("of carts: staff alone, since an id opens a cart", async () => {
    assert.equal(await refusedWith(watch("?topics=carts", { token: "kiosk" })), 403);
    const kiosk = await watch("", { token: "kiosk" });
    assert.deepEqual((await kiosk.next("hello")).topics, ["menu", "availability"]);
    const kds = await watch("?topics=carts");
    const cart = await newCart();
    assert.deepEqual((await kds.next("event")).event, { kind: "cart_made", cart });
    const op = { id: "o1", base_version: 0, op: "add_line", line: "l1", item: "salad", quantity: 2 };
    await worker.call("POST", `${HERE}/carts/${cart}/ops`, { token: "kiosk", json: { ops: [op] } });
    assert.deepEqual((await kds.next("event")).event, { kind: "cart_changed", cart, version: 1, total_cents: 1400 });
    await kiosk.flush();
    assert.deepEqual(kiosk.frames.filter(({ type }) => type === "event"), []);
    await Promise.all([kiosk.close(), kds.close()]);
  });

  test("two hundred screens all hear one event", { timeout: 60_000 }, async () => {
    const screens = [];
    for (let n = 0; n < 10; n += 1) screens.push(...(await Promise.all(Array.from({ length: 20 }, () => watch("?topics=availability")))));
    const sentMs = performance.now();
    await mark("salad", true);
    const heard = await Promise.all(screens.map((screen) => screen.next("event")));
    assert.equal(heard.length, 200);
    assert.equal(new Set(heard.map(({ seq }) => seq)).size, 1);
    const slowest = Math.max(...heard.map(({ heardMs }) => heardMs)) - sentMs;
    assert.ok(slowest < 5000, `${slowest} ms`);
    await mark("salad", null);
    await Promise.all(screens.map((screen) => screen.close()));
  });

  test("nothing any more once its socket is too old", { timeout: 30_000 }, async () => {
    const mine = worker;
    worker = await startWorker({ auth: authService(TOKENS), vars: { SOCKET_AGE_S: "2" } });
    try {
      await putMenuInUse(worker.mf, "loc-1", MENU);
      const screen = await watch();
      await mark("soup", true);
      await screen.next("event");
      await sleep(2_100);
      const young = await watch();
      await mark("soup", false);
      assert.equal((await screen.ended()).code, 4401);
      assert.deepEqual(screen.frames.filter(({ type }) => type === "event"), []);
      await young.next("event");
      await young.close();
    } finally {
      await worker.stop();
      worker = mine;
    }
  });

  test("nothing any more once the token of its socket ended, however it was opened", { timeout: 30_000 }, async () => {
    const mine = worker;
    let ending;
    worker = await startWorker({ auth: authService({ ...TOKENS, ending: () => ending }) });
    try {
      await putMenuInUse(worker.mf, "loc-1", MENU);
      ending = active("pos", ["loc-1"], { exp: inSeconds(6), sub: "soon-gone" });
      const byToken = await watch("", { token: "ending" });
      const byTicket = await Socket.open(worker.url, `${HERE}/live?ticket=${await ticket("live", { token: "ending" })}`);
      const cart = await newCart();
      const atCart = await Socket.open(worker.url, `${HERE}/carts/${cart}/live`, { token: "ending" });
      const staying = await watch();
      await mark("soup", true);
      for (const screen of [byToken, byTicket, staying]) await screen.next((frame) => frame.topic === "availability");
      await sleep(ending.exp * 1000 - Date.now() + 50);
      await mark("soup", false);
      for (const screen of [byToken, byTicket]) {
        assert.equal((await screen.ended()).code, 4401);
        assert.deepEqual(screen.frames.filter(({ topic }) => topic === "availability"), []);
      }
      atCart.send({ type: "since", version: 0 });
      assert.equal((await atCart.ended()).code, 4401);
      await staying.next((frame) => frame.topic === "availability");
      await staying.close();
    } finally {
      await worker.stop();
      worker = mine;
    }
  });

  test("nothing odd: unknown topics and numbers are refused, chatter is answered and ended", async () => {
    for (const query of ["?topics=", "?topics=orders", "?after=-1", "?after=x", "?after=1e3"]) {
      assert.equal(await refusedWith(watch(query)), 400, query);
    }
    assert.equal((await worker.call("GET", `${HERE}/live`, { token: "pos" })).status, 426);
    const screen = await watch();
    for (let n = 0; n < 5; n += 1) screen.send({ type: "sold_out", item: "soup" });
    assert.equal((await screen.next("error")).code, "invalid_request");
    assert.equal((await screen.ended()).code, 1008);
  });

  test("and forgives faults that are not in a row", async () => {
    const screen = await watch();
    for (let round = 0; round < 2; round += 1) {
      for (let n = 0; n < 4; n += 1) screen.send(n % 2 ? { type: "ping", id: n } : { type: "sold_out", item: "soup" });
      await screen.flush();
    }
    assert.equal(screen.frames.filter(({ type }) => type === "error").length, 8);
    await screen.close();
  });
});

describe("a screen that was away", () => {
  test("hears what it missed, each event once and in order, or starts anew", { timeout: 120_000 }, async () => {
    const location = "loc-2";
    const screen = await watch("?topics=availability", { token: "both", location });
    const { seq } = await screen.next("hello");
    screen.drop();
    for (let n = 0; n < 5; n += 1) await mark("soup", n % 2 === 0, { token: "both", location });
    const back = await watch(`?topics=availability&after=${seq}`, { token: "both", location });
    const missed = [];
    for (let n = 0; n < 5; n += 1) missed.push(await back.next("event"));
    assert.deepEqual(missed.map((event) => event.seq - seq), [1, 2, 3, 4, 5]);
    assert.deepEqual(missed.map(({ event }) => event.sold_out), [true, false, true, false, true]);
    await mark("soup", false, { token: "both", location });
    assert.equal((await back.next("event")).seq, seq + 6, "and then what is new");
    const others = await watch(`?topics=menu&after=${seq}`, { token: "both", location });
    await others.flush();
    assert.deepEqual(others.frames.map(({ type }) => type), ["hello"], "of its own topics");
    const future = await watch(`?after=${seq + 1000}`, { token: "both", location });
    assert.equal((await future.next("reset")).seq, seq + 6, "a number that never was is no number of this log");
    for (const socket of [back, others, future]) await socket.close();
  });

  test("joins in the middle of a storm and sees each event once, in order", { timeout: 60_000 }, async () => {
    const location = "loc-2";
    const probe = await watch("?topics=availability", { token: "both", location });
    const { seq: start } = await probe.next("hello");
    let storming = true;
    const storm = (async () => {
      let n = 0;
      for (; storming; n += 1) await Promise.all(["soup", "salad"].map((item) => mark(item, n % 2 === 0, { token: "both", location })));
      return n;
    })();
    const screens = [];
    for (let n = 0; n < 20; n += 1) {
      const screen = await watch(`?topics=availability&after=${start}`, { token: "both", location });
      screens.push(screen);
      await sleep(25);
    }
    storming = false;
    await storm;
    const all = [];
    for (;;) {
      const event = await probe.next("event", { timeoutMs: 500 }).catch(() => undefined);
      if (event === undefined) break;
      all.push(event.seq);
    }
    assert.ok(all.length > 40, `only ${all.length} events`);
    assert.deepEqual(all, all.map((_, n) => start + 1 + n));
    for (const screen of screens) {
      const seen = screen.frames.filter(({ type }) => type === "event").map(({ seq }) => seq);
      assert.deepEqual(seen, all);
      await screen.close();
    }
    await probe.close();
  });

  test("starts anew when it missed more than a thousand of its own topics, however many of others", { timeout: 120_000 }, async () => {
    const location = "loc-2";
    const first = await watch("?topics=availability", { token: "both", location });
    const { seq } = await first.next("hello");
    await first.close();
    // Two dishes on and off: every request is an event, however they are mixed.
    const toggle = async (item) => {
      for (let n = 0; n < 501; n += 1) assert.equal((await mark(item, n % 2 === 0, { token: "both", location })).status, 204);
    };
    await mark("salad", null, { token: "both", location });
    await mark("soup", null, { token: "both", location });
    const { json: made } = await worker.call("POST", `${at(location)}/carts`, { token: "both", json: {} });
    await Promise.all([toggle("soup"), toggle("salad")]);
    const tooLate = await watch(`?topics=availability&after=${seq}`, { token: "both", location });
    const { seq: last } = await tooLate.next("reset");
    assert.ok(last >= seq + 1002, `${last - seq}`);
    assert.deepEqual(tooLate.frames.filter(({ type }) => type === "event"), []);
    const justInTime = await watch(`?topics=availability&after=${last - 1000}`, { token: "both", location });
    for (let n = 1; n <= 1000; n += 1) assert.equal((await justInTime.next("event")).seq, last - 1000 + n);
    const oneTooLate = await watch(`?after=${last - 1001}`, { token: "both", location });
    await oneTooLate.next("reset");
    const ofCarts = await watch(`?topics=menu,carts&after=${seq}`, { token: "both", location });
    assert.deepEqual((await ofCarts.next("event")).event, { kind: "cart_made", cart: made.cart }, "a thousand marks cost other topics nothing");
    await ofCarts.flush();
    assert.deepEqual(ofCarts.frames.map(({ type }) => type), ["hello"], "and nothing else");
    await worker.call("POST", `${at(location)}/carts`, { token: "both", json: {} });
    const ofAll = await watch(`?after=${last - 3}`, { token: "both", location });
    for (let n = 0; n < 4; n += 1) assert.equal((await ofAll.next("event")).seq, last - 2 + n, "in one order over the topics");
    for (const socket of [tooLate, justInTime, oneTooLate, ofCarts, ofAll]) await socket.close();
  });

  test("sockets outlive thirteen idle seconds, and numbers go on after a restart", { timeout: 60_000 }, async () => {
    const persist = await mkdtemp(join(tmpdir(), "edge-live-"));
    const mine = worker;
    try {
      worker = await startWorker({ auth: authService(TOKENS), persist });
      await putMenuInUse(worker.mf, "loc-1", MENU);
      const screen = await watch("?topics=availability");
      await mark("soup", true);
      assert.equal((await screen.next("event")).seq, 1);
      await sleep(13_000);
      await mark("salad", true);
      assert.equal((await screen.next("event")).seq, 2);
      await worker.stop();
      worker = await startWorker({ auth: authService(TOKENS), persist });
      const back = await watch("?topics=availability&after=1");
      assert.equal((await back.next("event")).event.item, "salad");
      const cart = await newCart();
      const op = { id: "o1", base_version: 0, op: "add_line", line: "l1", item: "soup", quantity: 1 };
      const answer = await worker.call("POST", `${HERE}/carts/${cart}/ops`, { token: "kiosk", json: { ops: [op] } });
      assert.equal(answer.json.outcomes[0].reason, "sold_out", "marks outlive a restart");
      await back.close();
    } finally {
      await worker.stop();
      worker = mine;
      await rm(persist, { recursive: true, force: true });
    }
  });
});

describe("tickets", () => {
  test("open one socket, once", async () => {
    const live = await ticket("live");
    assert.equal(await open(`${HERE}/live?ticket=${live}`), 101);
    assert.equal(await open(`${HERE}/live?ticket=${live}`), 401, "a replayed one");
    const cart = await newCart();
    const forCart = await ticket(`carts/${cart}`);
    assert.equal(await open(`${HERE}/carts/${cart}/live?ticket=${forCart}`), 101);
    assert.equal(await open(`${HERE}/carts/${cart}/live?ticket=${forCart}`), 401);
  });

  test("let one in of many that show it at the same moment", async () => {
    const live = await ticket("live");
    const results = await Promise.all(Array.from({ length: 12 }, () => open(`${HERE}/live?ticket=${live}`)));
    assert.deepEqual(results.sort(), [101, ...Array(11).fill(401)]);
  });

  test("speak for whom they were made: its scope, not more", async () => {
    const kiosk = await ticket("live", { token: "kiosk" });
    assert.equal(await open(`${HERE}/live?topics=carts&ticket=${kiosk}`), 403);
    const pos = await ticket("live", { token: "pos" });
    assert.equal(await open(`${HERE}/live?topics=carts&ticket=${pos}`), 101);
  });

  test("are for one target at one location, and trying them elsewhere uses them up", async () => {
    const [one, two] = [await newCart(), await newCart()];
    for (const [target, path] of [
      ["live", `${HERE}/carts/${one}/live`],
      [`carts/${one}`, `${HERE}/live`],
      [`carts/${one}`, `${HERE}/carts/${two}/live`],
    ]) {
      const value = await ticket(target);
      assert.equal(await open(`${path}?ticket=${value}`), 401, `${target} at ${path}`);
      const right = target === "live" ? `${HERE}/live` : `${HERE}/${target}/live`;
      assert.equal(await open(`${right}?ticket=${value}`), 401, "used up");
    }
    const value = await ticket("live", { token: "both", location: "loc-1" });
    assert.equal(await open(`${at("loc-2")}/live?ticket=${value}`), 401, "another location, though the caller may go there");
    assert.equal(await open(`${HERE}/live?ticket=${value}`), 101, "which never saw the ticket");
  });

  test("are no key to anything else, and cannot be guessed or asked for oddly", async () => {
    const value = await ticket("live", { token: "pos" });
    assert.equal((await worker.call("GET", `${HERE}/menu?ticket=${value}`)).status, 401);
    assert.equal((await worker.call("GET", `${HERE}/menu`, { token: value })).status, 401);
    for (const bad of ["", "0".repeat(32), value.toUpperCase(), `${value}0`, `${value}%00`, `${value}&ticket=${value}`]) {
      assert.equal(await open(`${HERE}/live?ticket=${bad}`), 401, bad);
    }
    for (const target of ["", "menu", "carts/", "carts/x", "carts/../live", "live?topics=carts", "LIVE"]) {
      assert.equal((await worker.call("POST", `${HERE}/tickets`, { token: "kiosk", json: { for: target } })).status, 400, target);
    }
    assert.equal((await worker.call("POST", `${HERE}/tickets`, { json: { for: "live" } })).status, 401);
    assert.equal((await worker.call("POST", `${at("loc-2")}/tickets`, { token: "kiosk", json: { for: "live" } })).status, 403);
  });

  test("end after thirty seconds", { timeout: 60_000 }, async () => {
    const [soon, late] = [await ticket("live"), await ticket("live")];
    await sleep(25_000);
    assert.equal(await open(`${HERE}/live?ticket=${soon}`), 101);
    await sleep(5_500);
    assert.equal(await open(`${HERE}/live?ticket=${late}`), 401);
  });
});

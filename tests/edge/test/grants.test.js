// Grants, policies, what is revoked and the keys that sign: what a terminal is given, what it is
// refused, and how soon it hears.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { Socket, refusedWith } from "../lib/socket.js";
import { Terminal } from "../lib/terminal.js";
import { active, authService, startWorker } from "../lib/worker.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const at = (location) => `/api/v1/locations/${location}`;
const TOKENS = Object.fromEntries(["kiosk", "pos", "device", "admin"].map((scope) => [scope, active(scope, ["loc-7", "loc-9", "loc-10"])]));
TOKENS.elsewhere = active("admin", ["loc-8"]);
TOKENS.both = active("admin", ["loc-7", "loc-8"]);

let worker;
before(async () => {
  worker = await startWorker({ auth: authService(TOKENS) });
});
after(() => worker?.stop());

const ask = (method, path, { location = "loc-7", token = "device", ...options } = {}, of = worker) => of.call(method, `${at(location)}${path}`, { token, ...options });
async function deviceKey(location = "loc-7", token = "admin") {
  const made = await ask("POST", "/keys", { location, token, json: { name: "till", scope: "device" } });
  assert.equal(made.status, 201, made.text);
  return made.json.key;
}
function terminal(name, { location = "loc-7", token = "device", now, of = worker } = {}) {
  const call = (method, path, options) => ask(method, path, { location, token, ...options }, of);
  return new Terminal({ location, name, call, now });
}
const put = async (json, options) => {
  const answer = await ask("PUT", "/policy", { token: "admin", json, ...options });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const revoke = async (json, options) => {
  const answer = await ask("POST", "/revocations", { token: "admin", json, ...options });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const rotate = async (bring_forward, options) => {
  const answer = await ask("POST", "/grant-keys/rotate", { token: "admin", json: { bring_forward }, ...options });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
};
const card = (n) => n.toString(16).padStart(64, "0");
const cards = (from, to) => Array.from({ length: to - from }, (_, n) => card(from + n));
const revoked = (parts) => ({ cards: [], terminals: [], grants: [], keys: [], ...parts });
const DRAFT = {
  tenders: [{ tender: "cash", sale_cents: 200_000 }, { tender: "card", sale_cents: 20_000 }, { tender: "stored_value", sale_cents: 20_000 }],
  age_limits: [{ category: "spirits", years: 21 }],
  reduced_percent: 20,
  reduced_ms: 2 * HOUR,
  caps: { sale_cents: 20_000, total_cents: 500_000, sales: 500 },
  grant_life_ms: 24 * HOUR,
};
const report = (more) => ({ version: "0.1.0", at_ms: Date.now(), queue_size: 2, queue_cents: 700, attention: 0, revocations: 1, spent_cents: 700, ...more });
/** The object's own clock, which only a test may put ahead. */
async function clock(location, ms, of = worker) {
  const grants = await of.mf.getDurableObjectNamespace("GRANTS");
  const caller = encodeURIComponent(JSON.stringify({ subject: "test", scope: "admin" }));
  const answer = await grants.get(grants.idFromName(location)).fetch("https://object.internal/clock", { method: "POST", headers: { "x-edge-caller": caller }, body: JSON.stringify({ ms }) });
  return answer.status;
}
const till = (query = "?topics=till", { location = "loc-7", token = "device" } = {}) => Socket.open(worker.url, `${at(location)}/live${query}`, { token });
const heard = (kind) => (frame) => frame.type === "event" && frame.event.kind === kind;

describe("a terminal", () => {
  test("is welcomed, sells by what it is sent, and is sent only what is new", async () => {
    const key = await deviceKey();
    const one = await terminal("till-1", { token: key }).register();
    const first = await one.refresh();
    assert.deepEqual([one.policy.version, one.list.number, one.number], [1, 1, 2]);
    assert.deepEqual(one.grant.caps, { sale_cents: 20_000, total_cents: 500_000, sales: 500 });
    assert.deepEqual(one.grant.tenders, ["card", "stored_value"]);
    assert.ok(first.list && first.policy && first.grant);
    const second = await one.refresh({ unsettled_cents: 490_000, unsettled_sales: 499 });
    assert.deepEqual(one.grant.caps, { sale_cents: 10_000, total_cents: 10_000, sales: 1 });
    assert.deepEqual([second.list, second.policy, second.keys, second.deltas], [undefined, undefined, undefined, undefined]);
    assert.deepEqual(Object.keys(await one.fetch()), ["server_ms"]);
    // A policy of the future is one that was lost here; nothing older is sent.
    const ahead = await ask("GET", "/terminals/till-1/documents?policy=99&revocations=99&keys=99", { token: key });
    assert.deepEqual(Object.keys(ahead.json), ["server_ms"]);
    assert.equal((await one.register()).number, 2, "welcome again by the same key");
  });

  test("asks twice, also at once, and has one grant", async () => {
    const one = await terminal("twice").register();
    const json = one.wish();
    const answers = await Promise.all(Array.from({ length: 20 }, () => ask("POST", "/terminals/twice/grants", { json })));
    assert.deepEqual(new Set(answers.map(({ status }) => status)), new Set([200]));
    assert.equal(new Set(answers.map((answer) => answer.json.grant)).size, 1);
    const other = await ask("POST", "/terminals/twice/grants", { json: { ...json, revocations: 1, policy: 1, keys: 2 } });
    assert.equal(other.json.grant, answers[0].json.grant, "the documents that it has decide nothing");
    assert.equal(other.json.list, undefined);
  });

  test("is spoken for by another key once an admin has freed its name, and its grants are revoked", async () => {
    const [old, young] = [await deviceKey(), await deviceKey()];
    const lost = await terminal("till-lost", { token: old }).register();
    await lost.refresh();
    const found = terminal("till-lost", { token: young });
    assert.equal((await ask("POST", found.path, { token: young })).status, 403);
    assert.equal((await ask("DELETE", found.path, { token: "admin" })).status, 204);
    await found.register();
    await found.refresh();
    assert.ok(found.list.grants.has(lost.grant.grant));
    assert.equal((await ask("POST", `${lost.path}/grants`, { token: old, json: lost.wish() })).status, 403);
  });

  test("reports, and an admin sees it", async () => {
    const one = await terminal("till-r").register();
    const two = await terminal("till-s").register();
    const seen = (sequence, balance_cents) => [{ card: card(0xcafe), sequence, balance_cents }];
    for (const [who, cards] of [[one, seen(4, 500)], [two, seen(4, 900)]]) {
      const answer = await ask("POST", `${who.path}/report`, { json: report({ cards }) });
      assert.equal(answer.status, 202, answer.text);
    }
    const { json } = await ask("GET", "/terminals", { token: "admin" });
    const shown = json.terminals.find(({ terminal }) => terminal === "till-r");
    assert.deepEqual([shown.report.queue_cents, shown.revoked, shown.bound_to], [700, false, "sub:device-of-loc-7-loc-9-loc-10"]);
    assert.ok(json.forked_cards.includes(card(0xcafe)), "a copy is found when both report");
  });

  test("is refused a grant where its unsettled sales use up the caps, and told what to do", async () => {
    const one = await terminal("till-full").register();
    const { status, json } = await ask("POST", `${one.path}/grants`, { json: one.wish({ unsettled_cents: 500_000 }) });
    assert.deepEqual([status, json.error.code], [409, "offline_limit"]);
    assert.match(json.error.message, /send what waits.*PUT …\/policy/);
  });
});

describe("what is revoked", () => {
  test("reaches every till that listens within five seconds, and who missed some gets them", async () => {
    const tills = await Promise.all(Array.from({ length: 20 }, (_, n) => terminal(`push-${n}`).register()));
    await Promise.all(tills.map((one) => one.refresh()));
    const sockets = await Promise.all(tills.map(() => till()));
    const away = await terminal("away").register();
    await away.refresh();
    const startMs = performance.now();
    const { number } = await revoke({ add: revoked({ cards: [card(1)] }) });
    const took = await Promise.all(sockets.map(async (socket, n) => {
      const { event } = await socket.next(heard("revocations"));
      assert.equal(event.number, number);
      await tills[n].fetch();
      assert.ok(tills[n].list.cards.has(card(1)));
      return performance.now() - startMs;
    }));
    assert.ok(Math.max(...took) < 5_000, `${Math.max(...took)} ms`);
    await revoke({ add: revoked({ cards: [card(2), card(3)] }), remove: revoked({ cards: [card(1)] }) });
    const sent = await away.fetch();
    assert.deepEqual([sent.deltas.length, sent.list], [2, undefined]);
    assert.deepEqual([...away.list.cards].filter((one) => one < card(10)), [card(2), card(3)]);
    const again = await revoke({ add: revoked({ cards: [card(2)] }) });
    assert.equal(again.number, number + 1, "what is there already changes nothing");
    for (const socket of sockets) await socket.close();
  });

  test("is heard by tills, and by no till's customers", async () => {
    assert.equal(await refusedWith(till("?topics=till", { token: "pos" })), 403);
    const screen = await till("", { token: "pos" });
    const hello = await screen.next("hello");
    assert.ok(!hello.topics.includes("till"));
    await revoke({ add: revoked({ cards: [card(7)] }) });
    await screen.flush();
    assert.deepEqual(screen.frames.filter(({ topic }) => topic === "till"), []);
    await screen.close();
  });

  test("may be 50,000 entries long, and comes whole to who knows nothing of it", async () => {
    const options = { location: "loc-10" };
    await revoke({ add: revoked({ cards: cards(0, 40_000) }) }, options);
    const { entries } = await revoke({ add: revoked({ terminals: Array.from({ length: 10_000 }, (_, n) => `t${n}`).sort() }) }, options);
    assert.equal(entries, 50_000);
    const [one, two] = [await terminal("one", options).register(), await terminal("two", options).register()];
    const kv = await worker.mf.getKVNamespace("CACHE");
    await one.fetch();
    assert.equal(one.list.cards.size + one.list.terminals.size, 50_000);
    for (let tries = 0; (await kv.get("grants/list/loc-10/3")) === null && tries < 100; tries += 1) await new Promise((go) => setTimeout(go, 20));
    assert.ok((await kv.get("grants/list/loc-10/3")).startsWith("v4.public."), "the next one gets the copy");
    await two.fetch();
    assert.deepEqual(two.list, one.list);
    const over = await ask("POST", "/revocations", { token: "admin", ...options, json: { add: revoked({ cards: [card(50_001)] }) } });
    assert.deepEqual([over.status, over.json.error.code], [409, "conflict"]);
    await revoke({ remove: revoked({ terminals: ["t1"] }) }, options);
    await one.fetch();
    assert.equal(one.list.terminals.has("t1"), false, "by a change of one entry");
  });

  test("ends a terminal at once", async () => {
    const one = await terminal("till-stolen").register();
    await one.refresh();
    await revoke({ add: revoked({ terminals: ["till-stolen"] }) });
    for (const [method, path, options] of [["POST", `${one.path}/grants`, { json: one.wish() }], ["POST", one.path, {}]]) {
      const { status, json } = await ask(method, path, options);
      assert.equal(status, 403);
      assert.match(json.error.message, /^terminal_revoked: /);
    }
    await one.fetch();
    assert.ok(one.list.terminals.has("till-stolen"), "and it can learn that it is");
    await revoke({ remove: revoked({ terminals: ["till-stolen"] }) });
    await one.refresh();
  });
});

describe("the policy", () => {
  test("is there from the start, and a change is heard and fetched", async () => {
    const options = { location: "loc-9" };
    const before = await ask("GET", "/policy", options);
    assert.deepEqual([before.status, before.json.policy.version, before.json.caps.sales], [200, 1, 500]);
    const one = await terminal("till-1", options).register();
    await one.refresh();
    assert.deepEqual(one.open("policy", before.json.token), before.json.policy);
    const socket = await till("?topics=till", options);
    const after = await put(DRAFT, options);
    assert.equal(after.policy.version, 2);
    assert.deepEqual((await socket.next(heard("policy"))).event, { kind: "policy", version: 2 });
    assert.equal((await ask("GET", "/policy", options)).json.policy.version, 2, "the copy was forgotten");
    await one.refresh();
    assert.deepEqual([one.policy.age_limits, one.grant.policy], [DRAFT.age_limits, 2]);
    assert.equal((await put(DRAFT, options)).policy.version, 2, "the same again is none");
    await socket.close();
  });

  test("is believed from a copy for a minute, and from no copy that claims more", async () => {
    const kv = await worker.mf.getKVNamespace("CACHE");
    const real = (await ask("GET", "/policy")).json;
    const shown = async (until_ms) => {
      await kv.put("grants/policy/loc-7", JSON.stringify({ until_ms, policy: { ...real, grant_life_ms: 77 } }));
      return (await ask("GET", "/policy")).json.grant_life_ms;
    };
    assert.equal(await shown(Date.now() + 50_000), 77);
    assert.equal(await shown(Date.now() - 1), real.grant_life_ms);
    assert.equal(await shown(Date.now() + 120_000), real.grant_life_ms);
    await kv.put("grants/policy/loc-7", "{");
    assert.equal((await ask("GET", "/policy")).json.grant_life_ms, real.grant_life_ms);
    await kv.delete("grants/policy/loc-7");
  });
});

describe("keys", () => {
  test("change four times in thirty hours under load, and no terminal is refused", async () => {
    const location = "loc-9";
    let skewMs = 0;
    const now = () => Date.now() + skewMs;
    const tills = await Promise.all(Array.from({ length: 16 }, (_, n) => terminal(`load-${n}`, { location, now }).register()));
    await Promise.all(tills.map((one) => one.refresh()));
    const signers = new Set();
    const [counts, rotations] = [{ grants: 0, fetches: 0, held: 0 }, []];
    for (let step = 1; step <= 30 * 6; step += 1) {
      skewMs = step * 10 * MINUTE;
      assert.equal(await clock(location, skewMs), 200);
      const work = tills.map(async (one, n) => {
        // Each set is at most an hour old.
        if ((step + n) % (24 + (n % 12)) === 0) await one.refresh().then(() => (counts.grants += 1));
        else if ((step + n) % 5 === 0) await one.fetch().then(() => (counts.fetches += 1));
        if (one.stillSells()) counts.held += 1;
        signers.add(one.grant.key);
      });
      if ([10, 60, 110, 170].includes(step)) work.push(rotate(step !== 10, { location }).then((done) => rotations.push(done)));
      await Promise.all(work);
    }
    assert.equal(counts.held, 16 * 30 * 6, "every grant verified at every step");
    assert.ok(signers.size >= 4, [...signers].join());
    assert.deepEqual(rotations.map(({ next }) => next), ["k-2", "k-4", "k-5", "k-6"]);
    const late = await terminal("late", { location, now }).register();
    assert.ok(!late.keys.has("k-1"), "what is retired is forgotten");
    await late.refresh();
    assert.ok(counts.grants > 80 && counts.fetches > 450, JSON.stringify(counts));
    await clock(location, 0);
  });

  test("in wrong hands are put out of use, and tills go on by the next", async () => {
    const location = "loc-10";
    const one = await terminal("leak", { location }).register();
    await one.refresh();
    const key = one.grant.key;
    const wrong = { token: "admin", location, json: { add: revoked({ keys: [key] }) } };
    const refused = await ask("POST", "/revocations", wrong);
    assert.deepEqual([refused.status, refused.json.error.code], [409, "wrong_state"]);
    await clock(location, 2 * HOUR);
    one.now = () => Date.now() + 2 * HOUR;
    const socket = await till("?topics=till", { location });
    const { signs } = await rotate(true, { location });
    assert.notEqual(signs, key);
    await socket.next(heard("keys"));
    assert.equal((await ask("POST", "/revocations", wrong)).status, 200);
    await socket.next(heard("revocations"));
    await one.fetch();
    assert.throws(() => one.stillSells(), /key_revoked/);
    await one.refresh();
    assert.ok(one.stillSells());
    await socket.close();
    await clock(location, 0);
  });

  test("are the same after a restart, and lists are signed anew by the alarm", async () => {
    const persist = await mkdtemp(join(tmpdir(), "grants-"));
    const start = () => startWorker({ auth: authService(TOKENS), persist });
    try {
      const first = await start();
      const one = await terminal("till-1", { of: first }).register();
      await one.refresh();
      await first.stop();
      const second = await start();
      const again = await terminal("till-1", { of: second }).register();
      assert.deepEqual([...again.keys], [...one.keys]);
      const socket = await Socket.open(second.url, `${at("loc-7")}/live?topics=till`, { token: "device" });
      // Half a second before it is due.
      assert.equal(await clock("loc-7", one.list.expires_ms - 12 * HOUR - Date.now() - 500, second), 200);
      assert.equal((await ask("GET", "/revocations", {}, second)).json.number, 1);
      assert.equal((await socket.next(heard("revocations"))).event.number, 2);
      socket.drop();
      await second.stop();
    } finally {
      await rm(persist, { recursive: true, force: true });
    }
  });

  test("are made of a secret, without which nothing is signed", async () => {
    const bare = await startWorker({ auth: authService(TOKENS), vars: { GRANT_SECRET: "too short" } });
    const { status, json } = await ask("POST", "/terminals/till-1", {}, bare);
    assert.deepEqual([status, json.error.code], [503, "not_ready"]);
    await bare.stop();
    const real = await startWorker({ auth: authService(TOKENS), vars: { ENVIRONMENT: "production" } });
    assert.equal(await clock("loc-7", HOUR, real), 404, "nobody puts its clock ahead");
    await real.stop();
  });
});

describe("misuse", () => {
  let mine, theirs, wish;
  before(async () => {
    mine = await deviceKey();
    theirs = await deviceKey();
    const one = await terminal("mine", { token: mine }).register();
    wish = one.wish({ request: "used" });
    assert.equal((await ask("POST", "/terminals/mine/grants", { token: mine, json: wish })).status, 200);
    const there = { location: "loc-8", token: "elsewhere" };
    await terminal("theirs", there).register();
    await revoke({ add: revoked({ terminals: ["gone"] }) });
  });
  const state = async () => {
    const answers = await Promise.all(["/policy", "/revocations", "/terminals"].map((path) => ask("GET", path, { token: "admin" })));
    const { policy, caps } = answers[0].json;
    return JSON.stringify([policy.version, caps, answers[1].json, answers[2].json]);
  };

  const W = (more) => ({ token: () => mine, json: () => ({ ...wish, request: "new", ...more }) });
  const P = (more) => ({ token: "admin", json: { ...DRAFT, ...more } });
  const caps = (more) => P({ caps: { ...DRAFT.caps, ...more } });
  const R = (add, remove) => ({ token: "admin", json: { ...(add ? { add: revoked(add) } : {}), ...(remove ? { remove: revoked(remove) } : {}) } });
  const S = (more) => ({ token: () => mine, json: report(more) });
  const seen = (more) => ({ card: card(1), sequence: 1, balance_cents: 1, ...more });
  const G = "/terminals/mine/grants";
  const D = "/terminals/mine/documents";
  const big = (bytes) => ({ x: "x".repeat(bytes) });
  const age = (category) => ({ category, years: 18 });
  const CASES = [
    ["a terminal without a token", "POST", "/terminals/new", { token: undefined }, 401],
    ["a terminal by a kiosk", "POST", "/terminals/new", { token: "kiosk" }, 403],
    ["a terminal by a till's user", "POST", "/terminals/new", { token: "pos" }, 403],
    ["a terminal by another location's admin", "POST", "/terminals/new", { token: "elsewhere" }, 403],
    ["a terminal's name of 65 letters", "POST", `/terminals/${"a".repeat(65)}`, {}, 400],
    ["a terminal's name with a space", "POST", "/terminals/a%20b", {}, 400],
    ["a terminal's name of another script", "POST", "/terminals/%D1%82", {}, 400],
    ["a terminal's name with a bar", "POST", "/terminals/a%7Ck-1", {}, 400],
    ["a terminal's name with a slash in it", "POST", "/terminals/a%2Fb", {}, 400],
    ["a terminal with a body", "POST", "/terminals/new", { json: {} }, 413],
    ["another's terminal", "POST", "/terminals/mine", { token: () => theirs }, 403],
    ["another's terminal by an admin", "POST", "/terminals/mine", { token: "admin" }, 403],
    ["a terminal that is revoked", "POST", "/terminals/gone", {}, 403],
    ["all terminals by a device", "GET", "/terminals", {}, 403],
    ["freeing a terminal by its device", "DELETE", "/terminals/mine", { token: () => mine }, 403],
    ["freeing a terminal that is not there", "DELETE", "/terminals/nobody", { token: "admin" }, 404],
    ["freeing a terminal of another location", "DELETE", "/terminals/theirs", { token: "admin" }, 404],
    ["a grant for another's terminal", "POST", G, { ...W(), token: () => theirs }, 403],
    ["a grant for one's terminal by an admin", "POST", G, { ...W(), token: "admin" }, 403],
    ["a grant by a till's user", "POST", G, { ...W(), token: "pos" }, 403],
    ["a grant by another location's admin", "POST", G, { ...W(), token: "elsewhere" }, 403],
    ["a grant for a terminal that nobody registered", "POST", "/terminals/nobody/grants", W(), 404],
    ["a grant for a terminal of another location", "POST", "/terminals/theirs/grants", { ...W(), token: "both" }, 404],
    ["a grant asked for as text", "POST", G, { token: () => mine, body: "{}", headers: { "content-type": "text/plain" } }, 415],
    ["a grant asked for in 17 KiB", "POST", G, { token: () => mine, json: big(17 * 1024) }, 413],
    ["a grant asked for in no JSON", "POST", G, { token: () => mine, body: "{", headers: { "content-type": "application/json" } }, 400],
    ["a grant with caps of its own", "POST", G, W({ caps: DRAFT.caps }), 400],
    ["a grant without a request", "POST", G, W({ request: undefined }), 400],
    ["a request of nothing", "POST", G, W({ request: "" }), 400],
    ["a request of 129 letters", "POST", G, W({ request: "r".repeat(129) }), 400],
    ["a request with a slash", "POST", G, W({ request: "a/b" }), 400],
    ["a request used for another wish", "POST", G, W({ request: "used", unsettled_cents: 1 }), 409, "idempotency_key_reused"],
    ["a request used for another grant held", "POST", G, W({ request: "used", held: "g-1" }), 409, "idempotency_key_reused"],
    ["less than nothing unsettled", "POST", G, W({ unsettled_cents: -1 }), 400],
    ["half a cent unsettled", "POST", G, W({ unsettled_cents: 0.5 }), 400],
    ["more sales than a number holds", "POST", G, W({ unsettled_sales: 2 ** 32 }), 400],
    ["as much unsettled as the caps", "POST", G, W({ unsettled_cents: 500_000 }), 409, "offline_limit"],
    ["as many unsettled as the caps", "POST", G, W({ unsettled_sales: 500 }), 409, "offline_limit"],
    ["more unsettled than there is money", "POST", G, W({ unsettled_cents: Number.MAX_SAFE_INTEGER }), 409, "offline_limit"],
    ["documents of another's terminal", "GET", `${D}?policy=0`, { token: () => theirs }, 403],
    ["documents of no terminal", "GET", "/terminals/nobody/documents", {}, 404],
    ["documents after a number below 0", "GET", `${D}?policy=-1`, { token: () => mine }, 400],
    ["documents after two numbers", "GET", `${D}?policy=1&policy=2`, { token: () => mine }, 400],
    ["documents after a word", "GET", `${D}?revocations=all`, { token: () => mine }, 400],
    ["documents after a number as a float", "GET", `${D}?keys=1e3`, { token: () => mine }, 400],
    ["a report of another's terminal", "POST", "/terminals/mine/report", { ...S(), token: () => theirs }, 403],
    ["a report by a kiosk", "POST", "/terminals/mine/report", { ...S(), token: "kiosk" }, 403],
    ["a report of a card by its number", "POST", "/terminals/mine/report", S({ cards: [seen({ card: "4111111111111111" })] }), 400],
    ["a report of a balance below 0", "POST", "/terminals/mine/report", S({ cards: [seen({ balance_cents: -1 })] }), 400],
    ["a report of a balance beyond measure", "POST", "/terminals/mine/report", S({ cards: [seen({ balance_cents: 100_000_001 })] }), 400],
    ["a report of 1,001 cards", "POST", "/terminals/mine/report", S({ cards: Array.from({ length: 1001 }, (_, n) => seen({ card: card(n) })) }), 400],
    ["a report with something else in it", "POST", "/terminals/mine/report", S({ admin: true }), 400],
    ["a report of more than a megabyte", "POST", "/terminals/mine/report", { token: () => mine, json: big(1024 * 1025) }, 413],
    ["a policy by a device", "PUT", "/policy", { ...P(), token: "device" }, 403],
    ["a policy by another location's admin", "PUT", "/policy", { ...P(), token: "elsewhere" }, 403],
    ["a policy with a version", "PUT", "/policy", P({ version: 99 }), 400],
    ["a policy without tenders", "PUT", "/policy", P({ tenders: [] }), 400],
    ["a policy with a tender twice", "PUT", "/policy", P({ tenders: [DRAFT.tenders[1], DRAFT.tenders[1]] }), 400],
    ["a policy with tenders out of order", "PUT", "/policy", P({ tenders: [...DRAFT.tenders].reverse() }), 400],
    ["a policy with an unknown tender", "PUT", "/policy", P({ tenders: [{ tender: "crypto", sale_cents: 1 }] }), 400],
    ["a tender of up to nothing", "PUT", "/policy", P({ tenders: [{ tender: "card", sale_cents: 0 }] }), 400],
    ["a sale of up to nothing", "PUT", "/policy", caps({ sale_cents: 0 }), 400],
    ["a sale of less than nothing", "PUT", "/policy", caps({ sale_cents: -5 }), 400],
    ["a sale above the total", "PUT", "/policy", caps({ sale_cents: 500_001 }), 400],
    ["a total beyond measure", "PUT", "/policy", caps({ total_cents: 100_000_001 }), 400],
    ["no sales at all", "PUT", "/policy", caps({ sales: 0 }), 400],
    ["10,001 sales", "PUT", "/policy", caps({ sales: 10_001 }), 400],
    ["101 percent", "PUT", "/policy", P({ reduced_percent: 101 }), 400],
    ["256 percent", "PUT", "/policy", P({ reduced_percent: 256 }), 400],
    ["four days of reduced caps", "PUT", "/policy", P({ reduced_ms: 96 * HOUR }), 400],
    ["a grant that lives for nothing", "PUT", "/policy", P({ grant_life_ms: 0 }), 400],
    ["a grant that lives for 59 seconds", "PUT", "/policy", P({ grant_life_ms: 59_000 }), 400],
    ["a grant that lives for longer than a day", "PUT", "/policy", P({ grant_life_ms: 24 * HOUR + 1 }), 400],
    ["ages out of order", "PUT", "/policy", P({ age_limits: [age("b"), age("a")] }), 400],
    ["a category that is no name", "PUT", "/policy", P({ age_limits: [age("strong drinks")] }), 400],
    ["65 categories", "PUT", "/policy", P({ age_limits: Array.from({ length: 65 }, (_, n) => age(`c${100 + n}`)) }), 400],
    ["a policy of 65 KiB", "PUT", "/policy", { token: "admin", json: big(65 * 1024) }, 413],
    ["the list's length by a kiosk", "GET", "/revocations", { token: "kiosk" }, 403],
    ["revoking by a device", "POST", "/revocations", { ...R({ cards: [card(9)] }), token: "device" }, 403],
    ["revoking by another location's admin", "POST", "/revocations", { ...R({ cards: [card(9)] }), token: "elsewhere" }, 403],
    ["revoking nothing", "POST", "/revocations", R(), 400],
    ["cards out of order", "POST", "/revocations", R({ cards: [card(10), card(9)] }), 400],
    ["a card twice", "POST", "/revocations", R({ cards: [card(9), card(9)] }), 400],
    ["a card by its number", "POST", "/revocations", R({ cards: ["4111111111111111"] }), 400],
    ["a card in capitals", "POST", "/revocations", R({ cards: ["A".repeat(64)] }), 400],
    ["a terminal that can be none", "POST", "/revocations", R({ terminals: ["a b"] }), 400],
    ["a card revoked and taken back at once", "POST", "/revocations", R({ cards: [card(9)] }, { cards: [card(9)] }), 400],
    ["50,001 cards", "POST", "/revocations", () => R({ cards: cards(100_000, 150_001) }), 400],
    ["the key that signs", "POST", "/revocations", R({ keys: ["k-1"] }), 409, "wrong_state"],
    ["the key that waits", "POST", "/revocations", R({ keys: ["k-2"] }), 409, "wrong_state"],
    ["a list of five megabytes", "POST", "/revocations", () => ({ token: "admin", json: big(5 * 1024 * 1024) }), 413],
    ["a list with something else in it", "POST", "/revocations", { token: "admin", json: { add: { ...revoked(), people: [] } } }, 400],
    ["other keys by a device", "POST", "/grant-keys/rotate", { json: {} }, 403],
    ["other keys of one's own", "POST", "/grant-keys/rotate", { token: "admin", json: { public: "AAAA" } }, 400],
    ["other keys in 300 bytes", "POST", "/grant-keys/rotate", { token: "admin", json: big(300) }, 413],
  ];

  for (const [name, method, path, given, status, code] of CASES) {
    test(`is refused: ${name}`, async () => {
      const options = Object.fromEntries(Object.entries(typeof given === "function" ? given() : given).map(([key, value]) => [key, typeof value === "function" ? value() : value]));
      const before = await state();
      const answer = await worker.call(method, `${at("loc-7")}${path}`, { token: "device", ...options });
      assert.equal(answer.status, status, answer.text);
      assert.equal(typeof answer.json.error.message, "string");
      if (code) assert.equal(answer.json.error.code, code);
      assert.equal(await state(), before, "nothing changed");
    });
  }

  test("has at least sixty names", () => assert.ok(new Set(CASES.map(([name]) => name)).size >= 60));
});

// Menus on their way: written, seen, used, the old one swept, whatever fails or dies in between.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FAST, at, demoItems, isDone, offer, publication, publish, smallItems, status, until } from "../lib/menu.js";
import { CALM, startStandin } from "../lib/standin.js";
import { active, authService, startWorker } from "../lib/worker.js";

let standin;
let worker;
let next = 0;
/** A location of its own for each test. */
const place = () => `pub-${(next += 1)}`;
const places = Array.from({ length: 40 }, (_, n) => `pub-${n + 1}`);
const auth = () => authService({ device: active("device", places), kiosk: active("kiosk", places), pos: active("pos", places) });

/** The real stand-in behind the Worker's bindings, tokens of the test's own. */
async function start(more = {}) {
  return startWorker({ auth: auth(), standin: standin.address, vars: { ...FAST, ...more.vars }, ...more.options });
}

before(async () => {
  standin = await startStandin();
  const tokens = Object.fromEntries(Object.entries(auth().tokens));
  await standin.set({ tokens });
  worker = await start();
});
afterEach(() => standin.set(CALM));
after(async () => {
  await worker?.stop();
  await standin?.stop();
});

async function search(on, location, query, token = "kiosk") {
  const answer = await on.call("POST", at(location, "/menu/search"), { token, json: { query }, headers: { "x-deadline-ms": "20000" } });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

const isError = (answer, code, status) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error.code, code);
};

test("a menu is published, is in use, and its document is what was sent", async () => {
  const location = place();
  const menu = publication(demoItems(), { version: 7, timezone: "Europe/Athens" });
  const answer = await offer(worker, location, menu);
  assert.equal(answer.status, 202);
  assert.equal(answer.json.publishing.digest, menu.digest);
  assert.equal(answer.json.publishing.done, 0);
  assert.equal(answer.json.live, undefined);
  const done = await until(worker, location, isDone(menu.digest));
  assert.equal(done.live.version, 7);
  assert.equal(done.live.items, menu.items.length);
  assert.equal(done.live.space, "@cf/baai/bge-small-en-v1.5/cls/384");
  assert.equal(done.publishing.stage, "live");
  assert.equal(await standin.vectorCount(), answer.json.publishing.total, "one vector a passage");

  const got = await worker.call("GET", at(location, "/menu"), { token: "kiosk" });
  assert.equal(got.status, 200);
  assert.equal(got.headers.etag, `"${menu.digest}"`);
  assert.deepEqual(got.json, JSON.parse(JSON.stringify(menu)));
  const same = await worker.call("GET", at(location, "/menu"), { token: "kiosk", headers: { "if-none-match": `"${menu.digest}"` } });
  assert.equal(same.status, 304);
  assert.equal(same.text, "");
});

test("the menu in use is not written again", async () => {
  const location = place();
  const menu = publication(smallItems("again"));
  await publish(worker, location, menu);
  const writes = (await standin.counters()).write;
  const answer = await offer(worker, location, menu);
  assert.equal(answer.status, 200);
  assert.equal(answer.json.live.digest, menu.digest);
  const renumbered = await offer(worker, location, { ...menu, version: 2 });
  assert.equal(renumbered.status, 200);
  assert.equal(renumbered.json.live.version, 2);
  await sleep(300);
  assert.deepEqual((await standin.counters()).write, writes);
});

test("the menu in use is written anew where that is asked for, and answers meanwhile", async () => {
  const location = place();
  const others = await standin.vectorCount();
  const menu = publication(smallItems("ragu"));
  const first = await publish(worker, location, menu);
  await standin.set({ visibility: { p50_ms: 800, p99_ms: 801 } });
  const answer = await offer(worker, location, { ...menu, anew: true });
  assert.equal(answer.status, 202);
  assert.deepEqual([answer.json.live.digest, answer.json.publishing.digest], [menu.digest, menu.digest]);
  assert.equal((await offer(worker, location, menu)).status, 200, "which is not stopped by the device saying it again");
  assert.equal((await search(worker, location, "ragu dish")).meta.reason, "cloud_first", "by the vectors from before");
  await standin.set({ visibility: { p50_ms: 0, p99_ms: 0 } });
  const done = await until(worker, location, (seen) => isDone(menu.digest)(seen) && seen.live.since_ms > first.live.since_ms);
  await sleep(2_100);
  assert.equal((await search(worker, location, "ragu dish")).meta.reason, "cloud_first");
  await standin.settle();
  assert.equal(await standin.vectorCount(), others + done.publishing.total, "the old ones are gone");
  const got = await worker.call("GET", at(location, "/menu"), { token: "kiosk" });
  assert.deepEqual(got.json, JSON.parse(JSON.stringify(menu)), "how it is to be taken is no part of it");
});

test("a menu whose index was made anew is written again by itself", async () => {
  const lost = await startStandin({ settings: { tokens: auth().tokens } });
  const pace = { ...JSON.parse(FAST.PUBLISH), heal_every_ms: 60_000 };
  const there = await startWorker({ auth: auth(), standin: lost.address, vars: { PUBLISH: JSON.stringify(pace) } });
  try {
    const location = place();
    const menu = publication(smallItems("lasagne"));
    const first = await publish(there, location, menu);
    assert.equal((await search(there, location, "lasagne dish")).meta.reason, "cloud_first");
    await lost.reset();
    assert.equal(await lost.vectorCount(), 0);
    const words = await search(there, location, "lasagne dish");
    assert.equal(words.meta.reason, "cloud_refused");
    assert.ok(words.hits.length > 0);
    await until(there, location, (seen) => isDone(menu.digest)(seen) && seen.live.since_ms > first.live.since_ms, { what: "the healed menu" });
    assert.equal(await lost.vectorCount(), first.publishing.total);
    await sleep(2_100);
    assert.equal((await search(there, location, "lasagne dish")).meta.reason, "cloud_first");
    // Gone again so soon, it is said and not paid for again.
    await lost.reset();
    await sleep(11_000);
    await search(there, location, "lasagne dish");
    const said = await until(there, location, (seen) => seen.fault !== undefined, { withinMs: 10_000, what: "the fault" });
    assert.match(said.fault, /not in the index/);
    assert.equal(await lost.vectorCount(), 0);
  } finally {
    await there.stop();
    await lost.stop();
  }
});

test("documents that nothing needs go: replaced, failed and never offered ones", async () => {
  const location = place();
  const documents = async (on) => (await (await on.mf.getR2Bucket("MENUS")).list({ prefix: `${location}/` })).objects.map(({ key }) => key.slice(location.length + 1, -5));
  const persist = await mkdtemp(join(tmpdir(), "edge-documents-"));
  try {
    const broken = await start({ vars: { EMBED_MODEL: "@cf/none/such" }, options: { persist } });
    const failed = publication(smallItems("failed"));
    await offer(broken, location, failed);
    await until(broken, location, (now) => now.publishing.stage === "failed");
    await (await broken.mf.getR2Bucket("MENUS")).put(`${location}/${"0".repeat(64)}.json`, "{}");
    await broken.stop();
    const now = await start({ options: { persist } });
    const menu = publication(smallItems("kept"), { version: 2 });
    await publish(now, location, menu);
    const end = Date.now() + 5_000;
    while ((await documents(now)).length > 1 && Date.now() < end) await sleep(100);
    assert.deepEqual(await documents(now), [menu.digest]);
    await now.stop();
  } finally {
    await rm(persist, { recursive: true, force: true });
  }
});

test("a menu of the largest size is taken", { timeout: 180_000 }, async () => {
  const location = place();
  await standin.set({ tasks: { embeddings: { latency: { p50_ms: 60_000, p99_ms: 60_001 } } } });
  const items = smallItems("large", 20_000).map((item) => ({ ...item, description: `${item.description} ${"slowly cooked with herbs ".repeat(56)}` }));
  const menu = publication(items);
  const bytes = Buffer.byteLength(JSON.stringify(menu));
  assert.ok(bytes > 29_000_000 && bytes < 32 << 20, `${bytes} bytes`);
  const answer = await worker.call("PUT", at(location, "/menu"), { token: "device", json: menu, timeoutMs: 120_000 });
  assert.equal(answer.status, 202, answer.text);
  const kept = await (await worker.mf.getR2Bucket("MENUS")).head(`${location}/${menu.digest}.json`);
  assert.equal(kept.size, bytes);
  await standin.set(CALM);
  await publish(worker, location, publication(smallItems("instead"), { version: 2 }));
});

test("the old menu answers until the new one does, and then its vectors go", async () => {
  const location = place();
  const others = await standin.vectorCount();
  const old = publication(smallItems("goulash"), { version: 1 });
  const { publishing } = await publish(worker, location, old);
  assert.equal(await standin.vectorCount(), others + publishing.total);
  await standin.set({ visibility: { p50_ms: 1500, p99_ms: 1501 } });
  const menu = publication(smallItems("paprikash", 9), { version: 2 });
  await offer(worker, location, menu);
  let before = 0;
  for (;;) {
    const found = await search(worker, location, "goulash dish");
    if (found.meta.menu_digest !== old.digest) break;
    before += 1;
    assert.equal(found.hits[0].name.startsWith("goulash"), true);
    assert.equal(found.meta.menu_version, 1);
    await sleep(50);
  }
  assert.ok(before > 5, `the old menu answered ${before} times meanwhile`);
  const now = await search(worker, location, "paprikash dish");
  assert.equal(now.meta.menu_digest, menu.digest);
  assert.ok(now.hits.every((hit) => hit.name.startsWith("paprikash")));
  const done = await until(worker, location, isDone(menu.digest));
  await standin.settle();
  assert.equal(await standin.vectorCount(), others + done.publishing.total);
  await standin.set({ visibility: { p50_ms: 0, p99_ms: 0 } });
});

test("a copy of a menu that was cleared up is asked about, and fails nobody", async () => {
  const location = place();
  await publish(worker, location, publication(smallItems("borscht"), { version: 1 }));
  const cache = await worker.mf.getKVNamespace("CACHE");
  const late = await cache.get(`menu:${location}`);
  const menu = publication(smallItems("pelmeni"), { version: 2 });
  await publish(worker, location, menu);
  await cache.put(`menu:${location}`, late);
  await sleep(2_200); // so long an isolate remembers
  const found = await search(worker, location, "pelmeni dish");
  assert.equal(found.meta.menu_digest, menu.digest);
  await cache.put(`menu:${location}`, late);
  await sleep(2_200);
  const got = await worker.call("GET", at(location, "/menu"), { token: "kiosk" });
  assert.equal(got.headers.etag, `"${menu.digest}"`, got.text);
});

test("what does not show yet is waited for, and the status says so", async () => {
  const location = place();
  await standin.set({ visibility: { p50_ms: 1200, p99_ms: 1201 } });
  const menu = publication(smallItems("slow"));
  await offer(worker, location, menu);
  const waiting = await until(worker, location, (now) => now.publishing.stage === "verifying" && now.publishing.error !== undefined);
  assert.match(waiting.publishing.error, /\d+ of \d+ vectors do not show yet/);
  assert.equal(waiting.live, undefined);
  await until(worker, location, isDone(menu.digest));
  await standin.set({ visibility: { p50_ms: 0, p99_ms: 0 } });
});

test("a newer menu replaces the one on its way; nothing of that is left", async () => {
  const location = place();
  const others = await standin.vectorCount();
  await standin.set({ tasks: { embeddings: { latency: { p50_ms: 300, p99_ms: 301 } } } });
  const first = publication(demoItems(), { version: 1 });
  const second = publication(smallItems("second"), { version: 2 });
  await offer(worker, location, first);
  await until(worker, location, (now) => now.publishing?.done > 0, { what: "the first batch" });
  const answer = await offer(worker, location, second);
  assert.equal(answer.json.publishing.digest, second.digest);
  const done = await until(worker, location, isDone(second.digest));
  assert.equal(done.live.version, 2);
  assert.equal(await standin.vectorCount(), others + done.publishing.total);
});

test("faults of model and index delay a menu and lose nothing", async () => {
  const location = place();
  const others = await standin.vectorCount();
  await publish(worker, location, publication(smallItems("ragout", 150), { version: 1 }));
  await standin.set({ tasks: { embeddings: { errors: { rate: 0.2, code: 3040 } }, write: { errors: { rate: 0.2, code: 40041 } }, read: { errors: { rate: 0.2, code: 40041 } }, query: { errors: { rate: 0.2, code: 40041 } } } });
  const menu = publication(demoItems(), { version: 2 });
  await offer(worker, location, menu);
  // A fault in a row waits longer each time: mostly seconds in all, sometimes minutes.
  const done = await until(worker, location, isDone(menu.digest), { withinMs: 300_000 });
  await standin.set(CALM); // counting, too, would fail now and then
  assert.equal(await standin.vectorCount(), others + done.publishing.total, "the old ones are gone, too");
});

test("an outage shows as attempts with the fault, and ends with the outage", async () => {
  const location = place();
  const old = publication(smallItems("steady"));
  await publish(worker, location, old);
  await standin.set({ tasks: { embeddings: { health: "outage" } } });
  const menu = publication(smallItems("later"), { version: 2 });
  await offer(worker, location, menu);
  const failing = await until(worker, location, (now) => now.publishing.attempts >= 2);
  assert.equal(failing.publishing.stage, "writing");
  assert.ok(failing.publishing.error.length > 0);
  assert.equal(failing.live.digest, old.digest);
  assert.equal((await search(worker, location, "steady dish")).meta.menu_digest, old.digest);
  await standin.set(CALM);
  await until(worker, location, isDone(menu.digest));
});

for (const [mode, what] of [["zero", "vectors of norm 0"], ["short", "vectors that are too short"], ["null", "null for a number"], ["missing", "a vector too few"]]) {
  test(`${what} never reach the index`, async () => {
    const location = place();
    const others = await standin.vectorCount();
    await standin.set({ vectors: mode });
    const menu = publication(smallItems(mode));
    await offer(worker, location, menu);
    const failing = await until(worker, location, (now) => now.publishing.attempts >= 2 || now.publishing.stage === "failed");
    assert.equal(failing.live, undefined);
    assert.equal(await standin.vectorCount(), others);
    await standin.set({ vectors: "right" });
    await publish(worker, location, menu);
  });
}

test("a model that does not exist ends it, and the menu before stays", async () => {
  const location = place();
  const dead = await start({ vars: { EMBED_MODEL: "@cf/none/such" } });
  try {
    const menu = publication(smallItems("lost"));
    await offer(dead, location, menu);
    const failed = await until(dead, location, (now) => now.publishing.stage === "failed");
    assert.match(failed.publishing.error, /5007/);
    assert.equal(failed.live, undefined);
    isError(await dead.call("POST", at(location, "/menu/search"), { token: "kiosk", json: { query: "dish" } }), "not_found", 404);
  } finally {
    await dead.stop();
  }
});

test("vectors of another dimension than the index ends it, too", async () => {
  const location = place();
  const other = await start({ vars: { EMBED_MODEL: "@cf/baai/bge-m3" } });
  try {
    await offer(other, location, publication(smallItems("wide")));
    const failed = await until(other, location, (now) => now.publishing.stage === "failed");
    assert.match(failed.publishing.error, /40006/);
    assert.equal(failed.live, undefined);
  } finally {
    await other.stop();
  }
});

test("an index without its metadata index is told from a slow one", async () => {
  const bare = await startStandin({ metadata: false, settings: { tokens: auth().tokens } });
  const there = await startWorker({ standin: bare.address, vars: FAST });
  try {
    const location = place();
    await offer(there, location, publication(smallItems("bare")));
    const stuck = await until(there, location, (now) => now.publishing.error !== undefined);
    assert.match(stuck.publishing.error, /metadata index|digest/);
    assert.equal(stuck.live, undefined);
  } finally {
    await there.stop();
    await bare.stop();
  }
});

test("a publisher that dies at any time goes on where it was", { timeout: 180_000 }, async () => {
  const location = place();
  const persist = await mkdtemp(join(tmpdir(), "edge-publish-"));
  const others = await standin.vectorCount();
  try {
    const old = publication(smallItems("before"), { version: 1 });
    let now = await start({ options: { persist } });
    await publish(now, location, old);
    await standin.set({ tasks: { embeddings: { latency: { p50_ms: 250, p99_ms: 260 } }, write: { latency: { p50_ms: 100, p99_ms: 110 } }, read: { latency: { p50_ms: 100, p99_ms: 110 } } } });
    const menu = publication(demoItems(), { version: 2 });
    await offer(now, location, menu);
    let restarts = 0;
    for (let alive = 300; restarts < 8; alive += 170) {
      await sleep(alive);
      assert.ok([old.digest, menu.digest].includes((await status(now, location)).live.digest));
      assert.ok([old.digest, menu.digest].includes((await search(now, location, "dish")).meta.menu_digest));
      await now.stop();
      restarts += 1;
      now = await start({ options: { persist } });
      if (isDone(menu.digest)(await status(now, location))) break;
    }
    assert.ok(restarts >= 3, `${restarts} restarts`);
    await standin.set(CALM);
    const done = await until(now, location, isDone(menu.digest));
    assert.equal(done.live.version, 2);
    assert.equal(await standin.vectorCount(), others + done.publishing.total, "exactly the new ones");
    await now.stop();
  } finally {
    await rm(persist, { recursive: true, force: true });
  }
});

test("another pooling is another space: words alone until the menu is written anew", async () => {
  const location = place();
  const persist = await mkdtemp(join(tmpdir(), "edge-space-"));
  const others = await standin.vectorCount();
  try {
    const menu = publication(smallItems("space"));
    let now = await start({ options: { persist } });
    await publish(now, location, menu);
    await now.stop();
    await standin.set({ tasks: { embeddings: { latency: { p50_ms: 400, p99_ms: 401 } } } });
    now = await start({ options: { persist }, vars: { EMBED_POOLING: "mean" } });
    const found = await search(now, location, "space dish");
    assert.equal(found.meta.reason, "parity_closed");
    assert.equal(found.meta.space, undefined);
    assert.ok(found.hits.length > 0);
    await standin.set(CALM);
    const done = await until(now, location, (seen) => seen.live.space === "@cf/baai/bge-small-en-v1.5/mean/384" && seen.publishing.stage === "live");
    assert.equal(done.live.digest, menu.digest);
    assert.equal(await standin.vectorCount(), others + done.publishing.total);
    await sleep(2_100);
    const again = await search(now, location, "space dish");
    assert.equal(again.meta.reason, "cloud_first");
    assert.equal(again.meta.space, done.live.space);
    await now.stop();
  } finally {
    await rm(persist, { recursive: true, force: true });
  }
});

test("a menu that is not what it says is refused, and nothing changes", async () => {
  const location = place();
  const menu = publication(smallItems("good"));
  const put = (json, token = "device") => worker.call("PUT", at(location, "/menu"), { token, json });
  isError(await put({ ...menu, digest: "0".repeat(64) }), "invalid_request", 400);
  isError(await put({ ...menu, items: menu.items.slice(1) }), "invalid_request", 400);
  isError(await put({ ...menu, timezone: "Mars/Olympus" }), "invalid_request", 400);
  isError(await put({ ...menu, extra: 1 }), "invalid_request", 400);
  isError(await put({ version: 1 }), "invalid_request", 400);
  const twice = await put(publication([...smallItems("good"), ...smallItems("good", 1)]));
  isError(twice, "invalid_menu", 400);
  assert.deepEqual(twice.json.error.details.map(({ line, field }) => [line, field]), [[13, "id"]]);
  isError(await put(publication(smallItems("many", 20_001))), "menu_too_large", 413);
  isError(await put(menu, "pos"), "forbidden", 403);
  assert.deepEqual(await status(worker, location), {});
});

test("without a menu nothing answers", async () => {
  const location = place();
  isError(await worker.call("GET", at(location, "/menu"), { token: "kiosk" }), "not_found", 404);
  isError(await worker.call("POST", at(location, "/menu/search"), { token: "kiosk", json: { query: "soup" } }), "not_found", 404);
  isError(await worker.call("PATCH", at(location, "/menu/items/x/availability"), { token: "pos", json: { sold_out: true } }), "not_found", 404);
  assert.deepEqual(await status(worker, location), {});
});

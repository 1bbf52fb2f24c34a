// Menu search by the Worker: words and meaning together, limits that always hold, and what is left
// when Vectorize or the model is slow, busy, wrong or away.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { FAST, at, demoItems, publication, publish, smallItems } from "../lib/menu.js";
import { CALM, startStandin } from "../lib/standin.js";
import { active, authService, startWorker } from "../lib/worker.js";

const LOC = "taverna";
/** Answers that close a half-open breaker (`probes` in the routing settings). */
const PROBES = 3;
const ITEMS = demoItems();
const BY_ID = new Map(ITEMS.map((item) => [item.id, item]));
let standin;
let worker;
let menu;

before(async () => {
  standin = await startStandin();
  const places = [LOC, "other", "hours", "breaker"];
  const auth = authService({ device: active("device", places), kiosk: active("kiosk", places), pos: active("pos", places) });
  // Time enough for a machine that does other things meanwhile; tests of deadlines say their own.
  worker = await startWorker({ standin: standin.address, auth, vars: { ...FAST, ROUTE: JSON.stringify({ search: { "deadline-ms": 20_000 } }) } });
  await standin.set({ tokens: auth.tokens });
  menu = publication(ITEMS, { version: 3, timezone: "Europe/Athens" });
  await publish(worker, LOC, menu);
});
afterEach(async () => {
  await standin.set(CALM);
  await recovered();
});
after(async () => {
  await worker?.stop();
  await standin?.stop();
});

/** A search; `more` are fields of the request, `headers` go with it. */
async function ask(query, more = {}, { headers = {}, location = LOC, token = "kiosk" } = {}) {
  return worker.call("POST", at(location, "/menu/search"), { token, headers, json: { query, ...more } });
}

async function search(query, more, options) {
  const answer = await ask(query, more, options);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** Waits until the breaker has closed again after what a test did: milliseconds it took. Half-open,
 * the first answers are probes: it takes some in a row. */
async function recovered() {
  const began = Date.now();
  for (let inARow = 0; inARow < PROBES; ) {
    const { reason } = (await search(`soup number ${Date.now()}`)).meta;
    inARow = reason === "cloud_first" ? inARow + 1 : 0;
    if (Date.now() - began > 70_000) throw new Error("the cloud path does not come back");
    if (inARow === 0) await sleep(100);
  }
  return Date.now() - began;
}

const ids = (found) => found.hits.map((hit) => hit.id);

test("an answer says how it was made", async () => {
  const found = await search("spicy noodles");
  assert.equal(found.meta.path, "cloud");
  assert.equal(found.meta.reason, "cloud_first");
  assert.equal(found.meta.model, "@cf/baai/bge-small-en-v1.5");
  assert.equal(found.meta.space, "@cf/baai/bge-small-en-v1.5/cls/384");
  assert.equal(found.meta.menu_digest, menu.digest);
  assert.equal(found.meta.menu_version, 3);
  assert.match(found.meta.request_id, /^r-/);
  assert.ok(found.hits.length > 0 && found.hits.length <= 10);
  for (const hit of found.hits) assert.ok(hit.score > 0 && hit.score <= 1 && hit.reason.length > 0);
  assert.ok(found.hits.some((hit) => hit.scores.semantic > 0), "meaning took part");
});

test("dishes are found by name, by typing errors, by what they are", async () => {
  for (const [query, wanted, within] of [
    ["moussaka", "moussaka", 1],
    ["Pizza Margherita", "pizza-margherita", 1],
    ["cheesburger", "cheeseburger", 2],
    ["capuccino", "cappuccino", 2],
    ["tiramisu", "tiramisu", 1],
    ["raw fish marinated in lime", "ceviche", 5],
    ["italian dessert with coffee and mascarpone", "tiramisu", 3],
  ]) {
    const found = await search(query);
    const at = ids(found).indexOf(wanted);
    assert.ok(at >= 0 && at < within, `${query}: ${ids(found)}`);
  }
});

test("something spicy without meat is spicy and has no meat", async () => {
  const found = await search("something spicy, vegetarian");
  assert.ok(found.parse.understood.some((one) => one.label.includes("vegetarian") && one.hard), JSON.stringify(found.parse));
  assert.ok(found.hits.length >= 5);
  for (const id of ids(found)) assert.ok(BY_ID.get(id).tags.some((tag) => ["vegetarian", "vegan"].includes(tag)), id);
  assert.ok(BY_ID.get(found.hits[0].id).tags.includes("spicy"), found.hits[0].id);
});

test("an excluded allergen is never returned, by no path and in no words", async () => {
  const wanted = { nuts: ["dessert without nuts", "no nuts, something sweet", "nut free breakfast"], gluten: ["gluten free pasta", "pizza no gluten"], milk: ["coffee without milk", "dairy free ice cream"] };
  for (const health of ["up", "outage"]) {
    await standin.set({ tasks: { query: { health }, embeddings: { health } } });
    for (const [allergen, queries] of Object.entries(wanted)) {
      for (const query of queries) {
        for (const more of [{}, { filters: { exclude_allergens: [allergen] } }]) {
          const found = await search(query, { ...more, limit: 50 });
          const excluded = more.filters || found.parse?.filters.exclude_allergens.includes(allergen);
          assert.ok(excluded, `${query} was not understood: ${JSON.stringify(found.parse)}`);
          for (const hit of found.hits) {
            const stated = BY_ID.get(hit.id).allergens ?? {};
            const tagged = (BY_ID.get(hit.id).tags ?? []).some((tag) => tag === `${allergen}_free` || (allergen === "milk" && ["dairy_free", "vegan"].includes(tag)));
            assert.ok((stated.free_of ?? []).includes(allergen) || (!more.filters && tagged), `${health}, ${query}: ${hit.id}`);
            assert.ok(!(stated.contains ?? []).includes(allergen), `${health}, ${query}: ${hit.id}`);
          }
        }
      }
    }
  }
});

test("limits of the request hold: price, category, diet", async () => {
  const cheap = await search("something with cheese", { filters: { price_max_cents: 800 }, limit: 50 });
  assert.ok(cheap.hits.length > 3);
  for (const hit of cheap.hits) assert.ok(hit.price_cents <= 800, hit.id);
  const pizzas = await search("with ham or salami", { filters: { categories: ["Pizza"] } });
  assert.ok(pizzas.hits.length > 0);
  for (const hit of pizzas.hits) assert.equal(hit.category, "Pizza");
  const vegan = await search("burger", { filters: { diets: ["vegan"] } });
  for (const hit of vegan.hits) assert.ok(hit.tags.includes("vegan"));
  assert.equal(vegan.hits[0].id, "beet-lentil-burger");
});

test("an empty query lists the menu without asking anybody", async () => {
  const before = await standin.counters();
  const found = await search("", { limit: 1000 });
  assert.deepEqual(ids(found).toSorted(), ITEMS.map((item) => item.id).toSorted());
  assert.equal(found.meta.model, "lexical");
  assert.equal(found.meta.reason, "local_only");
  assert.deepEqual((await standin.counters()).embeddings, before.embeddings);
});

test("the same query is embedded once", async () => {
  const count = async () => JSON.stringify((await standin.counters()).embeddings);
  await search("a query that nobody asked before");
  const before = await count();
  const again = await search("a  query that nobody asked before");
  assert.equal(again.meta.reason, "cloud_first");
  assert.equal(await count(), before);
});

for (const [what, patch, reason] of [
  ["Vectorize is busy", { tasks: { query: { errors: { rate: 1, code: 40041 } } } }, "cloud_busy"],
  ["Vectorize is away", { tasks: { query: { health: "outage" } } }, "cloud_failed"],
  ["Vectorize refuses", { tasks: { query: { errors: { rate: 1, code: 40006 } } } }, "cloud_refused"],
  ["the model has no capacity", { tasks: { embeddings: { errors: { rate: 1, code: 3040 } } } }, "cloud_busy"],
  ["the model is away", { tasks: { embeddings: { health: "outage" } } }, "cloud_failed"],
  ["the model is gone", { tasks: { embeddings: { errors: { rate: 1, code: 5007 } } } }, "cloud_refused"],
  ["the vectors are nonsense", { vectors: "zero" }, "cloud_failed"],
]) {
  test(`where ${what} the words answer alone and say why`, async () => {
    await standin.set(patch);
    for (const query of ["moussaka", "cheesburger", "lamb"]) {
      const found = await search(`${query} please ${what}`, { limit: 5 });
      assert.ok([reason, "breaker_open"].includes(found.meta.reason), `${query}: ${found.meta.reason}`);
      if (query === "moussaka") assert.equal(found.meta.reason, reason);
      assert.equal(found.meta.path, "cloud");
      assert.equal(found.meta.model, "lexical");
      assert.equal(found.meta.space, undefined);
      assert.ok(found.hits.length > 0, query);
      for (const hit of found.hits) assert.equal(hit.scores.semantic, 0);
    }
    assert.equal((await search(`Moussaka ${what}`)).hits[0].id, "moussaka");
  });
}

test("where the day's allowance is spent nobody is asked for a while", async () => {
  const auth = authService({ device: active("device", ["spent"]), kiosk: active("kiosk", ["spent"]) });
  await standin.set({ tokens: auth.tokens });
  const other = await startWorker({ standin: standin.address, vars: FAST });
  try {
    await publish(other, "spent", publication(smallItems("goulash")));
    // Once before, so that no time is spent on reading the menu.
    await other.call("POST", at("spent", "/menu/search"), { token: "kiosk", json: { query: "goulash" } });
    await standin.set({ daily_requests: 0 });
    const reasons = [];
    for (const query of ["goulash dish 1", "goulash dish 2", "goulash dish 3"]) {
      const answer = await other.call("POST", at("spent", "/menu/search"), { token: "kiosk", json: { query } });
      assert.ok(answer.json.hits.length > 0);
      reasons.push(answer.json.meta.reason);
    }
    assert.deepEqual(reasons, ["cloud_busy", "cloud_busy", "cloud_busy"]);
  } finally {
    await other.stop();
  }
});

test("it is left alone after some failures, and comes back by itself", async () => {
  await standin.set({ tasks: { query: { health: "outage" } } });
  const asked = async () => (await standin.counters()).query.calls;
  for (let n = 0; n < 12; n += 1) await search(`stew number ${n}`);
  const before = await asked();
  for (let n = 0; n < 30; n += 1) await search(`broth number ${n}`);
  assert.ok((await asked()) - before <= 8, "only probes");
  await standin.set(CALM);
  assert.ok((await recovered()) < 15_000);
});

test("a slow index does not hold the answer up beyond its deadline", async () => {
  await standin.set({ tasks: { query: { latency: { p50_ms: 5_000, p99_ms: 5_001 } } } });
  const began = Date.now();
  const found = await search("grilled octopus", {}, { headers: { "x-deadline-ms": "400" } });
  const took = Date.now() - began;
  assert.ok(took < 2_000, `${took} ms`);
  assert.ok(["cloud_late", "hedge_won", "no_time", "breaker_open"].includes(found.meta.reason), found.meta.reason);
  assert.ok(found.hits.some((hit) => hit.id === "chtapodi"), ids(found).join());
});

test("local_only asks no model", async () => {
  const before = await standin.counters();
  const found = await search("sea food rice", {}, { headers: { "x-route-policy": "local_only" } });
  assert.equal(found.meta.reason, "local_only");
  const after = await standin.counters();
  assert.deepEqual(after.embeddings, before.embeddings);
  assert.deepEqual(after.query, before.query);
});

for (const policy of ["prefer_local", "prefer_cloud", "auto"]) {
  test(`${policy}: meaning takes part wherever there is time for it`, async () => {
    const found = await search(`raw fish with lime, ${policy}`, {}, { headers: { "x-route-policy": policy } });
    assert.equal(found.meta.reason, "cloud_first");
    assert.equal(found.meta.space, "@cf/baai/bge-small-en-v1.5/cls/384");
    assert.ok(found.hits.some((hit) => hit.scores.semantic > 0));
  });
}

test("sold out is respected at once, and taken back at once", async () => {
  const mark = (id, sold_out, token = "pos") => worker.call("PATCH", at(LOC, `/menu/items/${id}/availability`), { token, json: { sold_out } });
  const state = async () => (await search("Gyros Bowl", { limit: 30 })).hits.find((hit) => hit.id === "gyros-bowl");
  assert.equal((await state()).available, true);
  assert.equal((await mark("gyros-bowl", true)).status, 204);
  assert.deepEqual([(await state()).available, (await state()).state], [false, "sold_out"]);
  const now = await search("Gyros Bowl", { filters: { availability: "now" }, limit: 30 });
  assert.ok(!ids(now).includes("gyros-bowl"));
  // The menu itself says that this one is sold out; staff say otherwise.
  assert.equal((await search("grilled octopus")).hits.find((hit) => hit.id === "chtapodi").state, "sold_out");
  assert.equal((await mark("chtapodi", false)).status, 204);
  assert.equal((await search("grilled octopus")).hits.find((hit) => hit.id === "chtapodi").state, "available");
  assert.equal((await mark("gyros-bowl", null)).status, 204);
  assert.equal((await mark("chtapodi", null)).status, 204);
  assert.equal((await state()).available, true);
  assert.equal((await mark("no-such-dish", true)).status, 404);
  assert.equal((await mark("gyros-bowl", true, "kiosk")).status, 403);
  assert.equal((await mark("gyros-bowl", "yes")).status, 400);
});

test("hours are those of the restaurant's zone", async () => {
  const zone = "Asia/Kolkata";
  const clock = new Intl.DateTimeFormat("en-GB", { timeZone: zone, hour: "2-digit", hour12: false });
  const hour = Number(clock.format(new Date())) % 24;
  const hm = (n) => `${String(((n % 24) + 24) % 24).padStart(2, "0")}:00`;
  const now = { ...smallItems("now", 1)[0], id: "now", availability: { dayparts: [{ from: hm(hour - 1), to: hm(hour + 2) }] } };
  const later = { ...smallItems("later", 1)[0], id: "later", availability: { dayparts: [{ from: hm(hour + 3), to: hm(hour + 5) }] } };
  await publish(worker, "hours", publication([now, later], { timezone: zone }));
  const found = await search("dish number", {}, { location: "hours" });
  const states = Object.fromEntries(found.hits.map((hit) => [hit.id, hit.state]));
  assert.deepEqual(states, { now: "available", later: "outside_hours" });
});

test("a restaurant never sees another one's dishes", async () => {
  await publish(worker, "other", publication(smallItems("moussaka", 5)));
  const there = await search("moussaka", { limit: 50 }, { location: "other" });
  assert.ok(there.hits.length > 0 && ids(there).every((id) => id.startsWith("moussaka-")));
  const here = await search("moussaka dish number 3", { limit: 50 });
  assert.ok(ids(here).every((id) => BY_ID.has(id)));
});

test("an ambiguous query asks which", async () => {
  const found = await search("souvlaki");
  assert.match(found.ambiguous.question, /which souvlaki/);
  assert.ok(found.ambiguous.ids.length >= 2);
});

test("what was understood can be taken as not said", async () => {
  const query = "vegan burger";
  const limited = await search(query);
  assert.ok(limited.parse.filters.diets.includes("vegan"));
  const free = await search(query, { ignore: ["vegan"] });
  assert.equal(free.parse?.filters.diets.includes("vegan") ?? false, false);
  const plain = await search(query, { parse: false });
  assert.equal(plain.parse, undefined);
});

test("what cannot be answered is refused and says why", async () => {
  const refused = async (code, json, { status = 400, headers = {} } = {}) => {
    const answer = await worker.call("POST", at(LOC, "/menu/search"), { token: "kiosk", headers, json });
    assert.equal(answer.status, status, answer.text);
    assert.equal(answer.json.error.code, code, answer.text);
  };
  await refused("invalid_request", { query: "a", limit: 0 });
  await refused("invalid_request", { query: "a", limit: 101 });
  await refused("invalid_request", { query: "", limit: 1001 });
  await refused("invalid_request", { query: "a", filters: { exclude_allergens: ["gravel"] } });
  await refused("invalid_request", { query: "a", filters: { price_min_cents: 5, price_max_cents: 1 } });
  await refused("invalid_request", { query: "a", ignore: Array(33).fill("x") });
  await refused("invalid_request", { query: 1 });
  await refused("invalid_request", { query: "a", q: "b" });
  await refused("text_too_long", { query: "x".repeat(8_193) });
  await refused("payload_too_large", { query: "x".repeat(70_000) }, { status: 413 });
  for (const deadline of ["0", "x", "-1", "60001", "1.5"]) await refused("invalid_request", { query: "a" }, { headers: { "x-deadline-ms": deadline } });
  await refused("invalid_request", { query: "a" }, { headers: { "x-route-policy": "fastest" } });
});

test("a dish whose id has a slash is marked by its encoded id", async () => {
  const items = [...smallItems("slash", 3), { ...smallItems("slash", 1)[0], id: "wok/dan dan\\1" }];
  const menu = publication(items);
  await publish(worker, "other", menu);
  const mark = (id, json) => worker.call("PATCH", at("other", `/menu/items/${id}/availability`), { token: "pos", json });
  assert.equal((await mark(encodeURIComponent("wok/dan dan\\1"), { sold_out: true })).status, 204);
  const shown = await worker.call("POST", at("other", "/menu/search"), { token: "kiosk", json: { query: "", limit: 10 } });
  const sold = shown.json.hits.filter((hit) => hit.state === "sold_out").map((hit) => hit.id);
  assert.deepEqual(sold, ["wok/dan dan\\1"]);
  assert.equal((await mark("wok/dan", { sold_out: true })).status, 404);
  assert.equal((await mark("..%2f..%2fmenu", { sold_out: true })).status, 404);
  const empty = await mark(encodeURIComponent("wok/dan dan\\1"), {});
  assert.equal(empty.status, 400, "{} does not take the mark away");
  assert.match(empty.json.error.message, /missing field `sold_out`/);
});

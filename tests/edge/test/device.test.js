// The device's binary against the Worker in workerd, over a line that breaks: it answers every time,
// inside the deadline, and says which path it took.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, afterEach, before, describe, test } from "node:test";
import { Restaurant, sleep, until } from "../lib/restaurant.js";
import { CALM } from "../lib/standin.js";

// What is waited beyond a deadline before the test fails: the machine that runs it may be busy. Who does
// not heed the deadline waits for seconds; how exactly it is kept is measured by measure.mjs.
const SLACK_MS = 1_000;
const SURE = "two margheritas and a large coke please";
const TEXTS = [SURE, "cancel the coke", "where is my order", "no onions on that", "my soup is cold, this is awful", "is there sesame in the hummus"];

/** Slower than the deadlines of these tests, and never an outage. */
const HUNG = { tasks: { all: { health: "hang" } } };

/** Whether the cloud answered in time. Where both paths say the same the device's own answer is given. */
const cloudTookPart = ({ path, reason }) => path === "cloud" || ["agreed", "local_better", "cloud_better"].includes(reason);

describe("a restaurant with a cloud", () => {
  /** @type {Restaurant} */
  let place;
  let told = 0;
  /** Texts that no cache knows. */
  const fresh = (text) => `${text}, table ${(told += 1)}`;

  before(async () => {
    place = await new Restaurant().open();
  });
  after(() => place?.close());
  afterEach(async () => {
    place.line.up();
    place.line.slow(0);
    await place.standin.set({ ...CALM, drift_degrees: 0 });
    // Breakers close by probes: they need questions.
    await until("the cloud is asked again", async () => {
      const [one, two] = await Promise.all([place.intent(fresh(SURE), { policy: "prefer_cloud" }), place.search(fresh("noodle soup"), { policy: "prefer_cloud" })]);
      return cloudTookPart(one.body.meta) && cloudTookPart(two.body.meta);
    });
  });

  test("online, each path answers where it is asked to", async () => {
    const cloud = await place.intent(fresh(SURE), { policy: "prefer_cloud" });
    assert.equal(cloud.status, 200);
    assert.equal(cloud.body.meta.path, "cloud");
    assert.equal(cloud.body.intent, "order");
    assert.match(cloud.body.meta.model, /llama/);
    const local = await place.intent(fresh(SURE), { policy: "local_only" });
    assert.deepEqual([local.body.meta.path, local.body.meta.reason, local.body.intent], ["local", "local_only", "order"]);
    const auto = await place.intent(SURE);
    assert.deepEqual([auto.body.meta.path, auto.body.meta.reason], ["local", "local_confident"]);
    const bad = await place.intent(SURE, { policy: "cloud_only" });
    assert.deepEqual([bad.status, bad.body.error.code], [400, "invalid_request"]);
  });

  test("what the device is unsure of goes on to the cloud, and nothing else does", async () => {
    let unsure = 0;
    for (const text of ["hmm the thing from before", "make it quick", "what about the other one", "no", "again please", "not that", "it is fine I guess", "the usual"]) {
      const local = (await place.intent(text, { policy: "local_only" })).body;
      const { body } = await place.intent(text);
      const sure = local.intent !== "unknown" && local.confidence >= 0.7;
      unsure += sure ? 0 : 1;
      assert.equal(cloudTookPart(body.meta), !sure, `${text}: ${local.intent} ${local.confidence} → ${body.meta.reason}`);
    }
    assert.ok(unsure > 0, "one of these texts is unsure");
  });

  test("the cloud's dishes are the device's own, under its own filters", async () => {
    const { body } = await place.search(fresh("chickpea dip"), { policy: "prefer_cloud" });
    assert.ok(cloudTookPart(body.meta), JSON.stringify(body.meta));
    assert.ok(body.hits.some((hit) => hit.name === "Hummus"), body.hits.map((hit) => hit.name).join());
    const filters = { exclude_allergens: ["sesame", "milk"] };
    for (const query of ["chickpea dip", "something creamy", "cheese pizza", "ice cream"]) {
      const cloud = await place.search(fresh(query), { policy: "prefer_cloud", filters });
      for (const hit of cloud.body.hits) {
        for (const allergen of ["sesame", "milk"]) assert.ok(hit.allergens.free_of.includes(allergen), `${hit.name} may hold ${allergen}`);
      }
    }
  });

  test("what staff mark as sold out is so at once, on the cloud's path too", async () => {
    const query = "hummus";
    const found = await place.search(query, { policy: "prefer_cloud" });
    const id = found.body.hits[0].id;
    const mark = async (soldOut) => {
      const response = await fetch(`${place.device.url}/v1/menu/items/${id}/availability`, { method: "PATCH", headers: { "content-type": "application/json" }, body: JSON.stringify({ sold_out: soldOut }) });
      assert.ok(response.ok, await response.text());
    };
    await mark(true);
    const after = await place.search(query, { policy: "prefer_cloud", filters: { availability: "now" } });
    assert.ok(after.body.hits.every((hit) => hit.id !== id));
    await mark(false);
  });

  test("a cloud that hangs costs the deadline and nothing more", async () => {
    await place.standin.set(HUNG);
    for (let i = 0; i < 12; i += 1) {
      const asked = i % 2 ? await place.search(fresh("spicy noodles"), { policy: "prefer_cloud", deadlineMs: 600 }) : await place.intent(fresh(SURE), { policy: "prefer_cloud", deadlineMs: 600 });
      assert.equal(asked.status, 200, JSON.stringify(asked.body));
      assert.equal(asked.body.meta.path, "local");
      assert.ok(asked.ms < 600 + SLACK_MS, `${asked.ms} ms, ${asked.body.meta.reason}`);
    }
    const { body } = await place.intent(fresh(SURE), { policy: "prefer_cloud", deadlineMs: 600 });
    // The Worker knows the deadline: it may say first that it has no answer.
    assert.ok(["breaker_open", "cloud_late", "cloud_failed", "no_time", "hedge_won"].includes(body.meta.reason), body.meta.reason);
  });

  test("a cloud without capacity is left alone for as long as it says", async () => {
    const errors = { rate: 1, code: 3040, retry_after_s: 1 };
    await place.standin.set({ tasks: { chat: { errors } } });
    const reasons = new Set();
    for (let i = 0; i < 20; i += 1) {
      const { status, body } = await place.intent(fresh(SURE), { policy: "prefer_cloud" });
      assert.equal(status, 200);
      assert.equal(body.meta.path, "local");
      assert.equal(body.intent, "order");
      reasons.add(body.meta.reason);
    }
    assert.ok(reasons.has("cloud_busy"), [...reasons].join());
    const asked = (await place.standin.counters()).chat;
    const calls = JSON.stringify(asked);
    await place.intent(fresh(SURE), { policy: "prefer_cloud" });
    assert.equal(JSON.stringify((await place.standin.counters()).chat), calls, "not asked while it wants to be left alone");
  });

  test("a fast cloud that is wrong changes no sure answer", async () => {
    const right = new Map();
    for (const text of TEXTS) right.set(text, (await place.intent(text, { policy: "local_only" })).body);
    await place.standin.set({ chat: "wrong" });
    for (const text of TEXTS) {
      const { body } = await place.intent(text);
      if (right.get(text).confidence >= 0.9) assert.equal(body.intent, right.get(text).intent, `${text}: ${body.meta.reason}`);
    }
  });

  test("a line cut in the middle of an answer is a failure like any other", async () => {
    for (const bytes of [0, 1, 40, 200]) {
      place.line.breakAfter(bytes);
      const { status, body } = await place.intent(fresh(SURE), { policy: "prefer_cloud", deadlineMs: 2_000 });
      assert.equal(status, 200);
      assert.equal(body.intent, "order");
    }
  });

  test("without a line the device says so and goes on; with it again it says that too", async () => {
    place.line.cut();
    const until_ = Date.now() + 20_000;
    let state;
    let asked = 0;
    while (Date.now() < until_ && state !== "offline") {
      const { status, body } = await place.intent(fresh(SURE), { policy: "prefer_cloud" });
      assert.equal(status, 200);
      assert.equal(body.meta.path, "local");
      asked += 1;
      state = await place.cloud();
      await sleep(50);
    }
    assert.equal(state, "offline", `${asked} questions`);
    const calls = place.line.accepted;
    for (let i = 0; i < 100; i += 1) assert.equal((await place.intent(fresh(SURE), { policy: "prefer_cloud" })).body.meta.path, "local");
    assert.ok(place.line.accepted - calls <= 5, `${place.line.accepted - calls} attempts for 100 questions`);
    place.line.up();
    await until("online again", async () => (await place.cloud()) === "online");
  });

  test("a flapping line: every question is answered, inside its deadline", async () => {
    const flap = setInterval(() => (place.line.state === "up" ? (Math.random() < 0.5 ? place.line.cut() : place.line.silence()) : place.line.up()), 150);
    const late = [];
    const paths = { local: 0, cloud: 0 };
    const asking = Array.from({ length: 8 }, async (_, who) => {
      for (let i = 0; i < 40; i += 1) {
        const options = { policy: ["auto", "prefer_cloud", "prefer_local"][i % 3], deadlineMs: 500 };
        const { status, body, ms } = who % 2 ? await place.search(fresh("spicy chicken"), options) : await place.intent(fresh(TEXTS[i % TEXTS.length]), options);
        assert.equal(status, 200, JSON.stringify(body));
        paths[body.meta.path] += 1;
        if (ms > 500 + SLACK_MS) late.push(`${ms.toFixed(0)} ms: ${body.meta.reason}`);
      }
    });
    try {
      await Promise.all(asking);
    } finally {
      clearInterval(flap);
      place.line.up();
    }
    assert.equal(paths.local + paths.cloud, 320);
    assert.deepEqual(late, []);
  });

  test("an embedding model that drifts closes the cloud's search and nothing else", async () => {
    const before = await place.intent(fresh(SURE), { policy: "prefer_cloud" });
    assert.equal(before.body.meta.path, "cloud");
    await until("the golden texts are recorded", () => existsSync(join(place.device.folder, "parity.json")));
    // The guard looks at start and hourly: a start is the sooner of the two.
    await place.standin.set({ drift_degrees: 30 });
    await place.device.stop();
    await place.device.start();
    await until("parity is closed", async () => (await place.search(fresh("noodle soup"), { policy: "prefer_cloud" })).body.meta.reason === "parity_closed");
    const metrics = await (await fetch(`${place.device.url}/metrics`)).text();
    assert.match(metrics, /^edge_parity_open 0/m);
    await until("intents go on", async () => (await place.intent(fresh(SURE), { policy: "prefer_cloud" })).body.meta.path === "cloud");
    await place.standin.set({ drift_degrees: 0 });
    await place.device.stop();
    await place.device.start();
    await until("parity is open", async () => cloudTookPart((await place.search(fresh("noodle soup"), { policy: "prefer_cloud" })).body.meta));
  });
});

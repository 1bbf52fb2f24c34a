// Embeddings by the Worker: the space, the batches, and what must never come out.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { at } from "../lib/menu.js";
import { CALM, startStandin } from "../lib/standin.js";
import { active, authService, startWorker } from "../lib/worker.js";

const LOC = "loc-7";
let standin;
let worker;

before(async () => {
  standin = await startStandin();
  worker = await startWorker({ standin: standin.address });
  await standin.set({ tokens: authService({ pos: active("pos", [LOC]), kiosk: active("kiosk", [LOC]) }).tokens });
});
afterEach(() => standin.set(CALM));
after(async () => {
  await worker?.stop();
  await standin?.stop();
});

const embed = (texts, { token = "pos", headers = {} } = {}) => worker.call("POST", at(LOC, "/embeddings"), { token, headers, json: { texts } });
const dot = (left, right) => left.reduce((sum, x, n) => sum + x * right[n], 0);
const isError = (answer, code, status) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error.code, code);
};

test("texts become unit vectors of the named space, in their order", async () => {
  const { status, json } = await embed(["iced latte", "cold coffee with milk", "my fish is raw"]);
  assert.equal(status, 200);
  assert.equal(json.space, "@cf/baai/bge-small-en-v1.5/cls/384");
  assert.equal(json.data.length, 3);
  for (const row of json.data) {
    assert.equal(row.length, 384);
    assert.ok(Math.abs(dot(row, row) - 1) < 1e-4);
  }
  assert.ok(dot(json.data[0], json.data[1]) > dot(json.data[0], json.data[2]));
  const alone = (await embed(["my fish is raw"])).json.data[0];
  assert.ok(dot(alone, json.data[2]) > 0.999, "a text's vector does not depend on its company");
});

test("a hundred texts are taken, one more is not", async () => {
  const texts = Array.from({ length: 100 }, (_, n) => `dish ${n}`);
  assert.equal((await embed(texts)).json.data.length, 100);
  isError(await embed([...texts, "x"]), "invalid_request", 400);
  isError(await embed([]), "invalid_request", 400);
});

test("bad texts are named, bad requests refused", async () => {
  const empty = await embed(["a", " "]);
  isError(empty, "empty_text", 400);
  assert.match(empty.json.error.message, /texts\[1\]/);
  isError(await embed(["x".repeat(8_193)]), "text_too_long", 400);
  isError(await embed("a"), "invalid_request", 400);
  isError(await embed(["a"], { headers: { "x-deadline-ms": "soon" } }), "invalid_request", 400);
  isError(await embed(["a"], { token: "kiosk" }), "forbidden", 403);
});

test("vectors that cannot be compared are an error and not an answer", async () => {
  for (const vectors of ["zero", "short", "null", "missing"]) {
    await standin.set({ vectors });
    const answer = await embed(["soup", "salad"]);
    isError(answer, "upstream_failed", 502);
    assert.ok(!answer.text.includes("data"));
  }
});

test("busy, slow and broken are told apart", async () => {
  await standin.set({ tasks: { embeddings: { errors: { rate: 1, code: 3040 } } } });
  const busy = await embed(["a"]);
  isError(busy, "upstream_busy", 503);
  assert.ok(Number(busy.headers["retry-after"]) >= 1);
  await standin.set({ ...CALM, daily_requests: 0 });
  const spent = await embed(["a"]);
  isError(spent, "upstream_busy", 503);
  assert.equal(spent.headers["retry-after"], "60");
  await standin.set({ ...CALM, tasks: { embeddings: { latency: { p50_ms: 3_000, p99_ms: 3_001 } } } });
  const began = Date.now();
  isError(await embed(["a"], { headers: { "x-deadline-ms": "200" } }), "deadline_exceeded", 504);
  assert.ok(Date.now() - began < 2_000);
  await standin.set(CALM);
  await standin.set({ tasks: { embeddings: { health: "outage" } } });
  isError(await embed(["a"]), "upstream_failed", 502);
});

test("a drifted model answers in the same space, and differs", async () => {
  const before = (await embed(["iced latte"])).json;
  await standin.set({ drift_degrees: 10 });
  const after = (await embed(["iced latte"])).json;
  await standin.set({ drift_degrees: 0 });
  assert.equal(after.space, before.space);
  assert.ok(dot(after.data[0], before.data[0]) < 0.99, "what a parity guard is for");
});

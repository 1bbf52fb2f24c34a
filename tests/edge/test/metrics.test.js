// What the Worker tells of itself: one data point a request for Analytics Engine, and counters.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { active, authService, startWorker } from "../lib/worker.js";

const LOC = "/api/v1/locations/loc-7";
// Analytics Engine has no local store: this dataset has its class's name and keeps its points.
const KEEPS_POINTS = `
import worker from "./worker.js";
export * from "./worker.js";
const points = [];
class AnalyticsEngineDataset {
  writeDataPoint(point) {
    points.push(point);
  }
}
export default {
  async fetch(request, env, context) {
    if (new URL(request.url).pathname === "/__points") return Response.json(points.splice(0));
    return worker.fetch(request, { ...env, METRICS: new AnalyticsEngineDataset() }, context);
  },
};
`;

let worker;
before(async () => {
  worker = await startWorker({ auth: authService({ kiosk: active("kiosk", ["loc-7"]), admin: active("admin", ["loc-7"]) }), entry: KEEPS_POINTS });
});
after(() => worker?.stop());

const points = async () => (await worker.call("GET", "/__points")).json;

test("every answer is a point: route, method, status, code, count, latency, error, cache", async () => {
  await worker.call("GET", "/healthz");
  await worker.call("DELETE", "/healthz");
  await worker.call("GET", `${LOC}/flags`, { token: "kiosk" });
  const [health, refused, flags] = await points();
  assert.deepEqual(health.indexes, ["Health"]);
  assert.deepEqual(health.blobs, ["Health", "GET", "200", ""]);
  assert.equal(health.doubles.length, 5);
  assert.equal(health.doubles[0], 1);
  assert.ok(health.doubles[1] >= 0);
  assert.deepEqual(health.doubles.slice(2), [0, 0, 0]);
  assert.deepEqual(refused.blobs, ["unmatched", "DELETE", "405", "method_not_allowed"]);
  assert.equal(refused.doubles[2], 1);
  // Neither the token nor the flags were kept yet: two look-ups, no hit.
  assert.deepEqual(flags.doubles.slice(2), [0, 0, 2]);
});

test("hits of the caches since the point before", async () => {
  await worker.call("GET", `${LOC}/flags`, { token: "kiosk" });
  await new Promise((go) => setTimeout(go, 200));
  await points();
  await worker.call("GET", `${LOC}/flags`, { token: "kiosk" });
  const [flags] = await points();
  assert.deepEqual(flags.doubles.slice(2), [0, 2, 2]);
});

test("nothing that a client made up is a label", async () => {
  await worker.call("PROPFIND", "/made-up-path-7?made-up-query", { headers: { "x-request-id": "made-up-id" }, token: "made-up-token" });
  const text = JSON.stringify(await points()) + (await worker.call("GET", "/metrics", { token: "admin" })).text;
  assert.doesNotMatch(text, /made-up/);
  assert.doesNotMatch(text, /PROPFIND/);
});

// A trap in the wasm: what comes after it runs on a fresh instance, objects included.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { NO_LIMITS, active, authService, startWorker } from "../lib/worker.js";

const LOC = "/api/v1/locations/loc-7";
// Beside the real entry: an address that makes the instance trap, by a pointer to nowhere.
const TRAPS = `
import worker, * as all from "./worker.js";
import * as glue from "./index.js";
export * from "./worker.js";
const trap = () => {
  const odd = Object.create(glue.RateLimiter.prototype);
  odd.__wbg_ptr = 0xfffffff0;
  odd.alarm();
};
export default {
  async fetch(request, env, context) {
    switch (new URL(request.url).pathname) {
      case "/__trap":
        queueMicrotask(trap);
        return new Response("");
      case "/__panicked":
        glue.__worker_init_state().criticalError = true;
        return new Response("");
      case "/__instance":
        return Response.json(glue.__worker_init_state().instanceId);
    }
    return worker.fetch(request, env, context);
  },
};
`;

let worker;
before(async () => {
  const shop = { ...NO_LIMITS.shop, token: { burst: 3, rate: 1, per_ms: 3_600_000 } };
  worker = await startWorker({ auth: authService({ kiosk: active("kiosk", ["loc-7"]) }), vars: { LIMITS: JSON.stringify({ ...NO_LIMITS, shop }) }, entry: TRAPS });
});
after(() => worker?.stop());

const flags = () => worker.call("GET", `${LOC}/flags`, { token: "kiosk" });
const instance = async () => (await worker.call("GET", "/__instance")).json;

for (const [name, path] of [["a trap", "/__trap"], ["a panic", "/__panicked"]]) {
  test(`after ${name} requests and objects run on a fresh instance`, async () => {
    assert.equal((await flags()).status, 200);
    const before = await instance();
    await worker.call("GET", path);
    assert.equal((await worker.call("GET", "/healthz")).status, 200);
    assert.equal(await instance(), before + 1);
    assert.equal((await worker.call("GET", "/healthz")).status, 200);
    assert.equal(await instance(), before + 1, "and on that one for good");
  });
}

test("an object that was made before remembers what it counted", async () => {
  assert.equal((await flags()).status, 200);
  assert.equal((await flags()).status, 429);
});

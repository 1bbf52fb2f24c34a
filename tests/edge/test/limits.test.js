// The rate limiter: exact, also when a thousand come at once.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { NO_LIMITS, active, authService, startWorker } from "../lib/worker.js";

const LOC = "/api/v1/locations/loc-7";
/** So slow that nothing comes back while a test runs: 1 an hour. */
const slow = (burst) => ({ burst, rate: 1, per_ms: 3_600_000 });
const started = [];

async function start(limits, more = {}) {
  const auth = authService({ one: active("admin", ["loc-7", "loc-8"]), two: active("admin", ["loc-7", "loc-8"], { sub: "two" }) });
  const merged = structuredClone(NO_LIMITS);
  for (const [name, change] of Object.entries(limits)) Object.assign(merged[name], change);
  const worker = await startWorker({ auth, vars: { LIMITS: JSON.stringify(merged) }, ...more });
  started.push(worker);
  return worker;
}
after(() => Promise.all(started.map((worker) => worker.stop())));

/** `count` requests, so many at a time. */
async function many(count, at_once, ask) {
  const answers = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: at_once }, async () => {
      while (next < count) answers.push(await ask(next++));
    }),
  );
  return answers;
}

const admitted = (answers) => answers.filter((answer) => answer.status !== 429).length;

test("of 1,000 parallel requests of one caller exactly the burst is admitted", async () => {
  const worker = await start({ shop: { token: slow(137), address: null, location: null } });
  // The token is known, and counted in another class.
  assert.equal((await worker.call("GET", "/metrics", { token: "one" })).status, 200);
  await new Promise((go) => setTimeout(go, 200));
  const answers = await Promise.all(Array.from({ length: 1000 }, () => worker.call("GET", `${LOC}/flags`, { token: "one", timeoutMs: 120_000 })));
  const counts = answers.reduce((all, { status }) => ({ ...all, [status]: (all[status] ?? 0) + 1 }), {});
  assert.deepEqual(counts, { 200: 137, 429: 863 });
});

test("over time exactly burst + rate × time is admitted", async () => {
  const worker = await start({ shop: { token: { burst: 10, rate: 20, per_ms: 1000 } } });
  await worker.call("GET", `${LOC}/flags`, { token: "two" });
  const begun = performance.now();
  const all = [];
  while (performance.now() - begun < 2000) all.push(...(await many(20, 10, () => worker.call("GET", `${LOC}/flags`, { token: "one" }))));
  // The object's clock lies between the first request's start and the last one's end.
  const seconds = (performance.now() - begun) / 1000;
  const count = admitted(all);
  assert.ok(all.length > count, "more was asked for than is allowed");
  assert.ok(count <= 10 + 20 * seconds, `${count} in ${seconds} s`);
  assert.ok(count >= 10 + 20 * 1.9, `${count} in ${seconds} s`);
});

test("a refusal says when to come back, and who does is admitted", async () => {
  const worker = await start({ shop: { token: { burst: 1, rate: 1, per_ms: 2000 } } });
  const first = await worker.call("GET", `${LOC}/flags`, { token: "one" });
  assert.equal(first.status, 200);
  assert.equal(first.headers["ratelimit-policy"], '"shop-token";q=1;w=2');
  assert.equal(first.headers.ratelimit, '"shop-token";r=0;t=2');
  const refused = await worker.call("GET", `${LOC}/flags`, { token: "one" });
  assert.equal(refused.status, 429);
  assert.equal(refused.json.error.code, "rate_limited");
  const after = Number(refused.headers["retry-after"]);
  assert.ok(after >= 1 && after <= 2, refused.headers["retry-after"]);
  assert.match(refused.headers.ratelimit, /^"shop-token";r=0;t=[12]$/);
  await new Promise((go) => setTimeout(go, after * 1000));
  assert.equal((await worker.call("GET", `${LOC}/flags`, { token: "one" })).status, 200);
});

test("callers, locations, addresses and classes are counted apart", async () => {
  const worker = await start({ shop: { token: slow(2) }, admin: { token: slow(1) } });
  const flags = (token, loc = "loc-7") => worker.call("GET", `/api/v1/locations/${loc}/flags`, { token });
  assert.deepEqual([(await flags("one")).status, (await flags("one", "loc-8")).status, (await flags("one")).status], [200, 200, 429], "one caller, wherever");
  assert.equal((await flags("two")).status, 200, "another caller");
  assert.equal((await worker.call("GET", "/metrics", { token: "one" })).status, 200, "another class");
  assert.equal((await worker.call("GET", "/metrics", { token: "one" })).status, 429);
});

test("a location's limit holds over all its callers", async () => {
  const worker = await start({ shop: { location: slow(2) } });
  const flags = (token, loc) => worker.call("GET", `/api/v1/locations/${loc}/flags`, { token });
  assert.deepEqual([(await flags("one", "loc-7")).status, (await flags("two", "loc-7")).status, (await flags("two", "loc-7")).status], [200, 200, 429]);
  assert.equal((await flags("two", "loc-8")).status, 200);
});

test("an address is counted before anybody is asked who calls", async () => {
  const worker = await start({ shop: { address: slow(3) } });
  const from = (address, token) => worker.call("GET", `${LOC}/flags`, { token, headers: { "cf-connecting-ip": address } });
  for (let index = 0; index < 3; index++) assert.equal((await from("192.0.2.1", `guess-${index}`)).status, 401);
  assert.equal((await from("192.0.2.1", "guess-4")).status, 429);
  assert.equal(worker.auth.asked["guess-4"], undefined, "the auth service was not asked");
  assert.equal((await from("192.0.2.2", "one")).status, 200);
  for (const [index, address] of ["2001:db8::1", "2001:db8::2", "2001:db8::3:4", "2001:db8::9"].entries()) {
    assert.equal((await from(address, "one")).status, index < 3 ? 200 : 429, "one network of a household is one address");
  }
});

test("an evicted object remembers what it counted", async () => {
  const { mkdtempSync, rmSync } = await import("node:fs");
  const { tmpdir } = await import("node:os");
  const { join } = await import("node:path");
  const persist = mkdtempSync(join(tmpdir(), "edge-limits-"));
  try {
    const first = await start({ shop: { token: slow(2) } }, { persist });
    for (let index = 0; index < 2; index++) assert.equal((await first.call("GET", `${LOC}/flags`, { token: "one" })).status, 200);
    await started.pop().stop();
    const second = await start({ shop: { token: slow(2) } }, { persist });
    assert.equal((await second.call("GET", `${LOC}/flags`, { token: "one" })).status, 429);
    await started.pop().stop();
  } finally {
    rmSync(persist, { recursive: true, force: true });
  }
});

test("where nobody can count, questions go on and keys wait", async () => {
  const worker = await start({}, { without: ["LIMITER"] });
  assert.equal((await worker.call("GET", `${LOC}/flags`, { token: "one" })).status, 200);
  const admin = await worker.call("PUT", `${LOC}/flags/a`, { token: "one", json: { value: 1 } });
  assert.equal(admin.status, 503);
  assert.equal(admin.headers["retry-after"], "1");
  const backups = await worker.call("GET", `${LOC}/backups`, { token: "one" });
  assert.equal(backups.status, 503);
  const turned = await start({ shop: { on_fault: "closed" }, admin: { on_fault: "open" } }, { without: ["LIMITER"] });
  assert.equal((await turned.call("GET", `${LOC}/flags`, { token: "one" })).status, 503);
  assert.equal((await turned.call("PUT", `${LOC}/flags/a`, { token: "one", json: { value: 1 } })).status, 204);
});

test("settings that cannot be read lift no limit", async () => {
  const worker = await start({}, { vars: { LIMITS: "{ broken" } });
  const answer = await worker.call("GET", `${LOC}/flags`, { token: "one" });
  assert.equal(answer.headers["ratelimit-policy"], '"shop-token";q=120;w=6');
});

test("health is never limited", async () => {
  const worker = await start({ open: { address: slow(1) } });
  for (let index = 0; index < 20; index++) assert.equal((await worker.call("GET", "/healthz")).status, 200);
});

test("an object that is idle deletes what it kept, one that is not stays", async () => {
  // The object of the real entry, whose storage can be looked into.
  const entry = `
    import worker, * as all from "./worker.js";
    export * from "./worker.js";
    export class RateLimiter extends all.RateLimiter {
      constructor(state, env) {
        super(state, env);
        this.storage = state.storage;
      }
      async fetch(request) {
        if (new URL(request.url).pathname !== "/kept") return super.fetch(request);
        return Response.json([...(await this.storage.list()).keys()]);
      }
    }
    export default {
      async fetch(request, env, context) {
        const url = new URL(request.url);
        if (url.pathname !== "/__kept") return worker.fetch(request, env, context);
        return env.LIMITER.get(env.LIMITER.idFromName(url.searchParams.get("name"))).fetch("https://limiter/kept");
      },
    };`;
  const quick = { burst: 100, rate: 100, per_ms: 1000 };
  const worker = await start({}, { entry, vars: { LIMITER_CHECK_S: "1", LIMITS: JSON.stringify({ ...NO_LIMITS, shop: { token: quick, address: slow(5), location: null } }) } });
  const headers = { "cf-connecting-ip": "192.0.2.1" };
  assert.equal((await worker.call("GET", `${LOC}/flags`, { token: "one", headers })).status, 200);
  const kept = async (name) => (await worker.call("GET", `/__kept?name=${encodeURIComponent(name)}`)).json;
  const [idle, busy] = ["shop/token/sub:admin-of-loc-7-loc-8", "shop/address/192.0.2.1"];
  assert.deepEqual(await kept(idle), ["state"]);
  assert.deepEqual(await kept(busy), ["state"]);
  await new Promise((go) => setTimeout(go, 2_500));
  assert.deepEqual(await kept(idle), []);
  assert.deepEqual(await kept(busy), ["state"]);
  assert.match((await worker.call("GET", `${LOC}/flags`, { token: "one", headers })).headers.ratelimit, /^"shop-address";r=3;t=7\d\d\d$/, "and counts on");
});

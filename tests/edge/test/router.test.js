// Routes, methods, errors, headers: what every answer has.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { ROUTES, active, authService, startWorker } from "../lib/worker.js";

let worker;
before(async () => {
  worker = await startWorker({ auth: authService({ kiosk: active("kiosk", ["loc-7"]), admin: active("admin", ["loc-7"]) }) });
});
after(() => worker?.stop());

const LOC = "/api/v1/locations/loc-7";
const isError = (answer, status, code) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers["content-type"], "application/json");
  assert.equal(answer.json.error.code, code);
  assert.equal(typeof answer.json.error.message, "string");
  assert.equal(answer.json.error.request_id, answer.headers["x-request-id"]);
};

test("health is open and says ok", async () => {
  const answer = await worker.call("GET", "/healthz");
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.json, { status: "ok" });
});

test("every answer has its request id, its timing and its security headers", async () => {
  for (const path of ["/healthz", "/nowhere", `${LOC}/menu`, "/static/none.js"]) {
    const { headers } = await worker.call("GET", path);
    assert.match(headers["x-request-id"], /^r-[0-9a-f]{16}$/, path);
    assert.match(headers["server-timing"], /total;dur=\d+/, path);
    assert.equal(headers["x-content-type-options"], "nosniff", path);
    assert.equal(headers["referrer-policy"], "no-referrer", path);
    assert.match(headers["content-security-policy"], /default-src 'none'/, path);
    assert.match(headers["strict-transport-security"], /max-age=\d+/, path);
    assert.equal(headers["cache-control"], "no-store", path);
  }
});

test("a harmless request id of the client is kept, another is not", async () => {
  const kept = await worker.call("GET", "/nowhere", { headers: { "x-request-id": "kiosk-7.42_a" } });
  assert.equal(kept.headers["x-request-id"], "kiosk-7.42_a");
  assert.equal(kept.json.error.request_id, "kiosk-7.42_a");
  const long = "a".repeat(128);
  assert.equal((await worker.call("GET", "/healthz", { headers: { "x-request-id": long } })).headers["x-request-id"], long);
  for (const bad of ["a b", "<script>", "a".repeat(129), 'x"y', "a,b"]) {
    const { headers } = await worker.call("GET", "/healthz", { headers: { "x-request-id": bad } });
    assert.match(headers["x-request-id"], /^r-[0-9a-f]{16}$/, bad);
  }
});

test("an unknown path is 404 and a known one with another method 405 with allow", async () => {
  isError(await worker.call("GET", "/nowhere"), 404, "not_found");
  isError(await worker.call("GET", "/"), 404, "not_found");
  const answer = await worker.call("DELETE", `${LOC}/menu`);
  isError(answer, 405, "method_not_allowed");
  assert.equal(answer.headers.allow, "GET, HEAD, PUT");
});

test("every route refuses every method that is not its own, before it looks at a body", async () => {
  const paths = [...new Set(ROUTES.map((route) => route.path))];
  for (const pattern of paths) {
    const path = concrete(pattern);
    const own = new Set(ROUTES.filter((route) => route.path === pattern).map((route) => route.method));
    if (own.has("GET")) own.add("HEAD");
    for (const method of ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"]) {
      if (own.has(method)) continue;
      const answer = await worker.call(method, path);
      // workerd itself refuses methods that fetch forbids.
      if (method === "TRACE" && answer.status >= 500) continue;
      assert.equal(answer.status, 405, `${method} ${path}`);
      for (const allowed of own) assert.ok(answer.headers.allow.split(", ").includes(allowed), `${method} ${path}`);
    }
  }
});

test("HEAD is GET without a body", async () => {
  const get = await worker.call("GET", "/healthz");
  const head = await worker.call("HEAD", "/healthz");
  assert.equal(head.status, 200);
  assert.equal(head.text, "");
  assert.equal(head.headers["content-type"], get.headers["content-type"]);
  assert.equal((await worker.call("HEAD", `${LOC}/menu`)).status, 401);
});

test("paths that are no paths reach nothing", async () => {
  for (const path of ["/healthz/", "//healthz", "/HEALTHZ", "/healthz%00", "/healthz%2f", "/static/%2e%2e%2fsecret", "/static/a%5cb", "/static/%zz", "/static/%ff", `${LOC}/menu/`, "/api/v1/locations//menu", "/api/v2/locations/loc-7/menu", `/static/${"a".repeat(3000)}`]) {
    const answer = await worker.call("GET", path);
    assert.ok([400, 404].includes(answer.status), `${path}: ${answer.status}`);
    assert.ok(answer.json?.error, path);
  }
});

test("CORS names listed origins back, letter for letter, and no others", async () => {
  const listed = await worker.call("GET", "/nowhere", { headers: { origin: "https://pos.example" } });
  assert.equal(listed.headers["access-control-allow-origin"], "https://pos.example");
  const exposed = listed.headers["access-control-expose-headers"].split(", ");
  for (const name of ["allow", "content-range", "etag", "ratelimit", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset", "retry-after", "x-content-sha256", "x-request-id"]) assert.ok(exposed.includes(name), name);
  for (const origin of ["https://evil.example", "null", "*", "https://pos.example.evil.example", "http://pos.example", "https://POS.example", "https://pos.example:443", "https://pos.example,https://kds.example:8443"]) {
    const { headers } = await worker.call("GET", "/healthz", { headers: { origin } });
    assert.equal(headers["access-control-allow-origin"], undefined, origin);
    assert.match(headers.vary, /origin/, origin);
  }
  assert.equal(listed.headers["access-control-allow-credentials"], undefined);
});

test("a preflight says the methods of its path", async () => {
  const answer = await worker.call("OPTIONS", `${LOC}/menu/search`, { headers: { origin: "https://pos.example", "access-control-request-method": "POST" } });
  assert.equal(answer.status, 204);
  assert.equal(answer.headers["access-control-allow-origin"], "https://pos.example");
  assert.equal(answer.headers["access-control-allow-methods"], "POST, OPTIONS");
  const accepted = answer.headers["access-control-allow-headers"].split(", ");
  for (const name of ["authorization", "range", "if-range", "x-content-sha256"]) assert.ok(accepted.includes(name), name);
  assert.equal((await worker.call("OPTIONS", "/nowhere")).status, 404);
});

test("a body that says it is larger than its route takes is refused unread", async () => {
  for (const route of ROUTES.filter((route) => ["POST", "PUT", "PATCH"].includes(route.method))) {
    const answer = await worker.call(route.method, concrete(route.path), { token: "admin", headers: [["content-length", String(route.max_body_bytes + 1)], ["content-type", "application/json"]], body: "{}" }).catch((error) => error);
    if (answer instanceof Error) continue; // the connection was closed before the answer was read
    assert.equal(answer.status, 413, `${route.method} ${route.path}: ${answer.text}`);
  }
});

test("a body that does not say how large it is stops at the limit", async () => {
  const answer = await worker.call("POST", `${LOC}/keys`, { token: "admin", headers: [["transfer-encoding", "chunked"], ["content-type", "application/json"]], body: JSON.stringify({ name: "a".repeat(70_000), scope: "kiosk" }) });
  isError(answer, 413, "payload_too_large");
});

test("JSON that is none says where, and another type is refused", async () => {
  const broken = await worker.call("POST", `${LOC}/keys`, { token: "admin", headers: { "content-type": "application/json" }, body: '{"name":' });
  isError(broken, 400, "invalid_request");
  assert.match(broken.json.error.message, /line 1 column/);
  const extra = await worker.call("POST", `${LOC}/keys`, { token: "admin", json: { name: "a", scope: "kiosk", is_admin: true } });
  isError(extra, 400, "invalid_request");
  const text = await worker.call("POST", `${LOC}/keys`, { token: "admin", headers: { "content-type": "text/plain" }, body: "{}" });
  isError(text, 415, "unsupported_media_type");
});

test("metrics are for admins and count requests, errors and latency", async () => {
  const answer = await worker.call("GET", "/metrics", { token: "admin" });
  assert.equal(answer.status, 200);
  assert.match(answer.headers["content-type"], /openmetrics-text/);
  for (const line of [/^edge_requests_total\{route="Health",status="200"\} \d+$/m, /^edge_errors_total\{route="unmatched",code="not_found"\} \d+$/m, /^edge_latency_seconds_count\{route="Health"\} \d+$/m, /^edge_cache_hit_rate\{cache="auth"\} /m, /^# EOF$/m]) assert.match(answer.text, line);
  isError(await worker.call("GET", "/metrics"), 401, "unauthorized");
});

test("flags are set by an admin and read by a kiosk", async () => {
  assert.equal((await worker.call("PUT", `${LOC}/flags/search.v2`, { token: "admin", json: { value: true } })).status, 204);
  assert.equal((await worker.call("PUT", `${LOC}/flags/banner`, { token: "admin", json: { value: "Happy hour" } })).status, 204);
  const read = await worker.call("GET", `${LOC}/flags`, { token: "kiosk" });
  assert.deepEqual(read.json, { flags: { banner: "Happy hour", "search.v2": true } });
  assert.equal((await worker.call("PUT", `${LOC}/flags/banner`, { token: "admin", json: { value: null } })).status, 204);
  assert.deepEqual((await worker.call("GET", `${LOC}/flags`, { token: "kiosk" })).json, { flags: { "search.v2": true } });
  isError(await worker.call("PUT", `${LOC}/flags/Bad%20Name`, { token: "admin", json: { value: 1 } }), 400, "invalid_request");
  isError(await worker.call("PUT", `${LOC}/flags/x`, { token: "admin", json: { value: [1] } }), 400, "invalid_request");
  isError(await worker.call("PUT", `${LOC}/flags/search.v2`, { token: "admin", json: {} }), 400, "invalid_request");
  assert.deepEqual((await worker.call("GET", `${LOC}/flags`, { token: "kiosk" })).json, { flags: { "search.v2": true } });
});

function concrete(pattern) {
  return pattern.replace("{loc}", "loc-7").replace("{cart}", "0".repeat(32)).replace("{*}", "app.js").replace(/\{\w+\}/g, "a");
}

// Files of R2: versions, ranges, types, and menu images that stay pictures.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { active, authService, startWorker } from "../lib/worker.js";

let worker;
const FILE = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251));
const PNG = Buffer.concat([Buffer.from("89504e470d0a1a0a", "hex"), Buffer.alloc(64, 7)]);
const IMAGES = "/api/v1/locations/loc-7/images";

before(async () => {
  worker = await startWorker({ auth: authService({ admin: active("admin", ["loc-7"]), device: active("device", ["loc-7"]) }) });
  const assets = await worker.mf.getR2Bucket("ASSETS");
  await assets.put("app.0f3a9c2e.js", new Uint8Array(FILE).buffer);
  await assets.put("css/app.css", "body{}", { httpMetadata: { contentType: "text/html" } });
  await assets.put("empty.txt", "");
});
after(() => worker?.stop());

test("a whole file with its type, its version and how long it may be kept", async () => {
  const answer = await worker.call("GET", "/static/app.0f3a9c2e.js");
  assert.equal(answer.status, 200);
  assert.deepEqual(answer.bytes, FILE);
  assert.equal(answer.headers["content-type"], "text/javascript; charset=utf-8");
  assert.equal(answer.headers["cache-control"], "public, max-age=31536000, immutable");
  assert.equal(answer.headers["accept-ranges"], "bytes");
  assert.match(answer.headers.etag, /^"[0-9a-f]+"$/);
  const css = await worker.call("GET", "/static/css/app.css");
  assert.equal(css.headers["content-type"], "text/css; charset=utf-8", "the name decides, not what is stored");
  assert.equal(css.headers["cache-control"], "public, max-age=300");
});

test("who has the version is told so without a body", async () => {
  const { headers } = await worker.call("GET", "/static/css/app.css");
  for (const tag of [headers.etag, `W/${headers.etag}`, `"a", ${headers.etag}`, "*"]) {
    const answer = await worker.call("GET", "/static/css/app.css", { headers: { "if-none-match": tag } });
    assert.equal(answer.status, 304, tag);
    assert.equal(answer.text, "");
    assert.equal(answer.headers.etag, headers.etag);
  }
  assert.equal((await worker.call("GET", "/static/css/app.css", { headers: { "if-none-match": '"other"' } })).status, 200);
});

test("one range is 206 with exactly its bytes", async () => {
  for (const [range, first, last] of [["bytes=0-0", 0, 0], ["bytes=10-19", 10, 19], ["bytes=990-", 990, 999], ["bytes=990-5000", 990, 999], ["bytes=-10", 990, 999], ["bytes=-5000", 0, 999]]) {
    const answer = await worker.call("GET", "/static/app.0f3a9c2e.js", { headers: { range } });
    assert.equal(answer.status, 206, range);
    assert.equal(answer.headers["content-range"], `bytes ${first}-${last}/1000`, range);
    assert.deepEqual(answer.bytes, FILE.subarray(first, last + 1), range);
  }
});

test("a range outside of the file is 416, one that cannot be read the whole", async () => {
  for (const range of ["bytes=1000-", "bytes=5000-6000", "bytes=-0"]) {
    const answer = await worker.call("GET", "/static/app.0f3a9c2e.js", { headers: { range } });
    assert.equal(answer.status, 416, range);
    assert.equal(answer.headers["content-range"], "bytes */1000");
    assert.equal(answer.json.error.code, "range_not_satisfiable");
  }
  assert.equal((await worker.call("GET", "/static/empty.txt", { headers: { range: "bytes=0-" } })).status, 416);
  for (const range of ["bytes=5-4", "bytes=a-b", "bytes=0-1,5-6", "items=0-1", "bytes=--1"]) {
    const answer = await worker.call("GET", "/static/app.0f3a9c2e.js", { headers: { range } });
    assert.equal(answer.status, 200, range);
    assert.equal(answer.bytes.length, 1000, range);
  }
});

test("a range of another version is the whole", async () => {
  const { headers } = await worker.call("HEAD", "/static/app.0f3a9c2e.js");
  const same = await worker.call("GET", "/static/app.0f3a9c2e.js", { headers: { range: "bytes=0-9", "if-range": headers.etag } });
  assert.equal(same.status, 206);
  for (const other of ['"other"', `W/${headers.etag}`, "Wed, 21 Oct 2015 07:28:00 GMT"]) {
    assert.equal((await worker.call("GET", "/static/app.0f3a9c2e.js", { headers: { range: "bytes=0-9", "if-range": other } })).status, 200, other);
  }
});

test("HEAD says how large the file is", async () => {
  const head = await worker.call("HEAD", "/static/app.0f3a9c2e.js");
  assert.equal(head.status, 200);
  assert.equal(head.headers["content-length"], "1000");
  assert.equal(head.text, "");
});

test("what is not there is 404, and no path leads out of the bucket's folder", async () => {
  for (const path of ["/static/none.js", "/static/css", "/static/css/", "/static/../healthz/x", "/images/loc-7/none", "/images/loc-8/../loc-7/x"]) {
    assert.ok([400, 404].includes((await worker.call("GET", path)).status), path);
  }
});

test("an image comes in by an admin and goes out to all, in a sandbox", async () => {
  const put = await worker.call("PUT", `${IMAGES}/burger.large`, { token: "admin", body: PNG, headers: { "content-type": "text/html" } });
  assert.equal(put.status, 200, put.text);
  assert.deepEqual({ ...put.json, etag: undefined }, { path: "/images/loc-7/burger.large", content_type: "image/png", bytes: PNG.length, etag: undefined });
  const get = await worker.call("GET", put.json.path);
  assert.equal(get.status, 200);
  assert.deepEqual(get.bytes, PNG);
  assert.equal(get.headers["content-type"], "image/png");
  assert.equal(get.headers["content-security-policy"], "sandbox; default-src 'none'");
  assert.equal(get.headers["x-content-type-options"], "nosniff");
  assert.equal(get.headers.etag, put.json.etag);
  assert.equal((await worker.call("GET", put.json.path, { headers: { "if-none-match": put.json.etag } })).status, 304);
  assert.equal((await worker.call("GET", "/images/loc-8/burger.large")).status, 404);
});

test("what is no picture is no image, whatever it says it is", async () => {
  for (const body of ["<svg xmlns='http://www.w3.org/2000/svg'/>", "<html>", "GIF89a", "", "\x89PNG", "RIFF....WAVE"]) {
    const answer = await worker.call("PUT", `${IMAGES}/x`, { token: "admin", body, headers: { "content-type": "image/png" } });
    assert.equal(answer.status, 415, JSON.stringify(body));
  }
  assert.equal((await worker.call("GET", "/images/loc-7/x")).status, 404);
});

test("an image is at most 5 MiB", async () => {
  const large = Buffer.concat([PNG, Buffer.alloc(5 * 1024 * 1024)]);
  const chunked = await worker.call("PUT", `${IMAGES}/large`, { token: "admin", body: large, headers: { "transfer-encoding": "chunked" } }).catch((error) => error);
  if (!(chunked instanceof Error)) assert.equal(chunked.status, 413);
  assert.equal((await worker.call("GET", "/images/loc-7/large")).status, 404);
});

test("what lies in the bucket as anything else is delivered as bytes", async () => {
  const images = await worker.mf.getR2Bucket("IMAGES");
  await images.put("loc-7/odd", "<script>", { httpMetadata: { contentType: "text/html" } });
  const answer = await worker.call("GET", "/images/loc-7/odd");
  assert.equal(answer.headers["content-type"], "application/octet-stream");
});

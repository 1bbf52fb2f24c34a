import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { active, authService, startWorker } from "../lib/worker.js";

const TOKENS = {
  device: active("device", ["loc-1"]),
  other: active("device", ["loc-2"]),
  full: active("device", ["loc-3"]),
  pos: active("pos", ["loc-1"]),
  foreign: active("admin", ["loc-2"]),
};
const at = (location) => `/api/v1/locations/${location}`;
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");
const MIB = 1024 * 1024;

let worker;
const put = (path, body, { token = "device", headers = {} } = {}) =>
  worker.call("PUT", path, { token, body, headers: { "content-type": "application/octet-stream", "x-content-sha256": sha256(body), ...headers } });
const get = (path, token = "device") => worker.call("GET", path, { token });
const list = async (location = "loc-1", token = "device") => (await get(`${at(location)}/backups`, token)).json.backups;

before(async () => {
  worker = await startWorker({ auth: authService(TOKENS) });
});
after(() => worker.stop());

describe("backups", () => {
  const path = (name, location = "loc-1") => `${at(location)}/backups/${name}`;

  test("twenty MiB come back byte for byte", { timeout: 60_000 }, async () => {
    const bytes = randomBytes(20 * MIB);
    const stored = await put(path("nightly"), bytes);
    assert.equal(stored.status, 201, stored.text);
    assert.equal(stored.json.sha256, sha256(bytes));
    const read = await get(path("nightly"));
    assert.equal(read.status, 200);
    assert.ok(read.bytes.equals(bytes));
    assert.equal(read.headers["content-type"], "application/octet-stream");
    assert.equal(read.headers["cache-control"], "no-store");
    assert.equal(read.headers["x-content-sha256"], sha256(bytes));
    assert.equal(read.headers["content-length"], String(bytes.length));
    const [listed] = await list();
    assert.deepEqual([listed.name, listed.size_bytes], ["nightly", bytes.length]);
    assert.ok(Math.abs(listed.uploaded_ms - Date.now()) < 60_000);
  });

  test("what is not what its sender said is not stored, and what was there stays", async () => {
    const [good, bad] = [randomBytes(1000), randomBytes(1000)];
    const wrong = { headers: { "x-content-sha256": sha256(good) } };
    const refused = await put(path("never"), bad, wrong);
    assert.equal(refused.status, 400, refused.text);
    assert.equal(refused.json.error.code, "invalid_request");
    assert.equal((await get(path("never"))).status, 404);
    assert.equal((await put(path("kept"), good)).status, 201);
    assert.equal((await put(path("kept"), bad, wrong)).status, 400);
    assert.ok((await get(path("kept"))).bytes.equals(good));
    assert.equal((await put(path("kept"), bad)).status, 201, "a new one of the name takes its place");
    assert.ok((await get(path("kept"))).bytes.equals(bad));
  });

  test("what breaks off in the middle is not stored, and the next try is", async () => {
    const bytes = randomBytes(2 * MIB);
    const { hostname, port } = new URL(worker.url);
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.write(`PUT ${path("torn")} HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer device\r\nx-content-sha256: ${sha256(bytes)}\r\ncontent-length: ${bytes.length}\r\n\r\n`);
    socket.write(bytes.subarray(0, MIB));
    await sleep(200);
    socket.resetAndDestroy();
    await sleep(300);
    assert.equal((await get(path("torn"))).status, 404);
    assert.equal((await put(path("torn"), bytes)).status, 201);
  });

  test("names, digests and sizes are checked before a byte is stored", async () => {
    const bytes = randomBytes(10);
    for (const name of ["A", "a.b", "a_b", "a%20b", "a".repeat(65)]) assert.equal((await put(path(name), bytes)).status, 400, name);
    for (const name of ["..%2floc-2%2fx", "%2e%2e"]) assert.ok([400, 404].includes((await put(path(name), bytes)).status), name);
    for (const digest of ["", "x", sha256(bytes).toUpperCase(), sha256(bytes).slice(1)]) {
      assert.equal((await put(path("odd"), bytes, { headers: { "x-content-sha256": digest } })).status, 400, digest);
    }
    const noDigest = await worker.call("PUT", path("odd"), { token: "device", body: bytes });
    assert.equal(noDigest.status, 400);
    assert.equal((await put(path("odd"), Buffer.alloc(0))).status, 400);
    const huge = await worker.call("PUT", path("odd"), { token: "device", headers: { "content-length": String(64 * MIB + 1), "x-content-sha256": sha256(bytes), connection: "close" } }).catch(() => ({ status: "cut" }));
    assert.ok([413, "cut"].includes(huge.status), String(huge.status));
    const chunked = await worker.call("PUT", path("odd"), { token: "device", body: bytes, headers: { "transfer-encoding": "chunked", "x-content-sha256": sha256(bytes) } });
    assert.equal(chunked.status, 400, "a bucket takes no stream of unknown length");
    assert.equal((await get(path("odd"))).status, 404);
  });

  test("the newest ten of a location stay", { timeout: 60_000 }, async () => {
    for (let n = 0; n < 12; n += 1) {
      assert.equal((await put(path(`b${String(n).padStart(2, "0")}`, "loc-3"), randomBytes(64), { token: "full" })).status, 201);
      await sleep(5); // their order is that of their milliseconds
    }
    const names = (await list("loc-3", "full")).map(({ name }) => name);
    assert.deepEqual(names, Array.from({ length: 10 }, (_, n) => `b${String(11 - n).padStart(2, "0")}`));
    assert.equal((await get(path("b00", "loc-3"), "full")).status, 404);
    assert.ok((await list()).length > 0, "another location's are not counted");
  });

  test("are the device's own: no till's, no other location's", async () => {
    assert.equal((await put(path("mine"), Buffer.from("secret"))).status, 201);
    for (const token of ["pos", "other", "foreign"]) {
      assert.equal((await get(path("mine"), token)).status, 403, token);
      assert.equal((await put(path("mine"), randomBytes(5), { token })).status, 403, token);
      assert.equal((await get(`${at("loc-1")}/backups`, token)).status, 403, token);
    }
    assert.equal((await worker.call("GET", path("mine"))).status, 401);
    assert.deepEqual(await list("loc-2", "other"), []);
    assert.equal((await get(path("mine", "loc-2"), "other")).status, 404);
    assert.equal((await get(path("mine"))).text, "secret");
  });
});

describe("receipts", () => {
  const path = (id, location = "loc-1") => `${at(location)}/receipts/${id}`;
  const pdf = (text) => Buffer.from(`%PDF-1.7\n${text}\n%%EOF`);
  const store = (id, body, headers = {}) => worker.call("PUT", path(id), { token: "pos", body, headers: { "content-type": "application/pdf", ...headers } });

  test("never change: the same again is fine, another is a conflict", async () => {
    const first = pdf("two lattes");
    const stored = await store("R-1", first);
    assert.equal(stored.status, 201, stored.text);
    assert.deepEqual(stored.json, { id: "R-1", size_bytes: first.length, sha256: sha256(first) });
    assert.equal((await store("R-1", first)).status, 200);
    const other = await store("R-1", pdf("one latte"));
    assert.equal(other.status, 409);
    assert.equal(other.json.error.code, "conflict");
    const read = await get(path("R-1"), "pos");
    assert.ok(read.bytes.equals(first));
    assert.equal(read.headers["content-type"], "application/pdf");
  });

  test("of two that come at once one is stored, and the other learns it", async () => {
    const answers = await Promise.all(Array.from({ length: 8 }, (_, n) => store("R-race", pdf(`till ${n}`))));
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, ...Array(7).fill(409)]);
    const won = answers.findIndex(({ status }) => status === 201);
    assert.ok((await get(path("R-race"), "pos")).bytes.equals(pdf(`till ${won}`)));
  });

  test("are PDFs of at most one MiB, with the digest that is named", async () => {
    assert.equal((await store("R-2", Buffer.from("<html></html>"))).status, 415);
    assert.equal((await store("R-2", pdf("x"), { "content-type": "text/html" })).status, 415);
    assert.equal((await store("R-2", Buffer.alloc(0))).status, 415);
    assert.equal((await store("R-2", Buffer.concat([pdf("x"), Buffer.alloc(MIB)]))).status, 413);
    assert.equal((await store("R-2", pdf("x"), { "x-content-sha256": sha256(pdf("y")) })).status, 400);
    for (const id of ["a.pdf", "a%20b", "a".repeat(65)]) assert.equal((await store(id, pdf("x"))).status, 400, id);
    assert.equal((await get(path("R-2"), "pos")).status, 404);
    assert.equal((await store("R-2", Buffer.concat([pdf("x"), Buffer.alloc(MIB - pdf("x").length)]))).status, 201);
    assert.equal((await get(path("R-2"), "foreign")).status, 403);
  });
});

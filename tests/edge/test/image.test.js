// Pictures of dishes: what is sent, which dishes come back, and what is refused.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { after, afterEach, before, test } from "node:test";
import { FAST, at, demoItems, publication, publish, smallItems } from "../lib/menu.js";
import { CALM, startStandin } from "../lib/standin.js";
import { active, authService, startWorker } from "../lib/worker.js";

const LOC = "taverna";
const ITEMS = demoItems();
let standin;
let worker;
let menu;
let pictures = 0;

/** A picture that was not shown before: a PNG by its first bytes. */
const picture = () => Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]), Buffer.from(`picture ${(pictures += 1)}`)]);
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");

before(async () => {
  standin = await startStandin();
  const places = [LOC, "large", "none"];
  await standin.set({ tokens: authService({ device: active("device", places), kiosk: active("kiosk", places), pos: active("pos", places) }).tokens });
  worker = await startWorker({ standin: standin.address, vars: FAST });
  menu = publication(ITEMS, { version: 4, timezone: "Europe/Athens" });
  await publish(worker, LOC, menu);
});
afterEach(() => standin.set(CALM));
after(async () => {
  await worker?.stop();
  await standin?.stop();
});

const show = (bytes, { type = "image/png", headers = {}, location = LOC } = {}) => worker.call("POST", at(location, "/image"), { token: "kiosk", headers: { "content-type": type, ...headers }, body: bytes });
const isError = (answer, code, status) => {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.json.error.code, code);
};

test("a dish of the menu is recognised and shown as a hit", async () => {
  const bytes = picture();
  await standin.set({ images: { [hash(bytes)]: { seen: "scrambled eggs with tomato", dishes: [{ name: "Menemen", probability: 0.7 }, { name: "Shakshuka", probability: 0.2 }] } } });
  const answer = await show(bytes);
  assert.equal(answer.status, 200, answer.text);
  const { seen, hits, recognised, meta } = answer.json;
  assert.equal(seen, "scrambled eggs with tomato");
  assert.deepEqual(hits.map((hit) => hit.id), ["menemen", "shakshuka"]);
  assert.deepEqual(recognised.map((one) => one.item), ["menemen", "shakshuka"]);
  assert.ok(Math.abs(recognised[0].confidence - 0.7) < 1e-3);
  assert.equal(hits[0].price_cents, 990);
  assert.equal(hits[0].available, true);
  assert.deepEqual([meta.path, meta.reason, meta.model, meta.menu_version, meta.menu_digest], ["cloud", "cloud_only", "@cf/meta/llama-4-scout-17b-16e-instruct", 4, menu.digest]);
});

test("what cannot be had is not offered", async () => {
  const mark = (sold_out) => worker.call("PATCH", at(LOC, "/menu/items/menemen/availability"), { token: "pos", json: { sold_out } });
  const fourth = async () => {
    const bytes = picture();
    await standin.set({ images: { [hash(bytes)]: { seen: "eggs", dishes: [{ number: 4, probability: 0.9 }] } } });
    return (await show(bytes)).json.hits.map((hit) => hit.id);
  };
  assert.deepEqual(await fourth(), ["menemen"]);
  assert.equal((await mark(true)).status, 204);
  assert.deepEqual(await fourth(), ["full-english"], "the list that the model chooses from has no sold-out dish");
  assert.equal((await mark(null)).status, 204);
});

test("a picture of no dish shows nothing, and says what it shows", async () => {
  const bytes = picture();
  await standin.set({ images: { [hash(bytes)]: { seen: "a bicycle", dishes: [] } } });
  const { json } = await show(bytes);
  assert.equal(json.seen, "a bicycle");
  assert.deepEqual([json.hits, json.recognised], [[], []]);
});

test("the first sixty dishes that can be had are what a model chooses from", async () => {
  await publish(worker, "large", publication(smallItems("large", 80)));
  const bytes = picture();
  await standin.set({ images: { [hash(bytes)]: { seen: "a plate", dishes: [{ number: 60, probability: 0.8 }] } } });
  assert.deepEqual((await show(bytes, { location: "large" })).json.hits.map((hit) => hit.id), ["large-59"]);
  const beyond = picture();
  await standin.set({ images: { [hash(beyond)]: { seen: "a plate", dishes: [{ number: 61, probability: 0.8 }] } } });
  const { json } = await show(beyond, { location: "large" });
  assert.deepEqual([json.hits, json.recognised], [[], []]);
});

for (const mode of ["no_json", "off_schema", "json_mode_error"]) {
  test(`a model that answers ${mode} has seen nothing`, async () => {
    await standin.set({ chat: mode });
    const { status, json } = await show(picture());
    assert.equal(status, 200);
    assert.deepEqual([json.hits, json.recognised, json.seen], [[], [], ""]);
    assert.match(json.meta.reason, /^unreadable_/);
  });
}

test("what is no picture is refused before a model sees it", async () => {
  const bytes = picture();
  isError(await show(Buffer.from("<svg onload=alert(1)>")), "invalid_request", 400);
  isError(await show(Buffer.alloc(0)), "invalid_request", 400);
  isError(await show(Buffer.from("GIF89a")), "invalid_request", 400);
  for (const type of ["image/gif", "image/svg+xml", "application/json", ""]) isError(await show(bytes, { type }), "unsupported_media_type", 415);
  isError(await show(Buffer.concat([bytes, Buffer.alloc(4 << 20)])), "payload_too_large", 413);
  isError(await show(bytes, { headers: { "x-deadline-ms": "soon" } }), "invalid_request", 400);
  isError(await show(bytes, { headers: { "x-route-policy": "local_only" } }), "invalid_request", 400);
  isError(await show(bytes, { headers: { "x-route-policy": "cloud" } }), "invalid_request", 400);
  isError(await show(bytes, { location: "none" }), "not_found", 404);
});

test("four mebibytes are taken", async () => {
  const bytes = Buffer.alloc(4 << 20, 1);
  picture().copy(bytes);
  assert.equal((await show(bytes)).status, 200);
});

test("a model without capacity is a 503, a slow one a 504", async () => {
  await standin.set({ tasks: { vision: { errors: { rate: 1, code: 3040 } } } });
  const busy = await show(picture());
  isError(busy, "upstream_busy", 503);
  assert.ok(Number(busy.headers["retry-after"]) >= 1);
  await standin.set({ ...CALM, tasks: { vision: { errors: { rate: 0 }, latency: { p50_ms: 5_000, p99_ms: 5_001 } } } });
  isError(await show(picture(), { headers: { "x-deadline-ms": "300" } }), "deadline_exceeded", 504);
});

// Menus as a device publishes them, and how tests wait for one to be in use.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";

const DEMO = resolve(fileURLToPath(import.meta.url), "../../../../crates/device/demo/menu.json");
const ALLERGENS = ["gluten", "crustaceans", "eggs", "fish", "peanuts", "soybeans", "milk", "nuts", "celery", "mustard", "sesame", "sulphites", "lupin", "molluscs"];

const filled = (list) => (list?.length ? list : undefined);
const sorted = (list) => filled(ALLERGENS.filter((name) => list?.includes(name)));

/** An item with the fields in the order in which the device writes them: the digest rests on it. */
function canonical(item) {
  const modifier = (one) => ({ id: one.id, name: one.name, price_cents: one.price_cents ?? 0, pos_id: one.pos_id ?? undefined, aliases: filled(one.aliases) });
  const group = (one) => ({ id: one.id, name: one.name, min: one.min ?? 0, max: one.max ?? undefined, options: (one.options ?? []).map(modifier) });
  const hours = (part) => ({ days: filled(part.days), from: part.from, to: part.to });
  const availability = { sold_out: item.availability?.sold_out ?? false, dayparts: filled(item.availability?.dayparts)?.map(hours) };
  const { contains, may_contain, free_of } = item.allergens ?? {};
  return {
    id: item.id,
    name: item.name,
    language: item.language ?? undefined,
    description: item.description ?? undefined,
    category: item.category ?? undefined,
    price_cents: item.price_cents ?? undefined,
    tags: filled(item.tags),
    allergens: { contains: sorted(contains), may_contain: sorted(may_contain), free_of: sorted(free_of) },
    modifier_groups: filled(item.modifier_groups)?.map(group),
    availability: availability.sold_out || availability.dayparts ? availability : undefined,
    image: item.image ?? undefined,
    pos_id: item.pos_id ?? undefined,
    aliases: filled(item.aliases),
  };
}

/** The body of `PUT …/menu`. */
export function publication(items, { version = 1, timezone } = {}) {
  const kept = items.map(canonical);
  const digest = createHash("sha256").update(JSON.stringify(kept)).digest("hex");
  return { version, digest, timezone, items: kept };
}

/** The demo menu; dishes are served all day unless `hours`. */
export function demoItems({ hours = false } = {}) {
  const { items } = JSON.parse(readFileSync(DEMO, "utf8"));
  return hours ? items : items.map((item) => ({ ...item, availability: { sold_out: item.availability?.sold_out ?? false } }));
}

/** A small menu whose dishes are named after `label`. */
export function smallItems(label, count = 12) {
  return Array.from({ length: count }, (_, n) => ({ id: `${label}-${n}`, name: `${label} dish number ${n}`, description: `What ${label} cooks on day ${n}`, category: "All", price_cents: 100 * (n + 1) }));
}

/** So fast that a test need not wait: the device's times are minutes. */
export const FAST = { PUBLISH: JSON.stringify({ sweep_after_ms: 150, look_every_ms: 100, retry_after_ms: 50 }) };

export const at = (location, rest = "") => `/api/v1/locations/${location}${rest}`;

export async function status(worker, location, token = "device") {
  const answer = await worker.call("GET", at(location, "/menu/status"), { token });
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

/** Waits until `is(status)`. */
export async function until(worker, location, is, { token = "device", withinMs = 60_000, what = "the menu" } = {}) {
  const end = Date.now() + withinMs;
  let last;
  do {
    last = await status(worker, location, token);
    if (is(last)) return last;
    await sleep(50);
  } while (Date.now() < end);
  throw new Error(`${what} did not come in ${withinMs} ms: ${JSON.stringify(last)}`);
}

/** Whether the menu is in use and nothing is left to do. */
export const isDone = (digest) => (status) => status.live?.digest === digest && [undefined, "live"].includes(status.publishing?.stage);

export async function offer(worker, location, menu, token = "device") {
  const answer = await worker.call("PUT", at(location, "/menu"), { token, json: menu });
  assert.ok([200, 202].includes(answer.status), answer.text);
  return answer;
}

/** Publishes a menu and waits until it is in use and nothing is left to do. */
export async function publish(worker, location, menu, options) {
  await offer(worker, location, menu, options?.token);
  return until(worker, location, isDone(menu.digest), { what: `menu ${menu.version}`, ...options });
}

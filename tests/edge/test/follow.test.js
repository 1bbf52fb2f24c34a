// Two tills of one restaurant: one publishes its menu, the other takes it from the Worker and keeps it.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Device } from "../../browser/lib/device.js";
import { LOCATION, Restaurant, until } from "../lib/restaurant.js";

let place;
let other;
const folder = mkdtempSync(join(tmpdir(), "olympus-follow-"));

const dishes = async (device) => (await (await fetch(`${device.url}/v1/menu`)).json()).items.map(({ id }) => id);

before(async () => {
  place = await new Restaurant().open();
  other = new Device({ demo: false });
  const settings = { "location-id": LOCATION, "cloud-url": place.line.url, "api-key": place.key, terminal: "till-2", "menu-source": "cloud" };
  for (const [key, value] of Object.entries(settings)) other.run("config", "set", key, value);
  await other.start();
});
after(async () => {
  await other?.remove();
  await place?.close();
  rmSync(folder, { recursive: true });
});

test("a till takes the menu that another one published, and the next one", async () => {
  const first = await dishes(place.device);
  await until("the menu is on the other till", async () => String(await dishes(other)) === String(first));
  const file = join(folder, "menu.json");
  writeFileSync(file, JSON.stringify([{ id: "soup", name: "Soup of the day", price_cents: 500 }]));
  place.device.run("menu", "import", file, "--url", place.device.url);
  await until("the next menu is on the other till", async () => String(await dishes(other)) === "soup");
  const refused = await fetch(`${other.url}/v1/menu`, { method: "PUT", headers: { "content-type": "application/json" }, body: "[]" });
  assert.equal(refused.status, 409);
});

test("without a line it sells from the menu that it has", async () => {
  place.line.cut();
  await other.stop();
  await other.start();
  assert.deepEqual(await dishes(other), ["soup"]);
  const order = await fetch(`${other.url}/v1/orders`, { method: "POST", headers: { "content-type": "application/json", "idempotency-key": "one" }, body: JSON.stringify({ lines: [{ item: "soup" }] }) });
  assert.equal((await order.json()).totals.total_cents, 500);
  place.line.up();
});

// What an order and its payment cost over loopback, each on the disk before it is answered.
//
//   cargo build --release && node benches/orders.mjs [orders] [folder]
//
// One connection, one request at a time, three lines an order, fired. The folder is made and stays.
import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const count = Number(process.argv[2] ?? 2_000);
const folder = mkdtempSync(join(process.argv[3] ?? tmpdir(), "olympus-orders-"));
const binary = fileURLToPath(new URL("../target/release/olympus-edge", import.meta.url));
const device = spawn(binary, ["start", "--listen", "127.0.0.1:0", "--data-dir", folder]);
const address = await new Promise((ready) => device.stdout.on("data", (data) => ready(String(data).trim())));
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function call(method, path, body, key) {
  const text = JSON.stringify(body);
  const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(text), ...(key ? { "idempotency-key": key } : {}) };
  return new Promise((done, failed) => {
    const request = http.request(address + path, { method, agent, headers }, (answer) => {
      let said = "";
      answer.on("data", (data) => (said += data));
      answer.on("end", () => (answer.statusCode < 300 ? done(JSON.parse(said)) : failed(new Error(said))));
    });
    request.on("error", failed);
    request.end(text);
  });
}

try {
  const menu = [1, 2, 3].map((n) => ({ id: `dish-${n}`, name: `Dish ${n}`, price_cents: 500 + n }));
  await call("PUT", "/v1/menu", menu);
  const times = { order: [], payment: [] };
  const timed = async (what, ...asked) => {
    const begun = performance.now();
    const answer = await call(...asked);
    times[what].push(performance.now() - begun);
    return answer;
  };
  for (let n = 0; n < count; n += 1) {
    const lines = menu.map(({ id }) => ({ item: id }));
    const { id } = await timed("order", "POST", "/v1/orders", { lines, fire: true }, `order-${n}`);
    await timed("payment", "POST", `/v1/orders/${id}/payments`, { tender: "cash" }, `payment-${n}`);
  }
  for (const [what, list] of Object.entries(times)) {
    list.sort((a, b) => a - b);
    const at = (part) => list[Math.min(list.length - 1, Math.floor(list.length * part))].toFixed(1);
    console.log(`${what.padEnd(8)} p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms, ${count} of them, ${folder}`);
  }
} finally {
  device.kill();
}

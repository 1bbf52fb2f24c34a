// Latency of what terminals ask the Worker for, as a table for docs/GRANTS.md.
//
//   node measure_grants.mjs [--requests 500] [--clients 4]
//
// The Worker in workerd and the terminals run on this machine: what is measured is their own work;
// the way to the nearest place of Cloudflare and from there to the location's object comes on top.
import { parseArgs } from "node:util";
import { Socket } from "./lib/socket.js";
import { Terminal } from "./lib/terminal.js";
import { active, authService, startWorker } from "./lib/worker.js";

const { values } = parseArgs({ options: { requests: { type: "string", default: "500" }, clients: { type: "string", default: "4" } } });
const REQUESTS = Number(values.requests);
const CLIENTS = Number(values.clients);
const LOC = "/api/v1/locations/loc-7";

const worker = await startWorker({ auth: authService({ device: active("device", ["loc-7"]), admin: active("admin", ["loc-7"]) }) });
const call = (method, path, options = {}) => worker.call(method, `${LOC}${path}`, { token: "device", ...options });
const admin = (method, path, json) => call(method, path, { token: "admin", json });
const card = (n) => n.toString(16).padStart(64, "0");
const tills = await Promise.all(Array.from({ length: CLIENTS }, (_, n) => new Terminal({ location: "loc-7", name: `till-${n}`, call }).register()));
const report = (one) => ({ version: "0.1.0", at_ms: Date.now(), queue_size: 2, queue_cents: 700, attention: 0, revocations: one.list?.number ?? 0, spent_cents: 700, cards: Array.from({ length: 20 }, (_, n) => ({ card: card(n), sequence: 1, balance_cents: 500 })) });
const answered = (status) => (answer) => {
  if (answer.status !== status) throw new Error(`${answer.status}: ${answer.text}`);
};

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
function row(name, times, target) {
  times.sort((a, b) => a - b);
  console.log(`| ${name} | ${times.length} | ${at(times, 0.5)} | ${at(times, 0.99)} | ${target} |`);
}
async function measured(name, target, work, { count = REQUESTS, prepare } = {}) {
  const times = [];
  await Promise.all(tills.map(async (one) => {
    for (let i = 0; i < count / CLIENTS; i += 1) {
      await prepare?.();
      const startMs = performance.now();
      await work(one);
      times.push(performance.now() - startMs);
    }
  }));
  row(name, times, target);
}

/** From the admin's request until every till has the change; each on a socket of its own. */
async function revocations(count) {
  const sockets = await Promise.all(tills.map(() => Socket.open(worker.url, `${LOC}/live?topics=till`, { token: "device" })));
  const times = [];
  for (let i = 0; i < count; i += 1) {
    const startMs = performance.now();
    const revoking = admin("POST", "/revocations", { add: { cards: [card(1_000_000 + i)], terminals: [], grants: [], keys: [] } }).then(answered(200));
    await Promise.all(sockets.map(async (socket, n) => {
      await socket.next((frame) => frame.event?.kind === "revocations");
      await tills[n].fetch();
      if (!tills[n].list.cards.has(card(1_000_000 + i))) throw new Error("not there yet");
      times.push(performance.now() - startMs);
    }));
    await revoking;
  }
  row("a card revoked until every till refuses it", times, "5,000");
  for (const socket of sockets) socket.drop();
}

try {
  for (const one of tills) await one.refresh();
  console.log(`\n${CLIENTS} terminals at a time.\n\n| what | requests | p50 ms | p99 ms | target ms |\n|---|--:|--:|--:|--:|`);
  await measured("a grant", "300", (one) => one.refresh());
  await measured("the policy, from its copy", "200", () => call("GET", "/policy").then(answered(200)));
  const kv = await worker.mf.getKVNamespace("CACHE");
  const forget = () => kv.delete("grants/policy/loc-7");
  await measured("the policy, signed anew", "200", () => call("GET", "/policy").then(answered(200)), { count: REQUESTS / 2, prepare: forget });
  await measured("documents, nothing new", "", (one) => one.fetch());
  await measured("a report with 20 cards", "500", (one) => call("POST", `${one.path}/report`, { json: report(one) }).then(answered(202)));
  await revocations(100);
} finally {
  await worker.stop();
}

// Latency of the device's answers by policy and state of the line, as a table for docs/CLOUD.md.
//
//   node measure.mjs [--requests 300] [--clients 4]
//
// The device, the Worker in workerd and the stand-in run on this machine, so their own work is
// measured and the distance is told: the stand-in draws the latencies below, the line adds its own.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Restaurant, sleep, until } from "./lib/restaurant.js";
import { CALM } from "./lib/standin.js";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const { values } = parseArgs({ options: { requests: { type: "string", default: "300" }, clients: { type: "string", default: "4" } } });
const REQUESTS = Number(values.requests);
const CLIENTS = Number(values.clients);
const DEADLINE_MS = 300;

// Cloudflare names a median of 31 ms for a Vectorize query, and 300 ms to the first token and 80 tokens
// a second for a small text model; 25 tokens of JSON are then 600 ms. For embeddings it names none.
const latency = (p50_ms, p99_ms) => ({ latency: { p50_ms, p99_ms } });
const PUBLISHED = { all: { per_minute: null }, chat: latency(600, 1500), embeddings: latency(30, 120), query: latency(31, 120) };
const QUICK = { ...PUBLISHED, chat: latency(120, 250) };

const STATES = [
  { name: "as published", tasks: PUBLISHED, delayMs: 8 },
  { name: "a quicker model", tasks: QUICK, delayMs: 8 },
  { name: "far away", tasks: QUICK, delayMs: 60 },
  { name: "a tenth refused (3040)", tasks: { ...QUICK, chat: { ...QUICK.chat, errors: { rate: 0.1, code: 3040 } }, embeddings: { ...QUICK.embeddings, errors: { rate: 0.1, code: 3040 } } }, delayMs: 8 },
  { name: "line silent", tasks: QUICK, delayMs: 8, line: "silence" },
  { name: "line cut", tasks: QUICK, delayMs: 8, line: "cut" },
];
const POLICIES = ["local_only", "prefer_local", "auto", "prefer_cloud"];

const lines = (file, field) => readFileSync(join(ROOT, "eval/data", file), "utf8").trim().split("\n").map((line) => JSON.parse(line)[field]);
const TEXTS = { intent: lines("intent_own.jsonl", "text"), search: lines("search_demo.jsonl", "query") };

let turn = 0;
/**
 * The set of utterances is shorter than a run and the Worker keeps answers: a table's number makes each
 * one new. Nobody keeps what a search found.
 */
const fresh = (task) => {
  turn += 1;
  // The files are sorted by kind: a prime stride mixes them.
  const text = TEXTS[task][(turn * 331) % TEXTS[task].length];
  return task === "intent" ? `${text}, table ${turn}` : text;
};

const at = (sorted, share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];

async function measured(place, task, policy) {
  const told = [];
  await Promise.all(Array.from({ length: CLIENTS }, async () => {
    for (let i = 0; i < REQUESTS / CLIENTS; i += 1) {
      const { status, body, ms } = await place[task](fresh(task), { policy, deadlineMs: DEADLINE_MS });
      if (status !== 200) throw new Error(`${task} ${policy}: ${status} ${JSON.stringify(body)}`);
      told.push({ ms, path: body.meta.path });
    }
  }));
  const times = told.map(({ ms }) => ms).sort((a, b) => a - b);
  const share = (of) => `${((100 * told.filter(of).length) / told.length).toFixed(0)} %`;
  return { figures: [at(times, 0.5).toFixed(1), at(times, 0.99).toFixed(0), share(({ path }) => path === "local")], late: told.filter(({ ms }) => ms > DEADLINE_MS).length };
}

const place = await new Restaurant().open({ visibility: "0,0" });
try {
  console.log(`\nDeadline ${DEADLINE_MS} ms, ${REQUESTS} requests a row, ${CLIENTS} at a time.\n`);
  console.log("| line and cloud | policy | intent p50 ms | p99 | local | search p50 ms | p99 | local | late |\n|---|---|--:|--:|--:|--:|--:|--:|--:|");
  for (const state of STATES) {
    place.line.up();
    place.line.slow(state.delayMs);
    await place.standin.set(CALM);
    await place.standin.set({ tasks: state.tasks });
    // What was learnt of the state before is forgotten by a new start.
    await place.device.stop();
    await place.device.start();
    await until("the cloud is reached", async () => (await place.cloud()) === "online");
    await sleep(1_000);
    if (state.line) place.line[state.line]();
    for (const policy of POLICIES) {
      const intent = await measured(place, "intent", policy);
      const search = await measured(place, "search", policy);
      console.log(`| ${state.name} | \`${policy}\` | ${[...intent.figures, ...search.figures, intent.late + search.late].join(" | ")} |`);
    }
  }
} finally {
  await place.close();
}

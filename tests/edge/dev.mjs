// `cargo xtask worker dev`: the Worker on this machine, offline, with what it rests on: KV, D1, R2
// and Durable Objects of Miniflare, kept in target/worker/state; AI, Vectorize and the auth service
// of the stand-in, which forgets when it ends.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startStandin } from "./lib/standin.js";
import { active, startWorker } from "./lib/worker.js";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../..");
const LOCATION = "loc-1";
const { values } = parseArgs({ options: { port: { type: "string", default: "8787" } } });

const persist = join(ROOT, "target/worker/state");
mkdirSync(persist, { recursive: true });
const standin = await startStandin();
const year = { exp: Math.floor(Date.now() / 1000) + 365 * 86_400 };
await standin.set({ tokens: Object.fromEntries(["kiosk", "pos", "device", "admin"].map((scope) => [`dev-${scope}`, active(scope, [LOCATION], year)])) });
const worker = await startWorker({ standin: standin.address, persist, port: Number(values.port), vars: { ENVIRONMENT: "development", CORS_ORIGINS: "http://localhost:8080,http://127.0.0.1:8080", LIMITS: "{}" } });

console.log(`The Worker:   ${worker.url}
The stand-in: http://${standin.address}/__control
Location:     ${LOCATION}
Tokens:       dev-kiosk, dev-pos, dev-device, dev-admin

  curl -H 'authorization: Bearer dev-kiosk' ${worker.url}/api/v1/locations/${LOCATION}/flags

A key for a device:
  curl -X POST -H 'authorization: Bearer dev-admin' -H 'content-type: application/json' \\
    -d '{"name":"kitchen","scope":"device"}' ${worker.url}/api/v1/locations/${LOCATION}/keys

Ctrl-C ends both.`);

const end = async () => {
  await worker.stop();
  await standin.stop();
  process.exit(0);
};
process.once("SIGINT", end);
process.once("SIGTERM", end);

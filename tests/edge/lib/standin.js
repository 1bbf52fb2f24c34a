// The stand-in of Workers AI, Vectorize, the auth service and the payment provider, as a process of
// its own.
import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
const INDEX = "olympus-edge-menu";
const REST = `/client/v4/accounts/account/vectorize/v2/indexes/${INDEX}`;

/** The binary, by `OLYMPUS_STANDIN` or where cargo puts it: the one that was built last. */
function binary() {
  if (process.env.OLYMPUS_STANDIN) return process.env.OLYMPUS_STANDIN;
  const age = (place) => -statSync(place).mtimeMs;
  const places = ["release", "debug"].map((profile) => join(ROOT, `target/${profile}/olympus-standin`));
  const [found] = places.filter((place) => existsSync(place)).sort((one, other) => age(one) - age(other));
  if (!found) throw new Error("build the stand-in first: cargo build --package olympus-standin");
  return found;
}

/** Starts it with the Worker's index; writes are seen at once unless `visibility` says otherwise. */
export async function startStandin({ visibility = "0,0", port = 0, settings = {}, metadata = true } = {}) {
  const args = ["--port", String(port), "--index", `${INDEX}=384`, "--visibility", visibility, "--settings", JSON.stringify(settings)];
  if (metadata) args.push("--metadata-index", `${INDEX}:digest=string`);
  const child = spawn(binary(), args, { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise((done, fail) => {
    child.once("exit", (code) => fail(new Error(`the stand-in ended with ${code}`)));
    createInterface({ input: child.stdout }).once("line", (line) => done(line.replace("listening on http://", "")));
  });
  const url = `http://${address}`;
  const control = async (method, path, body) => {
    const answer = await fetch(`${url}/__control${path}`, { method, body: body && JSON.stringify(body) });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.status === 204 ? undefined : answer.json();
  };
  const rest = async (path, body) => {
    const answer = await fetch(`${url}${REST}${path}`, { method: body ? "POST" : "GET", headers: { authorization: "Bearer standin-token", "content-type": "application/json" }, body: body && JSON.stringify(body) });
    return (await answer.json()).result;
  };
  return {
    address,
    set: (patch) => control("PUT", "", patch),
    settings: async () => (await control("GET", "")).settings,
    counters: async () => (await control("GET", "")).counters,
    settle: () => control("POST", "/settle"),
    reset: () => control("POST", "/reset"),
    /** The payment provider's book: `{captures: [{reference, state, moved, asked, …}], sum_cents}`. */
    payments: async () => (await fetch(`${url}/__provider`)).json(),
    /** Vectors that show, over all locations. */
    vectorCount: async () => (await rest("/info")).vectorCount,
    stop: () => {
      child.removeAllListeners("exit");
      const ended = new Promise((done) => child.once("exit", done));
      child.kill("SIGINT");
      return ended;
    },
  };
}

/** No fault and no delay in any kind of request. */
export const CALM = { tasks: { all: { health: "up", latency: { p50_ms: 0, p99_ms: 0 }, errors: { rate: 0 } } }, chat: "right", vectors: "right", daily_requests: null };

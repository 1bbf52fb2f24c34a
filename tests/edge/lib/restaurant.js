// The whole chain as a restaurant has it: the device's binary, a line that can break, the Worker in
// workerd, and behind it the stand-in of Workers AI and Vectorize. Nothing in it is a mock.
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Device } from "../../browser/lib/device.js";
import { Line } from "./line.js";
import { startStandin } from "./standin.js";
import { inSeconds, startWorker } from "./worker.js";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
export const DEMO_MENU = join(ROOT, "crates/device/demo/menu.json");
export const LOCATION = "loc-7";
const ADMIN = "token-of-the-head-office";
const PATIENCE_MS = 120_000;

export const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

/** Asks again and again until `probe` says something true; that is the answer. */
export async function until(what, probe, { everyMs = 100, patienceMs = PATIENCE_MS } = {}) {
  const end = Date.now() + patienceMs;
  for (;;) {
    const answer = await probe();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`after ${patienceMs / 1000} s still not: ${what}`);
    await sleep(everyMs);
  }
}

export class Restaurant {
  /** Starts all of it and waits until the menu is published and searched in the cloud. */
  async open({ settings = {}, visibility = "300,900", vars = {} } = {}) {
    this.standin = await startStandin({ visibility });
    await this.standin.set({ tokens: { [ADMIN]: { active: true, scope: "admin", locations: [LOCATION], exp: inSeconds(3600), sub: "head-office" } } });
    this.worker = await startWorker({ standin: this.standin.address, vars });
    const made = await this.worker.call("POST", `/api/v1/locations/${LOCATION}/keys`, { token: ADMIN, json: { name: "device of the tests", scope: "device" } });
    if (made.status >= 300) throw new Error(`no device key: ${made.status} ${made.text}`);
    this.key = made.json.key;
    this.line = await new Line(new URL(this.worker.url).host).open();
    this.device = new Device({ demo: false });
    this.device.run("menu", "import", DEMO_MENU);
    const all = { "location-id": LOCATION, "cloud-url": this.line.url, "api-key": this.key, ...settings };
    for (const [key, value] of Object.entries(all)) this.device.run("config", "set", key, value);
    await this.device.start();
    await this.published();
    return this;
  }

  /** Waits until the cloud searches this device's menu. */
  async published() {
    return until("the menu is live in the cloud", async () => {
      const status = await this.worker.call("GET", `/api/v1/locations/${LOCATION}/menu/status`, { token: this.key });
      return status.json?.live && ["live", "sweeping"].includes(status.json.publishing?.stage ?? "live");
    }, { everyMs: 250 });
  }

  /** One question to the device: `{status, body, ms}`. `policy` and `deadlineMs` go as headers. */
  async ask(path, body, { policy, deadlineMs } = {}) {
    const headers = { "content-type": "application/json" };
    if (policy) headers["x-route-policy"] = policy;
    if (deadlineMs) headers["x-deadline-ms"] = String(deadlineMs);
    const began = performance.now();
    const response = await fetch(`${this.device.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.json();
    return { status: response.status, body: answer, ms: performance.now() - began };
  }

  intent(text, options) {
    return this.ask("/v1/intent", { text }, options);
  }

  search(query, options = {}) {
    const { filters, ...rest } = options;
    return this.ask("/v1/menu/search", { query, limit: 5, ...(filters ? { filters } : {}) }, rest);
  }

  /** What `/readyz` says of the cloud: `none`, `online` or `offline`. */
  async cloud() {
    return (await (await fetch(`${this.device.url}/readyz`)).json()).cloud;
  }

  async close() {
    await this.device?.remove();
    await this.line?.close();
    await this.worker?.stop();
    await this.standin?.stop();
  }
}

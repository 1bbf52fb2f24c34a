// Starts the real binary on a port of its own with the demo menu, or uses the device that
// OLYMPUS_URL names. Nothing here stands in for the device.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
const BINARY = process.env.OLYMPUS_EDGE ?? join(ROOT, "target/debug/olympus-edge");
const READY_MS = 120_000;

/** The running device that the tests were pointed at; tests that stop or change one need their own. */
export const GIVEN_URL = process.env.OLYMPUS_URL?.replace(/\/$/, "");

async function readyAt(url, still) {
  const end = Date.now() + READY_MS;
  while (Date.now() < end && still()) {
    try {
      if ((await fetch(`${url}/readyz`)).ok) return;
    } catch {
      // not listening yet
    }
    await new Promise((go) => setTimeout(go, 50));
  }
  throw new Error(`${url}/readyz never said yes`);
}

export class Device {
  constructor({ demo = true } = {}) {
    if (!existsSync(BINARY)) throw new Error(`${BINARY} is not there: build it with \`cargo build\`, or set OLYMPUS_EDGE`);
    this.demo = demo;
    this.folder = mkdtempSync(join(tmpdir(), "olympus-browser-"));
    this.listen = "127.0.0.1:0";
  }

  /** Runs a command of the binary on this device's data. */
  run(...args) {
    const done = spawnSync(BINARY, [...args, "--data-dir", this.folder], { encoding: "utf8" });
    if (done.status !== 0) throw new Error(`olympus-edge ${args.join(" ")} ended with ${done.status}: ${done.stderr}`);
    return done.stdout;
  }

  /** Starts, or starts again at the same address. */
  async start() {
    const args = ["start", ...(this.demo ? ["--demo"] : []), "--listen", this.listen, "--data-dir", this.folder];
    this.process = spawn(BINARY, args, { stdio: ["ignore", "pipe", "pipe"] });
    let said = "";
    this.url = await new Promise((found, failed) => {
      const listen = (chunk) => {
        said += chunk;
        const address = /http:\/\/127\.0\.0\.1:\d+/.exec(said);
        if (address) found(address[0]);
      };
      this.process.stdout.setEncoding("utf8").on("data", listen);
      this.process.stderr.setEncoding("utf8").on("data", (chunk) => { said += chunk; });
      this.process.once("error", failed);
      this.process.once("exit", (code) => failed(new Error(`the device ended with ${code}:\n${said}`)));
    });
    this.listen = new URL(this.url).host;
    await readyAt(this.url, () => this.process.exitCode === null);
    return this;
  }

  async stop() {
    if (!this.process || this.process.exitCode !== null || this.process.signalCode !== null) return;
    const ended = new Promise((go) => this.process.once("exit", go));
    this.process.kill("SIGTERM");
    const kill = setTimeout(() => this.process.kill("SIGKILL"), 15_000);
    await ended;
    clearTimeout(kill);
  }

  async remove() {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A device with the demo menu that no test changes for the others. */
export async function sharedDevice() {
  if (!GIVEN_URL) return new Device().start();
  await readyAt(GIVEN_URL, () => true);
  return { url: GIVEN_URL, remove: async () => {} };
}

/** One request from outside the browser, to know what the page should show. */
export async function api(url, path, { method = "GET", body } = {}) {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: body === undefined ? {} : { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text ? JSON.parse(text) : null;
}

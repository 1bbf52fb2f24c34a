// A stand-in (`cargo build -p olympus-standin`) as a process of its own, and its control API.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BUILT = fileURLToPath(new URL("../../../target/debug/olympus-standin", import.meta.url));

/** What REST callers and callers of /introspect bear where no option says otherwise. */
export const TOKENS = { api: "standin-token", auth: "standin-auth" };

export class Standin {
  /**
   * Starts one on a free port.
   *
   * @param {string[]} [args] of its command line, e.g. `["--index", "menu=384"]`
   * @param {string} [binary] else OLYMPUS_STANDIN, else the debug build
   */
  static async start(args = [], binary = process.env.OLYMPUS_STANDIN ?? BUILT) {
    if (!existsSync(binary)) {
      throw new Error(`${binary} is not there: cargo build -p olympus-standin`);
    }
    const child = spawn(binary, args, { stdio: ["ignore", "pipe", "inherit"] });
    const address = await new Promise((found, failed) => {
      const lines = createInterface({ input: child.stdout });
      lines.once("line", (line) => found(line.split("http://")[1]));
      child.once("error", failed);
      child.once("exit", (code) => failed(new Error(`the stand-in ended with ${code}`)));
    });
    return new Standin(child, address);
  }

  constructor(child, address) {
    this.child = child;
    /** `127.0.0.1:PORT` */
    this.address = address;
  }

  /** A JSON merge patch on its settings, e.g. `{tasks: {all: {health: "outage"}}}`. */
  async set(patch) {
    return this.#control("PUT", "", JSON.stringify(patch));
  }

  /** Settings and counters. */
  async look() {
    return this.#control("GET", "");
  }

  /** Counters of one kind of request, e.g. `embeddings`. */
  async count(task) {
    return (await this.look()).counters[task];
  }

  /** Every write to Vectorize so far is seen. */
  async settle() {
    await this.#control("POST", "/settle");
  }

  /** As at the start, without vectors. */
  async reset() {
    await this.#control("POST", "/reset");
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((done) => this.child.once("exit", done));
    this.child.kill();
    await ended;
  }

  async #control(method, path, body) {
    const answer = await fetch(`http://${this.address}/__control${path}`, { method, body });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`control: ${answer.status} ${text}`);
    return text === "" ? undefined : JSON.parse(text);
  }
}

// A WebSocket client that keeps all that it heard, so that a test asks for frames and never sleeps.
import { setTimeout as sleep } from "node:timers/promises";
import { WebSocket } from "ws";

export class Socket {
  /** Opens `path` at the Worker. `token` goes into the header, as no browser could. */
  static open(base, path, { token, origin } = {}) {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const ws = new WebSocket(new URL(path, base.replace(/^http/, "ws")), { headers, origin, perMessageDeflate: false });
    return new Promise((done, fail) => {
      const socket = new Socket(ws);
      ws.once("open", () => done(socket));
      ws.once("error", fail);
      ws.once("unexpected-response", (_, response) => {
        response.resume();
        fail(Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode }));
      });
    });
  }

  constructor(ws) {
    this.ws = ws;
    /** Frames that no test took yet. */
    this.frames = [];
    this.waiting = new Set();
    ws.on("message", (data, binary) => {
      const frame = binary ? { type: "binary" } : JSON.parse(data.toString());
      this.onFrame?.(frame);
      this.frames.push({ ...frame, heardMs: performance.now() });
      for (const look of this.waiting) look();
    });
    this.closed = new Promise((done) => ws.once("close", (code, reason) => done({ code, reason: reason.toString() })));
    ws.on("error", () => {});
  }

  send(message) {
    this.ws.send(typeof message === "string" || Buffer.isBuffer(message) ? message : JSON.stringify(message));
  }

  /** The first frame that fits, taken out of those that wait. */
  next(fits = () => true, { timeoutMs = 10_000 } = {}) {
    const test = typeof fits === "string" ? (frame) => frame.type === fits : fits;
    return new Promise((done, fail) => {
      const look = () => {
        const at = this.frames.findIndex(test);
        if (at < 0) return;
        clearTimeout(timer);
        this.waiting.delete(look);
        done(this.frames.splice(at, 1)[0]);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        fail(new Error(`no such frame in ${timeoutMs} ms; waiting: ${JSON.stringify(this.frames).slice(0, 600)}`));
      }, timeoutMs);
      this.waiting.add(look);
      look();
    });
  }

  /** Sends a message that is answered after all that was sent before, and waits for the answer. */
  async flush() {
    this.send(`{ "type": "ping" }`); // not the one that the platform answers by itself
    await this.next("pong");
  }

  async close() {
    this.ws.close(1000);
    return this.closed;
  }

  /** Waits for the server's close frame; its code. workerd keeps the connection for ten seconds more. */
  async ended({ timeoutMs = 10_000 } = {}) {
    const end = performance.now() + timeoutMs;
    while (this.ws.readyState === WebSocket.OPEN) {
      if (performance.now() > end) throw new Error(`still open after ${timeoutMs} ms`);
      await sleep(5);
    }
    this.ws.terminate();
    return this.closed;
  }

  /** The line breaks: no close frame is sent. */
  drop() {
    this.ws.terminate();
  }
}

/** The status with which an upgrade was refused. */
export async function refusedWith(opening) {
  try {
    (await opening).drop();
    return 101;
  } catch (error) {
    return error.status ?? error.message;
  }
}

// The internet line between a device and the Worker: a TCP relay that can be cut, slowed, silenced,
// and cut in the middle of an answer. Bytes are never changed; what is lost is lost as on a real line.
import { createServer, connect } from "node:net";
import { once } from "node:events";

export class Line {
  /** `target`: `host:port` of the far end. */
  constructor(target) {
    const [host, port] = target.split(":");
    this.target = { host, port: Number(port) };
    this.state = "up";
    this.delayMs = 0;
    this.cutAfterBytes = Infinity;
    this.sockets = new Set();
    this.accepted = 0;
  }

  async open() {
    this.server = createServer((near) => this.relay(near));
    this.server.listen(this.port ?? 0, "127.0.0.1");
    await once(this.server, "listening");
    this.port = this.server.address().port;
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  /** Everything passes again. */
  up() {
    this.state = "up";
    this.cutAfterBytes = Infinity;
  }

  /** Connections break at once and new ones are refused. */
  cut() {
    this.state = "cut";
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Connections are taken and nothing passes: what a dead uplink looks like behind a router. */
  silence() {
    this.state = "silent";
  }

  /** Each piece of an answer comes so much later. */
  slow(delayMs) {
    this.delayMs = delayMs;
  }

  /** The next connection that carries an answer breaks after so many bytes of it, once. */
  breakAfter(bytes) {
    this.cutAfterBytes = bytes;
  }

  async close() {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
    await once(this.server, "close");
  }

  relay(near) {
    this.accepted += 1;
    this.keep(near);
    if (this.state === "cut") return near.resetAndDestroy();
    const far = this.keep(connect({ ...this.target, noDelay: true }));
    near.setNoDelay(true);
    near.on("data", (chunk) => this.state === "up" && far.write(chunk));
    far.on("data", (chunk) => this.back(near, chunk));
    const over = () => {
      near.destroy();
      far.destroy();
    };
    near.on("close", over);
    far.on("close", () => setTimeout(over, this.delayMs));
  }

  back(near, chunk) {
    setTimeout(() => {
      if (this.state !== "up" || near.destroyed) return;
      if (chunk.length < this.cutAfterBytes) {
        this.cutAfterBytes -= chunk.length;
        near.write(chunk);
        return;
      }
      near.write(chunk.subarray(0, this.cutAfterBytes), () => near.resetAndDestroy());
      this.cutAfterBytes = Infinity;
    }, this.delayMs);
  }

  keep(socket) {
    this.sockets.add(socket);
    socket.on("close", () => this.sockets.delete(socket));
    socket.on("error", () => {}); // a broken line is what this is for
    return socket;
  }
}

// A client of a cart as a kiosk's page is one: it follows what was done, keeps what was not
// answered yet, and sends it again after a lost connection.
import { Socket } from "./socket.js";

/** Mulberry32: the same numbers from the same seed. */
export function seeded(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { next, below: (limit) => Math.floor(next() * limit), pick: (list) => list[Math.floor(next() * list.length)] };
}

/** Follows one operation; the cart's own rules are not repeated, the server applied them. */
export function follow(cart, done) {
  if (done.version <= cart.version) return;
  if (done.version !== cart.version + 1) throw new Error(`gap: have ${cart.version}, got ${done.version}`);
  const line = cart.lines[done.line];
  switch (done.op) {
    case "add_line": {
      const { item, name, unit_price_cents, quantity, modifiers, note } = done;
      cart.lines[done.line] = { item, name, unit_price_cents, quantity, modifiers, note, added_by: done.author, added_in: done.version };
      break;
    }
    case "set_quantity":
      line.quantity = done.quantity;
      break;
    case "set_modifiers":
      line.modifiers = done.modifiers;
      break;
    case "set_note":
      line.note = done.note;
      break;
    case "remove_line":
      delete cart.lines[done.line];
      break;
    case "clear":
      cart.lines = {};
      break;
    default:
      throw new Error(`unknown operation ${done.op}`);
  }
  cart.version = done.version;
  cart.total_cents = total(cart);
}

/** The sum, computed anew. */
export const total = (cart) =>
  Object.values(cart.lines).reduce(
    (sum, line) => sum + line.quantity * line.modifiers.reduce((each, one) => each + one.price_cents, line.unit_price_cents),
    0,
  );

export class CartClient {
  constructor(base, path, token, name) {
    Object.assign(this, { base, path, token, name, cart: undefined, pending: new Map(), followed: [], refused: new Map(), connections: 0 });
  }

  async connect() {
    const socket = await Socket.open(this.base, `${this.path}/live?name=${encodeURIComponent(this.name)}`, { token: this.token });
    this.socket = socket;
    this.connections += 1;
    // The first frames may have come with the handshake.
    for (const frame of socket.frames) this.hear(frame);
    socket.onFrame = (frame) => this.hear(frame);
    if (this.cart === undefined) await socket.next("hello");
    this.resend();
  }

  hear(frame) {
    if (frame.type === "hello" || frame.type === "snapshot") {
      if (this.cart === undefined || frame.cart.version >= this.cart.version) this.cart = structuredClone(frame.cart);
    } else if (frame.type === "ops") {
      if (this.cart === undefined) return;
      if (frame.from > this.cart.version) return this.socket.send({ type: "since", version: this.cart.version });
      for (const done of frame.ops) {
        follow(this.cart, done);
        this.followed.push(done.id);
      }
      if (this.cart.version === frame.version && this.cart.total_cents !== frame.total_cents) throw new Error("the totals differ");
    } else if (frame.type === "ack") {
      for (const { id, outcome, reason } of frame.outcomes) {
        this.pending.delete(id);
        if (outcome === "refused") this.refused.set(id, reason);
      }
    }
  }

  /** Sends operations and remembers them until they are answered. */
  send(ops) {
    for (const op of ops) this.pending.set(op.id, op);
    this.socket.send({ type: "ops", ops });
  }

  resend() {
    const ops = [...this.pending.values()];
    for (let at = 0; at < ops.length; at += 50) this.socket.send({ type: "ops", ops: ops.slice(at, at + 50) });
  }

  /** Waits until all is answered and `version` is reached. */
  async settle(version, timeoutMs = 15_000) {
    const end = performance.now() + timeoutMs;
    let nextTry = performance.now() + 2_000;
    while (this.pending.size > 0 || this.cart.version < version) {
      if (performance.now() > end) throw new Error(`${this.name}: ${this.pending.size} pending, version ${this.cart.version} of ${version}`);
      if (performance.now() > nextTry) {
        this.resend();
        nextTry += 2_000;
      }
      await new Promise((done) => setTimeout(done, 20));
    }
  }
}

// A terminal as the Worker sees one, and an eye on what it is sent that shares no code with it:
// PASETO v4.public by node:crypto, the rules of docs/GRANTS.md by hand.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";

const LEEWAY_MS = 120_000;
const KINDS = { keys: "everywhere", policy: "location", list: "location", list_delta: "location", grant: "terminal" };

/** Pre-authentication encoding of the pieces. */
function pae(pieces) {
  const length = (n) => {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(n));
    return bytes;
  };
  return Buffer.concat([length(pieces.length), ...pieces.flatMap((piece) => [length(piece.length), piece])]);
}

const publicKey = (x) => createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });

export class Terminal {
  /** `call(method, path, options)` asks the Worker below the location; `now()` is this terminal's clock. */
  constructor({ location, name, call, now = Date.now }) {
    Object.assign(this, { location, name, call, now, policy: undefined, list: undefined, grant: undefined, wishes: 0 });
  }

  get path() {
    return `/terminals/${this.name}`;
  }

  async register() {
    const answer = await this.call("POST", this.path);
    assert.equal(answer.status, 200, answer.text);
    this.pin(answer.json.keys);
    return this;
  }

  pin(keys) {
    this.number = keys.number;
    this.keys = new Map(keys.keys.map((key) => [key.id, key]));
  }

  /** What stands in a token of this kind, or an error that says why a device refuses it. */
  open(kind, token) {
    const parts = token.split(".");
    assert.deepEqual([parts.length, parts[0], parts[1]], [4, "v4", "public"], "not_a_token");
    const [body, footer] = parts.slice(2).map((part) => Buffer.from(part, "base64url"));
    const { kid } = JSON.parse(footer);
    assert.equal(footer.toString(), JSON.stringify({ kid }), "bad_footer");
    const key = this.keys.get(kid);
    assert.ok(key, `unknown_key ${kid}`);
    assert.ok(key.retired_ms === undefined || this.now() < key.retired_ms, `key_retired ${kid}`);
    assert.ok(!this.list?.keys.has(kid), `key_revoked ${kid}`);
    const place = { location: this.location, terminal: this.name };
    const scope = KINDS[kind];
    const assertion = { document: kind, ...(scope !== "everywhere" ? { location: place.location } : {}), ...(scope === "terminal" ? { terminal: place.terminal } : {}) };
    const payload = body.subarray(0, -64);
    const signed = pae([Buffer.from("v4.public."), payload, footer, Buffer.from(JSON.stringify(assertion))]);
    assert.ok(verify(null, signed, publicKey(key.public), body.subarray(-64)), `bad_signature ${kind}`);
    const claims = JSON.parse(payload);
    assert.equal(payload.toString(), JSON.stringify(claims), "not_canonical");
    assert.equal(claims.key, kid, "key_mismatch");
    const until = key.signs_until_ms ?? Infinity;
    assert.ok(claims.issued_ms >= key.published_ms - LEEWAY_MS && claims.issued_ms < until + LEEWAY_MS, `key_out_of_turn ${kid}`);
    return claims;
  }

  /** Takes documents in the order in which a device does. */
  take({ keys = [], policy, list, deltas = [], grant, server_ms }) {
    assert.ok(Math.abs(server_ms - this.now()) < LEEWAY_MS, "the server's time");
    for (const token of keys) {
      const set = this.open("keys", token);
      assert.ok(set.number > this.number, "keys_older");
      this.pin(set);
    }
    if (policy) {
      const next = this.open("policy", policy);
      assert.ok(next.version > (this.policy?.version ?? 0), "policy_older");
      this.policy = next;
    }
    if (list) {
      const next = this.open("list", list);
      assert.ok(next.number > (this.list?.number ?? 0), "list_older");
      this.setList(next, Object.fromEntries(["cards", "terminals", "grants", "keys"].map((part) => [part, new Set(next.revoked[part])])));
    }
    for (const token of deltas) {
      const next = this.open("list_delta", token);
      assert.equal(next.number, this.list.number + 1, "list_gap");
      const parts = {};
      for (const part of ["cards", "terminals", "grants", "keys"]) {
        parts[part] = new Set(this.list[part]);
        for (const gone of next.removed[part]) assert.ok(parts[part].delete(gone), "list_conflict");
        for (const added of next.added[part]) {
          assert.ok(!parts[part].has(added), "list_conflict");
          parts[part].add(added);
        }
      }
      this.setList(next, parts);
    }
    if (grant) {
      const next = this.open("grant", grant);
      assert.equal(next.terminal, this.name, "other_terminal");
      assert.ok(next.issued_ms > (this.grant?.issued_ms ?? 0), "grant_older");
      assert.ok(next.policy <= this.policy.version, "policy_missing");
      this.grant = { ...next, token: grant };
    }
  }

  setList({ number, issued_ms, expires_ms }, parts) {
    assert.ok(expires_ms > issued_ms && expires_ms - issued_ms <= 86_400_000, "bad_window");
    this.list = { number, expires_ms, ...parts };
  }

  get held() {
    return { policy: this.policy?.version ?? 0, revocations: this.list?.number ?? 0, keys: this.number };
  }

  async fetch() {
    const answer = await this.call("GET", `${this.path}/documents?${new URLSearchParams(this.held)}`);
    assert.equal(answer.status, 200, answer.text);
    this.take(answer.json);
    return answer.json;
  }

  wish(more = {}) {
    this.wishes += 1;
    return { request: `${this.name}-${this.wishes}`, unsettled_cents: 0, unsettled_sales: 0, ...this.held, ...more };
  }

  async refresh(more) {
    const answer = await this.call("POST", `${this.path}/grants`, { json: this.wish(more) });
    assert.equal(answer.status, 200, answer.text);
    this.take(answer.json);
    return answer.json;
  }

  /** Whether the grant in use still verifies by the keys that it holds now. */
  stillSells() {
    if (this.now() >= this.grant.expires_ms) return false;
    this.open("grant", this.grant.token);
    return true;
  }
}

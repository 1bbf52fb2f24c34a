// Who may come in: attempts to get past, each by its name, and every role at every route.
import assert from "node:assert/strict";
import { createHash, createHmac } from "node:crypto";
import { after, before, describe, test } from "node:test";
import { ROUTES, UPGRADE, active, authService, inSeconds, raw, startWorker } from "../lib/worker.js";

const LOC = "/api/v1/locations/loc-7";
const OTHER = "/api/v1/locations/loc-8";
const ROLES = ["kiosk", "pos", "device", "admin"];
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

let worker, auth;
before(async () => {
  auth = authService(Object.fromEntries(ROLES.map((role) => [role, active(role, ["loc-7"])])));
  auth.tokens["admin-8"] = active("admin", ["loc-8"]);
  worker = await startWorker({ auth });
});
after(() => worker?.stop());

const flags = (options, loc = LOC) => worker.call("GET", `${loc}/flags`, options);
const putFlag = (options) => worker.call("PUT", `${LOC}/flags/x`, { json: { value: 1 }, ...options });
const refused = (answer, ...statuses) => assert.ok(statuses.includes(answer.status), `${answer.status}: ${answer.text}`);
let counter = 0;
/** A token that the auth service answers like this. */
const tokenOf = (answer) => {
  const token = `t-${counter++}`;
  auth.tokens[token] = answer;
  return token;
};
const cacheOf = () => worker.mf.getKVNamespace("CACHE");
const entryOf = async (token, tries = 50) => {
  const kv = await cacheOf();
  for (; tries > 0; tries--) {
    const entry = await kv.get(`auth/token/${sha256(token)}`, "json");
    if (entry) return entry;
    await new Promise((go) => setTimeout(go, 20)); // it is written after the answer
  }
  return undefined;
};
const newKey = async (scope = "device", { token = "admin", loc = LOC } = {}) => {
  const made = await worker.call("POST", `${loc}/keys`, { token, json: { name: "kitchen", scope } });
  assert.equal(made.status, 201, made.text);
  return made.json;
};
const newTicket = async (target = "live", { token = "kiosk", loc = LOC } = {}) => {
  const made = await worker.call("POST", `${loc}/tickets`, { token, json: { for: target } });
  assert.equal(made.status, 200, made.text);
  return made.json.ticket;
};
const open = (path, headers = []) => worker.call("GET", path, { headers: [...UPGRADE, ...headers] });
const b64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");
const jwt = (header, claims, secret) => {
  const signed = `${b64(header)}.${b64(claims)}`;
  return `${signed}.${secret ? createHmac("sha256", secret).update(signed).digest("base64url") : ""}`;
};
const CLAIMS = { iss: "https://auth.example", sub: "root", scope: "admin", locations: ["loc-7"], iat: inSeconds(-10), exp: inSeconds(3600) };

describe("who shows a good token or key comes in", () => {
  test("a token, whatever the case of the scheme", async () => {
    assert.equal((await flags({ token: "kiosk" })).status, 200);
    assert.equal((await flags({ headers: { authorization: "bearer kiosk" } })).status, 200);
  });
  test("a token with all the characters of RFC 6750, sent whole to the auth service", async () => {
    const token = "aZ09-._~+/==";
    auth.tokens[token] = active("kiosk", ["loc-7"]);
    assert.equal((await flags({ token })).status, 200);
    assert.deepEqual(auth.last, { method: "POST", path: "/introspect", type: "application/x-www-form-urlencoded", by: null, token, fields: ["token", "token_type_hint"] });
  });
  test("the auth service knows this one by the secret AUTH_TOKEN, where it is set", async () => {
    const secret = await startWorker({ auth, vars: { AUTH_TOKEN: "between-the-two" } });
    try {
      const token = tokenOf(active("kiosk", ["loc-7"]));
      assert.equal((await secret.call("GET", `${LOC}/flags`, { token })).status, 200);
      assert.equal(auth.last.by, "Bearer between-the-two");
    } finally {
      await secret.stop();
    }
  });
  test("the auth service is asked once while its answer is kept", async () => {
    const token = tokenOf(active("kiosk", ["loc-7"]));
    await flags({ token });
    await entryOf(token);
    for (let index = 0; index < 3; index++) await flags({ token });
    assert.equal(auth.asked[token], 1);
  });
  test("a device key, and the key is not written anywhere", async () => {
    const { id, key } = await newKey();
    assert.match(key, /^oek_[0-9a-f]{16}_[0-9a-f]{48}$/);
    assert.equal((await flags({ token: key })).status, 200);
    const db = await worker.mf.getD1Database("DB");
    const row = await db.prepare("SELECT * FROM device_keys WHERE id = ?").bind(id).first();
    assert.equal(row.sha256, sha256(key));
    const kv = await cacheOf();
    const kept = await Promise.all((await kv.list()).keys.map(async ({ name }) => name + (await kv.get(name))));
    for (const text of [JSON.stringify(row), ...kept]) {
      assert.ok(!text.includes(key.slice(21)), "no secret");
      assert.ok(!text.includes("aZ09-._~+/=="), "no token");
    }
  });
});

describe("bypass attempts: tokens that do not hold", () => {
  const cases = {
    "a token that nobody knows": undefined,
    "an expired token that is still called active": active("admin", ["loc-7"], { exp: inSeconds(-1) }),
    "a token whose end is the epoch": active("admin", ["loc-7"], { exp: 0 }),
    "a token without an end": { active: true, scope: "admin", locations: ["loc-7"] },
    "a token that is not yet active": active("admin", ["loc-7"], { nbf: inSeconds(60) }),
    "an inactive token": { active: false },
    "an inactive token with scope, locations and time": active("admin", ["loc-7"], { active: false }),
  };
  for (const [name, answer] of Object.entries(cases)) {
    test(name, async () => refused(await flags({ token: tokenOf(answer) }), 401));
  }
  test("tokens named like parts of JavaScript", async () => {
    for (const token of ["__proto__", "constructor", "toString"]) refused(await flags({ token }), 401);
  });
  test("a token that ends while its answer is kept", async () => {
    const token = tokenOf(active("kiosk", ["loc-7"], { exp: inSeconds(2) }));
    assert.equal((await flags({ token })).status, 200);
    await new Promise((go) => setTimeout(go, 2_100));
    refused(await flags({ token }), 401);
  });
});

describe("bypass attempts: answers of the auth service that are none", () => {
  const shapes = {
    "active as a text": { ...active("admin", ["loc-7"]), active: "true" },
    "active as a number": { ...active("admin", ["loc-7"]), active: 1 },
    "active left out": { scope: "admin", locations: ["loc-7"], exp: inSeconds(60) },
    "locations as a text": { ...active("admin", ["loc-7"]), locations: "loc-7" },
    "the end as a text": { ...active("admin", ["loc-7"]), exp: "9999999999" },
    "a negative end": { ...active("admin", ["loc-7"]), exp: -1 },
    "scope as a list": { ...active("admin", ["loc-7"]), scope: ["admin"] },
    "a list": [active("admin", ["loc-7"])],
  };
  for (const [name, answer] of Object.entries(shapes)) {
    test(name, async () => refused(await flags({ token: tokenOf(answer) }), 502, 503));
  }
  const faults = {
    "status 500 with a good body": () => new Response(JSON.stringify(active("admin", ["loc-7"])), { status: 500 }),
    "status 401 with a good body": () => new Response(JSON.stringify(active("admin", ["loc-7"])), { status: 401 }),
    "a page instead of JSON": () => new Response("<html>active</html>"),
    "an empty answer": () => new Response(""),
    "a broken connection": () => Promise.reject(new Error("cut")),
    "no answer in time": () => new Promise((done) => setTimeout(() => done(new Response("{}")), 4_500)),
  };
  const streaming = (write) => () => new Response(new ReadableStream({ start: write }), { headers: { "content-type": "application/json" } });
  const good = JSON.stringify(active("admin", ["loc-7"]));
  const late = {
    "a body that stalls after a good head": (stream) => {
      stream.enqueue(new TextEncoder().encode(good.slice(0, 20)));
      setTimeout(() => stream.close(), 20_000).unref();
    },
    "a body without an end": (stream) => {
      const timer = setInterval(() => stream.enqueue(new TextEncoder().encode(" ".repeat(4_096))), 20);
      setTimeout(() => (clearInterval(timer), stream.close()), 10_000).unref();
    },
  };
  for (const [name, write] of Object.entries(late)) {
    test(`auth service down: ${name}`, async () => {
      auth.instead = streaming(write);
      try {
        const began = Date.now();
        const answer = await flags({ token: tokenOf(active("admin", ["loc-7"])) });
        refused(answer, 502);
        assert.equal(answer.json.error.code, "upstream_failed");
        assert.ok(Date.now() - began < 5_000, `${Date.now() - began} ms`);
      } finally {
        auth.instead = undefined;
      }
    });
  }
  for (const [name, instead] of Object.entries(faults)) {
    test(`auth service down: ${name}`, async () => {
      auth.instead = instead;
      try {
        const answer = await flags({ token: tokenOf(active("admin", ["loc-7"])) });
        refused(answer, 502, 503);
        assert.equal(answer.json.error.code, "upstream_failed");
      } finally {
        auth.instead = undefined;
      }
    });
  }
  test("auth service down: a fault is not kept, the next try asks again", async () => {
    const token = tokenOf(active("kiosk", ["loc-7"]));
    auth.instead = () => new Response("", { status: 500 });
    refused(await flags({ token }), 502, 503);
    auth.instead = undefined;
    assert.equal((await flags({ token })).status, 200);
  });
});

describe("bypass attempts: places", () => {
  test("a token of another location", async () => refused(await flags({ token: "admin-8" }), 403));
  test("a token of no location", async () => refused(await flags({ token: tokenOf(active("admin", [])) }), 403));
  for (const name of ["loc", "loc-77", "LOC-7", "*", "loc-7 ", "loc-7/", "loc-%", "loc-7,loc-8", ""]) {
    test(`a token whose location is ${JSON.stringify(name)}`, async () => refused(await flags({ token: tokenOf(active("admin", [name])) }), 403));
  }
  test("a device key of another location", async () => {
    const { key } = await newKey("device", { token: "admin-8", loc: OTHER });
    refused(await flags({ token: key }), 403);
    assert.equal((await flags({ token: key }, OTHER)).status, 200);
  });
  const paths = {
    "dot segments": `${LOC}/../loc-8/flags`,
    "encoded dot segments": `${LOC}/%2e%2e/loc-8/flags`,
    "doubly encoded dot segments": `${LOC}/%252e%252e/loc-8/flags`,
    "an encoded slash in the location": "/api/v1/locations/loc-7%2f..%2floc-8/flags",
    "an encoded slash after the location": "/api/v1/locations/loc-8%2fflags",
    "a backslash": "/api/v1/locations/loc-7\\..\\loc-8/flags",
    "an encoded backslash": "/api/v1/locations/loc-7%5c..%5cloc-8/flags",
    "a double slash": "/api/v1/locations//loc-8/flags",
    "a double slash at the start": "//api/v1/locations/loc-8/flags",
    "a mixed-case location": "/api/v1/locations/Loc-7/flags",
    "a trailing slash": `${OTHER}/flags/`,
    "a homoglyph": "/api/v1/locations/l%D0%BEc-7/flags",
    "full-width letters": "/api/v1/locations/%EF%BD%8Coc-7/flags",
    "an overlong dot": "/api/v1/locations/loc-7/%c0%ae%c0%ae/loc-8/flags",
    "a path parameter": "/api/v1/locations/loc-8;loc-7/flags",
    "a NUL": "/api/v1/locations/loc-8%00loc-7/flags",
    "a line break": "/api/v1/locations/loc-8%0d%0aloc-7/flags",
    "a query that names the own location": `${OTHER}/flags?loc=loc-7&location=loc-7`,
    "a fragment": `${OTHER}/flags#/${LOC}`,
  };
  for (const [name, path] of Object.entries(paths)) {
    test(`path trick: ${name}`, async () => {
      const answer = await raw(worker.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer kiosk\r\nConnection: close\r\n\r\n`);
      refused(answer, 400, 403, 404);
    });
  }
});

describe("bypass attempts: scopes", () => {
  for (const [has, method, path, options] of [
    ["kiosk", "PATCH", `${LOC}/menu/items/a/availability`, { json: { sold_out: true } }],
    ["pos", "GET", `${LOC}/backups`, {}],
    ["device", "PUT", `${LOC}/flags/x`, { json: { value: 1 } }],
    ["kiosk", "POST", `${LOC}/keys`, { json: { name: "a", scope: "device" } }],
    ["device", "GET", "/metrics", {}],
  ]) {
    test(`${has} asks for ${method} ${path.replace(LOC, "…")}`, async () => refused(await worker.call(method, path, { token: has, ...options }), 403));
  }
  for (const scope of ["", "ADMIN", "Admin", "superadmin", "admin,kiosk", "admin\u00a0kiosk", "admin\tkiosk", "admins", "kiosk:admin", "openid profile"]) {
    test(`a scope that is none of ours: ${JSON.stringify(scope)}`, async () => refused(await putFlag({ token: tokenOf(active(scope, ["loc-7"])) }), 403));
  }
  test("a device key that would be an admin is not made", async () => {
    refused(await worker.call("POST", `${LOC}/keys`, { token: "admin", json: { name: "a", scope: "admin" } }), 400);
  });
});

describe("bypass attempts: tokens that vouch for themselves", () => {
  test("a JWT with alg none", async () => refused(await putFlag({ token: jwt({ alg: "none", typ: "JWT" }, CLAIMS) }), 401));
  test("a JWT with alg nOnE and no dot at its end", async () => refused(await putFlag({ token: jwt({ alg: "nOnE" }, CLAIMS).slice(0, -1) }), 401));
  test("a JWT signed by HS256 with the public key (RS/HS confusion)", async () => refused(await putFlag({ token: jwt({ alg: "HS256" }, CLAIMS, "-----BEGIN PUBLIC KEY-----") }), 401));
  test("a JWT whose kid is a path", async () => refused(await putFlag({ token: jwt({ alg: "HS256", kid: "../../dev/null" }, CLAIMS, "\0") }), 401));
  test("a JWT that brings its own key", async () => refused(await putFlag({ token: jwt({ alg: "HS256", jwk: { kty: "oct", k: b64("k") } }, CLAIMS, "k") }), 401));
  test("a JWT whose claims say more than the auth service", async () => {
    const token = jwt({ alg: "HS256" }, CLAIMS, "k");
    auth.tokens[token] = active("kiosk", ["loc-7"]);
    refused(await putFlag({ token }), 403);
  });
  test("a JWT that the auth service calls expired, with a later end in its claims", async () => {
    const token = jwt({ alg: "HS256" }, { ...CLAIMS, exp: inSeconds(9_999) }, "k");
    auth.tokens[token] = active("admin", ["loc-7"], { exp: inSeconds(-5) });
    refused(await putFlag({ token }), 401);
  });
});

describe("bypass attempts: where and how a token is shown", () => {
  test("no token", async () => refused(await flags({}), 401));
  for (const name of ["access_token", "token", "authorization", "key", "ticket"]) {
    test(`in the query as ${name}`, async () => refused(await worker.call("GET", `${LOC}/flags?${name}=kiosk`), 401));
  }
  for (const [name, value] of [["x-api-key", "kiosk"], ["x-authorization", "Bearer kiosk"], ["proxy-authorization", "Bearer kiosk"], ["cookie", "token=kiosk; authorization=Bearer kiosk"], ["x-forwarded-authorization", "Bearer kiosk"], ["sec-websocket-protocol", "bearer, kiosk"]]) {
    test(`in the header ${name}`, async () => refused(await flags({ headers: { [name]: value } }), 401));
  }
  test("in the body", async () => refused(await worker.call("POST", `${LOC}/tickets`, { json: { for: "live", token: "kiosk", access_token: "kiosk" } }), 401));
  for (const [name, values] of [["good and unknown", ["Bearer kiosk", "Bearer x"]], ["unknown and good", ["Bearer x", "Bearer kiosk"]], ["twice the same", ["Bearer kiosk", "Bearer kiosk"]]]) {
    test(`two authorization headers: ${name}`, async () => refused(await flags({ headers: values.map((value) => ["authorization", value]) }), 400, 401));
  }
  for (const value of ["kiosk", "Basic a2lvc2s6", "Basic kiosk", "Token kiosk", "Bearer", "Bearer  kiosk", "Bearer\tkiosk", "Bearerkiosk", "Bearer kiosk kiosk", "Bearer kiosk, Bearer kiosk", "Bearer kiosk,kiosk", "Bearer \"kiosk\"", "Bearer Bearer kiosk", "Bearer token=kiosk", "Bearer kiosk;", "Bearer %6biosk", "Bearer KIOSK"]) {
    test(`authorization: ${JSON.stringify(value)}`, async () => refused(await flags({ headers: { authorization: value } }), 401));
  }
  for (const [name, value] of Object.entries({ NUL: "kiosk\0", "a vertical tab": "kiosk\x0b", DEL: "kiosk\x7f", "a byte above ASCII": "kiosk\xe9", "a bare carriage return": "kiosk\rx", "a folded line": "x\r\n kiosk" })) {
    test(`a token with ${name}`, async () => {
      const answer = await raw(worker.url, `GET ${LOC}/flags HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${value}\r\nConnection: close\r\n\r\n`);
      refused(answer, 400, 401, "closed");
    });
  }
  test("a token over 4 KiB, though the auth service would take it", async () => {
    const token = "a".repeat(4097);
    auth.tokens[token] = active("admin", ["loc-7"]);
    refused(await flags({ token }), 401);
    assert.equal(auth.asked[token], undefined);
  });
});

describe("bypass attempts: headers that claim another request", () => {
  const claims = {
    "x-original-url": "/healthz",
    "x-rewrite-url": "/healthz",
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-host": "localhost",
    "x-forwarded-prefix": "/static",
    "x-forwarded-user": "admin",
    "x-real-ip": "127.0.0.1",
    "cf-connecting-ip": "127.0.0.1",
    "cf-access-authenticated-user-email": "root@example.com",
    "cf-worker": "olympus-edge",
    "x-scope": "admin",
    "x-principal": "admin",
    "forwarded": "for=127.0.0.1;host=localhost",
    "x-envoy-internal": "true",
  };
  for (const [name, value] of Object.entries(claims)) test(`${name}: ${value}`, async () => refused(await flags({ headers: { [name]: value } }), 401));
  for (const name of ["x-http-method-override", "x-method-override", "x-http-method"]) {
    test(`${name} turns no GET into a PUT`, async () => {
      const answer = await worker.call("GET", `${LOC}/flags/smuggled`, { token: "admin", headers: { [name]: "PUT" } });
      refused(answer, 405);
      refused(await worker.call("GET", `${LOC}/keys/0000000000000000?_method=DELETE`, { token: "admin", headers: { [name]: "DELETE" } }), 405);
    });
  }
  for (const host of ["localhost", "auth.internal", "limiter.internal", "live.internal", "127.0.0.1", "loc-7"]) {
    test(`host: ${host} opens nothing`, async () => {
      refused(await flags({ headers: [["host", host]] }), 401);
      for (const path of ["/check", "/redeem", "/ticket", "/publish", "/overrides", "/introspect"]) refused(await worker.call("POST", path, { headers: [["host", host]], json: {} }), 404);
    });
  }
  test("an absolute address in the request line", async () => {
    const answer = await raw(worker.url, `GET http://limiter.internal/healthz/../${LOC.slice(1)}/flags HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    refused(answer, 400, 401, 404, 500); // 500 is workerd's own: it reached no route
    assert.ok(!answer.text.includes("flags"));
  });
  test("HEAD asks for what GET asks for", async () => refused(await worker.call("HEAD", `${LOC}/flags`), 401));
  test("OPTIONS runs no handler", async () => {
    const answer = await worker.call("OPTIONS", `${LOC}/flags`);
    assert.equal(answer.status, 204);
    assert.equal(answer.text, "");
  });
});

describe("bypass attempts: device keys", () => {
  test("a revoked key, at once, though it was kept a moment before", async () => {
    const { id, key } = await newKey();
    for (let index = 0; index < 3; index++) assert.equal((await flags({ token: key })).status, 200);
    assert.equal((await worker.call("DELETE", `${LOC}/keys/${id}`, { token: "admin" })).status, 204);
    refused(await flags({ token: key }), 401);
    refused(await flags({ token: key }), 401);
    assert.equal((await worker.call("DELETE", `${LOC}/keys/${id}`, { token: "admin" })).status, 204, "once more changes nothing");
  });
  test("a kept key is believed for a minute at most", async () => {
    const { id, key } = await newKey();
    await flags({ token: key });
    const kv = await cacheOf();
    let entry;
    for (let tries = 0; tries < 50 && !entry; tries++) {
      entry = await kv.get(`auth/key/${id}`, "json");
      await new Promise((go) => setTimeout(go, 20));
    }
    assert.ok(entry.until_ms <= Date.now() + 60_000);
    const db = await worker.mf.getD1Database("DB");
    await db.prepare("UPDATE device_keys SET revoked_ms = 1 WHERE id = ?").bind(id).run();
    await kv.put(`auth/key/${id}`, JSON.stringify({ ...entry, until_ms: Date.now() - 1 }));
    refused(await flags({ token: key }), 401);
    await kv.put(`auth/key/${id}`, JSON.stringify({ ...entry, until_ms: Date.now() + 999_999 }));
    refused(await flags({ token: key }), 401);
  });
  test("a key with another secret, before and after the good one was kept", async () => {
    const { key } = await newKey();
    const other = key.slice(0, -1) + (key.endsWith("0") ? "1" : "0");
    refused(await flags({ token: other }), 401);
    assert.equal((await flags({ token: key })).status, 200);
    refused(await flags({ token: other }), 401);
  });
  test("a key whose id or secret is the beginning of another's", async () => {
    const { key } = await newKey();
    const [, id, secret] = key.split("_");
    for (const bad of [`oek_${id}_${secret.slice(0, 47)}`, `oek_${id}_${secret}0`, `oek_${id.slice(0, 15)}_${secret}`, `oek_${id}0_${secret}`, `oek_${id}_`, `oek__${secret}`, `oek_${id}`, `oek_${id}_${secret}_${secret}`, `oe_${id}_${secret}`]) refused(await flags({ token: bad }), 401);
  });
  test("a key in upper case, and one with a prefix in another case", async () => {
    const { key } = await newKey();
    refused(await flags({ token: key.toUpperCase() }), 401);
    refused(await flags({ token: key.replace("oek_", "OEK_") }), 401);
    refused(await flags({ token: key.replace("oek_", "Oek_") }), 401);
  });
  test("two keys mixed", async () => {
    const [one, two] = [await newKey(), await newKey()];
    refused(await flags({ token: `oek_${one.id}_${two.key.split("_")[2]}` }), 401);
  });
  test("what looks like a key is never shown to the auth service", async () => {
    const forged = `oek_${"0".repeat(16)}_${"0".repeat(48)}`;
    for (const token of [forged, `oek_x`, forged.toUpperCase()]) {
      auth.tokens[token] = active("admin", ["loc-7"]);
      refused(await flags({ token }), 401);
      assert.equal(auth.asked[token], undefined);
    }
  });
  test("SQL in a key's id", async () => {
    for (const token of ["oek_'OR'1'='1_x", `oek_${"%".repeat(16)}_${"0".repeat(48)}`]) refused(await flags({ token }), 401);
    refused(await worker.call("DELETE", `${LOC}/keys/${encodeURIComponent("' OR 1=1 --")}`, { token: "admin" }), 404);
  });
  test("an admin of another location ends no key here", async () => {
    const { id, key } = await newKey();
    refused(await worker.call("DELETE", `${OTHER}/keys/${id}`, { token: "admin-8" }), 404);
    assert.equal((await flags({ token: key })).status, 200);
  });
  test("a key makes no keys", async () => {
    const { key } = await newKey();
    refused(await worker.call("POST", `${LOC}/keys`, { token: key, json: { name: "a", scope: "kiosk" } }), 403);
  });
  test("the database down: nobody is let in", async () => {
    const { key } = await newKey();
    const bare = await startWorker({ auth, without: ["DB"] });
    try {
      refused(await bare.call("GET", `${LOC}/flags`, { token: key }), 500, 502, 503);
    } finally {
      await bare.stop();
    }
  });
});

describe("bypass attempts: the cache", () => {
  test("a token revoked after it was kept passes five minutes at most", async () => {
    const token = tokenOf(active("kiosk", ["loc-7"], { exp: inSeconds(86_400) }));
    assert.equal((await flags({ token })).status, 200);
    const entry = await entryOf(token);
    assert.ok(entry.until_ms <= Date.now() + 300_000);
    auth.tokens[token] = { active: false };
    const kv = await cacheOf();
    await kv.put(`auth/token/${sha256(token)}`, JSON.stringify({ ...entry, until_ms: Date.now() - 1 }));
    refused(await flags({ token }), 401);
  });
  test("a token is kept no longer than it holds", async () => {
    const exp = inSeconds(100);
    const token = tokenOf(active("kiosk", ["loc-7"], { exp }));
    await flags({ token });
    assert.equal((await entryOf(token)).until_ms, exp * 1000);
  });
  test("another token's entry under this token's name", async () => {
    await flags({ token: "admin" });
    const kv = await cacheOf();
    const token = tokenOf(undefined);
    await kv.put(`auth/token/${sha256(token)}`, JSON.stringify(await entryOf("admin")));
    refused(await putFlag({ token }), 401);
  });
  test("an entry without the hash it is for", async () => {
    const kv = await cacheOf();
    for (const change of [{ sha256: undefined }, { sha256: "" }, { sha256: sha256("x") }]) {
      const token = tokenOf(undefined);
      await kv.put(`auth/token/${sha256(token)}`, JSON.stringify({ ...(await entryOf("admin")), ...change }));
      refused(await putFlag({ token }), 401);
    }
  });
  test("an entry that would be believed for years", async () => {
    const kv = await cacheOf();
    const token = tokenOf(undefined);
    await kv.put(`auth/token/${sha256(token)}`, JSON.stringify({ ...(await entryOf("admin")), sha256: sha256(token), until_ms: Date.now() + 1e10 }));
    refused(await putFlag({ token }), 401);
  });
  test("an entry that cannot be read", async () => {
    const kv = await cacheOf();
    for (const text of ["", "{", "null", "true", '{"active":true,"scope":"admin"}']) {
      const token = tokenOf(undefined);
      await kv.put(`auth/token/${sha256(token)}`, text);
      refused(await putFlag({ token }), 401);
    }
  });
  test("an entry under the beginning of a token's hash", async () => {
    const kv = await cacheOf();
    const token = tokenOf(undefined);
    for (const length of [8, 16, 32, 63]) await kv.put(`auth/token/${sha256(token).slice(0, length)}`, JSON.stringify(await entryOf("admin")));
    refused(await putFlag({ token }), 401);
  });
  test("a token that names a key of the cache", async () => {
    for (const token of [`auth/token/${sha256("admin")}`, sha256("admin")]) refused(await flags({ token }), 401);
  });
  test("a token refused and activated later is refused half a minute at most, then let in", async () => {
    const token = tokenOf({ active: false });
    refused(await flags({ token }), 401);
    const entry = await entryOf(token);
    assert.ok(entry.until_ms <= Date.now() + 30_000);
    auth.tokens[token] = active("kiosk", ["loc-7"]);
    const kv = await cacheOf();
    await kv.put(`auth/token/${sha256(token)}`, JSON.stringify({ ...entry, until_ms: Date.now() - 1 }));
    assert.equal((await flags({ token })).status, 200);
  });
});

describe("bypass attempts: sockets", () => {
  const cart = "0".repeat(32);
  test("an upgrade without a token", async () => {
    refused(await open(`${LOC}/live`), 401);
    refused(await open(`${LOC}/carts/${cart}/live`), 401);
  });
  test("a good ticket opens one socket, a replayed one none", async () => {
    const ticket = await newTicket();
    assert.equal((await open(`${LOC}/live?ticket=${ticket}`)).status, 101);
    refused(await open(`${LOC}/live?ticket=${ticket}`), 401);
  });
  test("a ticket shown by two at once opens one socket", async () => {
    const ticket = await newTicket();
    const answers = await Promise.all(Array.from({ length: 10 }, () => open(`${LOC}/live?ticket=${ticket}`)));
    assert.equal(answers.filter(({ status }) => status === 101).length, 1);
  });
  test("a ticket for another target", async () => {
    refused(await open(`${LOC}/carts/${cart}/live?ticket=${await newTicket("live")}`), 401);
    refused(await open(`${LOC}/live?ticket=${await newTicket(`carts/${cart}`)}`), 401);
  });
  test("a ticket at another location", async () => refused(await open(`${OTHER}/live?ticket=${await newTicket()}`), 401));
  test("a ticket that nobody made, two tickets, a ticket under another name", async () => {
    const ticket = await newTicket();
    for (const query of [`ticket=${"0".repeat(32)}`, "ticket=", `ticket=${ticket}&ticket=${ticket}`, `Ticket=${ticket}`, `ticket=${ticket.toUpperCase()}0`, `ticket[]=${ticket}`]) refused(await open(`${LOC}/live?${query}`), 401);
    assert.equal((await open(`${LOC}/live?ticket=${ticket}`)).status, 101, "and it was not used up by that");
  });
  test("a ticket where no socket is opened", async () => {
    const ticket = await newTicket();
    refused(await worker.call("GET", `${LOC}/live?ticket=${ticket}`), 401);
    refused(await worker.call("GET", `${LOC}/flags?ticket=${ticket}`), 401);
    refused(await open(`${LOC}/flags?ticket=${ticket}`), 401);
  });
  test("a ticket as a token, a token as a ticket", async () => {
    refused(await flags({ token: await newTicket() }), 401);
    refused(await open(`${LOC}/live?ticket=kiosk`), 401);
  });
  test("a good ticket beside a token that does not hold", async () => {
    refused(await open(`${LOC}/live?ticket=${await newTicket()}`, [["authorization", "Bearer nobody"]]), 401);
  });
  test("a ticket for a route that is no socket is not made", async () => {
    for (const target of ["flags", "live/", "LIVE", "carts/", "../loc-8/live", `carts/${cart}/../x`, ""]) refused(await worker.call("POST", `${LOC}/tickets`, { token: "kiosk", json: { for: target } }), 400);
  });
  for (const origin of ["https://evil.example", "null", "https://pos.example.evil.example", "https://POS.example", "http://pos.example", "file://"]) {
    test(`a page of origin ${JSON.stringify(origin)} opens no socket`, async () => {
      const answer = await open(`${LOC}/live?ticket=${await newTicket()}`, [["origin", origin]]);
      refused(answer, 403);
      refused(await open(`${LOC}/live`, [["origin", origin], ["authorization", "Bearer kiosk"]]), 403);
    });
  }
  test("a page of a listed origin, and of the service's own, opens one", async () => {
    assert.equal((await open(`${LOC}/live?ticket=${await newTicket()}`, [["origin", "https://pos.example"]])).status, 101);
    assert.equal((await open(`${LOC}/live?ticket=${await newTicket()}`, [["origin", worker.url]])).status, 101);
  });
});

describe("every role at every route", () => {
  const rank = (scope) => ROLES.indexOf(scope);
  const concrete = (pattern, loc) => pattern.replace("{loc}", loc).replace("{cart}", "0".repeat(32)).replace("{*}", "app.js").replace(/\{\w+\}/g, "a");
  const callers = [{ name: "nobody", scope: undefined, show: () => ({}) }];
  for (const scope of ROLES) callers.push({ name: `token of ${scope}`, scope, show: () => ({ token: scope }) });
  const keys = {};
  for (const scope of ["kiosk", "pos", "device"]) callers.push({ name: `key of ${scope}`, scope, show: () => ({ token: keys[scope] }) });

  before(async () => {
    for (const scope of ["kiosk", "pos", "device"]) keys[scope] = (await newKey(scope)).key;
  });

  let cells = 0;
  for (const route of ROUTES) {
    for (const loc of route.path.includes("{loc}") ? ["loc-7", "loc-8"] : [undefined]) {
      const place = loc === undefined ? "" : loc === "loc-7" ? " at its own location" : " at a foreign location";
      test(`${route.method} ${route.path}${place}`, async () => {
        for (const caller of callers) {
          const options = caller.show();
          if (route.upgrades) options.headers = UPGRADE;
          else if (["POST", "PUT", "PATCH"].includes(route.method)) options.json = {};
          const { status, text } = await worker.call(route.method, concrete(route.path, loc ?? ""), options);
          const open = route.scope === null;
          const expected = open ? "in" : caller.scope === undefined ? 401 : rank(caller.scope) < rank(route.scope) || loc === "loc-8" ? 403 : "in";
          const got = [401, 403].includes(status) ? status : "in";
          assert.equal(got, expected, `${caller.name}: ${status} ${text}`);
          assert.notEqual(status, 429);
          cells++;
        }
      });
    }
  }
  test("no cell was left out", () => {
    const rows = ROUTES.reduce((count, { path }) => count + (path.includes("{loc}") ? 2 : 1), 0);
    assert.equal(cells, rows * callers.length);
    for (const scope of [null, ...ROLES]) assert.ok(ROUTES.some((route) => route.scope === scope), `a route of ${scope}`);
  });
});

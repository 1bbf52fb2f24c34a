// The Worker as it was built by `cargo xtask worker build`, in the real workerd, with KV, D1, R2
// and Durable Objects of Miniflare. The auth service is a function of the test's, or the stand-in's.
import { readFileSync, readdirSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Log, LogLevel, Miniflare, Response } from "miniflare";

const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
const CRATE = join(ROOT, "workers/edge");
const BUILD = join(CRATE, "build");
const PLUGIN = join(ROOT, "tests/edge/plugin/index.cjs");

/** The table of routes, which the Worker's own tests keep equal to the code. */
export const ROUTES = JSON.parse(readFileSync(join(CRATE, "routes.json"), "utf8"));

const PLENTY = { burst: 1_000_000, rate: 1_000_000, per_ms: 1000 };
/** Limits that no test meets unless it means to. */
export const NO_LIMITS = Object.fromEntries(
  ["open", "ask", "shop", "data", "admin"].map((name) => [name, { address: PLENTY, token: PLENTY, location: PLENTY }]),
);

const CLASSES = { LIMITER: "RateLimiter", CARTS: "Cart", LIVE: "Live", PUBLISHER: "Publisher", AUTHORITY: "Authority", GRANTS: "Grants" };

/** An auth service: the tokens of a map, and nobody else. `asked` counts questions by token. */
export function authService(tokens = {}) {
  const service = async (request) => {
    const url = new URL(request.url);
    const form = new URLSearchParams(await request.text());
    const token = form.get("token");
    service.asked[token] = (service.asked[token] ?? 0) + 1;
    service.last = { method: request.method, path: url.pathname, type: request.headers.get("content-type"), by: request.headers.get("authorization"), token, fields: [...form.keys()] };
    if (service.instead) return service.instead();
    const known = Object.hasOwn(service.tokens, token) ? service.tokens[token] : undefined;
    return Response.json(typeof known === "function" ? known() : (known ?? { active: false }));
  };
  service.tokens = tokens;
  service.asked = Object.create(null);
  service.instead = undefined;
  return service;
}

export const inSeconds = (seconds) => Math.floor(Date.now() / 1000) + seconds;

/** What the auth service says of a good token. */
export const active = (scope, locations, more = {}) => ({ active: true, scope, locations, exp: inSeconds(3600), sub: `${scope}-of-${locations.join("-")}`, ...more });

/** The Worker, started. `standin`: the address of a running stand-in, for AI, Vectorize and auth. */
export async function startWorker({ auth = authService(), vars = {}, standin, persist, port = 0, without = [], entry } = {}) {
  const built = readFileSync(join(BUILD, "worker.js"), "utf8");
  const durableObjects = Object.fromEntries(
    Object.entries(CLASSES)
      .filter(([binding, name]) => built.includes(name) && !without.includes(binding))
      .map(([binding, className]) => [binding, { className, useSQLite: true }]),
  );
  const mf = new Miniflare({
    host: "127.0.0.1",
    port,
    cf: false,
    log: new Log(process.env.EDGE_LOG ? LogLevel.DEBUG : LogLevel.NONE),
    handleRuntimeStdio: process.env.EDGE_LOG ? undefined : (out, err) => (out.resume(), err.resume()),
    defaultPersistRoot: persist,
    modules: true,
    modulesRoot: BUILD,
    // `entry` stands beside the modules that were built, and imports them.
    ...(entry ? { script: entry, scriptPath: join(BUILD, "entry.js") } : { scriptPath: join(BUILD, "worker.js") }),
    modulesRules: [
      { type: "ESModule", include: ["**/*.js"], fallthrough: true },
      { type: "CompiledWasm", include: ["**/*.wasm"], fallthrough: true },
    ],
    compatibilityDate: "2026-04-20",
    bindings: {
      ENVIRONMENT: "test",
      CORS_ORIGINS: "https://pos.example,https://kds.example:8443",
      INTENT_MODEL: "@cf/meta/llama-4-scout-17b-16e-instruct",
      VISION_MODEL: "@cf/meta/llama-4-scout-17b-16e-instruct",
      EMBED_MODEL: "@cf/baai/bge-small-en-v1.5",
      EMBED_POOLING: "cls",
      LIMITS: JSON.stringify(NO_LIMITS),
      ROUTE: "{}",
      GRANT_SECRET: "67".repeat(32),
      ...(standin ? { AUTH_TOKEN: "standin-auth", PROVIDER_TOKEN: "standin-provider" } : {}),
      ...vars,
    },
    kvNamespaces: ["CACHE", "FLAGS"].filter((name) => !without.includes(name)),
    d1Databases: ["DB"].filter((name) => !without.includes(name)),
    r2Buckets: ["ASSETS", "IMAGES", "RECEIPTS", "BACKUPS", "MENUS"],
    durableObjects,
    serviceBindings: {
      ...(without.includes("AUTH") ? {} : { AUTH: standin ? { external: { address: standin, http: {} } } : auth }),
      ...(standin && !without.includes("PROVIDER") ? { PROVIDER: { external: { address: standin, http: {} } } } : {}),
    },
    ...(standin ? { unsafeBindings: standinBindings(standin) } : {}),
  });
  const url = (await mf.ready).origin;
  if (!without.includes("DB")) await migrate(await mf.getD1Database("DB"));
  return { mf, url, auth, call: (method, path, options) => call(url, method, path, options), stop: () => mf.dispose() };
}

function standinBindings(address) {
  const plugin = (name) => ({ package: PLUGIN, name });
  return [
    { name: "AI", type: "ai", plugin: plugin("standin-ai"), options: { address } },
    { name: "VECTORS", type: "vectorize", plugin: plugin("standin-vectorize"), options: { address, index: "olympus-edge-menu" } },
  ];
}

/** The database's migrations that it does not have yet, as wrangler applies them. */
async function migrate(db) {
  const has = async (name) => (await db.prepare("SELECT 1 FROM sqlite_master WHERE name = ?").bind(name).all()).results.length > 0;
  if (!(await has("d1_migrations"))) {
    await db.prepare("CREATE TABLE d1_migrations (name TEXT PRIMARY KEY)").run();
    // A database from before this was kept.
    if (await has("device_keys")) await db.prepare("INSERT INTO d1_migrations VALUES ('0001_device_keys.sql')").run();
  }
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all();
  const done = new Set(results.map(({ name }) => name));
  for (const file of readdirSync(join(CRATE, "migrations")).sort()) {
    if (done.has(file)) continue;
    await db.batch([...statements("migrations", file).map((text) => db.prepare(text)), db.prepare("INSERT INTO d1_migrations VALUES (?)").bind(file)]);
  }
}

/** The statements of a migration; `migrations-back` has the ways back. */
export function statements(folder, file) {
  return readFileSync(join(CRATE, folder, file), "utf8").replace(/^--.*$/gm, "").split(";").map((text) => text.trim()).filter(Boolean);
}

/**
 * One request exactly as it is written: the path is not normalised, headers may come twice
 * (`[["authorization", "a"], ["authorization", "b"]]`). An upgrade ends the connection at once.
 */
export function call(base, method, path, { token, headers = [], body, json, timeoutMs = 30_000 } = {}) {
  const sent = Array.isArray(headers) ? [...headers] : Object.entries(headers);
  if (token !== undefined) sent.push(["authorization", `Bearer ${token}`]);
  if (json !== undefined) {
    body = JSON.stringify(json);
    sent.push(["content-type", "application/json"]);
  }
  const { hostname, port } = new URL(base);
  if (!sent.some(([name]) => name.toLowerCase() === "host")) sent.push(["host", `${hostname}:${port}`]);
  if (body !== undefined && !sent.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name))) sent.push(["content-length", String(Buffer.byteLength(body))]);
  return new Promise((done, fail) => {
    const request = httpRequest({ hostname, port, method, path, headers: sent.flat(), agent: false, timeout: timeoutMs });
    request.on("upgrade", (response, socket) => {
      socket.destroy();
      done({ status: response.statusCode, headers: response.headers, text: "" });
    });
    request.on("response", (response) => {
      const chunks = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        const bytes = Buffer.concat(chunks);
        const text = bytes.toString("utf8");
        let parsed;
        try {
          parsed = JSON.parse(text);
        } catch {
          // no JSON
        }
        done({ status: response.statusCode, headers: response.headers, bytes, text, json: parsed });
      });
    });
    request.on("timeout", () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
    request.on("error", fail);
    request.end(body);
  });
}

/** Headers of a WebSocket handshake. */
export const UPGRADE = [
  ["connection", "Upgrade"],
  ["upgrade", "websocket"],
  ["sec-websocket-version", "13"],
  ["sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="],
];

/** Bytes to the socket as they are; the status line's number, or `closed`. */
export function raw(base, text) {
  const { hostname, port } = new URL(base);
  return new Promise((done) => {
    let answer = "";
    const socket = connect(Number(port), hostname, () => socket.write(text, "latin1"));
    const end = () => {
      socket.destroy();
      done({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? NaN) || "closed", text: answer });
    };
    socket.setTimeout(5_000, end);
    socket.on("data", (chunk) => {
      answer += chunk;
      if (answer.includes("\r\n\r\n")) end();
    });
    socket.on("error", end);
    socket.on("close", end);
  });
}

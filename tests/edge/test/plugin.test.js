// The plugin: workerd's own AI and Vectorize classes against the stand-in.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Miniflare } from "miniflare";
import plugin from "../plugin/index.cjs";
import { Standin } from "../plugin/standin.mjs";

const MODEL = "@cf/baai/bge-small-en-v1.5";
// One call a request: {"on": "AI", "call": "run", "with": [...]} → {"ok": ...} or {"threw": "..."}.
const SCRIPT = `export default {
  async fetch(request, env) {
    const { on, call, with: given } = await request.json();
    try {
      return Response.json({ kind: env[on].constructor.name, ok: await env[on][call](...given) });
    } catch (error) {
      return Response.json({ threw: error.name + ": " + error.message });
    }
  },
};`;

let standin;
let miniflare;

before(async () => {
  standin = await Standin.start([
    ...["--index", "menu=384", "--index", "other=3"],
    ...["--metadata-index", "menu:digest=string", "--visibility", "0,0"],
  ]);
  miniflare = new Miniflare({
    modules: true,
    script: SCRIPT,
    compatibilityDate: "2026-04-01",
    cf: false,
    unsafeBindings: plugin.standinBindings(standin.address, { index: "menu" }),
  });
});

after(async () => {
  await miniflare?.dispose();
  await standin?.stop();
});

async function call(on, name, ...given) {
  const body = JSON.stringify({ on, call: name, with: given });
  const answer = await miniflare.dispatchFetch("http://worker/", { method: "POST", body });
  return answer.json();
}

async function ok(on, name, ...given) {
  const answer = await call(on, name, ...given);
  assert.ok("ok" in answer, answer.threw);
  return answer.ok;
}

test("the classes are workerd's own", async () => {
  assert.equal((await call("AI", "run", MODEL, { text: ["tea"] })).kind, "Ai");
  assert.equal((await call("VECTORS", "describe")).kind, "VectorizeIndexImpl");
});

test("what is embedded is found in its index", async () => {
  const texts = ["iced latte", "margherita pizza", "a garden chair"];
  const { data, shape } = await ok("AI", "run", MODEL, { text: texts, pooling: "cls" });
  assert.deepEqual(shape, [3, 384]);
  const vectors = data.map((values, n) => ({
    id: `v${n}`,
    values,
    namespace: "loc-7",
    metadata: { digest: "d1", item: texts[n] },
  }));
  assert.match((await ok("VECTORS", "upsert", vectors)).mutationId, /^[0-9a-f-]{36}$/);
  const asked = await ok("AI", "run", MODEL, { text: ["a cold coffee"], pooling: "cls" });
  const options = { topK: 2, namespace: "loc-7", filter: { digest: "d1" }, returnMetadata: "indexed" };
  const found = await ok("VECTORS", "query", asked.data[0], options);
  assert.equal(found.count, 2);
  assert.equal(found.matches[0].id, "v0");
  assert.deepEqual(found.matches[0].metadata, { digest: "d1" });
  const got = await ok("VECTORS", "getByIds", ["v1"]);
  assert.deepEqual(got[0].metadata, { digest: "d1", item: "margherita pizza" });
  await ok("VECTORS", "deleteByIds", ["v0", "v1"]);
  const { dimensions, vectorCount } = await ok("VECTORS", "describe");
  assert.deepEqual([dimensions, vectorCount], [384, 1]);
});

test("failures are thrown as production throws them", async () => {
  const threw = async (...given) => (await call(...given)).threw;
  assert.match(await threw("AI", "run", "@cf/no/such", {}), /^AiError: 5007: /);
  assert.match(await threw("AI", "run", MODEL, {}), /^AiError: 5004: /);
  const vector = Array(384).fill(0.1);
  const query = (options) => threw("VECTORS", "query", vector, options);
  assert.match(await query({ topK: 101 }), /^Error: VECTOR_QUERY_ERROR \(code = 40025\): /);
  assert.match(await query({ returnMetadata: false }), /^Error: VECTOR_QUERY_ERROR \(code = 40026\): /);
  const ids = Array(21).fill("v2");
  assert.match(await threw("VECTORS", "getByIds", ids), /^Error: VECTOR_GET_ERROR \(code = 40007\): /);
  const short = [{ id: "v", values: [1] }];
  assert.match(await threw("VECTORS", "upsert", short), /^Error: VECTOR_UPSERT_ERROR \(code = 40006\): /);
  await standin.set({ tasks: { embeddings: { errors: { rate: 1, code: 3040, retry_after_s: 3 } } } });
  assert.match(await threw("AI", "run", MODEL, { text: ["tea"] }), /^AiError: 3040: /);
  await standin.set({ tasks: { embeddings: { health: "outage" } } });
  const cut = await standin.count("embeddings");
  assert.ok(await threw("AI", "run", MODEL, { text: ["tea"] }));
  assert.ok((await standin.count("embeddings")).cut > cut.cut);
});

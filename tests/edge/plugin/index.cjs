"use strict";

/**
 * A Miniflare plugin that binds workerd's own `Ai` and `VectorizeIndexImpl` to a stand-in.
 *
 * Only the classes' fetcher is replaced, so the encoding of requests and the reading of answers
 * and errors are those of production. The stand-in (`olympus-standin`) is a process of its own.
 *
 * With Miniflare (`standinBindings` below writes the same):
 *
 *   unsafeBindings: [
 *     { name: "AI", type: "ai",
 *       plugin: { package: ABSOLUTE_PATH_OF_THIS_FILE, name: "standin-ai" },
 *       options: { address: "127.0.0.1:8790" } },
 *     { name: "VECTORS", type: "vectorize",
 *       plugin: { package: ABSOLUTE_PATH_OF_THIS_FILE, name: "standin-vectorize" },
 *       options: { address: "127.0.0.1:8790", index: "menu" } },
 *   ]
 *
 * Options:
 *   address  host:port of the stand-in. It must listen before the first request, not before
 *            Miniflare starts.
 *   index    standin-vectorize only: the index, sent as `x-standin-index`. The wire of version 2
 *            names none, so it is needed where the stand-in has two. It must exist there
 *            (`--index menu=384`); a binding cannot create one.
 *
 * Errors arrive as in production: `AiError: 3040: …` from `AI.run`,
 * `Error: VECTOR_QUERY_ERROR (code = 40025): …` from the index.
 */

const INDEX_HEADER = "x-standin-index";

function serviceName({ address, index }) {
  return `standin:${address}:${index ?? ""}`;
}

function service({ name, options = {} }) {
  const { address, index } = options;
  if (typeof address !== "string" || !/^[^:/]+:\d+$/.test(address)) {
    throw new Error(`standin: options.address of ${name} is host:port, not ${address}`);
  }
  const injectRequestHeaders = index ? [{ name: INDEX_HEADER, value: index }] : [];
  return {
    name: serviceName(options),
    external: { address, http: { injectRequestHeaders } },
  };
}

/** One plugin: Miniflare hands it the bindings of a Worker that name it, or nothing. */
function plugin(moduleName, furtherBindings) {
  const binding = ({ name, options }) => ({
    name,
    wrapped: {
      moduleName,
      innerBindings: [
        { name: "fetcher", service: { name: serviceName(options) } },
        ...furtherBindings(options),
      ],
    },
  });
  return {
    getBindings: (bindings = []) => bindings.map(binding),
    getNodeBindings: () => ({}),
    getServices: ({ options: bindings = [] }) => bindings.map(service),
  };
}

// Node finds the names of a CommonJS module only where they are assigned one by one.
exports.plugins = {
  "standin-ai": plugin("cloudflare-internal:ai-api", () => []),
  "standin-vectorize": plugin("cloudflare-internal:vectorize-api", ({ index }) => [
    { name: "indexId", text: index ?? "" },
    { name: "indexVersion", text: "v2" },
    { name: "useNdJson", json: "true" },
  ]),
};

/**
 * The `unsafeBindings` of a Worker with both.
 *
 * @param {string} address host:port of the stand-in
 * @param {{ai?: string, vectors?: string, index?: string}} [names] of the bindings and the index
 */
exports.standinBindings = (address, { ai = "AI", vectors = "VECTORS", index } = {}) => {
  const by = (name) => ({ package: __filename, name });
  return [
    { name: ai, type: "ai", plugin: by("standin-ai"), options: { address } },
    {
      name: vectors,
      type: "vectorize",
      plugin: by("standin-vectorize"),
      options: index ? { address, index } : { address },
    },
  ];
};

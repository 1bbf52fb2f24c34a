// The page at /docs: `/openapi.json` made readable. What the document does not say, the page does
// not invent; the only requests it sends besides are those that a reader asks it to.
import { ApiFailure, call } from "./api.js";
import { byId, h, humanise, put } from "./dom.js";
import { prose, Schemas } from "./schema.js";
import { copyButton, keyBox, tryBox } from "./tryit.js";

const METHODS = ["get", "post", "put", "patch", "delete"];

function operations(document) {
  return Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({
      path, method, ...item[method],
      parameters: [...(item.parameters ?? []), ...(item[method].parameters ?? [])],
      id: `${method}-${path}`.replace(/[^a-z0-9]+/gi, "-").replace(/^-|-$/g, ""),
      tag: item[method].tags?.[0] ?? subject(path),
    })));
}

/** The heading of a route that has no tag: what its address speaks of. */
function subject(path) {
  const [, version, name] = path.split("/");
  return /^v\d+$/.test(version) && name ? humanise(name) : "The device";
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** The first media type with its example as text. */
export function bodyOf(operation, schemas) {
  const content = Object.entries(schemas.follow(operation.requestBody).schema.content ?? {});
  if (content.length === 0) return null;
  const [type, media] = content.find(([name]) => name.startsWith("application/json")) ?? content[0];
  if (media.schema?.format === "binary") {
    return { type, schema: media.schema, types: content.map(([name]) => name), file: true };
  }
  const named = Object.values(media.examples ?? {})[0];
  const example = media.example ?? (named && schemas.follow(named).schema.value) ?? schemas.request(media.schema);
  const raw = typeof example === "string" && !type.includes("json");
  return { type, schema: media.schema, types: content.map(([name]) => name), text: raw ? example : JSON.stringify(example, null, 2), line: raw ? example : JSON.stringify(example) };
}

function curl(operation, schemas, secured) {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => {
    const parameter = operation.parameters.map((one) => schemas.follow(one).schema).find((one) => one.name === name);
    return encodeURIComponent(parameter?.example ?? schemas.follow(parameter?.schema).schema.example ?? name.toUpperCase());
  });
  const query = operation.parameters.map((one) => schemas.follow(one).schema).filter((one) => one.in === "query" && (one.required || one.example !== undefined || one.schema?.example !== undefined))
    .map((one) => `${one.name}=${encodeURIComponent(one.example ?? one.schema?.example ?? schemas.example(one.schema))}`).join("&");
  const body = bodyOf(operation, schemas);
  const lines = [`curl -sS ${operation.method === "get" ? "" : `-X ${operation.method.toUpperCase()} `}${quote(`${location.origin}${path}${query ? `?${query}` : ""}`)}`];
  if (secured) lines.push('-H "authorization: Bearer $OLYMPUS_KEY"');
  if (body) lines.push(`-H ${quote(`content-type: ${body.type}`)}`, body.file ? "--data-binary @FILE" : `-d ${quote(body.line)}`);
  return lines.join(" \\\n  ");
}

function code(text, label) {
  const pre = h("pre", { tabindex: "0" }, h("code", null, text));
  return h("div", { class: "code" }, h("p", { class: "code-head" }, h("span", null, label), copyButton(() => text)), pre);
}

function parameters(operation, schemas) {
  const all = operation.parameters.map((one) => schemas.follow(one).schema);
  if (all.length === 0) return null;
  return [h("h4", null, "Parameters"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Parameters" }, h("table", null,
    h("thead", null, h("tr", null, ["Name", "In", "Type", "What it is"].map((title) => h("th", { scope: "col" }, title)))),
    h("tbody", null, all.map((one) => h("tr", null,
      h("th", { scope: "row" }, h("code", null, one.name), one.required && h("span", { class: "must" }, "required")),
      h("td", null, one.in), h("td", null, schemas.type(one.schema)),
      h("td", null, prose(one.description), schemas.limits(one.schema) && h("p", { class: "note" }, schemas.limits(one.schema))))))))];
}

function responses(operation, schemas) {
  const rows = Object.entries(operation.responses ?? {}).map(([status, response]) => {
    const full = schemas.follow(response).schema;
    const media = Object.entries(full.content ?? {});
    return h("tr", null,
      h("th", { scope: "row" }, h("span", { class: `code-${status[0]}` }, status)),
      h("td", null, full["x-error-codes"] ? h("p", null, full["x-error-codes"].map((name) => [h("a", { href: "#error-codes" }, h("code", null, name)), " "])) : prose(full.description), media.map(([type, { schema }]) => h("p", { class: "note" }, schema ? [...schemas.type(schema), ", "] : "", type))));
  });
  return [h("h4", null, "Answers"), h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Answers" }, h("table", null, h("tbody", null, rows)))];
}

function section(operation, { schemas, document }) {
  const secured = (operation.security ?? document.security ?? []).some((way) => Object.keys(way).length > 0);
  const body = bodyOf(operation, schemas);
  return h("section", { class: "operation", id: operation.id, "data-path": operation.path, "data-method": operation.method, "aria-labelledby": `${operation.id}-title` },
    h("h3", { id: `${operation.id}-title` }, h("span", { class: `method method-${operation.method}` }, operation.method.toUpperCase()), " ", h("code", null, operation.path)),
    operation.summary && h("p", { class: "summary" }, operation.summary),
    prose(operation.description),
    secured && h("p", { class: "note" }, "Takes a key: ", h("code", null, "authorization: Bearer KEY"), "."),
    parameters(operation, schemas),
    body && [h("h4", null, "Body"), h("p", null, schemas.type(body.schema), h("span", { class: "note" }, ` as ${body.types.join(" or ")}`)), schemas.table(body.schema)],
    responses(operation, schemas),
    code(curl(operation, schemas, secured), "curl"),
    (operation.method === "get" || operation.method === "post") && tryBox(operation, body, schemas));
}

/** Error codes with their meaning: `x-error-codes`, else the values of the schema `ErrorCode`. */
function errorCodes(document, schemas) {
  const schema = schemas.all.ErrorCode;
  const listed = document["x-error-codes"] ?? schema?.oneOf?.map((one) => ({ code: one.const ?? one.enum?.[0], description: one.description }))
    ?? schema?.enum?.map((name, i) => ({ code: name, description: schema["x-enum-descriptions"]?.[i] }));
  if (!listed?.length) return null;
  const statuses = new Map(operations(document).flatMap((operation) => Object.entries(operation.responses ?? {}))
    .flatMap(([status, response]) => (response["x-error-codes"] ?? []).map((name) => [name, status])));
  const explained = listed.some((one) => one.description);
  return h("section", { class: "operation", id: "error-codes" }, h("h2", null, "Error codes"),
    h("p", null, "Every error is ", h("code", null, '{"error":{"code","message","request_id"}}'), ". The code is stable; the message is for people."),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Error codes" }, h("table", null,
      h("thead", null, h("tr", null, ["Code", "Status", explained && "What it means"].filter(Boolean).map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", null, listed.map((one) => h("tr", null, h("th", { scope: "row" }, h("code", null, one.code)), h("td", null, String(one.status ?? statuses.get(one.code) ?? "")), explained && h("td", null, prose(one.description))))))));
}

function schemaSections(schemas) {
  return Object.entries(schemas.all).map(([name, schema]) => h("section", { class: "schema", id: `schema-${name}` },
    h("h3", null, h("code", null, name)), prose(schema.description),
    schemas.table(schema) ?? h("p", null, schemas.type({ ...schema, $ref: undefined }), schemas.limits(schema) && h("span", { class: "note" }, ` ${schemas.limits(schema)}`)),
    schemas.properties(schema).length > 0 && h("details", null, h("summary", null, "Example"), code(JSON.stringify(schemas.example(schema), null, 2), "JSON"))));
}

function contents(groups, schemas, errors) {
  const link = (href, ...text) => h("li", null, h("a", { href }, text));
  put(byId("contents"),
    [...groups].map(([tag, list]) => [h("p", null, tag), h("ul", null, list.map((one) => link(`#${one.id}`, h("span", { class: `method method-${one.method}` }, one.method.toUpperCase()), " ", one.path)))]),
    h("p", null, "Reference"), h("ul", null, errors && link("#error-codes", "Error codes"), Object.keys(schemas.all).length > 0 && link("#schemas", "Schemas")));
}

function render(document) {
  const schemas = new Schemas(document);
  const groups = new Map((document.tags ?? []).map((tag) => [tag.name, []]));
  for (const operation of operations(document)) groups.set(operation.tag, [...(groups.get(operation.tag) ?? []), operation]);
  for (const [tag, list] of groups) if (list.length === 0) groups.delete(tag);
  const errors = errorCodes(document, schemas);
  contents(groups, schemas, errors);
  put(byId("content"),
    h("h1", null, document.info?.title ?? "API"), h("p", { class: "note" }, `Version ${document.info?.version ?? "not stated"}, OpenAPI ${document.openapi ?? ""}`),
    prose(document.info?.description), keyBox(),
    [...groups].map(([tag, list]) => [h("h2", { class: "tag" }, tag), prose(document.tags?.find((one) => one.name === tag)?.description), list.map((one) => section(one, { schemas, document }))]),
    errors,
    Object.keys(schemas.all).length > 0 && [h("h2", { class: "tag", id: "schemas" }, "Schemas"), schemaSections(schemas)]);
  globalThis.document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

try {
  render((await call("/openapi.json")).data);
} catch (failure) {
  if (!(failure instanceof ApiFailure)) throw failure;
  put(byId("content"), h("h1", null, failure.message), h("p", null, failure.remedy), h("button", { class: "button primary", type: "button", onclick: () => location.reload() }, "Try again"));
} finally {
  byId("content").removeAttribute("aria-busy");
}

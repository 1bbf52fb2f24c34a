// Reads JSON Schema as OpenAPI 3 uses it: names types, shows fields, makes examples. Follows
// references inside the document only.
import { h } from "./dom.js";

const DEPTH = 6;

export class Schemas {
  constructor(document) {
    this.all = document.components?.schemas ?? {};
    this.document = document;
  }

  /** Follows `$ref`; resolves to the schema and the name it has in the document. */
  follow(schema) {
    let name;
    let at = schema ?? {};
    for (let hops = 0; at.$ref && hops < 8; hops += 1) {
      name = at.$ref.split("/").at(-1);
      at = at.$ref.replace(/^#\//, "").split("/").reduce((node, key) => node?.[key.replaceAll("~1", "/").replaceAll("~0", "~")], this.document) ?? {};
    }
    return { schema: at, name };
  }

  /** Nodes that name a type: `string`, `array of Hit`, with a link where it has a section. */
  type(schema) {
    const { schema: full, name } = this.follow(schema);
    if (name && this.all[name]) return [h("a", { href: `#schema-${name}` }, name)];
    const many = full.oneOf ?? full.anyOf;
    if (many) return many.flatMap((part, i) => [i ? " or " : "", ...this.type(part)]);
    if (full.allOf?.length === 1) return this.type(full.allOf[0]);
    if (full.const !== undefined) return [JSON.stringify(full.const)];
    const types = [full.type ?? (full.properties || full.additionalProperties ? "object" : "any")].flat();
    return types.flatMap((type, i) => [i ? " or " : "", ...(type === "array" ? ["array of ", ...this.type(full.items)] : type === "object" && typeof full.additionalProperties === "object" ? ["map to ", ...this.type(full.additionalProperties)] : [type])]);
  }

  /** Every property, those of `allOf` parts and of flattened ones included. */
  properties(schema, depth = 0) {
    const { schema: full } = this.follow(schema);
    if (depth > DEPTH) return [];
    const required = new Set(full.required ?? []);
    const own = Object.entries(full.properties ?? {}).map(([name, property]) => ({ name, property, required: required.has(name) }));
    return [...(full.allOf ?? []).flatMap((part) => this.properties(part, depth + 1)), ...own];
  }

  limits(schema) {
    const { schema: full } = this.follow(schema);
    const notes = [];
    if (full.enum) notes.push(`one of ${full.enum.map((value) => JSON.stringify(value)).join(", ")}`);
    for (const [key, label] of [["minimum", "at least"], ["maximum", "at most"], ["minLength", "at least characters:"], ["maxLength", "at most characters:"], ["minItems", "at least items:"], ["maxItems", "at most items:"], ["format", "format"], ["pattern", "pattern"]]) {
      if (full[key] !== undefined) notes.push(`${label} ${full[key]}`);
    }
    if (full.default !== undefined) notes.push(`default ${JSON.stringify(full.default)}`);
    return notes.join("; ");
  }

  /** An example of the schema: the one it gives, else one made from its types. */
  example(schema, depth = 0) {
    const { schema: full } = this.follow(schema);
    if (full.example !== undefined) return full.example;
    if (full.examples?.length) return full.examples[0];
    if (full.const !== undefined) return full.const;
    if (full.default !== undefined) return full.default;
    if (full.enum) return full.enum[0];
    if (depth > DEPTH) return null;
    const many = full.oneOf ?? full.anyOf;
    if (many) return this.example(many.find((part) => part.type !== "null") ?? many[0], depth + 1);
    const fields = this.properties(full);
    if (fields.length > 0) return Object.fromEntries(fields.map(({ name, property }) => [name, this.example(property, depth + 1)]));
    if (full.allOf) return this.example(full.allOf[0], depth + 1);
    const type = [full.type].flat().find((name) => name !== "null");
    if (type === "array") return [this.example(full.items, depth + 1)];
    if (type === "object") return typeof full.additionalProperties === "object" ? { key: this.example(full.additionalProperties, depth + 1) } : {};
    return { string: "text", integer: full.minimum ?? 1, number: full.minimum ?? 1, boolean: true }[type] ?? null;
  }

  /**
   * A body to start from: what the schema gives as its example, else only what it requires, else
   * what has a default. What may be left out is left out, so that the request works as it stands.
   */
  request(schema) {
    const { schema: full } = this.follow(schema);
    if (full.example !== undefined || full.examples?.length) return this.example(full);
    const fields = this.properties(full);
    if (fields.length === 0) return this.example(full);
    const needed = fields.filter(({ property, required }) => required || this.follow(property).schema.example !== undefined || property.default !== undefined);
    return Object.fromEntries(needed.map(({ name, property }) => [name, property.default !== undefined && property.example === undefined ? property.default : this.request(property)]));
  }

  /** The fields of a schema as a table; nothing where it has none. */
  table(schema) {
    const fields = this.properties(schema);
    if (fields.length === 0) return null;
    return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Fields" }, h("table", null,
      h("thead", null, h("tr", null, ["Field", "Type", "What it is"].map((title) => h("th", { scope: "col" }, title)))),
      h("tbody", null, fields.map(({ name, property, required }) => h("tr", null,
        h("th", { scope: "row" }, h("code", null, name), required && h("span", { class: "must" }, "required")),
        h("td", null, this.type(property)),
        h("td", null, prose(property.description ?? this.follow(property).schema.description), this.limits(property) && h("p", { class: "note" }, this.limits(property))))))));
  }
}

/** Text as paragraphs; what stands between backticks is code. */
export function prose(text) {
  return (text ?? "").split(/\n\s*\n/).filter((part) => part.trim()).map((part) =>
    h("p", null, part.split("`").map((piece, i) => (i % 2 ? h("code", null, piece) : piece))));
}

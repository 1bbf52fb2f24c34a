// Sends the request that a reader puts together on /docs, and shows exactly what came back.
import { ApiFailure, send, storeKey, storedKey } from "./api.js";
import { h, put } from "./dom.js";

const SHOWN_HEADERS = ["content-type", "x-request-id", "retry-after"];

/** A button that copies; where the clipboard is closed to the page it says so. */
export function copyButton(text) {
  const button = h("button", { class: "button small", type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text());
      button.textContent = "Copied";
    } catch {
      button.textContent = "Select and copy by hand";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
  return button;
}

/** Where the key is entered that the requests of this page carry. */
export function keyBox() {
  const input = h("input", { class: "text", id: "docs-key", type: "password", autocomplete: "off", spellcheck: "false", placeholder: "Only where the device asks for one" });
  input.value = storedKey();
  input.addEventListener("input", () => storeKey(input.value.trim()));
  return h("form", { class: "key-box", onsubmit: (event) => event.preventDefault() }, h("label", { class: "field", for: "docs-key" }, "Key for trying things out"), input, h("p", { class: "note" }, "Kept until this tab is closed, sent to this device only."));
}

function pretty(text, type) {
  if (!type?.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function addressOf(operation, inputs) {
  const query = new URLSearchParams();
  let path = operation.path;
  for (const { parameter, input } of inputs) {
    if (parameter.in === "path") path = path.replace(`{${parameter.name}}`, encodeURIComponent(input.value));
    else if (input.value !== "") query.set(parameter.name, input.value);
  }
  return query.size > 0 ? `${path}?${query}` : path;
}

async function run(operation, { inputs, body, type, output, button }) {
  button.disabled = true;
  const started = performance.now();
  try {
    const file = body?.files?.[0];
    const { response } = await send(addressOf(operation, inputs), { method: operation.method.toUpperCase(), body: file ?? body?.value, contentType: file?.type || type });
    const took = performance.now() - started;
    const text = await response.text();
    put(output,
      h("p", null, h("b", { class: `code-${String(response.status)[0]}` }, String(response.status)), ` in ${took.toFixed(1)} ms`),
      h("p", { class: "note" }, SHOWN_HEADERS.filter((name) => response.headers.has(name)).map((name) => `${name}: ${response.headers.get(name)}`).join("   ")),
      h("pre", { tabindex: "0" }, h("code", null, pretty(text, response.headers.get("content-type")))));
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    put(output, h("p", null, h("b", null, failure.message)), h("p", null, failure.remedy));
  } finally {
    button.disabled = false;
  }
}

/** For bodies that are files. */
function fileBox(operation, body) {
  return h("input", { class: "text", id: `${operation.id}-body`, type: "file", accept: body.types.join(","), required: true });
}

/** The form below an operation. */
export function tryBox(operation, body, schemas) {
  const inputs = operation.parameters.map((one) => schemas.follow(one).schema).filter((one) => one.in === "path" || one.in === "query").map((parameter) => {
    const input = h("input", { class: "text", id: `${operation.id}-${parameter.name}`, required: parameter.required, spellcheck: "false" });
    input.value = parameter.example ?? parameter.schema?.example ?? "";
    return { parameter, input };
  });
  const area = body?.file ? fileBox(operation, body) : body && h("textarea", { class: "text", id: `${operation.id}-body`, rows: String(Math.min(16, body.text.split("\n").length + 1)), spellcheck: "false" });
  if (area && !body.file) area.value = body.text;
  const button = h("button", { class: "button primary", type: "submit" }, "Send");
  const output = h("div", { class: "output", role: "status" });
  const form = h("form", { class: "try" },
    inputs.map(({ parameter, input }) => [h("label", { class: "field", for: input.id }, parameter.name), input]),
    area && [h("label", { class: "field", for: area.id }, "Body"), area],
    h("div", { class: "try-send" }, button), output);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    run(operation, { inputs, body: area, type: body?.type, output, button });
  });
  return h("details", { class: "try-box" }, h("summary", null, "Try it"), form);
}

// The search box as an ARIA combobox: arrows walk the suggestions, Enter takes one, Escape closes
// them and, once they are closed, empties the box.
import { ApiFailure } from "./api.js";
import { byId, h } from "./dom.js";

const LIMIT = 5;
const STATES = { sold_out: "Sold out", outside_hours: "Not at this hour" };

export class Combobox {
  /**
   * `complete(text, limit, signal)` resolves to suggestions; `typed(text)` on every change by
   * hand, `picked(suggestion)`, `submitted(text)`, `cleared()`.
   */
  constructor(on) {
    this.on = on;
    this.input = byId("query");
    this.list = byId("suggestions");
    this.clearButton = byId("clear");
    this.options = [];
    this.active = -1;
    this.request = null;
    this.input.addEventListener("input", () => this.edited());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => setTimeout(() => this.close(), 120));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the box
    this.clearButton.addEventListener("click", () => this.empty());
    byId("bar").addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    document.addEventListener("keydown", (event) => this.shortcut(event));
  }

  get text() {
    return this.input.value.trim();
  }

  set text(value) {
    this.input.value = value;
    this.clearButton.hidden = value === "";
  }

  edited() {
    this.clearButton.hidden = this.input.value === "";
    this.on.typed(this.text);
    this.complete();
  }

  empty() {
    this.text = "";
    this.close();
    this.input.focus();
    this.on.cleared();
  }

  submit() {
    const text = this.text;
    this.close();
    if (text) this.on.submitted(text);
  }

  shortcut(event) {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest?.("input, textarea, select, [contenteditable], dialog")) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }

  async complete() {
    this.request?.abort();
    if (!this.text) {
      this.close();
      return;
    }
    const request = new AbortController();
    this.request = request;
    try {
      const suggestions = await this.on.complete(this.text, LIMIT, request.signal);
      if (this.request === request && document.activeElement === this.input) this.show(suggestions);
    } catch (failure) {
      if (failure instanceof ApiFailure && this.request === request) this.close(); // the search that runs beside says what is wrong
      else if (failure.name !== "AbortError" && !(failure instanceof ApiFailure)) throw failure;
    }
  }

  show(suggestions) {
    this.options = suggestions;
    this.active = -1;
    this.list.replaceChildren(...suggestions.map((suggestion, i) =>
      h("li", { role: "option", id: `option-${i}`, class: "option", "aria-selected": "false", onclick: () => this.take(i) },
        h("span", null, suggestion.text), STATES[suggestion.state] && h("span", { class: "option-state" }, STATES[suggestion.state]))));
    this.list.hidden = suggestions.length === 0;
    this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    this.input.removeAttribute("aria-activedescendant");
  }

  close() {
    this.request?.abort();
    this.request = null;
    this.show([]);
  }

  move(to) {
    const n = this.options.length;
    this.active = to < -1 ? n - 1 : to >= n ? -1 : to; // past either end lies the box itself
    [...this.list.children].forEach((node, i) => {
      node.setAttribute("aria-selected", String(i === this.active));
      if (i === this.active) node.scrollIntoView({ block: "nearest" });
    });
    if (this.active < 0) this.input.removeAttribute("aria-activedescendant");
    else this.input.setAttribute("aria-activedescendant", `option-${this.active}`);
  }

  take(i) {
    const suggestion = this.options[i];
    this.text = suggestion.text;
    this.close();
    this.on.picked(suggestion);
  }

  key(event) {
    if (event.isComposing) return;
    const open = !this.list.hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (open) this.move(event.key === "ArrowDown" ? this.active + 1 : this.active - 1);
      else this.complete();
    } else if (event.key === "Enter" && open && this.active >= 0) {
      event.preventDefault();
      this.take(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (open) this.close();
      else if (this.input.value) this.empty();
    }
  }
}

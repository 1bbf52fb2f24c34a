// Modal sheets on the platform's `dialog`: focus stays inside, Escape closes, focus goes back.
import { h, icon } from "./dom.js";

/** The heading with its close button. */
export function sheetHead(id, title, dialog, attributes) {
  return h("header", { class: "sheet-head" },
    h("h2", { id, ...attributes }, title),
    h("button", { class: "button round", type: "button", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")));
}

/** Opens the sheet, or keeps it open after its content changed. */
export function openSheet(dialog) {
  if (!dialog.open) dialog.showModal();
  if (!dialog.dataset.wired) {
    dialog.dataset.wired = "yes";
    dialog.addEventListener("click", (event) => {
      if (event.target === dialog) dialog.close(); // the backdrop: the content covers all the rest
    });
  }
}

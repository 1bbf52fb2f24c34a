// What was understood of a query besides words: a chip a phrase, and which dish is asked about.
// A chip takes its phrase back: the device is asked again as if it had not been said.
import { byId, h, icon, put } from "./dom.js";

/** The device puts it in lower case: `which latte?`. */
const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

const chip = ({ label, text, hard, kind }, forget) =>
  h("button", { class: `chip understood-chip${kind === "allergen" ? " chip-without" : ""}`, type: "button", "aria-pressed": "true",
    "data-kind": kind, "aria-label": `${label}, from “${text}”. Press to leave it out`, onclick: () => forget(label) },
  icon("close"), h("span", null, label), !hard && h("span", { class: "understood-soft" }, "preferred"));

/** Letters that the device has no table of: whoever has an allergy must not think that it was heard. */
const UNREAD = "und";

/** Dishes that are silent about an allergen: told of, never offered. */
const unstatedLine = (dishes) => `No dish here states it. The kitchen would have to say for: ${dishes.map(({ name, usually }) => (usually ? `${name} (usually with ${usually.join(", ")})` : name)).join("; ")}`;

/** Fills the line above the dishes for an answer of search or of understanding. */
export function showUnderstood({ parse, ambiguous, unstated }, ignored, { forget, restore }) {
  const phrases = parse?.understood ?? [];
  const box = byId("understood");
  const unread = parse?.language === UNREAD;
  box.hidden = phrases.length === 0 && ignored.length === 0 && !ambiguous && !unstated?.length && !unread;
  put(box,
    unread && h("p", { class: "understood-question" }, "Allergies and diets are not understood in this language: please choose them by hand, or ask us."),
    ambiguous && h("p", { class: "understood-question" }, sentence(ambiguous.question)),
    unstated?.length > 0 && h("p", { class: "understood-question" }, unstatedLine(unstated)),
    phrases.length > 0 && h("span", { class: "understood-label" }, "Understood as"),
    phrases.map((phrase) => chip(phrase, forget)),
    ignored.length > 0 && h("button", { class: "chip chip-plain", type: "button", onclick: restore }, "Understand everything again"));
}

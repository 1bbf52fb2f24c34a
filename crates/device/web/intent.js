// What a sentence was understood as: the intent, how sure, and every class's probability.
import { h, put } from "./dom.js";
import { bar } from "./how.js";
import { INTENTS } from "./labels.js";

const percent = (share) => `${(share * 100).toFixed(share > 0.995 || share < 0.005 ? 1 : 0)} %`;
const nameOf = (intent) => INTENTS.get(intent)?.name ?? intent;

function explanation({ intent, best_guess: guess, confidence, reason }) {
  if (intent !== "unknown") return `${percent(confidence)} sure.`;
  if (reason === "out_of_scope" || guess === "unknown") return "This does not sound like an order or a question to the restaurant. Please say it another way.";
  return `Not sure: best guess ${nameOf(guess).toLowerCase()}, ${percent(confidence)}. That is too low to act on, so please say it another way.`;
}

const FOLLOW_UP = {
  order: "Is it one of these?",
  question: "These dishes fit your question.",
  complaint: "We are sorry. Please tell the staff; they can put it right. You spoke of:",
  modification: "Tell the staff what to change. You spoke of:",
  cancel: "Tell the staff what to cancel. You spoke of:",
  unknown: "Dishes that come close:",
};

/** Fills the panel for an answer of `/v1/understand`. */
export function showIntent(panel, text, answer, close) {
  const unsure = answer.intent === "unknown";
  const says = INTENTS.get(answer.intent)?.says ?? answer.intent;
  const scores = [...INTENTS.keys()].map((intent) => [intent, answer.scores?.[intent] ?? 0]);
  panel.hidden = false;
  panel.dataset.intent = answer.intent;
  put(panel, h("div", { class: "intent-words" },
      h("p", { class: "heard" }, `“${text}”`),
      h("h2", { class: "intent-says" }, says),
      h("p", { class: "intent-why" }, explanation(answer)),
      answer.hits?.length > 0 && h("p", { class: "intent-next" }, FOLLOW_UP[answer.intent])),
    h("dl", { class: "scores", "aria-label": "Probability of each intent" }, scores.map(([intent, share]) => {
      const best = intent === answer.best_guess;
      return h("div", { class: `score ${best ? "score-best" : ""} ${best && unsure ? "score-unsure" : ""}`, "data-intent": intent },
        h("dt", null, nameOf(intent)), h("dd", null, bar(share), h("span", { class: "score-number" }, percent(share))));
    })),
    h("button", { class: "button intent-close", type: "button", onclick: close }, "Back to the menu"));
}

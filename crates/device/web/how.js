// How an answer was made: path, model and time by stage, as the device's `meta` says it.
import { h, ms, put } from "./dom.js";

const STAGES = [
  ["queue", "Waiting"], ["tokenize", "Words to tokens"], ["encode", "Meaning"], ["classify", "Intent"], ["search", "Menu search"],
];

// docs/ROUTING.md has the codes.
const REASONS = {
  local_only: "this device answers everything itself",
  local_confident: "this device was sure enough",
  offline: "no line to the cloud",
  parity_closed: "the cloud's embeddings have changed",
  breaker_open: "the cloud failed too often lately",
  cloud_busy: "the cloud is busy",
  shed: "too many questions are with the cloud",
  no_time: "no time to ask the cloud",
  cloud_distrusted: "the cloud was wrong too often lately",
  local_better: "both answered, this device better",
  agreed: "both answered and said the same",
  hedge_won: "this device was ready before the cloud",
  cloud_late: "the cloud did not answer in time",
  cloud_failed: "the cloud did not answer",
  cloud_refused: "the cloud did not take the question",
  cloud_only: "this device has no model for it",
  cloud_first: "the cloud was asked first",
  escalated: "this device took long, the cloud answered",
  cloud_better: "both answered, the cloud better",
  local_failed: "this device's model failed",
  deadline_exceeded: "the time was over",
};

/** Fills the `details` element. `roundTripMs` is what the browser measured, network and all. */
export function showHow(details, meta, roundTripMs) {
  const stages = meta.stages_us ?? {};
  const total = Math.max(1, stages.total ?? 0);
  const known = STAGES.map(([key, name]) => ({ key, name, us: stages[key] ?? 0 }));
  const rest = Math.max(0, total - known.reduce((sum, stage) => sum + stage.us, 0));
  const rows = [...known, { key: "rest", name: "The rest", us: rest }].filter((stage) => stage.us > 0);
  const local = meta.path !== "cloud";
  details.hidden = false;
  details.dataset.path = meta.path;
  put(details, h("summary", null,
      h("span", { class: `path path-${local ? "local" : "cloud"}` }, local ? "On this device" : "In the cloud"),
      h("span", { class: "how-time" }, ms(total)),
      h("span", { class: "how-model" }, meta.model)),
    h("div", { class: "how-more" },
      h("dl", { class: "stages" }, rows.map((stage) => [
        h("dt", null, stage.name),
        h("dd", null, bar(stage.us / total, `stage-${stage.key}`), h("span", { class: "stage-time" }, ms(stage.us))),
      ])),
      h("p", { class: "note" }, `Device ${ms(total)}, there and back ${ms(roundTripMs * 1000)}. `,
        `Path ${meta.path}: ${REASONS[meta.reason] ?? meta.reason}. Model ${meta.model}. `,
        meta.menu_version !== undefined && meta.menu_version !== null && `Menu ${meta.menu_version}. `,
        `Request ${meta.request_id}.`)));
}

/** The stages lie over the dishes like a menu: a tap elsewhere or Escape puts them away. */
export function closeOnLeave(details) {
  document.addEventListener("pointerdown", (event) => {
    if (!details.contains(event.target)) details.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !details.open) return;
    details.open = false;
    if (details.contains(document.activeElement)) details.querySelector("summary").focus();
  });
}

/** A horizontal bar, 0 to 1. The number stands beside it, so it says nothing to a screen reader. */
export function bar(share, name) {
  const fill = h("span", { class: `bar-fill ${name ?? ""}` });
  fill.style.width = `${Math.min(100, Math.max(0, share * 100)).toFixed(1)}%`;
  return h("span", { class: "bar-track", "aria-hidden": "true" }, fill);
}

// How the till stands, in words: what the operations page says at length, and the till's banner
// briefly. Decides nothing: the device does.
import { call } from "./api.js";
import { count } from "./dom.js";
import { amount, moment } from "./staff.js";

export const operations = async () => (await call("/v1/operations")).data;

const CLOCKS = {
  behind: "The device's clock is behind. Set it: until then the grant is counted by the time since the start.",
  ahead: "The device's clock is far ahead. Set it: until then it is not believed.",
};

const PRESSURES = {
  soft: "Much waits to be sent: bring the line back soon.",
  hard: "Too much waits to be sent: no new orders until the line is back. What is open can be finished.",
  full: "The queue is full: nothing can be recorded until the line is back.",
};

/** What keeps cards from being taken as usual; null where nothing does. */
function cards(standing) {
  if (standing.step === "cash_only") return "Cards cannot be taken now: cash only.";
  if (standing.step === "reduced") return `The grant has run out: cards up to less than usual${standing.left_cents === undefined ? "" : `, ${amount(standing.left_cents)} left`}.`;
  return null;
}

/** Sentences for the banner, the gravest kind among them, and nothing where all is well. */
export function banner({ line, line_since_ms, fault, sync, standing, attention, currency }) {
  const says = [];
  let grave = false;
  if (line === "offline") {
    says.push(`No internet since ${moment(line_since_ms)}. Orders, cash and cards go on.`);
    if (sync.queue_size > 0) says.push(`${count(sync.queue_size, "entry waits", "entries wait")} to be sent, ${amount(sync.queue_cents)} ${currency}.`);
    if (standing.step === "full" && standing.left_cents !== undefined) says.push(`Cards: ${amount(standing.left_cents)} left.`);
  }
  if (fault) says.push(fault);
  if (line !== "none") {
    const limit = cards(standing);
    if (limit) says.push(limit);
  }
  if (PRESSURES[sync.pressure]) {
    says.push(PRESSURES[sync.pressure]);
    grave = sync.pressure !== "soft";
  }
  if (CLOCKS[standing.clock]) says.push(CLOCKS[standing.clock]);
  if (attention.length > 0) says.push(`${count(attention.length, "entry needs", "entries need")} a look: see Operations.`);
  return says.length > 0 ? { text: says.join(" "), grave: grave || Boolean(fault) } : null;
}

export const clockSays = (clock) => CLOCKS[clock] ?? "The device's clock is believed.";
export const pressureSays = (pressure) => PRESSURES[pressure] ?? "Far from its limits.";

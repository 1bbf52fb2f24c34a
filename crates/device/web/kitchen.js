// The kitchen's screen: tickets as the device tells them over a WebSocket, oldest first. Where the
// socket is gone it says so, shows what it last knew and connects again, sooner at first.
import { ApiFailure, call, storedKey } from "./api.js";
import { byId, count, h, icon } from "./dom.js";
import { askForKeys } from "./keysheet.js";
import { announce, learnClock, now, redraw, showFault, span, wireWaiting } from "./staff.js";
import { Status } from "./status.js";
import { inTurn, resume, write } from "./write.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;
const TICK_MS = 5_000;
const UNDO_MS = 10_000;
const DUE_MS = 6 * 60_000;
const LATE_MS = 12 * 60_000;

const SERVICES = { counter: "Counter", drive_through: "Drive-through", table: "Table", delivery: "Delivery", kiosk: "Kiosk" };
const NEXT = { new: ["cooking", "Start"], cooking: ["ready", "Ready"], ready: ["done", "Handed over"] };
const BACK = { cooking: "new", ready: "cooking" };
const STATES = { new: "New", cooking: "Being made", ready: "Ready" };

const tickets = new Map();
let pauseMs = FIRST_PAUSE_MS;
let timer = 0;
let undoTimer = 0;
let socket = null;

// ── The screen ───────────────────────────────────────────────────────────────────────────────

const oldestFirst = () => [...tickets.values()].sort((a, b) => a.fired_ms - b.fired_ms || (a.id < b.id ? -1 : 1));

function ageOf(ticket) {
  const age = now() - ticket.fired_ms;
  if (ticket.state === "ready") return ["ready", "Ready"];
  return age >= LATE_MS ? ["late", "Late"] : age >= DUE_MS ? ["due", "Hurry"] : ["fresh", STATES[ticket.state]];
}

function line(one) {
  return h("li", { class: one.voided ? "cook cook-off" : "cook" },
    h("p", { class: "cook-name" }, h("b", null, `${one.quantity} ×`), " ", one.name, one.voided && h("span", { class: "cook-stop" }, " Stop: taken off")),
    one.modifiers.length > 0 && h("p", { class: "cook-how" }, one.modifiers.join(", ")),
    one.note && h("p", { class: "cook-note" }, `“${one.note}”`));
}

function card(ticket, i) {
  const [age, words] = ageOf(ticket);
  const [next, action] = NEXT[ticket.state];
  const name = `order ${ticket.number}`;
  return h("li", { class: `ticket ticket-${age}`, "data-ticket": ticket.id, "data-state": ticket.state },
    h("header", { class: "ticket-head" },
      h("h2", null, String(ticket.number)),
      h("p", null, h("b", null, words), " ", h("span", { class: "ticket-age" }, span(now() - ticket.fired_ms))),
      h("p", { class: "ticket-where" }, [SERVICES[ticket.service], ticket.label].filter(Boolean).join(" · "))),
    h("ul", { class: "cooks" }, ticket.lines.map(line)),
    h("div", { class: "ticket-foot" },
      BACK[ticket.state] && h("button", { class: "button", type: "button", "data-key": `back ${ticket.id}`, "aria-label": `Back: ${name}`, onclick: () => move(ticket, BACK[ticket.state]) }, "Back"),
      h("button", { class: "button primary", type: "button", "data-key": `bump ${ticket.id}`, "aria-label": `${action}: ${name}`, onclick: () => move(ticket, next) }, action, digits() && i < 9 && h("kbd", { "aria-hidden": "true" }, String(i + 1)))));
}

function draw() {
  const all = oldestFirst();
  redraw(byId("tickets"), all.length > 0 ? all.map(card) : h("li", { class: "nothing" }, h("p", null, "Nothing to make."), h("p", null, "What the till sends comes up here.")));
  byId("tickets").setAttribute("aria-busy", "false");
  byId("count").textContent = all.length > 0 ? count(all.length, "ticket", "tickets") : "";
}

function take(ticket) {
  const before = tickets.get(ticket.id);
  if (ticket.state === "done") tickets.delete(ticket.id);
  else tickets.set(ticket.id, ticket);
  if (!before && ticket.state === "new") {
    announce(`New ticket: order ${ticket.number}, ${count(ticket.lines.length, "line", "lines")}.`);
    beep();
  } else if (before && ticket.lines.some((one, i) => one.voided && !before.lines[i]?.voided)) {
    announce(`Order ${ticket.number} has changed.`);
    beep();
  }
}

async function move(ticket, state) {
  try {
    byId("fault").hidden = true;
    const moved = await inTurn(() => write(`/v1/kitchen/tickets/${encodeURIComponent(ticket.id)}/state`, { body: { state }, label: `move order ${ticket.number}` }));
    take(moved);
    draw();
    if (state === "done") offerUndo(ticket);
  } catch (failure) {
    showFault(failure);
    await readAll().catch(() => {}); // the fault that is shown comes first
  }
}

/** A mistaken touch: for a while the ticket that left can be brought back. */
function offerUndo(ticket) {
  clearTimeout(undoTimer);
  const node = byId("undo");
  const away = () => { node.hidden = true; };
  redraw(node, h("p", null, `Order ${ticket.number} was handed over.`),
    h("button", { class: "button", type: "button", "data-key": "undo", onclick: () => { away(); move(ticket, "ready"); } }, "Bring it back"));
  node.hidden = false;
  undoTimer = setTimeout(away, UNDO_MS);
}

// ── The line to the device ───────────────────────────────────────────────────────────────────

function all(list) {
  const known = new Set(list.map((ticket) => ticket.id));
  for (const id of tickets.keys()) if (!known.has(id)) tickets.delete(id);
  list.forEach(take);
  draw();
}

/** Asks over HTTP: this asks a person for a key where one is wanted, which a socket cannot. */
async function readAll() {
  all((await call("/v1/kitchen/tickets")).data.tickets);
}

function lost(words) {
  const node = byId("banner");
  node.hidden = words === null;
  node.classList.toggle("banner-grave", words !== null);
  if (words !== null) redraw(node, icon("warn"), h("p", null, words));
}

let connecting = null;

/** Once at a time, whoever asks for it. */
function connect() {
  clearTimeout(timer);
  if (!socket) connecting ??= join().finally(() => { connecting = null; });
  return connecting;
}

async function join() {
  try {
    await readAll();
  } catch (failure) {
    if (!(failure instanceof ApiFailure)) throw failure;
    if (failure.status === 401 || failure.status === 403) {
      showFault(failure, byId("fault"), connect);
      return;
    }
    again();
    return;
  }
  const address = new URL("/v1/kitchen/live", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  const key = storedKey(); // a browser sets no headers on a socket: the key goes as a subprotocol
  socket = new WebSocket(address, ["olympus.kitchen", ...(key ? [`key.${key}`] : [])]);
  socket.onmessage = ({ data }) => {
    pauseMs = FIRST_PAUSE_MS;
    lost(null);
    document.body.dataset.live = "yes";
    const event = JSON.parse(data);
    if (event.kind === "all") all(event.tickets);
    else if (event.kind === "ticket") {
      take(event.ticket);
      draw();
    }
  };
  socket.onclose = () => {
    socket = null;
    document.body.dataset.live = "no";
    again();
  };
}

function again() {
  lost("The device cannot be reached. These tickets are what was known; the screen goes on by itself when it is back.");
  clearTimeout(timer);
  timer = setTimeout(connect, pauseMs);
  pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
}

// ── Settings of this screen ──────────────────────────────────────────────────────────────────

function setting(id, fallback, changed) {
  const name = `olympus.kitchen.${id}`;
  let on = fallback;
  try {
    on = (localStorage.getItem(name) ?? String(fallback)) === "true";
  } catch {
    // Storage is forbidden: it holds until the page is left.
  }
  const button = byId(id);
  const show = () => button.setAttribute("aria-pressed", String(on));
  button.addEventListener("click", () => {
    on = !on;
    try {
      localStorage.setItem(name, String(on));
    } catch {
      // As above.
    }
    show();
    changed(on);
  });
  show();
  return () => on;
}

let audio = null;
const sound = setting("sound", false, (on) => on && beep());
const digits = setting("digits", true, () => draw());

function beep() {
  if (!sound()) return;
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const level = audio.createGain();
  tone.frequency.value = 880;
  level.gain.setValueAtTime(0.2, audio.currentTime);
  level.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.35);
  tone.connect(level).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + 0.4);
}

document.addEventListener("keydown", (event) => {
  if (!digits() || !/^[1-9]$/.test(event.key) || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest?.("input, textarea, select, dialog")) return;
  const ticket = oldestFirst()[Number(event.key) - 1];
  if (ticket) move(ticket, NEXT[ticket.state][0]);
});

askForKeys("Enter a key of this device with the scope pos.");
wireWaiting();
new Status(() => { if (!socket) connect(); });

async function start() {
  await learnClock().catch(showFault);
  await inTurn(resume).catch(showFault);
  await connect();
}
start();

setInterval(draw, TICK_MS);

// Whether the device answers, and whether it reaches the cloud. Asks `/readyz` again and again,
// sooner while it does not answer; tells the page when it comes back. The line that counts is the
// device's own, so nobody asks the browser whether it is online.
import { byId } from "./dom.js";

const CALM_MS = 5_000;
const EAGER_MS = 1_200;
const LIMIT_MS = 3_000;

const TEXTS = {
  starting: ["Starting", ""],
  ready: ["Ready", "on this device"],
  offline: ["Ready", "no internet: all works here"],
  cloud: ["Ready", "with the cloud"],
  down: ["Device not reachable", "trying again"],
};

export class Status {
  /** `back()` is called each time that the device answers again after it did not. */
  constructor(back) {
    this.back = back;
    this.state = null;
    this.path = "local";
    this.line = "none"; // none, online or offline
    this.timer = 0;
    document.addEventListener("visibilitychange", () => !document.hidden && this.check());
    this.check();
  }

  /** What an answer's `meta` says of the path that it took. */
  seen(meta) {
    this.path = meta?.path === "cloud" ? "cloud" : "local";
    if (this.path === "cloud") this.line = "online"; // it must have been reached
    if (this.state !== "down") this.show(this.ready());
  }

  ready() {
    if (this.line === "offline") return "offline";
    return this.path === "cloud" ? "cloud" : "ready";
  }

  async check() {
    clearTimeout(this.timer);
    let next = "down";
    try {
      const response = await fetch("/readyz", { cache: "no-store", signal: AbortSignal.timeout(LIMIT_MS) });
      if (response.ok) {
        this.line = (await response.json()).cloud ?? "none";
        next = this.ready();
      } else if (response.status === 503) next = "starting";
    } catch {
      next = "down"; // refused or too slow: it is the state that this page is here to show
    }
    this.show(next);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.check(), next === "down" || next === "starting" ? EAGER_MS : CALM_MS);
  }

  show(next) {
    if (next === this.state) return;
    const wasAway = this.state === "down" || this.state === "starting";
    this.state = next;
    byId("status").dataset.state = next;
    byId("status-text").textContent = TEXTS[next][0];
    byId("status-more").textContent = TEXTS[next][1];
    if (wasAway && next !== "down" && next !== "starting") this.back();
  }
}

// Written by `cargo xtask worker build`.
import * as glue from "./index.js";

// A trap leaves the instance in the middle of something: its memory is not to be trusted, and what
// waited may never run. So the next event starts on a fresh instance. Panics say so by their hook,
// other traps by the error that they are.
const state = glue.__worker_init_state();
let broken = false;
let generation = 0;

function notice(error) {
  if (error instanceof WebAssembly.RuntimeError) broken = true;
}
addEventListener("error", (event) => notice(event.error));
addEventListener("unhandledrejection", (event) => notice(event.reason));

function mend() {
  if (!broken && !state.criticalError) return;
  broken = false;
  state.criticalError = false;
  generation++;
  glue.__wbg_reset_state();
}

async function guarded(act) {
  mend();
  try {
    return await act();
  } catch (error) {
    notice(error);
    throw error;
  }
}

function failed() {
  const message = "the service failed; try again";
  const body = { error: { code: "internal", message, request_id: `r-${crypto.randomUUID()}` } };
  return Response.json(body, { status: 500, headers: { "cache-control": "no-store" } });
}

export default {
  fetch: (request, env, context) =>
    guarded(() => glue.fetch(request, env, context)).catch((error) => {
      console.error(error);
      return failed();
    }),
};

// An object outlives the instance that it was made in: it is made anew in the next one, and reads
// from its storage what it was.
const lasting = (Inner) => {
  class Lasting {
    constructor(...made) {
      this.made = made;
      mend();
      this.renew();
    }
    renew() {
      this.inner = new Inner(...this.made);
      this.born = generation;
    }
    call(name, args) {
      return guarded(() => {
        if (this.born !== generation) this.renew();
        return this.inner[name](...args);
      });
    }
  }
  for (const name of ["fetch", "alarm", "webSocketMessage", "webSocketClose", "webSocketError"]) {
    if (!(name in Inner.prototype)) continue;
    Lasting.prototype[name] = function (...args) {
      return this.call(name, args);
    };
  }
  return Lasting;
};


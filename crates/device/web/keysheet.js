// The question for a key: what a page shows when the device wants one.
import { onKeyNeeded, storeKey } from "./api.js";
import { byId } from "./dom.js";

/** Wires the page's `#key-sheet`. `who` says whose key it has to be. */
export function askForKeys(who = "Enter a key of this device.") {
  onKeyNeeded((rejected) => new Promise((resolve) => {
    const dialog = byId("key-sheet");
    const input = byId("key-input");
    let key = null;
    byId("key-text").textContent = rejected ? "That key was not accepted. Enter another one." : `${who} It is kept until this tab is closed.`;
    input.value = "";
    byId("key-cancel").onclick = () => dialog.close();
    byId("key-form").onsubmit = () => { key = input.value.trim() || null; };
    dialog.onclose = () => {
      if (key) storeKey(key);
      resolve(key);
    };
    dialog.showModal();
    input.focus();
  }));
}

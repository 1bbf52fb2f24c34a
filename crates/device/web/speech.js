// Spoken sentences, where the browser can hear. Which service turns sound into words is the
// browser's business; the page sends nothing but the words, and only to the device.

const PROBLEMS = {
  "not-allowed": "The microphone is not allowed for this page. Allow it in the browser, or type instead.",
  "service-not-allowed": "This browser's speech service is switched off. Please type instead.",
  "audio-capture": "There is no microphone. Please type instead.",
  network: "This browser's speech service needs internet. Please type instead.",
  "no-speech": "Nothing was heard. Tap the microphone and try again.",
  "language-not-supported": "This browser's speech service does not know the language. Please type instead.",
};

/** Wires the microphone button; it stays hidden where speech input cannot work. */
export function wireSpeech(button, { heard, finished, failed }) {
  const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
  if (!Recognition || !isSecureContext) return;
  button.hidden = false;
  let session = null;
  let words = "";

  const stop = () => {
    session = null;
    button.setAttribute("aria-pressed", "false");
    button.setAttribute("aria-label", "Speak");
  };

  button.addEventListener("click", () => {
    if (session) {
      session.stop();
      return;
    }
    words = "";
    session = new Recognition();
    session.lang = navigator.language || "en";
    session.interimResults = true;
    session.maxAlternatives = 1;
    session.addEventListener("result", (event) => {
      words = [...event.results].map((result) => result[0].transcript).join(" ").trim();
      heard(words);
    });
    session.addEventListener("error", (event) => event.error !== "aborted" && failed(PROBLEMS[event.error] ?? "That could not be heard. Please type instead."));
    session.addEventListener("end", () => {
      stop();
      if (words) finished(words);
    });
    try {
      session.start();
      button.setAttribute("aria-pressed", "true");
      button.setAttribute("aria-label", "Stop listening");
    } catch {
      stop();
      failed(PROBLEMS["audio-capture"]);
    }
  });
}

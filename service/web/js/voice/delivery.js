/** How an answer was said: shown, never scored. */

import { h } from "../dom.js";
import { duration, plural } from "../format.js";

/** @param {object} transcript a Transcript @returns {Node} */
export function deliveryFacts({ seconds, delivery }) {
  const { words_per_minute: pace, speech_seconds: speech, pauses, fillers } = delivery;
  const longest = Math.max(0, ...pauses.map((pause) => pause.seconds));
  const facts = [
    ["Pace", pace === null ? "too short to tell" : `${Math.round(pace)} words a minute`],
    ["Speech", `${duration(speech)} of ${duration(seconds)}`],
    ["Pauses", pauses.length ? `${plural(pauses.length, "pause")}, the longest ${longest.toFixed(1)} s` : "none of a second"],
    fillers > 0 && ["Fillers", `at least ${fillers}`],
  ].filter(Boolean);
  return h(
    "div",
    { class: "delivery" },
    h("p", { id: "delivery" }, "How you said it"),
    h("dl", { "aria-labelledby": "delivery" }, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    h("p", { class: "soft small" }, "For you to know. It does not count."),
  );
}

/** A spoken answer as it was said: to listen to while the sound is kept, as it was heard, and how it was delivered. */

import { h } from "../dom.js";
import { deliveryFacts } from "../voice/delivery.js";
import { player } from "../voice/panel.js";

/**
 * @param {object} recording a RecordingOut; its transcript may be kept no longer
 * @param {string} path of its question
 * @param {string | null} answer what was handed in; null once it is kept no longer
 */
export function asSpoken({ transcript, kept }, path, answer) {
  if (!transcript) return h("p", { class: "soft small" }, "What was heard is kept no longer.", kept && player(`${path}/recording/audio`));
  const same = transcript.text.trim() === answer?.trim();
  return h(
    "div",
    { class: "as-spoken" },
    kept ? player(`${path}/recording/audio`) : h("p", { class: "soft small" }, "The sound is not kept. What was heard of it is."),
    same
      ? h("p", { class: "soft small" }, "Handed in as it was heard.")
      : h("details", {}, h("summary", {}, "As it was heard"), h("p", { class: "raw" }, heardText(transcript))),
    deliveryFacts(transcript),
  );
}

/** The transcript with its doubtful words marked. */
function heardText({ text, doubts }) {
  const letters = Array.from(text);
  const cut = (from, to) => letters.slice(from, to).join("");
  const pieces = doubts.flatMap(({ start, end }, index) => [
    cut(doubts[index - 1]?.end ?? 0, start),
    h("span", { class: "doubt" }, cut(start, end)),
  ]);
  return [pieces, cut(doubts.at(-1)?.end ?? 0)];
}

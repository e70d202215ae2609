/** Whether an answer can be spoken here, and what of it belongs into the page of a question. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { hindrance } from "../voice/microphone.js";
import { Spoken } from "../voice/spoken.js";

/**
 * @typedef {object} Pieces
 * @property {boolean} possible
 * @property {Node | null} tools in the dock
 * @property {Node | null} inBox between text and dock
 * @property {Node | null} below the box
 */

/**
 * @param {object} voice a VoiceOut
 * @param {object} options of `Spoken`
 * @returns {{spoken: Spoken | null, pieces: Pieces}}
 */
export function speaking(voice, options) {
  const reason = voice.problem ?? hindrance();
  if (reason) return { spoken: null, pieces: { possible: false, tools: null, inBox: null, below: silence(reason) } };
  const spoken = new Spoken({ ...options, longest: voice.max_seconds });
  const { controls, panel } = spoken;
  const pieces = { possible: true, tools: controls.element, inBox: panel.soFar, below: panel.element };
  return { spoken, pieces };
}

/** Why nobody can speak here. A command in it stands out. */
function silence(reason) {
  const [text, command] = reason.split(/ Run: /);
  return h(
    "p",
    { class: "silence soft small" },
    icon("mic"),
    h("span", {}, "Type your answer. Speaking is off: ", text, command && [" Run: ", h("code", {}, command)]),
  );
}

/** Whether an answer can be spoken here, and what of it belongs into the page of a question. */

import { hindrance } from "../voice/microphone.js";
import { whySilent } from "../voice/silence.js";
import { Spoken } from "../voice/spoken.js";

/**
 * @typedef {object} Pieces
 * @property {boolean} possible
 * @property {Node | null} tools in the dock
 * @property {Node | null} inBox between text and dock
 * @property {Node | null} below the box
 * @property {Node | null} last of all
 */

/**
 * @param {object} voice a VoiceOut
 * @param {object} options of `Spoken`
 * @returns {{spoken: Spoken | null, pieces: Pieces}}
 */
export function speaking(voice, options) {
  const reason = voice.problem ?? hindrance();
  if (reason) return { spoken: null, pieces: { possible: false, tools: null, inBox: null, below: whySilent(reason), last: null } };
  const spoken = new Spoken({ ...options, longest: voice.max_seconds });
  const { controls, panel } = spoken;
  const pieces = { possible: true, tools: controls.element, inBox: panel.soFar, below: panel.standing, last: panel.result };
  return { spoken, pieces };
}

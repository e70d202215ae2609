/**
 * Handing in an answer exactly once.
 *
 * The Idempotency-Key belongs to the text and is kept on this device until the server has answered, so a second
 * click, a lost answer or a reload never hands in twice.
 */

import { ApiError, passing, post } from "../api.js";
import { randomId } from "../ids.js";
import { nextChance } from "../patience.js";
import { forget, recall, remember } from "../storage.js";
import { fingerprint } from "./mirror.js";

/**
 * @param {object} options
 * @param {string} options.path of the question
 * @param {string} options.text
 * @param {string | null} options.recording id of the recording whose transcript it is
 * @param {boolean} options.hurry do not wait for the grade, not even the moment that the server would
 * @param {AbortSignal} options.signal ends the trying
 * @param {(error: Error) => void} options.waiting called when the server could not be reached, before the next try
 * @returns {Promise<object>} the AttemptOut, graded or still `submitted`
 */
export async function handIn({ path, text, recording, hurry, signal, waiting }) {
  const slot = `submit.${path}`;
  const answer = recording ? { text, recording } : { text };
  const headers = { "Idempotency-Key": keyFor(slot, text) };
  for (let failures = 0; ; failures++) {
    try {
      const attempt = await post(`${path}/submit${hurry ? "?wait=0" : ""}`, answer, { headers, signal });
      forget(slot);
      return attempt;
    } catch (error) {
      if (error instanceof ApiError && !passing(error)) forget(slot);
      if (!passing(error)) throw error;
      waiting(error);
      await nextChance(failures, signal);
    }
  }
}

function keyFor(slot, text) {
  const kept = recall(slot);
  if (kept?.text === fingerprint(text)) return kept.key;
  const key = randomId();
  remember(slot, { key, text: fingerprint(text) });
  return key;
}

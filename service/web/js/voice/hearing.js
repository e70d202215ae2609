/** What the server makes of a recording: words while it goes on, and the transcript in the end. */

import { get, passing } from "../api.js";
import { inSight, nextChance } from "../patience.js";
import { listen } from "../stream.js";

/** Seconds that the server lets a request wait. */
const LONGEST = 25;

/**
 * Tells what was heard so far, while somebody looks. A hint: where it does not get through, nothing is amiss.
 *
 * @param {string} path of the question
 * @param {AbortSignal} signal ends it
 * @param {(text: string) => void} told
 */
export async function whileSpoken(path, signal, told) {
  const news = (_, { state, text }) => {
    if (state === "recording") told(text);
    return state !== "recording";
  };
  try {
    for (let failures = 0; ; failures++) {
      await inSight(signal);
      await listen(`${path}/recording/events`, ["recording"], signal, news);
      await nextChance(failures, signal);
    }
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

/**
 * Waits until a recording was heard to its end, also where nobody looks: strict time may depend on it.
 *
 * @param {string} path of the question
 * @param {AbortSignal} signal
 * @param {(error: Error | null) => void} reached told whether the server can be reached
 * @returns {Promise<object>} the RecordingOut, `transcribed` or `failed`
 */
export async function heard(path, signal, reached) {
  for (let failures = 0; ; ) {
    try {
      const found = await get(`${path}/recording?wait=${LONGEST}`, { signal, cache: "no-store" });
      reached(null);
      if (found.state !== "transcribing") return found;
      failures = 0;
    } catch (error) {
      if (!passing(error)) throw error;
      reached(error);
      await nextChance(failures++, signal);
    }
  }
}

/**
 * Following answers until they are graded: one by a stream of events, many by one request after the other.
 *
 * Both wait on the server rather than ask again and again, hold one connection at most, and none while the page is
 * hidden. They end with the signal.
 */

import { ApiError, get, passing } from "../api.js";
import { inSight, nextChance } from "../patience.js";
import { listen } from "../stream.js";

/** Seconds that the server lets a request wait. */
const LONGEST = 25;
const SHORTEST = 2;
/** What the server tells of the grading of an answer. */
const EVENTS = ["standing", "verdict", "feedback", "setback"];

/**
 * Waits for what comes of an attempt, by events and, where those do not get through, by requests that wait.
 *
 * @param {string} id
 * @param {AbortSignal} signal
 * @param {(error: Error | null) => void} reached called with an error when the server cannot be reached, and with null
 *   when it can
 * @param {(name: string, data: object) => void} [told] called with what the server tells of a grade that is being made:
 *   `verdict`, `feedback`, `setback`
 * @returns {Promise<object>} the AttemptOut, with a grade or without. Rejects with AbortError, or ApiError where there is
 *   no such attempt any more.
 */
export async function outcome(id, signal, reached, told = () => {}) {
  const news = (name, data) => {
    reached(null);
    if (name === "standing") return data.status !== "submitted";
    told(name, data);
    return false;
  };
  let streams = true;
  for (let failures = 0; ; ) {
    await inSight(signal);
    if (streams) {
      // A stream that never said a word is held back somewhere, and is not tried again.
      streams = (await listen(`/attempts/${id}/events`, EVENTS, signal, news)) || document.hidden;
      if (document.hidden) continue;
    }
    try {
      const attempt = await standing(id, LONGEST, signal);
      reached(null);
      if (attempt.status !== "submitted") return attempt;
      failures = 0;
    } catch (error) {
      if (!passing(error)) throw error;
      reached(error);
      failures++;
    }
    await nextChance(failures, signal);
  }
}

/**
 * Waits for what comes of several attempts, looking at one after the other.
 *
 * @param {() => string[]} waiting the ids of those that are not graded yet
 * @param {(attempt: object) => void | Promise<void>} ended told of each AttemptOut; `waiting` must not name it any more
 * @param {AbortSignal} signal
 */
export async function outcomes(waiting, ended, signal) {
  for (let turn = 0, failures = 0, ids = waiting(); ids.length; ids = waiting()) {
    await inSight(signal);
    try {
      const attempt = await standing(ids[turn++ % ids.length], Math.max(LONGEST / ids.length, SHORTEST), signal);
      failures = 0;
      if (attempt.status !== "submitted") {
        await ended(attempt);
        continue;
      }
    } catch (error) {
      if (!passing(error)) throw error;
      failures++;
    }
    await nextChance(failures, signal);
  }
}

/** Lets a task go on until the page is left, or until what it follows is gone. */
export async function whileHere(task) {
  try {
    await task;
  } catch (error) {
    if (error.name !== "AbortError" && !(error instanceof ApiError)) throw error;
  }
}

/** The attempt once it is graded, or as it is after `seconds`. */
function standing(id, seconds, signal) {
  // Without a cache: a browser lets two requests for the same cacheable address wait for each other.
  return get(`/attempts/${id}?wait=${seconds.toFixed(1)}`, { signal, cache: "no-store" });
}

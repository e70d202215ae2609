/**
 * Handing in an answer exactly once.
 *
 * The Idempotency-Key belongs to the text and is kept on this device until the server has answered, so a second
 * click, a lost answer or a reload never hands in twice.
 */

import { ApiError, passing, post } from "../api.js";
import { forget, recall, remember } from "../storage.js";
import { fingerprint } from "./mirror.js";

/** A grader may be a language model: it gets more time than other requests. Milliseconds. */
const TIMEOUT = 120_000;
const RETRIES = [1000, 2000, 5000, 10_000];

/**
 * @param {object} options
 * @param {string} options.path of the question
 * @param {string} options.text
 * @param {AbortSignal} options.signal ends the trying
 * @param {(error: Error) => void} options.waiting called when the server could not be reached, before the next try
 * @returns {Promise<object>} the AttemptOut
 */
export async function handIn({ path, text, signal, waiting }) {
  const slot = `submit.${path}`;
  const headers = { "Idempotency-Key": keyFor(slot, text) };
  for (let failures = 0; ; failures++) {
    try {
      const attempt = await post(`${path}/submit`, { text }, { headers, signal, timeout: TIMEOUT });
      forget(slot);
      return attempt;
    } catch (error) {
      if (error instanceof ApiError && !passing(error)) forget(slot);
      if (!passing(error)) throw error;
      waiting(error);
      await nextChance(RETRIES[Math.min(failures, RETRIES.length - 1)], signal);
    }
  }
}

function keyFor(slot, text) {
  const kept = recall(slot);
  if (kept?.text === fingerprint(text)) return kept.key;
  const key = randomKey();
  remember(slot, { key, text: fingerprint(text) });
  return key;
}

/** `crypto.randomUUID` exists only on https and localhost; `getRandomValues` exists everywhere. */
function randomKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Waits `pause` milliseconds, or less when the device comes back online. Rejects when `signal` is aborted. */
function nextChance(pause, signal) {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const timer = setTimeout(done, pause);
    function done() {
      clearTimeout(timer);
      over.abort();
      resolve();
    }
    function aborted() {
      clearTimeout(timer);
      over.abort();
      reject(signal.reason);
    }
    addEventListener("online", done, { signal: over.signal });
    signal.addEventListener("abort", aborted, { signal: over.signal });
  });
}

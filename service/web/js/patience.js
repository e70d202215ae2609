/** Waiting before a request is tried again. */

const PAUSES = [1000, 2000, 5000, 10_000];
/** Not all who lost the same server come back to it at once. */
const SPREAD = 0.2;

/**
 * Waits the longer the more tries have failed, and less when the device comes back online. Rejects when `signal` is
 * aborted.
 *
 * @param {number} failures so far in a row
 */
export function nextChance(failures, signal) {
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)] * (1 + SPREAD * (2 * Math.random() - 1));
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const over = new AbortController();
    const timer = setTimeout(() => end(resolve), pause);
    function end(how) {
      clearTimeout(timer);
      over.abort();
      how();
    }
    addEventListener("online", () => end(resolve), { signal: over.signal });
    signal.addEventListener("abort", () => end(() => reject(signal.reason)), { signal: over.signal });
  });
}

/**
 * Resolves while somebody can see the page. What nobody sees need not hold a connection: a browser has six to a server,
 * and its tabs share them. Rejects when `signal` is aborted.
 */
export async function inSight(signal) {
  if (document.hidden) await returned(signal);
  signal.throwIfAborted();
}

/** Resolves when somebody comes back to the page. Rejects when `signal` is aborted. */
export function returned(signal) {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    function end(how) {
      over.abort();
      how();
    }
    const look = () => document.hidden || end(resolve);
    document.addEventListener("visibilitychange", look, { signal: over.signal });
    signal.addEventListener("abort", () => end(() => reject(signal.reason)), { signal: over.signal });
  });
}

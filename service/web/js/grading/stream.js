/** The server's events about the grading of an attempt. */

import { address } from "../api.js";

/** Milliseconds. How it stands is told at once: where nothing comes, something in between holds the stream back. */
const FIRST = 5000;
/** A connection can be dead without anybody noticing: one that was quiet for so long is given up. */
const QUIET = 60_000;

/**
 * Listens until the grading is over, or the stream is.
 *
 * The browser could connect again by itself, but each does so in another way; whoever calls decides how to go on.
 *
 * @param {string} id of the attempt
 * @param {AbortSignal} signal ends it
 * @param {() => void} heard called with each event: the server can be reached
 * @param {(name: string, data: object) => void} told called with each `verdict`, `feedback` and `setback`
 * @returns {Promise<boolean>} whether there was any event
 */
export function listen(id, signal, heard, told) {
  return new Promise((resolve) => {
    const source = new EventSource(address(`/attempts/${id}/events`));
    const over = new AbortController();
    let any = false;
    let timer = setTimeout(end, FIRST);

    function end() {
      clearTimeout(timer);
      over.abort();
      source.close();
      resolve(any);
    }

    function news(event) {
      any = true;
      heard();
      clearTimeout(timer);
      const data = JSON.parse(event.data);
      if (event.type !== "standing") told(event.type, data);
      else if (data.status !== "submitted") return end();
      timer = setTimeout(end, QUIET);
    }

    for (const name of ["standing", "verdict", "feedback", "setback"]) source.addEventListener(name, news);
    source.addEventListener("error", end);
    signal.addEventListener("abort", end, { signal: over.signal });
    // A connection without a network is not cut, it only falls silent.
    addEventListener("offline", end, { signal: over.signal });
    // Nobody looks: see `inSight`.
    document.addEventListener("visibilitychange", end, { signal: over.signal });
  });
}

/** Server-sent events of one thing, as long as somebody looks. */

import { address } from "./api.js";

/** Milliseconds. How it stands is told at once: where nothing comes, something in between holds the stream back. */
const FIRST = 5000;
/** A connection can be dead without anybody noticing: one that was quiet for so long is given up. */
const QUIET = 60_000;

/**
 * Listens until `news` says that it is over, or the stream is.
 *
 * The browser could connect again by itself, but each does so in another way; whoever calls decides how to go on.
 *
 * @param {string} path of the events
 * @param {string[]} names of the events
 * @param {AbortSignal} signal ends it
 * @param {(name: string, data: object) => boolean} news called with each event; true where no other is wanted
 * @returns {Promise<boolean>} whether there was any event
 */
export function listen(path, names, signal, news) {
  return new Promise((resolve) => {
    const source = new EventSource(address(path));
    const over = new AbortController();
    let any = false;
    let timer = setTimeout(end, FIRST);

    function end() {
      clearTimeout(timer);
      over.abort();
      source.close();
      resolve(any);
    }

    function arrived(event) {
      any = true;
      clearTimeout(timer);
      if (news(event.type, JSON.parse(event.data))) end();
      else timer = setTimeout(end, QUIET);
    }

    for (const name of names) source.addEventListener(name, arrived);
    source.addEventListener("error", end);
    signal.addEventListener("abort", end, { signal: over.signal });
    // A connection without a network is not cut, it only falls silent.
    addEventListener("offline", end, { signal: over.signal });
    // Nobody looks: see `inSight`.
    document.addEventListener("visibilitychange", end, { signal: over.signal });
  });
}

/**
 * A countdown that follows the server's clock: `sync` sets what is left, and between two calls it runs on a
 * wall-clock deadline, which a throttled tab or a sleeping laptop cannot stretch. It never ends anything by itself.
 *
 * Events: `tick` four times a second, `mark` (detail: seconds) when half, 60, 30, 10 or 0 seconds are left.
 */

const BEAT = 250;
const MARKS = [60, 30, 10, 0];

export class Countdown extends EventTarget {
  #end = null;
  #used = 0;
  #syncedAt = Date.now();
  #before = Infinity;
  #beat;

  /** Seconds that count as the whole; null without a limit. */
  limit = null;

  /**
   * @param {object} clock
   * @param {number | null} clock.left seconds; negative in overtime, null without a limit
   * @param {number} clock.used seconds since the question was opened
   * @param {number | null} clock.limit seconds
   */
  sync({ left, used, limit }) {
    this.#syncedAt = Date.now();
    this.#end = left === null ? null : this.#syncedAt + left * 1000;
    this.#used = used;
    this.#before = left ?? Infinity;
    this.limit = limit;
    this.dispatchEvent(new Event("tick"));
  }

  get left() {
    return this.#end === null ? null : (this.#end - Date.now()) / 1000;
  }

  get used() {
    return this.#used + (Date.now() - this.#syncedAt) / 1000;
  }

  run() {
    this.#beat ??= setInterval(() => this.#tick(), BEAT);
  }

  stop() {
    clearInterval(this.#beat);
    this.#beat = undefined;
  }

  #tick() {
    this.dispatchEvent(new Event("tick"));
    const left = this.left;
    if (left === null) return;
    const passed = this.#marks().filter((mark) => this.#before > mark && left <= mark);
    this.#before = left;
    // After a sleep several were passed at once: only the last one is news.
    if (passed.length) this.dispatchEvent(new CustomEvent("mark", { detail: Math.min(...passed) }));
  }

  #marks() {
    return this.limit ? [...MARKS, Math.round(this.limit / 2)] : MARKS;
  }
}

/** What is said aloud at a mark. */
export function spoken(seconds, strict) {
  if (seconds <= 0) return strict ? "Time is up." : "Time is up. Finish your thought: you can still submit.";
  if (seconds < 60) return `${seconds} seconds left.`;
  const minutes = Math.round(seconds / 30) / 2;
  return `${minutes} ${minutes === 1 ? "minute" : "minutes"} left.`;
}

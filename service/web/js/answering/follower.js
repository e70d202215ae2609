/** Keeps the clock of an open question in step with the server's, and notices when the question is over there. */

import { ApiError, Unreachable, get } from "../api.js";
import { Countdown } from "./countdown.js";

const EVERY = 30_000;
const GOING = ["running", "overdue"];
const OPEN = ["open", "draft"];

export class Follower {
  #session;
  #position;
  #on;
  #left = new AbortController();

  countdown = new Countdown();

  /**
   * @param {object} session a SessionOut
   * @param {number} position of the open question
   * @param {object} on
   * @param {(seconds: number) => void} on.mark so many seconds are left
   * @param {() => void} on.closed the question is not open any more, or the session stands still
   */
  constructor(session, position, on) {
    this.#session = session;
    this.#position = position;
    this.#on = on;
    this.#follow(session);
  }

  start() {
    const { signal } = this.#left;
    this.countdown.addEventListener("mark", ({ detail }) => this.#on.mark(detail));
    this.countdown.run();
    const timer = setInterval(() => this.sync(), EVERY);
    signal.addEventListener("abort", () => clearInterval(timer));
    addEventListener("focus", () => this.sync(), { signal });
    document.addEventListener("visibilitychange", () => document.hidden || this.sync(), { signal });
  }

  stop() {
    this.countdown.stop();
    this.#left.abort();
  }

  /** The clock stands while a recording is heard, and goes on as the server has it. */
  async hold(on) {
    if (on) return this.countdown.stop();
    await this.sync();
    if (!this.#left.signal.aborted) this.countdown.run();
  }

  /** Reads the session again. An unreachable server changes nothing: the clock runs on. */
  async sync() {
    const { signal } = this.#left;
    const session = await this.#read({ signal });
    if (!session || signal.aborted) return;
    if (GOING.includes(session.state) && this.#isOpen(session)) this.#follow(session);
    else this.#on.closed();
  }

  /** Whether the question can still be answered, now or after a pause; true where nobody knows. */
  async stillOpen() {
    const session = await this.#read();
    return !session || this.#isOpen(session);
  }

  #isOpen(session) {
    return session.state !== "abandoned" && OPEN.includes(session.questions[this.#position - 1].state);
  }

  async #read(options) {
    try {
      return await get(`/sessions/${this.#session.id}`, options);
    } catch (error) {
      if (error instanceof ApiError || error instanceof Unreachable || error.name === "AbortError") return null;
      throw error;
    }
  }

  /** The question's time or the session's counts, whichever ends first. */
  #follow(session) {
    const slot = session.questions[this.#position - 1];
    const ends = [slot.remaining_seconds, session.remaining_seconds].filter((seconds) => seconds !== null);
    const left = ends.length ? Math.min(...ends) : null;
    // With a limit for the session alone, the whole is what was left of it at the beginning.
    const limit =
      slot.limit_seconds === null ? (this.countdown.limit ?? left) : slot.limit_seconds + slot.extra_seconds;
    this.countdown.sync({ left, used: slot.seconds_used, limit });
  }
}

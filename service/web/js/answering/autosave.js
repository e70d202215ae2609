/**
 * Saves a draft while it is written.
 *
 * Every change is mirrored on this device at once and goes to the server after a short pause, one request at a time,
 * on top of the revision that it was written on. What cannot be sent is tried again until it is.
 *
 * States: `saved`, `waiting` (typed, not sent), `saving`, `offline` (could not be sent), `refused` (the server will not
 * have it), `clash` (a newer draft was saved elsewhere), `closed` (the question is over). `reason` says why.
 */

import { ApiError, get, passing, put } from "../api.js";
import { length } from "../format.js";
import { MAX_LENGTH } from "./limits.js";
import { fingerprint } from "./mirror.js";

const PAUSE = 800;
const RETRIES = [1000, 2000, 5000, 10_000];
/** A browser lets requests outlive their page only up to 64 KiB in all. */
const KEEPALIVE_BYTES = 60_000;

export class Autosave {
  #path;
  #mirror;
  #on;
  #saved;
  /** Fingerprints of texts that were sent on top of `revision` and never acknowledged. */
  #sent;
  #timer;
  #running = null;
  #failures = 0;
  #suspended = false;

  state = "saved";
  reason = "";

  /**
   * @param {object} options
   * @param {string} options.path of the question
   * @param {import("./mirror.js").Mirror} options.mirror
   * @param {string} options.draft the server's text
   * @param {number} options.revision the server's
   * @param {string[]} options.sent fingerprints of what an earlier page sent
   * @param {object} options.on
   * @param {() => void} options.on.state the state changed
   * @param {(theirs: {draft: string, revision: number}) => void} options.on.clash
   * @param {() => void} options.on.closed
   */
  constructor({ path, mirror, draft, revision, sent, on }) {
    this.#path = path;
    this.#mirror = mirror;
    this.#on = on;
    this.#sent = sent;
    this.#saved = this.text = draft;
    this.revision = revision;
    addEventListener("online", this.#online);
  }

  /** Takes a change and saves it soon. */
  edit(text) {
    this.text = text;
    this.#keep();
    if (this.state === "clash" || this.state === "closed") return;
    if (this.#tooLong()) return this.#tell("refused", "Too long to save.");
    if (!this.#running && this.state !== "offline") this.#tell("waiting");
    this.#later(PAUSE);
  }

  /** Saves what is not saved yet. True where the server has it all. */
  async flush() {
    clearTimeout(this.#timer);
    const still = this.#suspended || this.state === "clash" || this.state === "closed" || this.#tooLong();
    if (still) return this.text === this.#saved;
    this.#running ??= this.#run().finally(() => (this.#running = null));
    await this.#running;
    return this.text === this.#saved;
  }

  /** Ends a clash: `mine` goes on top of their revision, or theirs counts. */
  settle(theirs, mine) {
    this.revision = theirs.revision;
    this.#saved = theirs.draft;
    this.text = mine ?? theirs.draft;
    this.#keep();
    this.#tell("waiting");
    return this.flush();
  }

  /** Sends nothing more, as while the answer is handed in. Resolves when nothing is under way. */
  async suspend() {
    this.#suspended = true;
    clearTimeout(this.#timer);
    await this.#running;
  }

  resume() {
    this.#suspended = false;
    this.#later(PAUSE);
  }

  /** The page is left. */
  stop() {
    this.suspend();
    removeEventListener("online", this.#online);
  }

  async #run() {
    while (this.text !== this.#saved && !this.#suspended) {
      if (this.state !== "offline") this.#tell("saving");
      if (!(await this.#save(this.text))) return;
    }
    if (!this.#suspended) this.#tell("saved");
  }

  /** One request. True where the server has `text` now, or something that is not news to us. */
  async #save(text) {
    this.#sent.push(fingerprint(text));
    this.#keep();
    try {
      const { revision } = await put(`${this.#path}/draft`, { text }, this.#options(text));
      this.#accept(text, revision);
      return true;
    } catch (error) {
      return await this.#failed(error);
    }
  }

  #options(text) {
    const small = new TextEncoder().encode(text).length < KEEPALIVE_BYTES;
    return { headers: { "If-Match": `"${this.revision}"` }, keepalive: small };
  }

  #accept(text, revision) {
    this.revision = revision;
    this.#saved = text;
    this.#sent = [];
    this.#failures = 0;
    this.#keep();
  }

  async #failed(error) {
    if (this.#suspended) return false;
    if (passing(error)) return this.#tryLater(error);
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 412) return await this.#overtaken();
    if (error.status === 409 || error.status === 404) {
      this.#tell("closed");
      this.#on.closed();
    } else this.#tell("refused", error.message);
    return false;
  }

  /** A newer draft stands on the server. It may be our own, whose acknowledgement was lost. */
  async #overtaken() {
    try {
      const theirs = await get(this.#path);
      if (this.#sent.includes(fingerprint(theirs.draft)) || theirs.draft === this.text) {
        this.#accept(theirs.draft, theirs.revision);
        return true;
      }
      this.#tell("clash");
      this.#on.clash(theirs);
      return false;
    } catch (error) {
      return await this.#failed(error);
    }
  }

  #tryLater(error) {
    this.#tell("offline", error.message);
    this.#later(RETRIES[Math.min(this.#failures++, RETRIES.length - 1)]);
    return false;
  }

  #later(pause) {
    clearTimeout(this.#timer);
    if (!this.#suspended) this.#timer = setTimeout(() => this.flush(), pause);
  }

  #tooLong() {
    return length(this.text) > MAX_LENGTH;
  }

  #online = () => {
    if (this.state === "offline") this.flush();
  };

  #keep() {
    if (this.text === this.#saved) this.#mirror.clear();
    else this.#mirror.write({ text: this.text, base: this.revision, sent: this.#sent });
  }

  #tell(state, reason = "") {
    this.state = state;
    this.reason = reason;
    this.#on.state();
  }
}

/**
 * Sends the chunks of a recording, each until the server has it, and then says that these were all.
 *
 * Chunks stay on this device until the server has confirmed that it has every one, as one that was acknowledged may
 * still be missing there.
 */

import { ApiError, passing, post, put } from "../api.js";
import { nextChance } from "../patience.js";
import * as kept from "./kept.js";

/** Milliseconds. */
const MOMENT = 2000;

export class Upload {
  #path;
  #on;
  #signal;
  /** @type {ArrayBuffer[]} */
  #chunks = [];
  /** Numbers of chunks that the server has not acknowledged. */
  #todo = [];
  #running = null;

  /** False where this device could not store something: it is then only in this page. */
  stored = true;

  /**
   * @param {object} options
   * @param {string} options.path of the question
   * @param {string} options.id of the recording
   * @param {AbortSignal} options.signal the page is left: nothing more is sent
   * @param {object} options.on
   * @param {(error: Error | null) => void} options.on.reached told whether the server can be reached
   * @param {(error: Error) => void} options.on.refused the server will not have it
   */
  constructor({ path, id, signal, on }) {
    this.#path = `${path}/recording`;
    this.id = id;
    this.#signal = signal;
    this.#on = on;
  }

  get count() {
    return this.#chunks.length;
  }

  /** Whether the server may know of it. */
  sent = false;

  /** Remembers that there is a recording. */
  async begin(path) {
    await this.#store(() => kept.keep({ id: this.id, path, at: Date.now() }));
  }

  /** Takes the next chunk: it is kept first, then sent. */
  async add(bytes) {
    const number = this.#chunks.push(bytes) - 1;
    await this.#store(() => kept.keepChunk(this.id, number, bytes));
    this.#todo.push(number);
    this.#send().catch((error) => error.name === "AbortError" || this.#on.refused(error));
  }

  /** Takes up what an earlier page has left. How many chunks there are. */
  async recover() {
    this.#chunks = await kept.chunks(this.id);
    return this.count;
  }

  /** Sends what is missing, and ends the recording. @returns {Promise<object>} the RecordingOut */
  async finish() {
    for (let failures = 0; ; ) {
      await this.#send();
      try {
        const query = `?recording=${this.id}`;
        const state = await post(`${this.#path}/complete${query}`, { chunks: this.count }, { signal: this.#signal });
        this.#on.reached(null);
        await this.forget();
        return state;
      } catch (error) {
        const missing = this.#missing(error);
        if (!missing && !passing(error)) throw error;
        if (missing) this.#todo = missing;
        else this.#on.reached(error);
        // Asked at once for what is missing, and patiently for what stays missing.
        if (!missing || failures > 0) await nextChance(failures, this.#signal);
        failures++;
      }
    }
  }

  /** Sends nothing more. Resolves once nothing is on its way, or after a moment. */
  async halt() {
    this.#todo = [];
    await Promise.race([this.#running, new Promise((done) => setTimeout(done, MOMENT))]);
  }

  /** Nothing of it is needed on this device any more. */
  async forget() {
    await this.#store(() => kept.drop(this.id));
  }

  /** The numbers that the server names, or all where it knows no such recording; null for another error. */
  #missing(error) {
    if (!(error instanceof ApiError)) return null;
    if (error.status === 404) return this.#chunks.map((_, number) => number);
    return error.status === 409 && error.problem.missing?.length ? error.problem.missing : null;
  }

  #send() {
    this.#running ??= this.#sendAll().finally(() => (this.#running = null));
    return this.#running;
  }

  async #sendAll() {
    for (let failures = 0; this.#todo.length; ) {
      const [number] = this.#todo;
      try {
        const query = `?recording=${this.id}`;
        this.sent = true;
        await put(`${this.#path}/chunks/${number}${query}`, this.#chunks[number], { signal: this.#signal });
        this.#todo.shift();
        this.#on.reached(null);
        failures = 0;
      } catch (error) {
        if (!passing(error)) throw error;
        this.#on.reached(error);
        await nextChance(failures++, this.#signal);
      }
    }
  }

  async #store(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.stored = false; // a full disk, or a private window: the page still has it
    }
  }
}

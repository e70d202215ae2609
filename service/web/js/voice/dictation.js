/** Something is said, and what was heard of it is shown. Nothing is kept, neither here nor on the server. */

import { ApiError, Unreachable, post } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { hush } from "./aloud.js";
import { Controls } from "./controls.js";
import { obstacle } from "./microphone.js";
import { Recorder } from "./recorder.js";
import { onRecordKey } from "./shortcut.js";

const BEAT = 60;
/** Milliseconds that the server may take. */
const PATIENCE = 120_000;

export class Dictation {
  #longest;
  #on;
  #question;
  #controls = new Controls({ record: () => this.toggle() });
  #line = h("p", { class: "status" });
  #recorder = null;
  #pieces = [];
  #beat;
  #left = new AbortController();
  #state = "idle";

  element = h("div", { class: "dictation" }, this.#controls.element, this.#line);

  /**
   * @param {object} options
   * @param {number} options.longest seconds
   * @param {string} [options.question] id of the question that is answered: its words help to hear
   * @param {object} options.on
   * @param {(level: number) => void} [options.on.level] how loud it is
   * @param {() => void} [options.on.began]
   * @param {(transcript: object, sound: Blob) => void} options.on.heard
   */
  constructor({ longest, question, on }) {
    this.#longest = longest;
    this.#question = question;
    this.#on = on;
    onRecordKey(this.#left.signal, () => this.toggle());
  }

  async toggle() {
    if (this.#state === "recording") return this.#stop();
    if (this.#state === "asking" || this.#state === "hearing") return;
    await this.#begin();
  }

  /** The page is left. */
  leave() {
    this.#left.abort();
    clearInterval(this.#beat);
    this.#recorder?.stop();
  }

  async #begin() {
    hush();
    this.#pieces = [];
    this.#to("asking", "", "The browser may ask whether this page may use the microphone.");
    const recorder = new Recorder({ piece: (bytes) => this.#pieces.push(bytes), lost: () => this.#stop() });
    try {
      await recorder.start();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      return this.#to("idle", "bad", obstacle(error));
    }
    if (this.#left.signal.aborted) return recorder.stop();
    this.#recorder = recorder;
    this.#to("recording", "", "Recording. Press Stop when you are done.");
    this.#on.began?.();
    this.#beat = setInterval(() => this.#look(), BEAT);
  }

  #look() {
    const { level, seconds } = this.#recorder;
    this.#controls.draw(level, seconds);
    this.#on.level?.(level);
    if (seconds > this.#longest) this.#stop();
  }

  async #stop() {
    if (this.#state !== "recording") return;
    clearInterval(this.#beat);
    this.#to("hearing", "", "Being written down…");
    await this.#recorder.stop();
    this.#recorder = null;
    const sound = new Blob(this.#pieces);
    const query = this.#question ? `?question_id=${this.#question}` : "";
    try {
      const transcript = await post(`/transcribe${query}`, sound, { signal: this.#left.signal, timeout: PATIENCE });
      this.#to("heard");
      this.#on.heard(transcript, sound);
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      this.#to("idle", "bad", error.message);
    }
  }

  #to(state, tone = "", text = "") {
    this.#state = state;
    this.#controls.show(state);
    this.#line.dataset.tone = tone;
    fill(this.#line, text);
    if (text) announce(text);
  }
}

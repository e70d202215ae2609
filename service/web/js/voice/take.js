/** One recording as this device has it: made of the microphone, or found where an earlier page left it. */

import { randomId } from "../ids.js";
import { drop, keptFor } from "./kept.js";
import { hold } from "./lock.js";
import { AUDIBLE } from "./microphone.js";
import { Recorder } from "./recorder.js";
import { Upload } from "./upload.js";

const BEAT = 60;
/** Seconds without a sound after which a person is told that they cannot be heard. */
const SILENCE = 4;

/** A browser that keeps nothing has nothing. */
function nothing(error) {
  if (!(error instanceof DOMException)) throw error;
}

export class Take {
  #path;
  #on;
  #left;
  #recorder = null;
  #upload;
  #beat;
  #letGo = () => {};
  /** Seconds of the recording at which it was last quiet without a break since. */
  #quietSince = null;

  /**
   * @param {object} options
   * @param {string} options.path of the question
   * @param {string} [options.id] of one that was left
   * @param {object} options.on
   * @param {() => void} options.on.beat several times a second while it is recorded
   * @param {() => void} options.on.lost the microphone is gone
   * @param {(error: Error | null) => void} options.on.reached told whether the server can be reached
   * @param {(error: Error) => void} options.on.refused the server will not have it
   */
  constructor({ path, id = randomId(), on }) {
    this.#path = path;
    this.#on = on;
    this.#left = new AbortController();
    this.id = id;
    this.#upload = new Upload({ path, id, signal: this.#left.signal, on });
  }

  /** What an earlier page has left of a question's recording; null where there is nothing. Another tab may have it. */
  static async left(path, on) {
    const kept = await keptFor(path).catch(nothing);
    if (!kept) return null;
    const take = new Take({ path, id: kept.id, on });
    take.elsewhere = !(await take.#hold());
    if (take.elsewhere || (await take.#upload.recover())) return take;
    await drop(kept.id);
    take.letGo();
    return null;
  }

  /** True where another tab has it. */
  elsewhere = false;

  get paused() {
    return this.#recorder?.paused ?? false;
  }

  get seconds() {
    return this.#recorder?.seconds ?? 0;
  }

  get level() {
    return this.#recorder?.level ?? 0;
  }

  /** True where nothing was heard for a while. */
  get silent() {
    return this.#quietSince !== null && this.seconds - this.#quietSince >= SILENCE;
  }

  /** False where this device could not keep something: it is then only in this page. */
  get stored() {
    return this.#upload.stored;
  }

  /** Whether anything was recorded. */
  get empty() {
    return this.#upload.count === 0;
  }

  /** Whether the server may know of it. */
  get sent() {
    return this.#upload.sent;
  }

  /** Rejects with a DOMException, see `obstacle`. */
  async start() {
    const piece = (bytes) => this.#upload.add(bytes);
    const recorder = new Recorder({ piece, lost: () => this.#on.lost() });
    await recorder.start();
    this.#recorder = recorder;
    await this.#hold();
    await this.#upload.begin(this.#path);
    this.#beat = setInterval(() => this.#look(), BEAT);
  }

  /** Pauses, or goes on. */
  pause() {
    if (this.paused) this.#recorder.resume();
    else this.#recorder.pause();
    this.#quietSince = null;
  }

  /** Records no more. Resolves when everything is kept. */
  async end() {
    clearInterval(this.#beat);
    await this.#recorder?.stop();
    this.#recorder = null;
  }

  /** Sends what is left. @returns {Promise<object>} the RecordingOut, of a recording that has ended */
  finish() {
    return this.#upload.finish();
  }

  /** Nothing more is sent. What there is stays on this device. */
  async leave() {
    this.#left.abort();
    await this.end();
    this.letGo();
  }

  /** Nothing of it is needed any more. */
  async forget() {
    await this.end();
    await this.#upload.halt();
    await this.leave();
    await this.#upload.forget();
  }

  letGo() {
    this.#letGo();
  }

  /** True where no other tab has it. */
  async #hold() {
    const letGo = await hold(this.id);
    if (letGo) this.#letGo = letGo;
    return letGo !== null;
  }

  #look() {
    if (this.paused) return;
    if (this.level >= AUDIBLE) this.#quietSince = null;
    else this.#quietSince ??= this.seconds;
    this.#on.beat();
  }
}

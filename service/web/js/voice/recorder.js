/** Records the microphone in pieces that are handed over as they come, so that the last two seconds can be lost at most. */

import { openMicrophone } from "./microphone.js";

const PIECE = 2000;
const BITS_PER_SECOND = 32_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4;codecs=mp4a.40.2", "audio/mp4", "audio/ogg;codecs=opus"];

/** WebKit, as in Safari and in every browser of an iPhone: its WebM is young, MP4 is what it always wrote. */
const WEBKIT = navigator.vendor.startsWith("Apple");

/** The container to record in; "" leaves it to the browser. */
function containerType() {
  const wished = WEBKIT ? [...TYPES.filter((type) => type.startsWith("audio/mp4")), ...TYPES] : TYPES;
  return wished.find((type) => MediaRecorder.isTypeSupported(type)) ?? "";
}

export class Recorder {
  #on;
  #microphone;
  #recorder;
  #lock;
  /** Pieces are handed over one after the other. */
  #handing = Promise.resolve();
  /** Milliseconds before the last pause, and when recording went on after it. */
  #before = 0;
  #since = null;

  /**
   * @param {object} on
   * @param {(bytes: ArrayBuffer) => void} on.piece
   * @param {() => void} on.lost the microphone was unplugged, or taken away
   */
  constructor(on) {
    this.#on = on;
  }

  /** Rejects with a DOMException, see `obstacle`. */
  async start() {
    this.#microphone = await openMicrophone();
    const mimeType = containerType();
    const options = { audioBitsPerSecond: BITS_PER_SECOND, ...(mimeType && { mimeType }) };
    this.#recorder = new MediaRecorder(this.#microphone.stream, options);
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#hand(data));
    this.#microphone.track.addEventListener("ended", () => this.#on.lost());
    this.#recorder.start(PIECE);
    this.#since = performance.now();
    // A phone that goes to sleep stops recording. Where it cannot be kept awake, that is so.
    this.#lock = navigator.wakeLock?.request("screen").catch(() => null);
  }

  get paused() {
    return this.#recorder?.state === "paused";
  }

  /** Seconds that were recorded. */
  get seconds() {
    const running = this.#since === null ? 0 : performance.now() - this.#since;
    return (this.#before + running) / 1000;
  }

  /** How loud it is now, from 0 to 1. */
  get level() {
    return this.paused ? 0 : this.#microphone.level;
  }

  pause() {
    this.#recorder.pause();
    this.#halt();
  }

  resume() {
    this.#recorder.resume();
    this.#since = performance.now();
  }

  /** Resolves once the last piece was handed over. */
  async stop() {
    this.#halt();
    if (this.#recorder.state !== "inactive") {
      const stopped = new Promise((done) => this.#recorder.addEventListener("stop", done, { once: true }));
      this.#recorder.stop();
      await stopped;
    }
    this.#microphone.close();
    (await this.#lock)?.release();
    await this.#handing;
  }

  #halt() {
    if (this.#since !== null) this.#before += performance.now() - this.#since;
    this.#since = null;
  }

  #hand(data) {
    if (!data.size) return;
    this.#handing = this.#handing.then(async () => this.#on.piece(await data.arrayBuffer()));
  }
}

/** The microphone: whether there is one that may be used, how loud it is, and what to say where it cannot be had. */

import { recall } from "../storage.js";

/** Decibels below full scale that count as silence, and the span above it that the meter shows. */
const FLOOR = -60;
const SPAN = 55;
/** A level below this is not speech. */
export const AUDIBLE = 0.25;

/** Why this browser cannot record at all; null where it can. */
export function hindrance() {
  if (!isSecureContext) return "Browsers allow the microphone only on https or on this machine itself (localhost).";
  if (!navigator.mediaDevices?.getUserMedia || !window.MediaRecorder) return "This browser cannot record sound.";
  return null;
}

/** What stands in the way, by the error of `openMicrophone`, and what helps. */
export function obstacle(error) {
  switch (error.name) {
    case "NotAllowedError":
    case "SecurityError":
      return "The microphone is blocked for this page. Allow it in the browser's address bar, then try again. You can type meanwhile.";
    case "NotFoundError":
    case "OverconstrainedError":
      return "No microphone was found. Plug one in and try again, or type your answer.";
    case "NotReadableError":
    case "AbortError":
      return "The microphone does not answer: another program may be using it. Close that and try again, or type your answer.";
    default:
      return "Recording could not start. Try again, or type your answer.";
  }
}

/**
 * Asks for the microphone that was chosen on the check page, or else the browser's own choice.
 *
 * @returns {Promise<Microphone>} rejects with a DOMException, see `obstacle`
 */
export async function openMicrophone() {
  const chosen = recall("microphone");
  const wish = { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true };
  if (chosen) wish.deviceId = { ideal: chosen };
  return new Microphone(await navigator.mediaDevices.getUserMedia({ audio: wish }));
}

export class Microphone {
  #context = new AudioContext();
  #analyser;
  #samples;

  /** @param {MediaStream} stream */
  constructor(stream) {
    this.stream = stream;
    this.track = stream.getAudioTracks()[0];
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = 1024;
    this.#samples = new Float32Array(this.#analyser.fftSize);
    this.#context.createMediaStreamSource(stream).connect(this.#analyser);
  }

  /** How loud it is now, from 0 to 1. */
  get level() {
    this.#analyser.getFloatTimeDomainData(this.#samples);
    const power = this.#samples.reduce((sum, sample) => sum + sample * sample, 0) / this.#samples.length;
    const decibels = 10 * Math.log10(power + 1e-12);
    return Math.min(1, Math.max(0, (decibels - FLOOR) / SPAN));
  }

  close() {
    this.track.stop();
    this.#context.close();
  }
}

/**
 * Reading aloud with a voice of this device, or else of Viva's server. Voices that a browser borrows elsewhere are left
 * alone: what they read would leave both.
 *
 * @typedef {object} Aloud
 * @property {string} text
 * @property {string | null} path of the sound, where the server has a voice
 */

import { address } from "../api.js";
import { fill, h } from "../dom.js";
import { icon } from "../icons.js";

/** Milliseconds in which a browser has found its voices. */
const PATIENCE = 2000;

let finding;
/** What the server's voice says. */
const sound = new Audio();

/** A voice of this device that speaks English; null where there is none. */
function localVoice() {
  finding ??= voices().then((found) => {
    const fit = found.filter(({ lang, localService }) => localService && /^en\b/i.test(lang));
    return fit.find((voice) => voice.default) ?? fit[0] ?? null;
  });
  return finding;
}

/** Whether there is a voice. @param {Aloud} what */
export const readable = async ({ path }) => path !== null || (await localVoice()) !== null;

/** Reads it. Resolves when it is read, or when somebody says `hush`. @param {Aloud} what */
export async function say({ text, path }) {
  const voice = await localVoice();
  hush();
  if (voice) await speak(text, voice);
  else if (path) await play(address(path));
}

export function hush() {
  if (window.speechSynthesis) speechSynthesis.cancel();
  sound.pause();
}

function speak(text, voice) {
  return new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = voice;
    words.lang = voice.lang;
    words.onend = words.onerror = done;
    speechSynthesis.speak(words);
  });
}

function play(source) {
  sound.src = source;
  return new Promise((done) => {
    for (const end of ["ended", "pause", "error"]) sound.addEventListener(end, done, { once: true });
    sound.play().catch(done); // hushed before it began, or nobody has touched the page yet
  });
}

/** A button that reads it aloud, or stops. It shows itself where there is a voice. @param {Aloud} what */
export function aloudButton(what, label = "Read aloud") {
  const button = h("button", { type: "button", class: "button quiet", hidden: true, on: { click: toggle } });
  let reading = false;
  const draw = () => fill(button, icon(reading ? "stop" : "speaker"), reading ? "Stop reading" : label);

  async function toggle() {
    if (reading) return hush();
    reading = true;
    draw();
    await say(what);
    reading = false;
    draw();
  }

  draw();
  readable(what).then((there) => (button.hidden = !there));
  return button;
}

/** They come late in some browsers, and in others never. */
function voices() {
  if (!window.speechSynthesis) return Promise.resolve([]);
  const found = speechSynthesis.getVoices();
  if (found.length) return Promise.resolve(found);
  return new Promise((resolve) => {
    const end = () => resolve(speechSynthesis.getVoices());
    speechSynthesis.addEventListener("voiceschanged", end, { once: true });
    setTimeout(end, PATIENCE);
  });
}

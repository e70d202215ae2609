/**
 * Reading aloud with a voice of this device. Voices that a browser borrows from a server are left alone: what they read
 * would leave the machine.
 */

import { fill, h } from "../dom.js";
import { icon } from "../icons.js";

/** Milliseconds in which a browser has found its voices. */
const PATIENCE = 2000;

let finding;

/** A voice of this device that speaks English; null where there is none. */
export function localVoice() {
  finding ??= voices().then((found) => {
    const fit = found.filter(({ lang, localService }) => localService && /^en\b/i.test(lang));
    return fit.find((voice) => voice.default) ?? fit[0] ?? null;
  });
  return finding;
}

/** Reads `text`. Resolves when it is read, or when somebody says `hush`. */
export async function say(text) {
  const voice = await localVoice();
  if (!voice) return;
  hush();
  await new Promise((done) => {
    const words = new SpeechSynthesisUtterance(text);
    words.voice = voice;
    words.lang = voice.lang;
    words.onend = words.onerror = done;
    speechSynthesis.speak(words);
  });
}

export function hush() {
  if (window.speechSynthesis) speechSynthesis.cancel();
}

/** A button that reads `text` aloud, or stops. It shows itself where there is a voice. */
export function aloudButton(text, label = "Read aloud") {
  const button = h("button", { type: "button", class: "button quiet", hidden: true, on: { click: toggle } });
  let reading = false;
  const draw = () => fill(button, icon(reading ? "stop" : "speaker"), reading ? "Stop reading" : label);

  async function toggle() {
    if (reading) return hush();
    reading = true;
    draw();
    await say(text);
    reading = false;
    draw();
  }

  draw();
  localVoice().then((voice) => (button.hidden = !voice));
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

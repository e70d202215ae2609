/** Trying the microphone before it counts: level, what was heard, and how it sounds. Nothing is kept. */

import { get } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { icon } from "../icons.js";
import { notice } from "../parts/common.js";
import { recall, remember } from "../storage.js";
import { Dictation } from "../voice/dictation.js";
import { AUDIBLE, hindrance } from "../voice/microphone.js";
import { whySilent } from "../voice/silence.js";

const LONGEST = 20;
const SENTENCE = "The cache keeps the keys and values of past tokens, so that each new token costs less.";

export async function microphonePage({ signal }) {
  const voice = await get("/voice", { signal });
  const reason = voice.problem ?? hindrance();
  const check = reason ? null : new Check();
  const body = h(
    "div",
    { class: "page" },
    h("h1", { class: "title" }, "Check your microphone"),
    h("p", { class: "lead" }, "Read the sentence aloud. You see whether you are heard, and what is understood. Nothing is kept."),
    h("blockquote", { class: "sentence" }, SENTENCE),
    check ? check.nodes : whySilent(reason),
    h("p", { class: "choices onwards" }, h("a", { class: "button", href: "/" }, "Go to practice", icon("arrow"))),
  );
  return { title: "Check your microphone", body, leave: () => check?.leave() };
}

class Check {
  #heard = false;
  #result = h("div", { class: "check-result" });
  #devices = h("div", { class: "devices" });
  #dictation = new Dictation({
    longest: LONGEST,
    on: { began: () => this.#began(), level: (level) => this.#level(level), heard: (...what) => this.#show(...what) },
  });

  nodes = [h("section", { class: "panel", "aria-label": "Check" }, this.#dictation.element, this.#result), this.#devices];

  leave() {
    this.#dictation.leave();
  }

  async #began() {
    this.#heard = false;
    fill(this.#result);
    // Their names are told only once the microphone may be used.
    const all = await navigator.mediaDevices.enumerateDevices();
    const found = all.filter(({ kind, deviceId }) => kind === "audioinput" && deviceId !== "communications");
    if (found.length > 1) fill(this.#devices, deviceField(found));
  }

  #level(level) {
    if (this.#heard || level < AUDIBLE) return;
    this.#heard = true;
    fill(this.#result, h("p", { class: "status", data: { tone: "good" } }, "Your microphone hears something."));
    announce("Your microphone hears something.");
  }

  #show({ text, delivery }, sound) {
    const play = h("button", { type: "button", class: "button", on: { click: () => playBack(sound) } }, icon("play"), "Listen");
    const verdict = text
      ? notice("good", h("h2", {}, "You are heard"), h("p", {}, "Understood: ", h("q", {}, text)))
      : notice("warn", h("h2", {}, "Nobody was heard"), h("p", {}, advice(delivery, this.#heard)));
    fill(this.#result, verdict, h("p", { class: "choices" }, play));
    announce(text ? `You are heard. Understood: ${text}` : "Nobody was heard.");
  }
}

function advice(delivery, loud) {
  if (loud) return "There was sound, but no speech in it. Come closer, and try again.";
  return "The microphone gave no sound at all. Is it muted, or is another one chosen?";
}

function deviceField(devices) {
  const chosen = recall("microphone", "default");
  const change = (event) => remember("microphone", event.target.value);
  const option = ({ deviceId, label }) => h("option", { value: deviceId, selected: deviceId === chosen }, label);
  return h(
    "div",
    { class: "labelled" },
    h("label", { for: "field-device" }, "Microphone, from the next recording on"),
    h(
      "div",
      { class: "select" },
      h("select", { id: "field-device", class: "field", on: { change } }, devices.map(option)),
      icon("chevron"),
    ),
  );
}

/** Plays what was just recorded, which has no address. */
async function playBack(sound) {
  const context = new AudioContext();
  const source = context.createBufferSource();
  source.buffer = await context.decodeAudioData(await sound.arrayBuffer());
  source.connect(context.destination);
  source.onended = () => context.close();
  source.start();
}

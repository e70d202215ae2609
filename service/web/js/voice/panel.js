/** What stands under the answer box about a spoken answer: how it is going, and what was heard. */

import { address } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { deliveryFacts } from "./delivery.js";

export class Panel {
  #line = h("p", { class: "status" });
  #choices = h("div", { class: "choices" });
  #doubts = h("div");
  #heard = h("div");

  /** What was heard while it is spoken: inside the box. */
  soFar = h("p", { class: "so-far", hidden: true });
  /** How it is going. */
  standing = h("div", { class: "spoken-line", hidden: true }, this.#line, this.#choices);
  /** What was heard in the end. */
  result = h("div", {}, this.#doubts, this.#heard);

  /**
   * Says how it is going, aloud as well.
   *
   * @param {string} tone good, warn, bad or ""
   * @param {string} text
   * @param {{label: string, action: () => void}[]} [choices]
   */
  say(tone, text, choices = []) {
    this.standing.hidden = !text;
    this.#line.dataset.tone = tone;
    if (text !== this.#line.textContent) {
      fill(this.#line, text);
      if (text) announce(text);
    }
    const labels = choices.map(({ label }) => label).join();
    if (labels === this.#choices.dataset.labels) return; // the focus stays where it is
    this.#choices.dataset.labels = labels;
    fill(this.#choices, choices.map(choice));
  }

  /** @param {string} text that was heard so far */
  showSoFar(text) {
    this.soFar.hidden = !text;
    fill(this.soFar, h("b", {}, "Heard so far "), text);
  }

  /** @param {Node | null} list @returns {boolean} false where the focus was in it and finds no place any more */
  showDoubts(list) {
    const rows = () => [...this.#doubts.querySelectorAll("li")];
    const at = rows().findIndex((row) => row.contains(document.activeElement));
    fill(this.#doubts, list);
    if (at < 0) return true;
    const row = rows()[at] ?? rows().at(-1);
    row?.querySelector("button").focus();
    return row !== undefined;
  }

  /** @param {object | null} transcript a Transcript @param {string} path of the question */
  showTranscript(transcript, path) {
    const play = transcript && player(`${path}/recording/audio`);
    fill(this.#heard, transcript && h("div", { class: "heard" }, play, deliveryFacts(transcript)));
  }
}

function choice({ label, action }) {
  return h("button", { type: "button", class: "button small", on: { click: action } }, label);
}

/** Plays a recording that the server keeps, and says so where it does not any more. */
export function player(path) {
  const gone = () => audio.replaceWith(h("p", { class: "soft small" }, "The sound is not kept any more."));
  const props = { controls: true, preload: "none", src: address(path), "aria-label": "Your recording" };
  const audio = h("audio", { ...props, on: { error: gone } });
  return audio;
}

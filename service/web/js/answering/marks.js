/**
 * Places in a text area that are marked, and that stay on their words while the text around them changes.
 *
 * A text area cannot mark anything: a copy of its text stands behind it, with only the marks visible.
 */

import { fill, h } from "../dom.js";

const WORDLIKE = /[\p{L}\p{N}]/u;

/**
 * @typedef {object} Mark offsets in UTF-16 units, as in a text area
 * @property {number} start
 * @property {number} end
 * @property {string} quote
 * @property {string[]} suggestions
 */

export class Marks {
  #area;
  #changed;
  #text = "";
  #copy = h("div", { class: "copy" });

  /** @type {Mark[]} in order */
  list = [];
  element = h("div", { class: "marks", "aria-hidden": "true" }, this.#copy);

  /**
   * @param {HTMLTextAreaElement} area
   * @param {() => void} changed marks came, moved or went
   */
  constructor(area, changed) {
    this.#area = area;
    this.#changed = changed;
    area.addEventListener("scroll", () => this.#align());
    new ResizeObserver(() => this.#align()).observe(area);
  }

  /** @param {Mark[]} list */
  set(list) {
    this.list = list;
    this.#text = this.#area.value;
    this.#draw();
    this.#changed();
  }

  /** The text is another: marks move with their words, and those whose words were touched go. */
  edited() {
    const before = this.list;
    if (before.length) this.list = moved(before, this.#text, this.#area.value);
    this.#text = this.#area.value;
    if (!before.length) return;
    this.#draw();
    this.#changed();
  }

  remove(mark) {
    this.set(this.list.filter((other) => other !== mark));
  }

  #draw() {
    const pieces = [];
    let at = 0;
    for (const { start, end } of this.list) {
      pieces.push(this.#text.slice(at, start), h("span", { class: "doubt" }, this.#text.slice(start, end)));
      at = end;
    }
    fill(this.#copy, this.list.length > 0 && [pieces, this.#text.slice(at)]);
    this.#align();
  }

  #align() {
    this.#copy.style.setProperty("width", `${this.#area.clientWidth}px`);
    this.#copy.style.setProperty("transform", `translateY(${-this.#area.scrollTop}px)`);
  }
}

/** `marks` of the text `before`, where they are in `after`; those that were touched are left out. */
export function moved(marks, before, after) {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head++;
  let tail = 0;
  while (tail < shorter - head && before[before.length - 1 - tail] === after[after.length - 1 - tail]) tail++;
  const shift = after.length - before.length;
  return marks
    .map((mark) => {
      if (mark.end <= head) return mark;
      if (mark.start >= before.length - tail) return { ...mark, start: mark.start + shift, end: mark.end + shift };
      return null;
    })
    .filter((mark) => mark && whole(mark, after));
}

/** Whether it is still a word of its own. */
function whole({ start, end, quote }, text) {
  const grown = WORDLIKE.test(text[start - 1] ?? " ") || WORDLIKE.test(text[end] ?? " ");
  return text.slice(start, end) === quote && !grown;
}

/** How loud it is, as bars that wander to the left; one bar for those who asked for less motion. Decoration: words say what matters. */

import { h } from "../dom.js";

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const STEP = 8;
const BAR = 4;

export class Meter {
  #levels = [];

  element = h("canvas", { class: "meter", width: 480, height: 72, "aria-hidden": "true" });

  /** @param {number} level from 0 to 1 */
  push(level) {
    const { width } = this.element;
    this.#levels = [...this.#levels, level].slice(-Math.floor(width / STEP));
    const pen = this.#pen();
    if (calm.matches) this.#bar(pen, 0, Math.max(BAR, level * width), 12);
    else
      this.#levels.forEach((value, index) =>
        this.#bar(pen, width - (this.#levels.length - index) * STEP, BAR, Math.max(BAR, value ** 2 * 72)),
      );
  }

  clear() {
    this.#levels = [];
    this.#pen();
  }

  #pen() {
    const { width, height } = this.element;
    const pen = this.element.getContext("2d");
    pen.clearRect(0, 0, width, height);
    pen.fillStyle = getComputedStyle(this.element).color;
    return pen;
  }

  #bar(pen, left, width, height) {
    pen.beginPath();
    pen.roundRect(left, (this.element.height - height) / 2, width, height, BAR / 2);
    pen.fill();
  }
}

/** The tools for speaking in the dock of the answer box: record and stop, pause and go on, level and time. */

import { fill, h, unseen } from "../dom.js";
import { clock } from "../format.js";
import { icon } from "../icons.js";
import { Meter } from "./meter.js";

/** What the main button says in each state. */
const BUTTON = {
  idle: ["mic", "Record"],
  asking: ["mic", "Record"],
  recording: ["stop", "Stop"],
  paused: ["stop", "Stop"],
  sending: ["mic", "Record"],
  hearing: ["mic", "Record"],
  heard: ["mic", "Record again"],
  elsewhere: ["mic", "Record"],
  discarding: ["mic", "Record"],
  stuck: ["mic", "Record again"],
};
const OFF = ["asking", "sending", "hearing", "elsewhere", "discarding"];

export class Controls {
  #meter = new Meter();
  #time = h("span", { class: "took" });
  #live = h("div", { class: "live-level", hidden: true }, this.#meter.element, unseen("Recorded: "), this.#time);
  #record;
  #pause;
  #pausable;

  /**
   * @param {object} actions
   * @param {() => void} actions.record record, stop, or record again
   * @param {(() => void) | null} [actions.pause] pause, or go on; null where it cannot be paused
   */
  constructor({ record, pause = null }) {
    this.#pausable = pause !== null;
    const props = { type: "button", class: "button record", "aria-keyshortcuts": "Alt+R", on: { click: record } };
    this.#record = h("button", props);
    this.#pause = h("button", { type: "button", class: "button quiet round", hidden: true, on: { click: pause } });
    this.element = h("div", { class: "speak" }, this.#record, this.#pause, this.#live);
    this.show("idle");
  }

  show(state) {
    const [name, words] = BUTTON[state];
    const going = state === "recording" || state === "paused";
    fill(this.#record, icon(name), h("span", {}, words));
    // Not `disabled`: the focus stays, and whoever presses it early is told why nothing happens.
    this.#record.setAttribute("aria-disabled", String(OFF.includes(state)));
    this.element.dataset.state = state;
    fill(this.#pause, icon(state === "paused" ? "mic" : "pause"), unseen(state === "paused" ? "Go on" : "Pause recording"));
    this.#pause.hidden = !going || !this.#pausable;
    this.#live.hidden = !going;
    if (!going) this.#meter.clear();
  }

  /** @param {number} level from 0 to 1 @param {number} seconds recorded */
  draw(level, seconds) {
    this.#meter.push(level);
    const words = clock(Math.floor(seconds));
    if (this.#time.textContent !== words) this.#time.textContent = words;
  }

  focus() {
    this.#record.focus();
  }
}

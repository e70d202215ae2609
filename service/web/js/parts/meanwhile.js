/** Why a grade is provisional, and what its successor says so far. */

import { fill, h, unseen } from "../dom.js";
import { icon } from "../icons.js";
import { plural } from "../format.js";
import { pointTag } from "./common.js";

const LABELS = {
  met: { icon: "check", words: ": made" },
  partial: { icon: "half", words: ": made in part" },
  missed: { icon: "cross", words: ": left out" },
};

export class Meanwhile {
  #reason = h("p", { class: "reason" });
  #count = h("p", { class: "soft small" });
  #list = h("ul", { class: "arriving", "aria-label": "Verdicts so far" });
  #feedback = h("p", { class: "said-so-far" });
  #verdicts = new Map();
  #points;
  #why;
  #next;

  /** @param {object} attempt an AttemptOut with a provisional grade */
  constructor({ grade, review, status }) {
    this.#points = review.key_points;
    this.#why = grade.provisional;
    this.#next =
      status === "submitted"
        ? "The final grade will replace this one by itself, also if you leave."
        : "This grade stands until the answer is graded again.";
    this.element = h("div", { class: "meanwhile" }, this.#reason, this.#count, this.#list, this.#feedback);
    this.reached(null);
    this.#show();
  }

  /** What the server tells: a `verdict`, `feedback`, or a `setback`, after which what was told before does not count. */
  told(name, data) {
    if (name === "verdict") this.#verdicts.set(data.point, data.label);
    if (name === "feedback") fill(this.#feedback, data.text);
    if (name === "setback") {
      this.#why = data.reason;
      this.#verdicts.clear();
      fill(this.#feedback);
      this.reached(null);
    }
    this.#show();
  }

  /** Tells whether the server can be reached: `error` says that it cannot. */
  reached(error) {
    const text = error ? "The server cannot be reached. Your answer is saved there." : `${this.#why} ${this.#next}`;
    if (this.#reason.textContent !== text) fill(this.#reason, text);
  }

  #show() {
    const told = this.#points.filter(({ id }) => this.#verdicts.has(id));
    const count = `${told.length} of ${plural(this.#points.length, "key point")} graded so far:`;
    fill(this.#count, told.length > 0 && count);
    this.#list.hidden = !told.length;
    fill(
      this.#list,
      told.map(({ id, criterion }) => {
        const label = this.#verdicts.get(id);
        return h("li", { data: { label } }, pointTag(id, criterion), icon(LABELS[label].icon), unseen(LABELS[label].words));
      }),
    );
  }
}

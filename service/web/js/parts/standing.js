/** What stands at the head of an answer's page: its score, that it is being graded, or why there is no grade. */

import { announce, fill, h } from "../dom.js";
import { change, CRITERIA, plural, points } from "../format.js";
import { dimension, notice } from "./common.js";
import { changeLine, criterionBar, excessNote, ring, waitingRing } from "./score.js";

/** Milliseconds after which most grades are there. */
const USUAL = 15_000;
const SAYINGS = {
  waiting: ["", "Your answer is saved, and the grade appears here by itself. Meanwhile, compare it with the model answer."],
  slow: ["", "It takes longer than usual. You need not wait: the grade will also stand in the report and under Progress."],
  away: ["warn", "The server cannot be reached. Your answer is saved there, and this page keeps asking for the grade."],
};

/**
 * @param {object} attempt a graded AttemptOut
 * @param {Element} [meanwhile] what is said of a provisional grade
 */
export function score({ grade, previous }, meanwhile = null) {
  return h(
    "section",
    { class: "summary", "aria-label": "Score" },
    h(
      "div",
      { class: "total" },
      ring(grade.overall),
      h(
        "div",
        {},
        h("p", { class: "band" }, grade.band),
        meanwhile && h("p", { class: "badge" }, "Provisional"),
        previous && changeLine(change(previous.change)),
        excessNote(grade.excess),
        h("p", { class: "soft small" }, gradedBy(grade)),
      ),
    ),
    h("ul", { class: "bars" }, grade.criteria.map(criterionBar)),
    meanwhile,
  );
}

/** Who graded it, and what a person says or a model took. */
function gradedBy({ grader, note, usage }) {
  if (grader.name === "person") return `A person graded this: ${note}`;
  return [`Graded by ${grader.name}, version ${grader.version}`, ...grader.models, ...spent(usage)].join(", ");
}

/** @param {object | null} usage a UsageOut */
function spent(usage) {
  if (!usage) return [];
  if (usage.reused) return ["as an equal answer before"];
  const tokens = `${(usage.prompt_tokens + usage.completion_tokens).toLocaleString("en")} tokens`;
  return usage.price === null ? [tokens] : [tokens, `price ${Number(usage.price.toPrecision(2))}`];
}

/** @param {object} attempt an AttemptOut without a grade */
export function noGrade({ ungraded_reason: reason }) {
  const text = `${reason ?? "The grader could not decide."} Your answer is kept.`;
  return notice("warn", h("h2", {}, "No grade"), h("p", {}, text));
}

/** The score's place while the grade is on its way, and of its size. */
export class Waiting {
  #line = h("p", { class: "status" });
  #state = "";
  #late = false;
  #timer;

  /** @param {object} review a Review */
  constructor(review) {
    const names = [...new Set(review.key_points.map(({ criterion }) => criterion))];
    const text = h("div", {}, h("p", { class: "band" }, "Being graded"), this.#line);
    this.element = h(
      "section",
      { class: "summary waiting", "aria-label": "Grading" },
      h("div", { class: "total" }, waitingRing(), text),
      h(
        "ul",
        { class: "bars" },
        names.map((name) => emptyBar(name, review)),
      ),
    );
    this.#say("waiting");
    this.#timer = setTimeout(() => {
      this.#late = true;
      if (this.#state === "waiting") this.#say("slow");
    }, USUAL);
  }

  /** The waiting is over, or the page is left. */
  stop() {
    clearTimeout(this.#timer);
  }

  /** Tells whether the server can be reached: `error` says that it cannot. */
  reached(error) {
    this.#say(error ? "away" : this.#late ? "slow" : "waiting");
  }

  #say(state) {
    if (state === this.#state) return;
    const [tone, text] = SAYINGS[state];
    // The first state is no news: the page has just been opened on it.
    if (this.#state) announce(state === "waiting" ? `Connected again. ${text}` : text);
    this.#state = state;
    this.#line.dataset.tone = tone;
    fill(this.#line, text);
  }
}

function emptyBar(name, review) {
  const list = review.key_points.filter(({ criterion }) => criterion === name);
  return h(
    "li",
    { data: { d: name } },
    h("div", { class: "bar-head" }, dimension(name, CRITERIA[name])),
    h("div", { class: "segments", "aria-hidden": "true" }, list.map(() => h("i"))),
    h("p", { class: "soft small" }, `${plural(list.length, "key point")}.`),
  );
}

/** What has come of an answer, in a sentence. @param {object} attempt an AttemptOut */
export function verdict({ status, grade, ungraded_reason: reason }) {
  if (status === "submitted") return "Being graded.";
  const graded = grade?.provisional ? "Provisionally graded" : "Graded";
  return grade ? `${graded}: ${points(grade.overall)} of 100, ${grade.band}.` : `No grade. ${reason ?? ""}`;
}

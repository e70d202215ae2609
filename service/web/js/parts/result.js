/** An answer with what has become of it. It can be shown while it is graded: the grade then comes into the page. */

import { announce, h } from "../dom.js";
import { duration, moment, plural } from "../format.js";
import { focusHeading } from "../router.js";
import { steadily, swap } from "../swap.js";
import { answerText } from "./answer-text.js";
import { showArrived } from "./arrived.js";
import { section } from "./common.js";
import { followUps, keyPoints, modelAnswer, pitfalls, relatedQuestions } from "./review.js";
import { liftsSection, mistakesSection, numbersPanel, rubricPanel } from "./rubric.js";
import { Meanwhile } from "./meanwhile.js";
import { noGrade, score, verdict, Waiting } from "./standing.js";

/** The parts that a grade changes, each made of an AttemptOut; one may be nothing. */
const PARTS = {
  feedback: ({ grade }) => grade?.feedback && section("Feedback", { class: "panel" }, h("p", {}, grade.feedback)),
  mistakes: (attempt) => attempt.grade && mistakesSection(attempt.grade, attempt),
  lifts: ({ grade }) => grade && liftsSection(grade),
  said: ({ answer, grade }) => answerText(answer, grade),
  numbers: ({ grade }) => grade && numbersPanel(grade),
  rubric: (attempt) => (attempt.grade ? rubricPanel(attempt.grade, attempt) : keyPoints(attempt.review)),
  next: ({ grade, review }) => followUps(review, grade?.follow_up),
};

export class Result {
  #standing;
  #waiting;
  #meanwhile;
  #parts = {};
  #marks;

  /**
   * @param {object} attempt an AttemptOut
   * @param {Node | null} spoken what there is of it as it was spoken
   */
  constructor(attempt, spoken = null) {
    this.#standing = this.#head(attempt);
    for (const name of Object.keys(PARTS)) this.#parts[name] = part(name, attempt);
    const { feedback, mistakes, lifts, said, numbers, rubric, next } = this.#parts;
    const { review } = attempt;
    const answer = section("Your answer", { class: "panel" }, said, facts(attempt), spoken);
    const model = modelAnswer(review);
    const related = relatedQuestions(review);
    this.#marks = [answer, model, related].filter(Boolean);
    this.nodes = [
      this.#standing,
      feedback,
      mistakes,
      lifts,
      h(
        "div",
        { class: "columns" },
        h("div", { class: "stack" }, answer, numbers, model),
        h("div", { class: "stack" }, rubric, pitfalls(review)),
      ),
      next,
      related,
    ];
  }

  /** Shows what has become of it meanwhile, without moving what is being read. */
  show(attempt) {
    steadily(this.#standing, this.#marks, () => {
      this.#standing = swap(this.#standing, this.#head(attempt));
      for (const name of Object.keys(PARTS)) this.#parts[name] = swap(this.#parts[name], part(name, attempt));
    });
    announce(verdict(attempt));
    if (this.#standing.getBoundingClientRect().bottom <= 0) showArrived(verdict(attempt), this.#standing, goUp);
  }

  /** Tells whether the server can be reached, while the grade is waited for. */
  reached(error) {
    (this.#waiting ?? this.#meanwhile)?.reached(error);
  }

  /** Shows what the server tells of a grade that is being made. */
  told(name, data) {
    steadily(this.#standing, this.#marks, () => this.#meanwhile?.told(name, data));
  }

  /** The page is left. */
  stop() {
    this.#waiting?.stop();
  }

  #head(attempt) {
    this.#waiting?.stop();
    const { grade, status } = attempt;
    this.#waiting = status === "submitted" && !grade ? new Waiting(attempt.review) : null;
    this.#meanwhile = grade?.provisional ? new Meanwhile(attempt) : null;
    if (this.#waiting) return this.#waiting.element;
    return grade ? score(attempt, this.#meanwhile?.element) : noGrade(attempt);
  }
}

/** A part of the page, or what keeps its place. */
const part = (name, attempt) => PARTS[name](attempt) || document.createComment(name);

function facts({ removed_at: removed, words, seconds_used: used, timed_out: timedOut }) {
  const list = [removed ? `removed on ${moment(removed)}` : plural(words, "word"), `${duration(used)} used`, timedOut && "time ran out"];
  return h("p", { class: "facts-line" }, list.filter(Boolean).join(" · "));
}

function goUp() {
  scrollTo({ top: 0 });
  focusHeading();
}

/** A topic's questions in the order to learn them, each with what its reader has made of it. */

import { h, unseen } from "../dom.js";
import { plural } from "../format.js";
import { icon } from "../icons.js";
import { practise } from "../practise.js";
import { actionButton, scoreMark, section, traits } from "./common.js";

/** @param {object[]} steps PathSteps @param {string} topic the topic's id */
export function learningPath(steps, topic) {
  const next = steps.find(({ tries }) => !tries);
  const done = steps.filter(({ tries }) => tries).length;
  return section(
    "Learning path",
    { class: "path" },
    h("p", { class: "soft" }, `${plural(steps.length, "question")} in the order to learn them, ${done} tried so far.`),
    h(
      "ol",
      { class: "rows" },
      steps.map((step, index) => stepRow(step, { number: index + 1, next: step === next, topic })),
    ),
  );
}

function stepRow(step, { number, next, topic }) {
  const { question } = step;
  const label = [step.tries ? "Again" : "Practise this", unseen(`: ${question.title}`), icon("arrow")];
  const start = actionButton({ class: next ? "button primary" : "button" }, label, () =>
    practise({ question_ids: [question.id] }),
  );
  return h(
    "li",
    { class: "row question-row step", data: { tried: step.tries > 0 } },
    h("span", { class: "step-number", "aria-hidden": "true" }, step.tries ? icon("check") : String(number)),
    h(
      "div",
      { class: "step-body" },
      question.topic !== topic && h("p", { class: "eyebrow" }, `From ${question.topic_title}`),
      h("h3", {}, h("a", { href: `/questions/${question.id}` }, question.title), next && nextMark()),
      h("p", { class: "asks" }, question.prompt),
      h("div", { class: "about" }, traits(question), standing(step)),
    ),
    start,
  );
}

const nextMark = () => h("span", { class: "next-mark" }, "Next");

/** How often a question was tried, and with what result; the last try is a link. */
function standing({ tries, best, last, attempt_id: attempt }) {
  if (!tries) return h("p", { class: "standing soft small" }, "Not tried yet");
  const words = [plural(tries, "try", "tries"), tries > 1 && best !== null && `best ${Math.round(best)}`];
  return h(
    "p",
    { class: "standing small" },
    h("a", { href: `/attempts/${attempt}` }, "Last: ", scoreMark(last)),
    h("span", { class: "soft" }, words.filter(Boolean).join(", ")),
  );
}

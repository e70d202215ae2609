/** The figures of a report: means, dimensions, and what they are means of. */

import { h } from "../dom.js";
import { duration, plural, points } from "../format.js";
import { dimension, rail } from "./common.js";
import { ring, waitingRing } from "./score.js";

/** The rows of a report whose grade is still to come. @param {object} report a ReportOut */
export const waitingRows = (report) => report.questions.filter((row) => row.attempt_status === "submitted");

/**
 * A strict session is judged on all its questions, a practice session on what was answered; both figures are shown. While
 * grades are to come, the mean of all questions would count them 0: only the mean of the others says something.
 */
export function reportSummary(report) {
  const left = waitingRows(report).length;
  const strict = report.session.mode === "strict" && !left;
  const headline = strict ? report.strict_mean : report.answered_mean;
  return h(
    "section",
    { class: "summary", "aria-label": "Result" },
    h(
      "div",
      { class: "total" },
      headline !== null ? ring(headline, left > 0) : left > 0 && waitingRing(),
      h(
        "div",
        {},
        h("p", { class: "band" }, `${report.answered} of ${report.session.questions} answered`),
        h(
          "div",
          { class: "soft small" },
          left ? soFar(report, left) : means(report, strict),
          h("p", {}, `${duration(report.seconds_used)} used`),
        ),
      ),
    ),
    report.dimensions.length > 0 &&
      h("ul", { class: "bars" }, report.dimensions.map((mean) => dimensionBar(mean, left > 0))),
  );
}

function means(report, strict) {
  const all = h("p", {}, "Mean of all questions: ", figure(report.strict_mean), ". No grade counts 0.");
  const graded =
    report.answered_mean !== null && h("p", {}, "Mean of the graded answers: ", figure(report.answered_mean));
  return strict ? [all, graded] : [graded, all];
}

function soFar(report, left) {
  return [
    h("p", { class: "being-graded" }, `${plural(left, "answer")} being graded`),
    report.answered_mean !== null &&
      h("p", {}, "Mean of the graded answers so far: ", figure(report.answered_mean)),
    h("p", {}, "The mean of all questions follows with the last grade."),
  ];
}

const figure = (mean) => h("strong", {}, points(mean));

function dimensionBar({ name, title, mean, questions }, sofar) {
  return h(
    "li",
    { data: { d: name } },
    h("div", { class: "bar-head" }, dimension(name, title), h("span", { class: "figure" }, points(mean))),
    rail(mean),
    h("p", { class: "soft small" }, `Mean of ${plural(questions, "answer")}${sofar ? " so far" : ""}.`),
  );
}

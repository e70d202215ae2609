/** How a session went: the means, each dimension, each question, and files to take away. */

import { address, get } from "../api.js";
import { h, unseen } from "../dom.js";
import { clock, duration, MODES, moment, plural, points, QUESTION_STATES, SESSION_STATES } from "../format.js";
import { icon } from "../icons.js";
import { dimension, rail, scoreMark, section } from "../parts/common.js";
import { ring } from "../parts/score.js";

const FORMATS = [
  ["csv", "CSV"],
  ["json", "JSON"],
  ["markdown", "Markdown"],
];

export async function reportPage({ params: [id], signal }) {
  const report = await get(`/sessions/${encodeURIComponent(id)}/report`, { signal });
  const { session } = report;
  const going = !["finished", "abandoned"].includes(session.state);
  const state = session.state === "finished" ? null : SESSION_STATES[session.state];
  const eyebrow = [`${MODES[session.mode]} session`, moment(session.finished_at ?? session.created_at), state];
  const body = h(
    "div",
    { class: "page wide report" },
    h("p", { class: "eyebrow" }, eyebrow.filter(Boolean).join(" · ")),
    h("h1", { class: "title" }, session.title),
    summary(report),
    section("Questions", {}, h("ol", { class: "rows" }, report.questions.map((question) => row(question, session.id)))),
    h("div", { class: "takeaway" }, downloads(session.id), printButton()),
    h(
      "div",
      { class: "actions" },
      h("a", { class: "button", href: "/history" }, "Your progress"),
      onward(session, going),
    ),
  );
  return { title: `Report: ${session.title}`, body };
}

/** A strict session is judged on all its questions, a practice session on what was answered; both figures are shown. */
function summary(report) {
  const strict = report.session.mode === "strict";
  const headline = strict ? report.strict_mean : report.answered_mean;
  const all = h(
    "p",
    {},
    "Mean of all questions: ",
    h("strong", {}, points(report.strict_mean)),
    ". No grade counts 0.",
  );
  const answered =
    report.answered_mean !== null &&
    h("p", {}, "Mean of the graded answers: ", h("strong", {}, points(report.answered_mean)));
  return h(
    "section",
    { class: "summary", "aria-label": "Result" },
    h(
      "div",
      { class: "total" },
      headline !== null && ring(headline),
      h(
        "div",
        {},
        h("p", { class: "band" }, `${report.answered} of ${report.session.questions} answered`),
        h(
          "div",
          { class: "soft small" },
          strict ? [all, answered] : [answered, all],
          h("p", {}, `${duration(report.seconds_used)} used`),
        ),
      ),
    ),
    report.dimensions.length > 0 && h("ul", { class: "bars" }, report.dimensions.map(dimensionBar)),
  );
}

function dimensionBar({ name, title, mean, questions }) {
  return h(
    "li",
    { data: { d: name } },
    h("div", { class: "bar-head" }, dimension(name, title), h("span", { class: "figure" }, points(mean))),
    rail(mean),
    h("p", { class: "soft small" }, `Mean of ${plural(questions, "answer")}.`),
  );
}

function row(question, session) {
  const { attempt_id: attempt, question_id: id, state, overall } = question;
  const read = state === "revealed" && `/sessions/${session}/answers/${question.position}`;
  const href = attempt ? `/attempts/${attempt}` : read || (id && `/questions/${id}`);
  const title = question.title ?? "Not opened";
  const name = h(
    "span",
    {},
    `${question.position}. ${title}`,
    h("small", {}, details(question)),
    criteria(question.criteria),
  );
  const score = h(
    "span",
    { class: "row-score" },
    changeMark(question.change),
    scoreMark(overall, state === "submitted" ? "No grade" : "–"),
  );
  return h("li", { class: "row" }, h(href ? "a" : "div", { class: "row-link", href }, name, score));
}

function details(question) {
  const { state, seconds_used: used, limit_seconds: limit } = question;
  const time = used > 0 && (limit === null ? `${clock(used)} used` : `${clock(used)} of ${clock(limit)}`);
  return [QUESTION_STATES[state], time, question.hint_used && "with a hint"].filter(Boolean).join(" · ");
}

/** The dimensions of one answer as small figures in their hues. */
function criteria(scores) {
  const entries = Object.entries(scores);
  if (!entries.length) return null;
  return h(
    "small",
    { class: "small-figures" },
    entries.map(([name, score]) => h("span", {}, dimension(name), ` ${points(score)}`)),
  );
}

function changeMark(change) {
  if (change === null || !Math.round(change)) return null;
  const up = change > 0;
  const size = points(Math.abs(change));
  return h(
    "span",
    { class: "change", data: { tone: up ? "up" : "down" } },
    icon(up ? "rise" : "fall"),
    unseen(up ? "up " : "down "),
    size,
  );
}

function downloads(id) {
  const link = ([format, label]) =>
    h(
      "a",
      { class: "button", href: address(`/sessions/${id}/report?format=${format}`), download: true },
      icon("down"),
      unseen("Download as "),
      label,
    );
  return FORMATS.map(link);
}

function printButton() {
  return h("button", { type: "button", class: "button", on: { click: () => print() } }, icon("print"), "Print");
}

function onward(session, going) {
  if (going)
    return h("a", { class: "button primary", href: `/sessions/${session.id}` }, "Back to the session", icon("arrow"));
  return h("a", { class: "button primary", href: "/" }, "Practise again", icon("arrow"));
}

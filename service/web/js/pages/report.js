/** How a session went: the means, each dimension, each question, and files to take away. */

import { address, get } from "../api.js";
import { announce, h, unseen } from "../dom.js";
import { clock, MODES, moment, points, QUESTION_STATES, SESSION_STATES } from "../format.js";
import { outcomes, whileHere } from "../grading/follow.js";
import { icon } from "../icons.js";
import { dimension, scoreMark, section } from "../parts/common.js";
import { reportSummary, waitingRows } from "../parts/report-summary.js";
import { verdict } from "../parts/standing.js";
import { steadily, swap } from "../swap.js";

const FORMATS = [
  ["csv", "CSV"],
  ["json", "JSON"],
  ["markdown", "Markdown"],
];

export async function reportPage({ params: [id], signal }) {
  const path = `/sessions/${encodeURIComponent(id)}/report`;
  const report = await get(path, { signal });
  const { session } = report;
  const going = !["finished", "abandoned"].includes(session.state);
  const state = session.state === "finished" ? null : SESSION_STATES[session.state];
  const eyebrow = [`${MODES[session.mode]} session`, moment(session.finished_at ?? session.created_at), state];
  const figures = new Figures(report);
  const body = h(
    "div",
    { class: "page wide report" },
    h("p", { class: "eyebrow" }, eyebrow.filter(Boolean).join(" · ")),
    h("h1", { class: "title" }, session.title),
    figures.summary,
    section("Questions", {}, figures.list),
    h("div", { class: "takeaway" }, downloads(session.id), printButton()),
    h(
      "div",
      { class: "actions" },
      h("a", { class: "button", href: "/history" }, "Your progress"),
      onward(session, going),
    ),
  );
  const shown = () => whileHere(figures.keepUp(() => get(path, { signal }), signal));
  return { title: `Report: ${session.title}`, body, shown };
}

/** What grades that come late change in a report. */
class Figures {
  #report;
  #rows;

  constructor(report) {
    this.#report = report;
    this.#rows = report.questions.map((question) => row(question, report.session.id));
    this.summary = reportSummary(report);
    this.list = h("ol", { class: "rows" }, this.#rows);
  }

  /** Reads the report again with each grade that was still to come. */
  keepUp(read, signal) {
    const waiting = () => waitingRows(this.#report).map(({ attempt_id: id }) => id);
    return outcomes(waiting, async (attempt) => this.#show(await read(), attempt), signal);
  }

  #show(report, attempt) {
    const before = this.#report.questions.map((question) => JSON.stringify(question));
    steadily(this.summary, [this.list], () => {
      this.summary = swap(this.summary, reportSummary(report));
      report.questions.forEach((question, index) => {
        if (JSON.stringify(question) === before[index]) return;
        this.#rows[index] = swap(this.#rows[index], row(question, report.session.id));
      });
    });
    this.#report = report;
    announce(`${attempt.title}: ${verdict(attempt)}`);
  }
}

function row(question, session) {
  const { attempt_id: attempt, attempt_status: status, question_id: id, state, overall } = question;
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
    scoreMark(overall, status, "–", question.provisional),
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

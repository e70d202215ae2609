/** What became of an answer: the score, the words that earned it, what was left out, and what to read. */

import { ApiError, get, passing, post } from "../api.js";
import { h } from "../dom.js";
import { change, duration, plural } from "../format.js";
import { icon } from "../icons.js";
import { answerText } from "../parts/answer-text.js";
import { actionButton, notice, section } from "../parts/common.js";
import { followUps, modelAnswer, pitfalls, relatedQuestions, reviewSections } from "../parts/review.js";
import { liftsSection, mistakesSection, numbersPanel, rubricPanel } from "../parts/rubric.js";
import { changeLine, criterionBar, excessNote, ring } from "../parts/score.js";
import { attempt as trying } from "../practise.js";
import { navigate, reload } from "../router.js";

const POLL = 2000;
const GOING = ["running", "overdue", "paused"];

export async function attemptPage({ params: [id], signal }) {
  const attempt = await get(`/attempts/${encodeURIComponent(id)}`, { signal });
  const session = attempt.session_id ? await sessionOf(attempt, signal) : null;
  const { question } = attempt.review;
  const place = session && session.questions.length > 1 ? ` · ${attempt.position} of ${session.questions.length}` : "";
  const body = h(
    "div",
    { class: "page wide" },
    h("p", { class: "eyebrow" }, h("a", { href: `/topics/${question.topic}` }, question.topic_title), place),
    h("h1", { class: "asked small" }, question.prompt),
    attempt.grade ? graded(attempt) : ungraded(attempt),
    h("div", { class: "actions" }, againButton(attempt), session && onward(session)),
  );
  if (attempt.status === "submitted") waitForGrade(attempt.id, signal);
  return { title: question.title, body };
}

/** Shows the page anew once the grade is there, unless somebody has gone elsewhere. */
async function waitForGrade(id, signal) {
  while (!signal.aborted) {
    await new Promise((done) => setTimeout(done, POLL));
    try {
      const { status } = await get(`/attempts/${id}`, { signal });
      if (status !== "submitted") return reload();
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!passing(error)) throw error;
    }
  }
}

/** The session may be gone; the attempt stays. */
async function sessionOf(attempt, signal) {
  try {
    return await get(`/sessions/${attempt.session_id}`, { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function graded(attempt) {
  const { grade, review } = attempt;
  return [
    summary(attempt),
    mistakesSection(grade),
    liftsSection(grade),
    h(
      "div",
      { class: "columns" },
      h("div", { class: "stack" }, yourAnswer(attempt), numbersPanel(grade), modelAnswer(review)),
      h("div", { class: "stack" }, rubricPanel(grade), pitfalls(review)),
    ),
    followUps(review, grade.follow_up),
    relatedQuestions(review),
  ];
}

function ungraded(attempt) {
  const waiting = attempt.status === "submitted";
  const title = waiting ? "Being graded" : "No grade";
  const text = waiting
    ? "This page shows the grade as soon as it is there."
    : `${attempt.ungraded_reason ?? "The grader could not decide."} Your answer is kept.`;
  return [notice("warn", h("h2", {}, title), h("p", {}, text)), yourAnswer(attempt), reviewSections(attempt.review)];
}

function summary({ grade, previous }) {
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
        previous && changeLine(change(previous.change)),
        excessNote(grade.excess),
        h("p", { class: "soft small" }, `Graded by ${grade.grader.name}, version ${grade.grader.version}`),
      ),
    ),
    h("ul", { class: "bars" }, grade.criteria.map(criterionBar)),
  );
}

function yourAnswer(attempt) {
  const facts = [
    plural(attempt.words, "word"),
    `${duration(attempt.seconds_used)} used`,
    attempt.timed_out && "time ran out",
  ];
  return section(
    "Your answer",
    { class: "panel" },
    answerText(attempt.answer, attempt.grade),
    h("p", { class: "facts-line" }, facts.filter(Boolean).join(" · ")),
  );
}

function againButton(attempt) {
  return actionButton({ class: "button" }, [icon("retry"), "Try again"], () =>
    trying(async () => {
      const session = await post(`/attempts/${attempt.id}/retry`);
      await navigate(`/sessions/${session.id}`);
    }),
  );
}

/** Where the session goes from here. */
function onward(session) {
  const open = session.questions.some(({ state }) => state === "open" || state === "draft");
  const unseen = session.questions.some(({ state }) => state === "unseen");
  if (!GOING.includes(session.state))
    return h("a", { class: "button primary", href: `/sessions/${session.id}/report` }, "See the report", icon("arrow"));
  const finish = actionButton({ class: "button" }, "Finish", () =>
    trying(async () => {
      await post(`/sessions/${session.id}/finish`);
      await navigate(`/sessions/${session.id}/report`);
    }),
  );
  const label = open ? "Back to the question" : "Next question";
  const next =
    (open || unseen) && h("a", { class: "button primary", href: `/sessions/${session.id}` }, label, icon("arrow"));
  return h("span", { class: "onward" }, finish, next);
}

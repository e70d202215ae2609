/** For reviewers: assigning a session to a cohort, and where everybody stands with it. */

import { get, post, put, remove } from "../api.js";
import { h } from "../dom.js";
import { fromLocal, MODES, moment, plural, SESSION_STATES, toLocal, WINDOWS } from "../format.js";
import { icon } from "../icons.js";
import { actionButton, scoreMark, section } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { numberField } from "../parts/fields.js";
import { sendingForm, textField } from "../parts/form.js";
import { sessionForm } from "../parts/session-form.js";
import { navigate, reload } from "../router.js";

const WEEK = 7 * 24 * 60 * 60 * 1000;

export async function assignPage({ params: [id], signal }) {
  const path = `/cohorts/${encodeURIComponent(id)}`;
  const [cohort, { topics }] = await Promise.all([get(path, { signal }), get("/topics", { signal })]);
  const now = Date.now();
  const more = [
    titleField(),
    timeField("opens", "Opens", new Date(now)),
    timeField("closes", "Closes", new Date(now + WEEK)),
    attemptsField(1),
  ];
  const assign = async (plan, form) => {
    const { title, opens, closes, attempts } = Object.fromEntries(new FormData(form));
    const window = { opens_at: fromLocal(opens), closes_at: fromLocal(closes) };
    const made = await post(`${path}/assignments`, { title, ...window, attempts: Number(attempts), plan });
    await navigate(`/assignments/${made.id}`, { replace: true });
  };
  const body = h(
    "div",
    { class: "page broad" },
    h("p", { class: "eyebrow" }, h("a", { href: `/cohorts/${id}` }, cohort.name)),
    h("h1", { class: "title large" }, "Assign a session"),
    h("p", { class: "lead" }, "The questions are drawn once: everybody is asked the same."),
    sessionForm(topics, assign, { heading: "The assignment", action: "Assign", more }),
  );
  return { title: "Assign a session", body };
}

const titleField = (value = "") => textField("title", "Title", { maxlength: 100, value });
const timeField = (name, label, date) => textField(name, label, { type: "datetime-local", value: toLocal(date) });
const attemptsField = (value) => numberField("attempts", "Attempts", { min: 1, max: 20, value });

export async function assignmentPage({ params: [id], signal }) {
  const path = `/assignments/${encodeURIComponent(id)}`;
  const { assignment, people } = await get(`${path}/standing`, { signal });
  const { title, plan, questions, window, opens_at, closes_at, attempts, cohort_id } = assignment;
  const facts = [WINDOWS[window], `${moment(opens_at)} to ${moment(closes_at)}`, MODES[plan.mode], plural(questions.length, "question"), plural(attempts, "attempt")];
  const rows = people.map((stand) => standRow(stand, attempts));
  const body = h(
    "div",
    { class: "page" },
    h("p", { class: "eyebrow" }, h("a", { href: `/cohorts/${cohort_id}` }, "Cohort")),
    h("h1", { class: "title" }, title),
    h("p", { class: "lead" }, facts.join(" · ")),
    h("p", { class: "choices" }, h("a", { class: "button", href: `/overview?assignment=${id}` }, "Overview of the answers", icon("arrow"))),
    section(
      "Where everybody stands",
      { class: "panel" },
      rows.length > 0 ? h("ul", { class: "rows", "aria-label": "People" }, rows) : h("p", { class: "soft" }, "Nobody is in the cohort yet."),
    ),
    section("Change it", { class: "panel" }, changes(path, assignment)),
  );
  return { title, body };
}

function standRow({ name, member, begun, sessions }, attempts) {
  const state = begun ? `${begun} of ${plural(attempts, "attempt")}` : "Not begun";
  const what = ({ state, answered, finished_at, created_at }) =>
    [SESSION_STATES[state], `${answered} answered`, moment(finished_at ?? created_at)].join(" · ");
  const lines = sessions.map((session) =>
    h("li", {}, what(session), " ", scoreMark(session.score, session.answered ? "submitted" : null)),
  );
  const head = [state, !member && "no longer in the cohort"].filter(Boolean).join(" · ");
  const text = h("span", {}, name, h("small", {}, head), lines.length > 0 && h("ul", { class: "results" }, lines));
  return h("li", { class: "row" }, h("div", { class: "row-link" }, text));
}

function changes(path, assignment) {
  const { title, plan, opens_at, closes_at, attempts, cohort_id } = assignment;
  const fields = [titleField(title), timeField("closes", "Closes", new Date(closes_at)), attemptsField(attempts)];
  const change = async (values) => {
    const closes = fromLocal(values.closes);
    await put(path, { title: values.title, plan, opens_at, closes_at: closes, attempts: Number(values.attempts) });
    await reload();
  };
  const drop = actionButton({ class: "button" }, "Delete this assignment", async () => {
    const text = "The sessions that people began stay theirs.";
    if (!(await confirmed(`Delete ${title}?`, text, "Delete"))) return;
    await remove(path);
    await navigate(`/cohorts/${cohort_id}`, { replace: true });
  });
  const note = h("p", { class: "soft small" }, "Deadlines of strict sessions that run move with the end.");
  return [note, sendingForm("Change", fields, change), h("p", { class: "choices" }, drop)];
}

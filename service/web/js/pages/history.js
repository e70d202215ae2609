/** How answers have developed: scores over time, by dimension, by topic, and everything that was done. */

import { get, withQuery } from "../api.js";
import { h } from "../dom.js";
import { MODES, moment, plural, points, SESSION_STATES } from "../format.js";
import { icon } from "../icons.js";
import { attemptList } from "../parts/attempt-list.js";
import { scoreChart, scoreTable } from "../parts/chart.js";
import { dimension, nothing, rail, section } from "../parts/common.js";
import { growingList } from "../parts/growing-list.js";
import { steadily, swap } from "../swap.js";
import { me } from "../who.js";

const PAGE = "10";

export async function historyPage({ signal }) {
  const attempts = (cursor = "") => get(withQuery("/attempts", { cursor, limit: PAGE }), { signal });
  const sessions = (cursor = "") => get(withQuery("/sessions", { cursor, limit: PAGE }), { signal });
  const [progress, answered, practised, who] = await Promise.all([get("/progress", { signal }), attempts(), sessions(), me()]);
  let overview = development(progress, answered.items.filter(({ status }) => status === "submitted").length);
  const graded = async (left) => {
    const now = await get("/progress", { signal });
    steadily(overview, [list], () => (overview = swap(overview, development(now, left))));
  };
  const list = attemptList({ label: "Answers", first: answered, more: attempts, signal, graded });
  const body = h(
    "div",
    { class: "page wide" },
    h("h1", { class: "title" }, "Progress"),
    overview,
    answered.items.length > 0 && section("Answers", {}, list),
    practised.items.length > 0 &&
      section(
        "Sessions",
        { id: "sessions" },
        growingList({ label: "Sessions", first: practised, more: sessions, row: sessionRow }),
      ),
    who?.way === "local" && h("p", { class: "choices" }, h("a", { class: "button", href: "/account" }, "Your data")),
  );
  const shown = () => location.hash === "#sessions" && document.getElementById("sessions")?.scrollIntoView();
  return { title: "Progress", body, shown };
}

/** Means and scores; `left` answers are still to be graded. @returns {Node} */
function development(progress, left) {
  if (progress.scores.length > 0) return h("div", { class: "development" }, figures(progress, left));
  if (left > 0) return nothing("Your first score appears here as soon as the answer is graded.");
  const text = "Your scores appear here after the first graded answer: over time, by dimension and by topic.";
  return nothing(text, h("a", { class: "button primary", href: "/" }, "Answer the first question", icon("arrow")));
}

function figures({ answers, scores, dimensions, topics }, left) {
  const [first, last] = [scores[0], scores.at(-1)].map(({ overall }) => points(overall));
  const title =
    scores.length > 1 ? `From ${first} to ${last} in ${plural(answers, "answer")}` : `Your first score: ${first}`;
  const soFar = left > 0 && h("p", { class: "soft small being-graded" }, `So far: ${plural(left, "answer")} being graded`);
  return [
    section(title, { class: "panel" }, soFar, scoreChart(scores), scoreTable(scores)),
    h(
      "div",
      { class: "columns even" },
      section("By dimension", { class: "panel" }, h("ul", { class: "rails" }, dimensions.map(dimensionRow))),
      section("By topic", { class: "panel" }, h("ul", { class: "rails" }, topics.map(topicRow))),
    ),
  ];
}

function dimensionRow({ name, title, now, before }) {
  const was = before !== null && h("small", {}, ` was ${points(before)}`);
  return h(
    "li",
    { data: { d: name } },
    h("div", { class: "bar-head" }, dimension(name, title), h("span", { class: "figure" }, points(now), was)),
    rail(now, before),
  );
}

function topicRow({ topic, title, mean, answers }) {
  const figure = h("span", { class: "figure" }, points(mean), h("small", {}, ` ${plural(answers, "answer")}`));
  return h("li", {}, h("div", { class: "bar-head" }, h("a", { href: `/topics/${topic}` }, title), figure), rail(mean));
}

function sessionRow(session) {
  const over = ["finished", "abandoned"].includes(session.state);
  const href = over ? `/sessions/${session.id}/report` : `/sessions/${session.id}`;
  const details = [MODES[session.mode], SESSION_STATES[session.state], moment(session.created_at)].join(" · ");
  const done = h("span", { class: "soft" }, `${session.answered} of ${session.questions} answered`);
  return h(
    "li",
    { class: "row" },
    h("a", { class: "row-link", href }, h("span", {}, session.title, h("small", {}, details)), done),
  );
}

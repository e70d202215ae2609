/** The form that plans a session: topics on one side, how to practise on the other. */

import { ApiError, Unreachable } from "../api.js";
import { fill, h } from "../dom.js";
import { LEVELS, plural } from "../format.js";
import { icon } from "../icons.js";
import { setTimeFactor, timeFactor, TIME_FACTORS } from "../practise.js";
import { recall, remember } from "../storage.js";
import { choiceGroup, numberField, selectField } from "./fields.js";

const MODE_CHOICES = [
  { value: "practice", label: "Practice", note: "Hints, pauses and extra minutes. The clock informs and never locks." },
  { value: "strict", label: "Strict", note: "As in the room: when time is up, your draft is handed in." },
];
const QUESTION_TIMES = [
  ["", "As suggested for each"],
  ["60", "1 minute"],
  ["120", "2 minutes"],
  ["180", "3 minutes"],
  ["300", "5 minutes"],
  ["600", "10 minutes"],
  ["none", "No limit"],
];
const TOTAL_TIMES = [
  ["", "No limit"],
  ["600", "10 minutes"],
  ["900", "15 minutes"],
  ["1800", "30 minutes"],
  ["2700", "45 minutes"],
  ["3600", "1 hour"],
];
const MOST = 50;

/**
 * @param {object[]} topics each a TopicOut
 * @param {(spec: object, form: HTMLFormElement) => Promise<void>} begin gets a SessionCreate
 * @param {object} [others] where it is a session for others, whose time factor and habits are not known here
 * @param {string} others.heading
 * @param {string} others.action on the button
 * @param {Node[]} others.more fields
 */
export function sessionForm(topics, begin, others = null) {
  const fields = makeFields(topics, others);
  const summary = h("p", { class: "soft", "aria-live": "polite" });
  const problem = h("p", { class: "status", role: "alert", data: { tone: "bad" } });
  const start = h("button", { type: "submit", class: "button primary large" }, others?.action ?? "Start", icon("arrow"));
  const form = h(
    "form",
    { class: "plan", on: { change: update, submit } },
    fields.topics,
    h(
      "div",
      { class: "how" },
      h("div", { class: "how-fields" }, h("h2", {}, others?.heading ?? "Your session"), fields.how),
      h("div", { class: "go" }, summary, start, problem),
    ),
  );

  function update() {
    const spec = readSpec(form);
    const count = matching(topics, spec);
    start.disabled = !count;
    summary.textContent = count
      ? `${plural(Math.min(count, spec.count), "question")} ${whence(topics, spec)}`
      : "No question fits these choices.";
    fields.untimed.disabled = spec.mode === "strict";
    if (others) return;
    setTimeFactor(spec.time_factor);
    remember("mode", spec.mode);
  }

  async function submit(event) {
    event.preventDefault();
    if (start.disabled) return;
    start.disabled = true;
    fill(problem);
    try {
      await begin(readSpec(form), form);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      problem.textContent = error.message;
    }
    start.disabled = false;
  }

  update();
  return form;
}

function makeFields(topics, others) {
  const questionTime = selectField("seconds", "Time for each question", QUESTION_TIMES);
  const factors = TIME_FACTORS.map((factor) => ({
    value: String(factor),
    label: factor === 1 ? "Standard" : `${factor} ×`,
  }));
  const levels = Object.entries(LEVELS).map(([value, label]) => ({ value, label }));
  return {
    untimed: questionTime.querySelector("option[value=none]"),
    topics: h(
      "fieldset",
      { class: "topics" },
      h("legend", {}, "Topics", h("small", {}, "None chosen means all of them.")),
      h("div", { class: "topic-grid" }, topics.map(topicCard)),
    ),
    how: [
      others?.more,
      choiceGroup("mode", "Mode", MODE_CHOICES, others ? "strict" : recall("mode", "practice")),
      numberField("count", "Questions", { min: 1, max: MOST, value: 5 }),
      questionTime,
      selectField("total", "Time for the whole session", TOTAL_TIMES),
      !others && choiceGroup("factor", "Extra time", factors, String(timeFactor()), { compact: true }),
      choiceGroup("level", "Level", levels, null, { compact: true, several: true }),
    ],
  };
}

function topicCard(topic) {
  return h(
    "label",
    { class: "topic-card" },
    h("input", { type: "checkbox", name: "topic", value: topic.id, disabled: !topic.questions }),
    h("span", { class: "name" }, topic.title),
    h("span", { class: "number" }, plural(topic.questions, "question")),
    h("span", { class: "blurb" }, topic.blurb),
    icon("check"),
  );
}

/** What the form says, as a SessionCreate. */
function readSpec(form) {
  const data = new FormData(form);
  const seconds = data.get("seconds");
  const mode = data.get("mode");
  const count = Math.round(Number(data.get("count"))) || 1;
  const factor = data.get("factor");
  return {
    topics: data.getAll("topic"),
    levels: data.getAll("level"),
    count: Math.min(Math.max(count, 1), MOST),
    mode,
    untimed: seconds === "none" && mode === "practice",
    seconds_per_question: Number(seconds) || null,
    total_seconds: Number(data.get("total")) || null,
    ...(factor && { time_factor: Number(factor) }),
  };
}

/** How many questions of the bank fit. */
function matching(topics, spec) {
  const inTopic = (topic) =>
    spec.levels.length ? spec.levels.reduce((sum, level) => sum + (topic.levels[level] ?? 0), 0) : topic.questions;
  return topics
    .filter(({ id }) => !spec.topics.length || spec.topics.includes(id))
    .reduce((sum, topic) => sum + inTopic(topic), 0);
}

function whence(topics, spec) {
  if (!spec.topics.length) return "from all topics";
  const names = topics.filter(({ id }) => spec.topics.includes(id)).map(({ title }) => title);
  return names.length <= 2 ? `from ${names.join(" and ")}` : `from ${names.length} topics`;
}

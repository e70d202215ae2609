/** A topic: what to know before practising on it, a list to check oneself, and its questions in the order to learn them. */

import { get } from "../api.js";
import { h } from "../dom.js";
import { LEVELS, plural } from "../format.js";
import { icon } from "../icons.js";
import { answerTemplate } from "../parts/answer-template.js";
import { actionButton, section } from "../parts/common.js";
import { learningPath } from "../parts/learning-path.js";
import { questionRow } from "../parts/question-row.js";
import { selfCheck } from "../parts/self-check.js";
import { attempt, practise, startCards } from "../practise.js";

const COUNT = 5;
const CARDS = 10;

export async function topicPage({ params: [id], signal }) {
  const address = `/topics/${encodeURIComponent(id)}`;
  const [topic, { steps }, { topics }] = await Promise.all([
    get(address, { signal }),
    get(`${address}/path`, { signal }),
    get("/topics", { signal }),
  ]);
  const others = topic.items.filter((item) => !steps.some(({ question }) => question.id === item.id));
  const related = topics.filter((other) => topic.related.includes(other.id));
  const start = actionButton({ class: "button primary large" }, ["Practise this topic", icon("arrow")], () =>
    practise({ topics: [id], count: COUNT }),
  );
  const cards = actionButton({ class: "button large" }, [icon("cards"), "Drill on cards"], () =>
    attempt(() => startCards({ topics: [id], count: CARDS })),
  );
  const body = h(
    "div",
    { class: "page wide" },
    h(
      "p",
      { class: "eyebrow" },
      h("a", { href: "/questions" }, "Questions"),
      ` · ${plural(topic.questions, "question")}${levels(topic)}`,
    ),
    h("h1", { class: "title" }, topic.title),
    h("p", { class: "lead" }, topic.blurb),
    h("p", { class: "choices" }, start, cards, printButton()),
    section(
      "Key concepts",
      { class: "concepts" },
      h(
        "ul",
        {},
        topic.key_concepts.map((concept) => h("li", {}, concept)),
      ),
    ),
    answerTemplate(topic.answer_template),
    selfCheck(topic),
    learningPath(steps, id),
    others.length > 0 && section("More questions", {}, h("ul", { class: "rows" }, others.map(otherRow))),
    related.length > 0 && section("Related topics", {}, h("p", { class: "tags large" }, related.map(topicLink))),
  );
  return { title: topic.title, body };
}

const otherRow = (question) => questionRow(question, { showTopic: false });

const printButton = () =>
  h("button", { type: "button", class: "button large", on: { click: () => print() } }, icon("print"), "Print");

function levels(topic) {
  const parts = Object.entries(topic.levels).filter(([, count]) => count);
  return parts.length
    ? ` (${parts.map(([level, count]) => `${count} ${LEVELS[level].toLowerCase()}`).join(", ")})`
    : "";
}

const topicLink = (topic) => h("a", { class: "tag", href: `/topics/${topic.id}` }, topic.title);

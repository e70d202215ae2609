/** A topic: what to know before practising on it, and its questions. */

import { get } from "../api.js";
import { h } from "../dom.js";
import { LEVELS, plural } from "../format.js";
import { icon } from "../icons.js";
import { actionButton, section } from "../parts/common.js";
import { questionRow } from "../parts/question-row.js";
import { practise } from "../practise.js";

const COUNT = 5;

export async function topicPage({ params: [id], signal }) {
  const [topic, { topics }] = await Promise.all([
    get(`/topics/${encodeURIComponent(id)}`, { signal }),
    get("/topics", { signal }),
  ]);
  const related = topics.filter((other) => topic.related.includes(other.id));
  const start = actionButton({ class: "button primary large" }, ["Practise this topic", icon("arrow")], () =>
    practise({ topics: [id], count: COUNT }),
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
    h("p", { class: "choices" }, start),
    section(
      "Key concepts",
      { class: "concepts" },
      h(
        "ul",
        {},
        topic.key_concepts.map((concept) => h("li", {}, concept)),
      ),
    ),
    section(
      "Questions",
      {},
      h(
        "ul",
        { class: "rows" },
        topic.items.map((question) => questionRow(question, { showTopic: false })),
      ),
    ),
    related.length > 0 && section("Related topics", {}, h("p", { class: "tags large" }, related.map(topicLink))),
  );
  return { title: topic.title, body };
}

function levels(topic) {
  const parts = Object.entries(topic.levels).filter(([, count]) => count);
  return parts.length
    ? ` (${parts.map(([level, count]) => `${count} ${LEVELS[level].toLowerCase()}`).join(", ")})`
    : "";
}

const topicLink = (topic) => h("a", { class: "tag", href: `/topics/${topic.id}` }, topic.title);

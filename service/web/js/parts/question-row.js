/** A question in a list: what it asks, and a button to practise it alone. */

import { h, unseen } from "../dom.js";
import { icon } from "../icons.js";
import { practise } from "../practise.js";
import { actionButton, traits } from "./common.js";

/**
 * @param {object} question a QuestionSummary
 * @param {(tag: string) => string} tagAddress where a tag leads
 */
export function questionRow(question, { showTopic = true, tagAddress = (tag) => `/questions?tag=${tag}` } = {}) {
  const start = actionButton({ class: "button" }, ["Practise this", unseen(`: ${question.title}`), icon("arrow")], () =>
    practise({ question_ids: [question.id] }),
  );
  const topic = h("a", { href: `/topics/${question.topic}` }, question.topic_title);
  const tags = question.tags.map((tag) => h("a", { class: "tag", href: tagAddress(tag) }, tag));
  return h(
    "li",
    { class: "row question-row" },
    h(
      "div",
      {},
      showTopic && h("p", { class: "eyebrow" }, topic),
      h("h3", {}, h("a", { href: `/questions/${question.id}` }, question.title)),
      h("p", { class: "asks" }, question.prompt),
      h(
        "div",
        { class: "about" },
        traits(question),
        tags.length > 0 && h("p", { class: "tags" }, unseen("Tags: "), tags),
      ),
    ),
    start,
  );
}

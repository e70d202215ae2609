/** One question before it is answered: what it asks, its neighbours, and earlier tries. */

import { get, withQuery } from "../api.js";
import { h } from "../dom.js";
import { month } from "../format.js";
import { icon } from "../icons.js";
import { attemptList } from "../parts/attempt-list.js";
import { actionButton, section, traits } from "../parts/common.js";
import { practise } from "../practise.js";

export async function questionPage({ params: [id], signal }) {
  const tries = (cursor = "") => get(withQuery("/attempts", { question_id: id, cursor, limit: "10" }), { signal });
  const [question, first] = await Promise.all([get(`/questions/${encodeURIComponent(id)}`, { signal }), tries()]);
  const related = await Promise.all(question.related.map((other) => get(`/questions/${other}`, { signal })));
  const start = actionButton({ class: "button primary large" }, ["Practise this", icon("arrow")], () =>
    practise({ question_ids: [id] }),
  );
  const body = h(
    "div",
    { class: "page" },
    h(
      "p",
      { class: "eyebrow" },
      h("a", { href: `/topics/${question.topic}` }, question.topic_title),
      ` · ${question.title}`,
    ),
    h("h1", { class: "asked" }, question.prompt),
    h(
      "div",
      { class: "about" },
      traits(question),
      h("p", { class: "tags" }, question.tags.map(tagLink)),
      checked(question),
    ),
    h("p", { class: "choices" }, start),
    first.items.length > 0 &&
      section("Your tries", {}, attemptList({ label: "Your tries", first, more: tries, signal })),
    related.length > 0 && section("Related questions", {}, h("ul", { class: "rows" }, related.map(relatedRow))),
  );
  return { title: question.title, body };
}

/** When its statements were checked. */
function checked({ as_of: asOf }) {
  return asOf && h("p", { class: "soft small" }, `Checked in ${month(asOf)}.`);
}

const tagLink = (tag) => h("a", { class: "tag", href: `/questions?tag=${tag}` }, tag);

export function relatedRow(question) {
  const link = h(
    "a",
    { href: `/questions/${question.id}`, class: "row-link" },
    h("span", {}, question.title, h("small", {}, question.prompt)),
    icon("arrow"),
  );
  return h("li", { class: "row" }, link);
}

/** The answer to a question that was shown instead of answered. */

import { get } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { reviewSections } from "../parts/review.js";

export async function answerPage({ params: [id, position], signal }) {
  const path = `/sessions/${encodeURIComponent(id)}`;
  const [session, review] = await Promise.all([
    get(path, { signal }),
    get(`${path}/questions/${position}/review`, { signal }),
  ]);
  const more = session.questions.some(({ state }) => ["unseen", "open", "draft"].includes(state));
  const body = h(
    "div",
    { class: "page wide" },
    h("p", { class: "eyebrow" }, `${review.question.topic_title} · answer shown`),
    h("h1", { class: "asked small" }, review.question.prompt),
    reviewSections(review),
    h(
      "div",
      { class: "actions" },
      h("a", { class: "button primary", href: more ? path : `${path}/report` }, more ? "Next question" : "See the report", icon("arrow")),
    ),
  );
  return { title: review.question.title, body };
}

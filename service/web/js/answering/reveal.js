/** The answer to a question that was shown instead of answered. It has no address: it is there once. */

import { h } from "../dom.js";
import { icon } from "../icons.js";
import { reviewSections } from "../parts/review.js";
import { focusHeading, reload } from "../router.js";

/**
 * @param {object} session a SessionOut, as it was before
 * @param {object} review a Review
 * @returns {import("../router.js").Page}
 */
export function revealPage(session, review) {
  const more = session.questions.some(({ state }) => state === "unseen");
  const next = h(
    "button",
    { type: "button", class: "button primary", on: { click: reload } },
    more ? "Next question" : "See the report",
    icon("arrow"),
  );
  const body = h(
    "div",
    { class: "page wide" },
    h("p", { class: "eyebrow" }, `${review.question.topic_title} · answer shown`),
    h("h1", { class: "asked small" }, review.question.prompt),
    reviewSections(review),
    h("div", { class: "actions" }, next),
  );
  const shown = () => {
    focusHeading();
    scrollTo({ top: 0, behavior: "instant" });
  };
  return { title: review.question.title, body, shown };
}

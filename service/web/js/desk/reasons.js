/** Why an answer lies on the desk, and what was said of it before. */

import { h } from "../dom.js";
import { moment } from "../format.js";
import { notice, section } from "../parts/common.js";
import { called, reason } from "./words.js";

/** @param {object} found a ReviewedAttempt */
export function reasons({ reviews, names }) {
  const open = reviews.filter(({ closed_at: closed }) => !closed);
  const closed = reviews.filter(({ closed_at: at }) => at);
  return [
    open.length > 0 && section("To be looked at", {}, h("ul", { class: "stack" }, open.map(waiting))),
    closed.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, `Looked at before: ${closed.length}`),
        h("ul", { class: "past" }, closed.map((review) => done(review, names))),
      ),
  ];
}

function waiting(review) {
  const words = review.kind === "dispute" && h("p", {}, h("q", {}, review.text));
  return h("li", {}, notice("warn", h("p", {}, h("strong", {}, reason(review)), ` · ${moment(review.created_at)}`), words));
}

function done(review, names) {
  const { kind, text, closed_at: at, closed_by: who, reply } = review;
  const by = who ? `, by ${called(who, names)}` : "";
  return h(
    "li",
    {},
    h("strong", {}, reason(review)),
    kind === "dispute" && [": ", h("q", {}, text)],
    ` Closed ${moment(at)}${by}`,
    reply && [": ", h("q", {}, reply)],
  );
}

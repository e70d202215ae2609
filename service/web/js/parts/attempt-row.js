/** An attempt in a list. */

import { h } from "../dom.js";
import { duration, moment } from "../format.js";
import { scoreMark } from "./common.js";

/** @param {object} attempt an AttemptSummary */
export function attemptRow(attempt) {
  const details = [moment(attempt.submitted_at), duration(attempt.seconds_used), attempt.timed_out && "time ran out"];
  const without = attempt.status === "submitted" ? "Being graded" : "No grade";
  return h(
    "li",
    { class: "row" },
    h(
      "a",
      { href: `/attempts/${attempt.id}`, class: "row-link" },
      h("span", {}, attempt.title, h("small", {}, details.filter(Boolean).join(" · "))),
      scoreMark(attempt.overall, without),
    ),
  );
}

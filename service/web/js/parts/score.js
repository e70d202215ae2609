/** How a grade is drawn: a ring for the whole, a bar of points for each dimension. */

import { h, svg } from "../dom.js";
import { points } from "../format.js";
import { icon } from "../icons.js";
import { dimension } from "./common.js";

const circle = (name, props) => svg("circle", { class: name, cx: 60, cy: 60, r: 52, ...props });

/** A ring that is filled to `score` of 100. `sofar` where there are grades to come. */
export function ring(score, sofar = false) {
  const text = (name, y, words) => svg("text", { class: name, x: 60, y, "aria-hidden": "true" }, words);
  const label = `Score ${sofar ? "so far " : ""}${points(score)} of 100`;
  return svg(
    "svg",
    { viewBox: "0 0 120 120", class: "score-ring", role: "img", "aria-label": label },
    circle("track", {}),
    score > 0 &&
      circle("value", { pathLength: 100, "stroke-dasharray": `${score} 100`, transform: "rotate(-90 60 60)" }),
    text("number", 65, points(score)),
    text("of", 84, sofar ? "so far" : "of 100"),
  );
}

/** The ring while there is no score yet. */
export function waitingRing() {
  return svg(
    "svg",
    { viewBox: "0 0 120 120", class: "score-ring waiting", "aria-hidden": "true" },
    circle("track", {}),
    circle("value", { pathLength: 100, "stroke-dasharray": "18 82" }),
  );
}

/** @param {{icon: string, tone: string, text: string}} change of `format.change` */
export function changeLine(change) {
  return h("p", { class: "change", data: { tone: change.tone } }, icon(change.icon), change.text);
}

/** Why the score is less than its parts come to. @param {object | null} excess an ExcessOut */
export function excessNote(excess) {
  if (!excess) return null;
  const { words, limit, otherwise } = excess;
  const lost = otherwise > 0 && ` Within them this would have earned ${points(otherwise)}.`;
  const text = `${words} words, where at most ${limit} were asked for.`;
  return h("p", { class: "excess small" }, h("strong", {}, "Too long. "), text, lost);
}

/** A dimension of a grade: a segment for each key point. @param {object} criterion a CriterionOut */
export function criterionBar(criterion) {
  const count = (label) => criterion.points.filter((point) => point.label === label).length;
  const parts = [`${count("met")} of ${criterion.points.length} made`];
  if (count("partial")) parts.push(`${count("partial")} in part`);
  if (criterion.capped) parts.push("held down by a mistake");
  return h(
    "li",
    { data: { d: criterion.name } },
    h(
      "div",
      { class: "bar-head" },
      dimension(criterion.name, criterion.title),
      h("span", { class: "figure" }, points(criterion.score)),
    ),
    h(
      "div",
      { class: "segments", "aria-hidden": "true" },
      criterion.points.map(({ label }) => h("i", { data: { label } })),
    ),
    h("p", { class: "soft small" }, `${parts.join(", ")}.`),
  );
}

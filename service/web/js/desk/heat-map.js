/** Dimensions × questions as a table whose cells are tinted by their mean. The figures say the same without colour. */

import { h, unseen } from "../dom.js";
import { CRITERIA, points } from "../format.js";
import { dimension } from "../parts/common.js";

const NOTE =
  "The mean of the grades that count, from 0 to 100, and over how many answers (n). " +
  "The deeper the tint, the higher the mean.";

/** @param {object} found an OverviewOut */
export function heatMap({ questions, dimensions, overall }) {
  const head = h(
    "tr",
    {},
    h("th", { scope: "col" }, "Question"),
    Object.keys(CRITERIA).map((name) => h("th", { scope: "col" }, dimension(name))),
    h("th", { scope: "col" }, "Whole"),
  );
  const all = row({ overall, dimensions }, "All");
  const link = ({ question_id: id, title }) => h("a", { href: `/review?question=${id}` }, title);
  const each = questions.map((question) => row(question, link(question)));
  const table = h(
    "table",
    { class: "heat", "aria-describedby": "heat-note" },
    h("thead", {}, head),
    h("tbody", {}, each),
    h("tfoot", {}, all),
  );
  return [
    h("p", { id: "heat-note", class: "soft small" }, NOTE),
    h("div", { class: "wide-box", tabindex: "0", role: "group", "aria-label": "Questions and dimensions" }, table),
  ];
}

function row({ dimensions, overall }, title) {
  const of = Object.fromEntries(dimensions.map((each) => [each.name, each]));
  return h("tr", {}, h("th", { scope: "row" }, title), Object.keys(CRITERIA).map((name) => cell(of[name])), cell(overall));
}

function cell(mean) {
  if (!mean) return h("td", {}, h("span", { "aria-hidden": "true" }, "–"), unseen("not in the rubric"));
  return h("td", { class: "tinted", vars: { heat: mean.mean } }, points(mean.mean), " ", h("small", {}, `n ${mean.answers}`));
}

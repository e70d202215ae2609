/** What may be read once an answer was handed in or shown: model answer, notes, numbers, sources. */

import { h } from "../dom.js";
import { actionButton, dimension, pointTag, section } from "./common.js";
import { icon } from "../icons.js";
import { practise } from "../practise.js";
import { prose } from "./prose.js";

const STATUS = { verified: "Verified", contested: "Contested", unsourced: "No source" };

/** Everything, for a question that was shown. @param {object} review a Review */
export function reviewSections(review) {
  return [
    h(
      "div",
      { class: "columns" },
      h("div", { class: "stack" }, modelAnswer(review), pitfalls(review)),
      keyPoints(review),
    ),
    followUps(review),
    relatedQuestions(review),
  ];
}

/** Model answer with notes, numbers, words and sources. */
export function modelAnswer(review) {
  return section(
    "Model answer",
    { class: "panel model" },
    h("p", { class: "short" }, review.short_answer),
    h("details", { open: true }, h("summary", {}, "In full"), prose(review.model_answer.tree)),
    h(
      "details",
      {},
      h("summary", {}, "Deeper notes"),
      prose(review.deeper_notes.tree),
      numbers(review.numbers),
      glossary(review.glossary),
    ),
    sources(review),
  );
}

function numbers(list) {
  if (!list.length) return null;
  const row = (number) =>
    h(
      "tr",
      {},
      h("th", { scope: "row" }, number.says),
      h("td", { data: { align: "right" } }, `${number.value.toLocaleString()} ${number.unit}`),
      h("td", {}, number.formula ? h("code", {}, number.formula) : number.source),
      h("td", {}, STATUS[number.status]),
    );
  const head = ["What", "Value", "Whence", "Status"].map((title) => h("th", { scope: "col" }, title));
  const table = h("table", {}, h("thead", {}, h("tr", {}, head)), h("tbody", {}, list.map(row)));
  return h(
    "div",
    { class: "prose" },
    h("h3", {}, "Numbers worth knowing"),
    h("div", { class: "wide-box", tabindex: "0", role: "group", "aria-label": "Numbers worth knowing" }, table),
  );
}

function glossary(terms) {
  const entries = Object.entries(terms).filter(([, names]) => names.length);
  if (!entries.length) return null;
  const entry = ([term, names]) => [h("dt", {}, term), h("dd", {}, names.join(", "))];
  return h(
    "div",
    { class: "prose" },
    h("h3", {}, "Other words for it"),
    h("dl", { class: "terms" }, entries.map(entry)),
  );
}

function sources(review) {
  const item = ({ title, url, kind }) => {
    const name = url ? h("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, title) : title;
    return h("li", {}, name, kind === "community" && " (community)");
  };
  return h(
    "div",
    { class: "sources" },
    h("h3", {}, review.sources.length === 1 ? "Source" : "Sources"),
    h("ul", {}, review.sources.map(item)),
    review.as_of && h("p", {}, `Checked in ${review.as_of}.`),
  );
}

/** The points of the rubric by dimension, without a verdict. */
export function keyPoints(review) {
  const names = [...new Set(review.key_points.map(({ criterion }) => criterion))];
  const point = ({ id, criterion, says }) => h("li", { class: "point" }, pointTag(id, criterion), h("span", {}, says));
  const group = (name) =>
    h(
      "div",
      { class: "group" },
      h("h3", {}, dimension(name)),
      h("ul", {}, review.key_points.filter(({ criterion }) => criterion === name).map(point)),
    );
  return section("Key points", { class: "panel" }, names.map(group));
}

/** Misconceptions and what is right instead. */
export function pitfalls(review) {
  if (!review.pitfalls.length) return null;
  const entry = ({ says, correction }) => h("li", {}, h("p", { class: "myth" }, says), h("p", {}, correction));
  return section("Common pitfalls", { class: "panel" }, h("ul", { class: "pitfalls" }, review.pitfalls.map(entry)));
}

/** What an interviewer may ask next. `open` is the grader's own question about what was left out. */
export function followUps(review, open = null) {
  if (!review.follow_ups.length && !open) return null;
  return section(
    "An interviewer would ask next",
    {},
    open && h("p", { class: "asks-next" }, open),
    review.follow_ups.length > 0 && h("ul", { class: "rows" }, review.follow_ups.map(followUp)),
  );
}

function followUp({ question, question_id: id, short_answer: answer, key_points: points }) {
  if (!id)
    return h(
      "li",
      { class: "row" },
      h("details", { class: "follow-up" }, h("summary", {}, question), h("p", {}, answer), expected(points)),
    );
  const start = actionButton({ class: "row-link" }, [h("span", {}, question), icon("arrow")], () =>
    practise({ question_ids: [id] }),
  );
  return h("li", { class: "row" }, start);
}

/** What a good answer to a follow-up says. */
function expected(points) {
  if (!points.length) return null;
  return h(
    "ul",
    { class: "expected", "aria-label": "A good answer says" },
    points.map((point) => h("li", {}, point)),
  );
}

export function relatedQuestions(review) {
  if (!review.related.length) return null;
  const link = ({ id, title }) => h("a", { class: "tag", href: `/questions/${id}` }, title);
  return section("Related questions", {}, h("p", { class: "tags large" }, review.related.map(link)));
}

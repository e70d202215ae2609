/** The rubric with its verdicts, and what can be read off it: mistakes, numbers, and what would lift the score. */

import { h, unseen } from "../dom.js";
import { points } from "../format.js";
import { icon } from "../icons.js";
import { evidenceId } from "./answer-text.js";
import { dimension, pointTag, section } from "./common.js";
import { objection, personsNote } from "./objection.js";

const VERDICTS = {
  met: { icon: "check", words: "Made: " },
  partial: { icon: "half", words: "Made in part: " },
  missed: { icon: "cross", words: "Left out: " },
};

/** Every key point with its verdict, and a way to disagree. A point that was made leads to the words that show it. */
export function rubricPanel(grade, attempt) {
  const group = ({ name, title, points: list }) =>
    h(
      "div",
      { class: "group" },
      h("h3", {}, dimension(name, title)),
      h(
        "ul",
        {},
        list.map((point) => rubricPoint(point, name, attempt)),
      ),
    );
  return section("Rubric", { class: "panel" }, grade.criteria.map(group));
}

function rubricPoint(point, criterion, attempt) {
  const verdict = VERDICTS[point.label];
  const shown = point.evidence.length > 0 && `#${evidenceId(point.id)}`;
  return h(
    "li",
    { class: "point", data: { label: point.label } },
    icon(verdict.icon),
    pointTag(point.id, criterion, shown || null),
    h("span", {}, unseen(verdict.words), point.says),
    personsNote(point.note),
    objection(attempt, "point", point.id),
  );
}

/** At most three points that would raise the score. */
export function liftsSection(grade) {
  if (!grade.lifts.length) return null;
  const lift = ({ point, criterion, says, why, gain }) =>
    h(
      "li",
      { data: { d: criterion } },
      h(
        "p",
        { class: "says" },
        pointTag(point, criterion),
        says,
        h("span", { class: "gain" }, unseen(", worth "), `+${points(gain)}`),
      ),
      h("p", { class: "soft" }, why),
    );
  const title = grade.lifts.length === 1 ? "One point would lift this" : "What would lift this most";
  return section(title, {}, h("ol", { class: "lifts" }, grade.lifts.map(lift)));
}

/** What the answer got wrong, and what is right. */
export function mistakesSection(grade, attempt) {
  if (!grade.mistakes.length) return null;
  const entry = (mistake) =>
    h(
      "li",
      {},
      h(
        "p",
        { class: "quote" },
        mistake.evidence.length > 0
          ? h("a", { class: "point-tag bad", href: `#${evidenceId(mistake.id)}` }, mistake.id)
          : h("span", { class: "point-tag bad" }, mistake.id),
        mistake.evidence.length > 0 ? `“${mistake.evidence.map(({ quote }) => quote).join(" … ")}”` : mistake.says,
      ),
      h("p", {}, h("strong", {}, "Rather: "), mistake.correction),
      personsNote(mistake.note),
      objection(attempt, "mistake", mistake.id),
    );
  return section("What to correct", {}, h("ul", { class: "corrections" }, grade.mistakes.map(entry)));
}

/** Numbers that the answer states. */
export function numbersPanel(grade) {
  if (!grade.quantities.length) return null;
  const entry = ({ says, right, expected, evidence }) =>
    h(
      "li",
      { class: "point", data: { label: right ? "met" : "wrong" } },
      icon(right ? "check" : "cross"),
      h(
        "span",
        {},
        unseen(right ? "Right: " : "Wrong: "),
        says,
        ": ",
        h("q", {}, evidence.map(({ quote }) => quote).join(" … ")),
        !right && h("strong", {}, ` It is ${expected}.`),
      ),
    );
  return section("Numbers", { class: "panel" }, h("ul", {}, grade.quantities.map(entry)));
}

/** Small pieces that several pages share. */

import { h, unseen } from "../dom.js";
import { CRITERIA, EXPLANATIONS, FREQUENCIES, KINDS, LEVELS, minutes } from "../format.js";

/** The name of a dimension with its hue. */
export function dimension(name, title = CRITERIA[name]) {
  return h("span", { class: "dimension", data: { d: name } }, title);
}

/** The id of a key point as a tag in the hue of its dimension. */
export function pointTag(id, criterion, href) {
  return h(href ? "a" : "span", { class: "point-tag", data: { d: criterion }, href }, id);
}

/** Level, frequency, kind, suggested time and longest answer of a question. */
export function traits(question) {
  const list = [
    LEVELS[question.level],
    FREQUENCIES[question.frequency],
    KINDS[question.kind],
    EXPLANATIONS[question.explanation],
    minutes(question.minutes),
    question.max_words && `At most ${question.max_words} words`,
  ].filter(Boolean);
  return h(
    "ul",
    { class: "traits", "aria-label": "About this question" },
    list.map((trait) => h("li", {}, trait)),
  );
}

/** A section with a heading that names it. */
export function section(title, props, ...children) {
  const id = `section-${title.toLowerCase().replace(/[^a-z]+/g, "-")}`;
  return h("section", { ...props, "aria-labelledby": id }, h("h2", { id }, title), children);
}

/** A message in the flow of the page. `tone` is good, warn or bad. */
export function notice(tone, ...children) {
  return h("div", { class: "notice", data: { tone } }, children);
}

/** What is shown in place of a list that has nothing in it. */
export function nothing(text, ...more) {
  return h("div", { class: "nothing" }, h("p", {}, text), more);
}

/** A bar from 0 to 100 with, where known, a mark at an earlier value. The figures stand beside it in words. */
export function rail(now, before = null) {
  const mark = before === null ? null : h("b", { vars: { before } });
  return h("div", { class: "rail", "aria-hidden": "true" }, h("i", { vars: { now } }), mark);
}

/**
 * A score in a row of a list, or why there is none.
 *
 * @param {number | null} overall
 * @param {string | null} status of the attempt, null where there is none
 * @param {string} [none] what is shown without an attempt
 * @param {boolean} [provisional] whether another grade is to replace it
 */
export function scoreMark(overall, status, none = "", provisional = false) {
  const score = () => [unseen("Score "), String(Math.round(overall)), provisional && h("small", {}, " provisional")];
  if (overall !== null) return h("span", { class: "score-mark" }, score());
  if (status === "submitted") return h("span", { class: "score-mark none being-graded" }, "Being graded");
  return h("span", { class: "score-mark none" }, status ? "No grade" : none);
}

/** A button that cannot be sent twice: it is off while what it started goes on. */
export function actionButton(props, content, action) {
  const button = h("button", { type: "button", ...props, on: { click: run } }, content);
  async function run() {
    if (button.disabled) return;
    button.disabled = true;
    try {
      await action();
    } finally {
      button.disabled = false;
    }
  }
  return button;
}

/** What answers have in common: mistakes that they assert, key points that they leave out. */

import { h, unseen } from "../dom.js";
import { pointTag, section } from "../parts/common.js";

/** @param {string} title @param {object[]} entries CommonOut @param {string} none what is said where there are none */
export function mostCommon(title, entries, none) {
  const list = entries.length > 0 ? h("ol", { class: "common" }, entries.map(row)) : h("p", { class: "soft" }, none);
  return section(title, { class: "panel" }, list);
}

function row({ question_id: question, title, id, says, criterion, count, of, attempts }) {
  const share = Math.round((100 * count) / of);
  const answer = (attempt, index) =>
    h("a", { href: `/review/${attempt}?question=${question}` }, unseen(`Answer with ${id}: `), String(index + 1));
  return h(
    "li",
    {},
    h("p", {}, pointTag(id, criterion), " ", says),
    h(
      "p",
      { class: "soft small" },
      `${title}: in ${count} of ${of} (${share} %). Newest: `,
      attempts.map((attempt, index) => [index > 0 && ", ", answer(attempt, index)]),
    ),
  );
}

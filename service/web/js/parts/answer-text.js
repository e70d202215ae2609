/** An answer with the words that counted: evidence in the hue of its dimension, mistakes underlined. */

import { h, unseen } from "../dom.js";

/**
 * @typedef {object} Span offsets in code points
 * @property {number} start
 * @property {number} end
 * @property {string} id of the key point, mistake or quantity
 * @property {string} says
 * @property {"point" | "mistake"} kind
 * @property {string} dimension
 */

/** All evidence of a grade. @param {object} grade a GradeOut @returns {Span[]} */
function spansOf(grade) {
  const span =
    (kind, dimension, { id, says }) =>
    ({ start, end }) => ({ start, end, id, says, kind, dimension });
  const points = grade.criteria.flatMap(({ name, points }) =>
    points.flatMap((point) => point.evidence.map(span("point", name, point))),
  );
  const mistakes = grade.mistakes.flatMap((mistake) => mistake.evidence.map(span("mistake", mistake.caps, mistake)));
  return [...points, ...mistakes];
}

/**
 * The paragraph with the answer: cut wherever evidence begins or ends, as spans may overlap.
 *
 * @param {string | null} text null once it is kept no longer
 * @param {object | null} grade a GradeOut
 */
export function answerText(text, grade) {
  if (text === null) return h("p", { class: "soft" }, "This answer was removed: answers are kept here for a time only.");
  // JavaScript counts UTF-16 units, the server code points.
  const letters = Array.from(text);
  const spans = grade ? spansOf(grade) : [];
  const cuts = [...new Set([0, letters.length, ...spans.flatMap(({ start, end }) => [start, end])])].sort(
    (a, b) => a - b,
  );
  const seen = new Set();
  const pieces = cuts.slice(0, -1).map((from, index) => {
    const to = cuts[index + 1];
    const over = spans.filter(({ start, end }) => start <= from && end >= to);
    return piece(letters.slice(from, to).join(""), over, to, seen);
  });
  return h("p", { class: "said" }, pieces);
}

function piece(words, over, to, seen) {
  if (!over.length) return words;
  const points = over.filter(({ kind }) => kind === "point");
  const wrong = over.some(({ kind }) => kind === "mistake");
  const tags = over.filter(({ end }) => end === to).map(tag);
  const first = over.find(({ id }) => !seen.has(id));
  over.forEach(({ id }) => seen.add(id));
  const props = {
    id: first && evidenceId(first.id),
    title: over.map(({ says }) => says).join(" · "),
    class: wrong ? "wrong" : null,
    data: { shows: over.map(({ id }) => id).join(" "), ...(points.length && { d: points[0].dimension }) },
  };
  return h("mark", props, words, tags);
}

function tag({ id, kind, dimension }) {
  const words = kind === "mistake" ? " mistake " : " shows ";
  return h("sup", { data: kind === "mistake" ? {} : { d: dimension } }, unseen(words), id);
}

/** The id of the first words that show the point `id`. */
export const evidenceId = (id) => `evidence-${id}`;

/** The queue of reviews: what of it is shown, whether people are named, and what comes next. */

import { get, withQuery } from "../api.js";
import { recall, remember } from "../storage.js";

export const SHOWN = {
  "": "Everything open",
  dispute: "Disputed by candidates",
  "low-confidence": "Low confidence",
  disagreement: "Graders disagree",
  doubt: "Every doubt",
  closed: "Closed",
};
const FILTERS = {
  dispute: { kind: "dispute" },
  "low-confidence": { cause: "low-confidence" },
  disagreement: { cause: "disagreement" },
  doubt: { kind: "doubt" },
  closed: { closed: "true" },
};
const PAGE = "20";

/** Whether candidates and reviewers are shown by pseudonyms: it stays as chosen on this device. */
export const isBlind = () => recall("blind", true) !== false;
export const setBlind = (blind) => remember("blind", blind);
/** As a parameter of a request. */
export const blindness = () => ({ blind: String(isBlind()) });

/**
 * @typedef {{show: string, question: string}} Wish
 * @param {URLSearchParams} query
 * @returns {Wish}
 */
export const wishOf = (query) => ({ show: query.get("show") ?? "", question: query.get("question") ?? "" });

/** A page of the queue. @param {Wish} wish */
export const readQueue = ({ show, question }, signal, cursor = "") =>
  get(withQuery("/review", { ...FILTERS[show], question_id: question, cursor, limit: PAGE, ...blindness() }), { signal });

export const queuePath = (wish) => withQuery("/review", wish);

/** The desk with the answer that `review` is about. */
export const deskPath = (wish, review) => withQuery(`/review/${review.attempt_id}`, { ...wish, at: review.id });

/**
 * Where to go after the review `at`: to the next that is about another answer, else from the beginning, else to the queue.
 *
 * @param {Wish} wish
 * @param {string} at id of a review, which may be closed by now
 * @param {string} attempt
 */
export async function pathAfter(wish, at, attempt, signal) {
  for (const start of wish.show === "closed" ? [] : [at, ""]) {
    for (let cursor = start; cursor !== null; ) {
      const { items, next_cursor: next } = await readQueue(wish, signal, cursor);
      const found = items.find(({ attempt_id: id }) => id !== attempt);
      if (found) return deskPath(wish, found);
      cursor = next;
    }
  }
  return queuePath(wish);
}

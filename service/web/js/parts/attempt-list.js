/** Attempts in a list; those that wait for their grade get it while one looks. */

import { announce, h } from "../dom.js";
import { duration, moment } from "../format.js";
import { outcomes, whileHere } from "../grading/follow.js";
import { swap } from "../swap.js";
import { scoreMark } from "./common.js";
import { growingList } from "./growing-list.js";
import { verdict } from "./standing.js";

/**
 * @param {object} options
 * @param {string} options.label what the list holds, for screen readers
 * @param {object} options.first an AttemptPage
 * @param {(cursor: string) => Promise<object>} options.more
 * @param {AbortSignal} options.signal aborted when the page is left
 * @param {(left: number) => void | Promise<void>} [options.graded] told, with each grade that came, how many wait still
 */
export function attemptList({ label, first, more, signal, graded = () => {} }) {
  /** The rows of answers that wait, by attempt. */
  const waiting = new Map();
  let following = false;

  function row(attempt) {
    const made = attemptRow(attempt);
    if (attempt.status === "submitted") waiting.set(attempt.id, made);
    return made;
  }

  async function ended(attempt) {
    swap(waiting.get(attempt.id), attemptRow(attempt));
    waiting.delete(attempt.id);
    announce(`${attempt.title}: ${verdict(attempt)}`);
    await graded(waiting.size);
  }

  async function follow() {
    if (following) return;
    following = true;
    await whileHere(outcomes(() => [...waiting.keys()], ended, signal));
    following = false;
  }

  return growingList({ label, first, more, row, grown: follow });
}

/** @param {object} attempt an AttemptSummary */
function attemptRow(attempt) {
  const details = [moment(attempt.submitted_at), duration(attempt.seconds_used), attempt.timed_out && "time ran out"];
  return h(
    "li",
    { class: "row" },
    h(
      "a",
      { href: `/attempts/${attempt.id}`, class: "row-link" },
      h("span", {}, attempt.title, h("small", {}, details.filter(Boolean).join(" · "))),
      scoreMark(attempt.overall, attempt.status, "", attempt.provisional),
    ),
  );
}

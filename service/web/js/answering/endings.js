/** What is asked before a question or a session is ended without an answer. */

import { plural } from "../format.js";
import { confirmed } from "../parts/dialog.js";

export const confirmSkip = () => confirmed("Skip this question?", "What you wrote or said will not be graded.", "Skip");

export function confirmReveal() {
  const text = "The question then counts as shown: it cannot be answered in this session any more, and gets no score.";
  return confirmed("Show the answer?", text, "Show it");
}

/** @param {object} session a SessionOut */
export function confirmFinish(session) {
  const rest = session.questions.filter(({ state }) => state === "unseen").length;
  const unanswered = rest ? ` Not opened yet: ${plural(rest, "question")}.` : "";
  return confirmed("End the session?", `What you wrote here is handed in as it is.${unanswered}`, "End it");
}

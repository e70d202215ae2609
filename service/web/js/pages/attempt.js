/** What became of an answer: the score, the words that earned it, what was left out, and what to read. */

import { ApiError, get, passing, post } from "../api.js";
import { h } from "../dom.js";
import { outcome, whileHere } from "../grading/follow.js";
import { icon } from "../icons.js";
import { asSpoken } from "../parts/as-spoken.js";
import { actionButton } from "../parts/common.js";
import { Result } from "../parts/result.js";
import { returned } from "../patience.js";
import { attempt as trying } from "../practise.js";
import { navigate } from "../router.js";

const GOING = ["running", "overdue", "paused"];

export async function attemptPage({ params: [id], signal }) {
  const attempt = await get(`/attempts/${encodeURIComponent(id)}`, { signal });
  const session = attempt.session_id ? await sessionOf(attempt, signal) : null;
  const { question } = attempt.review;
  const place = session && session.questions.length > 1 ? ` · ${attempt.position} of ${session.questions.length}` : "";
  const result = new Result(attempt, session && attempt.source === "spoken" ? await spoken(attempt, signal) : null);
  const body = h(
    "div",
    { class: "page wide" },
    h("p", { class: "eyebrow" }, h("a", { href: `/topics/${question.topic}` }, question.topic_title), place),
    h("h1", { class: "asked small" }, question.prompt),
    result.nodes,
    h("div", { class: "actions" }, againButton(attempt), session && onward(session)),
  );
  const shown = () => whileHere(keepUp(attempt, result, signal));
  return { title: question.title, body, shown, leave: () => result.stop() };
}

/** Follows the grading until there is a final grade, or the page is left. */
async function keepUp(attempt, result, signal) {
  const reached = (error) => result.reached(error);
  const told = (name, data) => result.told(name, data);
  while (attempt.status === "submitted" || !attempt.grade || attempt.provisional) {
    if (attempt.status === "submitted") attempt = await outcome(attempt.id, signal, reached, told);
    else attempt = await later(attempt, signal);
    result.show(attempt);
  }
}

/** An answer without a final grade may be given another chance: whoever comes back to the page sees it. */
async function later(attempt, signal) {
  for (;;) {
    await returned(signal);
    try {
      const now = await get(`/attempts/${attempt.id}`, { signal });
      if (now.status !== attempt.status || now.provisional !== attempt.provisional) return now;
    } catch (error) {
      if (!passing(error)) throw error;
    }
  }
}

/** The answer as it was spoken; null where that is gone. */
async function spoken({ session_id: id, position, answer }, signal) {
  const path = `/sessions/${id}/questions/${position}`;
  try {
    return asSpoken(await get(`${path}/recording`, { signal }), path, answer);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

/** The session may be gone; the attempt stays. */
async function sessionOf(attempt, signal) {
  try {
    return await get(`/sessions/${attempt.session_id}`, { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return null;
    throw error;
  }
}

function againButton(attempt) {
  return actionButton({ class: "button" }, [icon("retry"), "Try again"], () =>
    trying(async () => {
      const session = await post(`/attempts/${attempt.id}/retry`);
      await navigate(`/sessions/${session.id}`);
    }),
  );
}

/** Where the session goes from here. */
function onward(session) {
  const open = session.questions.some(({ state }) => state === "open" || state === "draft");
  const unseen = session.questions.some(({ state }) => state === "unseen");
  if (!GOING.includes(session.state))
    return h("a", { class: "button primary", href: `/sessions/${session.id}/report` }, "See the report", icon("arrow"));
  const finish = actionButton({ class: "button" }, "Finish", () =>
    trying(async () => {
      await post(`/sessions/${session.id}/finish`);
      await navigate(`/sessions/${session.id}/report`);
    }),
  );
  const label = open ? "Back to the question" : "Next question";
  const next =
    (open || unseen) && h("a", { class: "button primary", href: `/sessions/${session.id}` }, label, icon("arrow"));
  return h("span", { class: "onward" }, finish, next);
}

/** The start page: what to practise, how, and one button to begin. */

import { get, post } from "../api.js";
import { h } from "../dom.js";
import { plural, SESSION_STATES } from "../format.js";
import { icon } from "../icons.js";
import { assignedSection } from "../parts/assigned.js";
import { sessionForm } from "../parts/session-form.js";
import { startSession } from "../practise.js";
import { navigate } from "../router.js";

const UNFINISHED = ["running", "paused", "overdue", "planned"];

export async function startPage({ signal }) {
  const requests = [get("/topics", { signal }), get("/sessions?limit=20", { signal }), assignedSection(signal)];
  const [{ topics }, recent, assigned] = await Promise.all(requests);
  const open = recent.items.filter((session) => UNFINISHED.includes(session.state));
  const body = h(
    "div",
    { class: "page broad" },
    h("h1", { class: "title large" }, "What would you like to practise?"),
    h(
      "p",
      { class: "lead" },
      "Answer interview questions against the clock, and see which points your answer made and which it left out.",
    ),
    open.length > 0 && resumeBanner(open),
    assigned,
    sessionForm(topics, begin),
    h("p", { class: "aside soft" }, "Would you rather speak? ", h("a", { href: "/microphone" }, "Check your microphone"), " first."),
  );
  return { title: "Practice", body };
}

/** A practice session begins at once; a strict one shows first what is ahead. */
async function begin(spec) {
  if (spec.mode === "practice") return startSession(spec);
  const session = await post("/sessions", spec);
  return navigate(`/sessions/${session.id}`);
}

function resumeBanner([session, ...others]) {
  const done = `${SESSION_STATES[session.state]}: ${session.answered} of ${plural(session.questions, "question")} answered.`;
  const more =
    others.length > 0 &&
    h("a", { href: "/history#sessions", class: "more" }, `${plural(others.length, "more session")} not finished`);
  return h(
    "section",
    { class: "resume", "aria-label": "Unfinished session" },
    h("div", {}, h("p", {}, h("strong", {}, session.title)), h("p", { class: "soft" }, done), more && h("p", {}, more)),
    h(
      "a",
      { class: "button", href: `/sessions/${session.id}` },
      session.state === "planned" ? "Open" : "Resume",
      icon("arrow"),
    ),
  );
}

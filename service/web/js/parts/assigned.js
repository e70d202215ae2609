/** On the start page: what is assigned to whoever looks, and what came of it. */

import { get, post } from "../api.js";
import { h } from "../dom.js";
import { duration, MODES, moment, plural, SESSION_STATES } from "../format.js";
import { icon } from "../icons.js";
import { attempt } from "../practise.js";
import { navigate } from "../router.js";
import { me } from "../who.js";
import { actionButton, scoreMark, section } from "./common.js";

const UNFINISHED = ["planned", "running", "paused", "overdue"];

/** A section, or nothing where nothing is assigned. @returns {Promise<Node | false>} */
export async function assignedSection(signal) {
  const who = await me();
  if (!who || who.way === "local") return false;
  const { items } = await get("/assignments?limit=50", { signal });
  if (!items.length) return false;
  const [open, upcoming, closed] = ["open", "upcoming", "closed"].map((state) => items.filter(({ window }) => window === state));
  const present = [...open, ...upcoming];
  return section(
    "Assigned to you",
    { class: "assigned" },
    present.length > 0 && list(present, "Open assignments"),
    closed.length > 0 &&
      h("details", {}, h("summary", {}, `${closed.length} closed`), list(closed, "Closed assignments")),
  );
}

const list = (items, label) => h("ul", { class: "rows", "aria-label": label }, items.map(row));

function row(assignment) {
  const { id, title, window, attempts_left, sessions } = assignment;
  const going = sessions.find(({ state }) => UNFINISHED.includes(state));
  const begin = () =>
    attempt(async () => {
      const session = await post(`/assignments/${id}/sessions`);
      await navigate(`/sessions/${session.id}`);
    });
  const button = going
    ? h("a", { class: "button", href: `/sessions/${going.id}` }, "Go on", icon("arrow"))
    : window === "open" && attempts_left > 0 && actionButton({ class: "button primary", "aria-label": `Begin: ${title}` }, "Begin", begin);
  const results = sessions.filter((session) => session !== going).map(result);
  return h(
    "li",
    { class: "row" },
    h("div", { class: "row-link" }, h("span", {}, title, details(assignment), results.length > 0 && h("ul", { class: "results" }, results)), button),
  );
}

function details({ cohort, mode, questions, total_seconds, time_factor, window, opens_at, closes_at, attempts, attempts_left }) {
  const facts = [
    cohort,
    MODES[mode],
    plural(questions, "question"),
    total_seconds && duration(total_seconds),
    time_factor !== 1 && `${time_factor} × time`,
  ];
  const left = `${attempts_left} of ${plural(attempts, "attempt")} left`;
  const when = { upcoming: `Opens ${moment(opens_at)}`, open: `Until ${moment(closes_at)}`, closed: `Closed ${moment(closes_at)}` };
  return [
    h("small", {}, facts.filter(Boolean).join(" · ")),
    h("small", {}, window === "closed" ? when.closed : `${when[window]} · ${left}`),
  ];
}

function result({ id, state, created_at, answered, score }) {
  const text = `${SESSION_STATES[state]} · ${moment(created_at)}`;
  return h("li", {}, h("a", { href: `/sessions/${id}/report` }, text), " ", scoreMark(score, answered ? "submitted" : null, "No answer"));
}

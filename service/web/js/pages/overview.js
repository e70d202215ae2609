/** For reviewers: what the answers of the organisation come to. */

import { address, get, withQuery } from "../api.js";
import { h, unseen } from "../dom.js";
import { blindness, isBlind } from "../desk/queue.js";
import { agreement } from "../desk/agreement.js";
import { heatMap } from "../desk/heat-map.js";
import { mostCommon } from "../desk/most-common.js";
import { reviewTabs } from "../desk/tabs.js";
import { plural, points } from "../format.js";
import { icon } from "../icons.js";
import { nothing, section } from "../parts/common.js";
import { selectField } from "../parts/fields.js";
import { textField } from "../parts/form.js";
import { navigate } from "../router.js";

const FORMATS = ["csv", "json", "ndjson"];
const DATE = { type: "date", required: false, min: "2000-01-01", max: "2199-12-30" };
const FIELDS = ["cohort", "topic", "since", "until", "assignment"];

export async function overviewPage({ query, signal }) {
  const wish = Object.fromEntries(FIELDS.map((name) => [name, query.get(name) ?? ""]));
  const [found, { topics }, { items: cohorts }] = await Promise.all([
    get(withQuery("/overview", filtersOf(wish)), { signal }),
    get("/topics", { signal }),
    get("/cohorts?limit=100", { signal }),
  ]);
  const body = h(
    "div",
    { class: "page wide" },
    h("h1", { class: "title" }, "Review"),
    reviewTabs("/overview"),
    filterForm(wish, topics, cohorts),
    wish.assignment && (await assignmentNote(wish, signal)),
    found.answers > 0 ? figures(found) : nothing("There is no graded answer like this."),
    downloads(wish),
  );
  return { title: "Overview", body };
}

/** As the API takes them: whole days of this device's calendar. */
function filtersOf({ since, until, ...rest }) {
  const midnight = (day, later = 0) => {
    const [year, month, date] = day.split("-").map(Number);
    return new Date(year, month - 1, date + later).toISOString();
  };
  return { ...rest, since: since && midnight(since), until: until && midnight(until, 1) };
}

function filterForm(wish, topics, cohorts) {
  const choices = (list, name, any) => [["", any], ...list.map((each) => [each.id, each[name]])];
  const form = h(
    "form",
    { class: "desk-filters", on: { submit } },
    selectField("cohort", "Cohort", choices(cohorts, "name", "Everybody")),
    selectField("topic", "Topic", choices(topics, "title", "Every topic")),
    textField("since", "From", { ...DATE, value: wish.since }),
    textField("until", "Until", { ...DATE, value: wish.until }),
    h("input", { type: "hidden", name: "assignment", value: wish.assignment }),
    h("button", { type: "submit", class: "button" }, "Show"),
  );
  for (const name of ["cohort", "topic"]) form.elements.namedItem(name).value = wish[name];
  function submit(event) {
    event.preventDefault();
    navigate(withQuery("/overview", Object.fromEntries(new FormData(form))), { replace: true });
  }
  return form;
}

/** It is chosen on its own page. */
async function assignmentNote({ assignment: id, ...rest }, signal) {
  const { assignment } = await get(`/assignments/${encodeURIComponent(id)}/standing`, { signal });
  const only = h("a", { href: `/assignments/${id}` }, assignment.title);
  return h("p", {}, "Only sessions begun from ", only, ". ", h("a", { href: withQuery("/overview", rest) }, "Show all"));
}

function figures(found) {
  const [answers, people] = [plural(found.answers, "graded answer"), plural(found.people, "person", "people")];
  return [
    h("p", { class: "lead" }, `${answers} by ${people}. Their mean is ${points(found.overall.mean)} of 100.`),
    section("Questions and dimensions", {}, heatMap(found)),
    h(
      "div",
      { class: "columns even" },
      mostCommon("Most common mistakes", found.mistakes, "No answer asserts a known mistake."),
      mostCommon("Left out most often", found.missed, "No answer leaves out a key point."),
    ),
    agreement(found.agreement),
  ];
}

function downloads(wish) {
  const link = (format) => {
    const href = address(withQuery("/overview/export", { ...filtersOf(wish), format, ...blindness() }));
    return h("a", { class: "button", href, download: true }, icon("down"), unseen("Download as "), format.toUpperCase());
  };
  const named = isBlind() ? "with pseudonyms, as blind mode is on" : "with ids and names, as blind mode is off";
  return section(
    "Every verdict as a file",
    {},
    h("p", { class: "soft" }, `One row for each key point of each answer, ${named}. The audit log has each download.`),
    h("p", { class: "takeaway" }, FORMATS.map(link)),
  );
}

/** For reviewers: cohorts, who is in each, and what is assigned to it. */

import { get, post, put, remove, withQuery } from "../api.js";
import { h } from "../dom.js";
import { MODES, moment, plural, WINDOWS } from "../format.js";
import { icon } from "../icons.js";
import { actionButton, nothing, section } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { selectField } from "../parts/fields.js";
import { sendingForm, textField } from "../parts/form.js";
import { growingList } from "../parts/growing-list.js";
import { navigate, reload } from "../router.js";

export async function cohortsPage({ signal }) {
  const cohorts = (cursor = "") => get(withQuery("/cohorts", { cursor, limit: "50" }), { signal });
  const first = await cohorts();
  const make = async ({ name }) => {
    const { id } = await post("/cohorts", { name });
    await navigate(`/cohorts/${id}`);
  };
  const body = h(
    "div",
    { class: "page" },
    h("h1", { class: "title" }, "Cohorts"),
    h("p", { class: "lead" }, "Groups of people to whom you assign sessions."),
    growingList({ label: "Cohorts", first, more: cohorts, row: cohortRow }),
    section("New cohort", { class: "panel" }, sendingForm("Make it", [nameField()], make)),
  );
  return { title: "Cohorts", body };
}

const nameField = (value = "") => textField("name", "Name", { maxlength: 100, value });

function cohortRow({ id, name, created_at }) {
  const text = h("span", {}, name, h("small", {}, `Since ${moment(created_at)}`));
  return h("li", { class: "row" }, h("a", { class: "row-link", href: `/cohorts/${id}` }, text, icon("arrow")));
}

export async function cohortPage({ params: [id], signal }) {
  const path = `/cohorts/${encodeURIComponent(id)}`;
  const [cohort, others] = await Promise.all([get(path, { signal }), everybody(`${path}/others`, signal)]);
  const rename = async ({ name }) => {
    await put(path, { name });
    await reload();
  };
  const drop = actionButton({ class: "button" }, "Delete this cohort", async () => {
    const text = "Its assignments go with it. The sessions that people began stay theirs.";
    if (!(await confirmed(`Delete ${cohort.name}?`, text, "Delete"))) return;
    await remove(path);
    await navigate("/cohorts", { replace: true });
  });
  const body = h(
    "div",
    { class: "page" },
    h("p", { class: "eyebrow" }, h("a", { href: "/cohorts" }, "Cohorts")),
    h("h1", { class: "title" }, cohort.name),
    section("Assignments", { class: "panel" }, assignments(cohort)),
    section("Members", { class: "panel" }, members(path, cohort.members, others)),
    section("This cohort", { class: "panel" }, sendingForm("Rename", [nameField(cohort.name)], rename), h("p", { class: "choices" }, drop)),
  );
  return { title: cohort.name, body };
}

function assignments({ id, assignments: items }) {
  const row = ({ id: assignment, title, plan, questions, opens_at, closes_at, window }) => {
    const when = `${MODES[plan.mode]} · ${plural(questions.length, "question")} · ${moment(opens_at)} to ${moment(closes_at)}`;
    const text = h("span", {}, title, h("small", {}, when));
    return h(
      "li",
      { class: "row" },
      h("a", { class: "row-link", href: `/assignments/${assignment}` }, text, h("span", { class: "soft" }, WINDOWS[window])),
    );
  };
  const add = h("a", { class: "button primary", href: `/cohorts/${id}/assign` }, "Assign a session");
  if (!items.length) return nothing("Nothing is assigned yet.", add);
  return [h("ul", { class: "rows", "aria-label": "Assignments" }, items.map(row)), h("p", { class: "choices" }, add)];
}

function members(path, items, others) {
  const row = ({ id, name, email, time_factor, disabled }) => {
    const details = [email !== name && email, time_factor !== 1 && `${time_factor} × time`, disabled && "disabled"];
    const take = actionButton({ class: "button", "aria-label": `Take out ${name}` }, "Take out", async () => {
      await remove(`${path}/members/${id}`);
      await reload();
    });
    const text = h("span", {}, name, h("small", {}, details.filter(Boolean).join(" · ")));
    return h("li", { class: "row" }, h("div", { class: "row-link" }, text, take));
  };
  const choices = others.map(({ id, name, email }) => [id, email && email !== name ? `${name} (${email})` : name]);
  const add = async ({ person }) => {
    await put(`${path}/members/${person}`);
    await reload();
  };
  return [
    items.length > 0
      ? h("ul", { class: "rows", "aria-label": "Members" }, items.map(row))
      : h("p", { class: "soft" }, "Nobody is in it yet."),
    choices.length > 0 && sendingForm("Put in", [selectField("person", "Somebody of your organisation", choices)], add),
  ];
}

/** All pages of a list. */
async function everybody(path, signal) {
  const found = [];
  let cursor = "";
  do {
    const page = await get(withQuery(path, { cursor, limit: "100" }), { signal });
    found.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return found;
}

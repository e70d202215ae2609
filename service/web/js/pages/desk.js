/** For reviewers: what waits for a person. */

import { get } from "../api.js";
import { announce, h } from "../dom.js";
import { moment } from "../format.js";
import { deskPath, isBlind, queuePath, readQueue, setBlind, SHOWN, wishOf } from "../desk/queue.js";
import { called, reason } from "../desk/words.js";
import { reviewTabs } from "../desk/tabs.js";
import { nothing } from "../parts/common.js";
import { growingList } from "../parts/growing-list.js";
import { icon } from "../icons.js";
import { navigate, reload } from "../router.js";

export async function deskPage({ query, signal }) {
  const wish = wishOf(query);
  const [first, questions] = await Promise.all([readQueue(wish, signal), everyQuestion(signal)]);
  const names = { ...first.names };
  const more = async (cursor) => {
    const page = await readQueue(wish, signal, cursor);
    Object.assign(names, page.names);
    return page;
  };
  const row = (review) => queueRow(review, wish, names);
  const list = growingList({ label: "Reviews", first, more, row });
  list.addEventListener("keydown", moveByKey);
  const body = h(
    "div",
    { class: "page" },
    h("h1", { class: "title" }, "Review"),
    reviewTabs("/review"),
    filters(wish, questions),
    first.items.length > 0
      ? [list, keysNote()]
      : nothing(wish.show || wish.question ? "Nothing like this." : "Nothing waits for a person."),
  );
  return { title: "Review", body };
}

function keysNote() {
  const key = (letter) => h("kbd", {}, letter);
  return h("p", { class: "soft small" }, "In the list, ", key("J"), " and ", key("K"), " go to the next and the one before.");
}

async function everyQuestion(signal) {
  const found = [];
  for (let cursor = ""; cursor !== null; ) {
    const page = await get(`/questions?limit=100${cursor && `&cursor=${cursor}`}`, { signal });
    found.push(...page.items.map(({ id, title }) => [id, title]));
    cursor = page.next_cursor;
  }
  return found.sort(([, a], [, b]) => a.localeCompare(b));
}

function filters(wish, questions) {
  const choose = (name) => async ({ target }) => {
    await navigate(queuePath({ ...wish, [name]: target.value }), { replace: true });
    document.getElementById(target.id)?.focus();
  };
  const select = (name, label, options) =>
    h(
      "div",
      { class: "labelled" },
      h("label", { for: `filter-${name}` }, label),
      h(
        "div",
        { class: "select" },
        h(
          "select",
          { id: `filter-${name}`, class: "field", on: { change: choose(name) } },
          options.map(([value, text]) => h("option", { value, selected: value === wish[name] }, text)),
        ),
        icon("chevron"),
      ),
    );
  const turned = ({ target }) => turn(target.checked);
  const blind = h("input", { id: "blind", type: "checkbox", checked: isBlind(), on: { change: turned } });
  async function turn(on) {
    setBlind(on);
    await reload();
    document.getElementById("blind")?.focus();
    announce(on ? "Nobody is named." : "Names are shown.");
  }
  return h(
    "div",
    { class: "desk-filters" },
    select("show", "Show", Object.entries(SHOWN)),
    select("question", "Question", [["", "Every question"], ...questions]),
    h("label", { class: "choice" }, blind, h("span", {}, "Blind", h("small", {}, "Nobody is named"))),
  );
}

function queueRow(review, wish, names) {
  const { title, kind, text, candidate, created_at: at, closed_at: closed } = review;
  const details = [called(candidate, names), moment(at), closed && `closed ${moment(closed)}`];
  const name = h(
    "span",
    {},
    title,
    h("small", {}, h("strong", {}, reason(review)), kind === "dispute" && [": ", h("q", {}, text)]),
    h("small", {}, details.filter(Boolean).join(" · ")),
  );
  return h("li", { class: "row" }, h("a", { class: "row-link", href: deskPath(wish, review) }, name, icon("arrow")));
}

/** J and K, only while a row has the focus: elsewhere single letters belong to screen readers and dictation. */
function moveByKey(event) {
  const step = { j: 1, k: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const rows = [...event.currentTarget.querySelectorAll(".row-link")];
  rows[rows.indexOf(document.activeElement) + step]?.focus();
}

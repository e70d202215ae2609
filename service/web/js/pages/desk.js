/** For reviewers: what waits for a person. */

import { get } from "../api.js";
import { announce, h } from "../dom.js";
import { moment } from "../format.js";
import { deskPath, isBlind, queuePath, readQueue, setBlind, SHOWN, wishOf } from "../desk/queue.js";
import { called, reason } from "../desk/words.js";
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
    filters(wish, questions),
    first.items.length > 0
      ? [list, h("p", { class: "soft small" }, "In the list, ", h("kbd", {}, "J"), " and ", h("kbd", {}, "K"), " go to the next and the one before.")]
      : nothing(wish.show || wish.question ? "Nothing like this." : "Nothing waits for a person."),
  );
  return { title: "Review", body };
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
  const choose = (name) => (event) => navigate(queuePath({ ...wish, [name]: event.target.value }), { replace: true });
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
  const blind = h("input", { type: "checkbox", checked: isBlind(), on: { change: ({ target }) => turn(target.checked) } });
  async function turn(on) {
    setBlind(on);
    await reload();
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

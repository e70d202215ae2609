/** Browsing the bank: search, filters, results. The address holds the whole state, so that it can be shared and gone back to. */

import { ApiError, Unreachable, get, withQuery } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { FREQUENCIES, KINDS, LEVELS, plural } from "../format.js";
import { icon } from "../icons.js";
import { nothing, notice } from "../parts/common.js";
import { explanationSwitches } from "../parts/explanations.js";
import { growingList } from "../parts/growing-list.js";
import { questionRow } from "../parts/question-row.js";
import { rename } from "../router.js";

const FILTERS = ["q", "topic", "level", "frequency", "kind", "explanation", "tag"];
const PAUSE = 250;

export async function questionsPage({ query, signal }) {
  const chosen = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  const [{ topics }, first] = await Promise.all([get("/topics", { signal }), find(chosen, signal)]);
  const results = h("div", { class: "results" });
  const form = filterForm(chosen, topics, () => update());
  let pending = null;

  async function update() {
    pending?.abort();
    const mine = (pending = new AbortController());
    rename(withQuery("/questions", chosen));
    try {
      const page = await find(chosen, mine.signal);
      draw(page);
      announce(found(page.total));
    } catch (error) {
      if (error.name === "AbortError") return;
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      fill(results, notice("bad", h("p", { role: "alert" }, error.message)));
    }
  }
  function draw(page) {
    form.show(chosen, page);
    fill(results, resultList(page, chosen, topics));
  }

  draw(first);
  const body = h("div", { class: "page wide" }, h("h1", { class: "title" }, "Questions"), form.element, results);
  return { title: "Questions", body, leave: () => pending?.abort() };
}

const find = (chosen, signal, cursor = "") =>
  get(withQuery("/questions", { ...chosen, cursor, limit: "20" }), { signal });

const found = (total) => (total ? `${plural(total, "question")} found.` : "No question found.");

function resultList(page, chosen, topics) {
  const topic = topics.find(({ id }) => id === chosen.topic);
  const about =
    topic && h("a", { href: `/topics/${topic.id}`, class: "more" }, `What to know about ${topic.title}`, icon("arrow"));
  if (!page.total)
    return nothing(
      "No question fits. Try fewer filters or another word.",
      h("a", { class: "button", href: "/questions" }, "Show all questions"),
    );
  return [
    h("div", { class: "line" }, h("h2", { class: "count" }, plural(page.total, "question")), about),
    growingList({
      label: "Questions",
      first: page,
      more: (cursor) => find(chosen, undefined, cursor),
      row: (question) => questionRow(question, { tagAddress: (tag) => withQuery("/questions", { ...chosen, tag }) }),
    }),
  ];
}

/** The form over the results. It changes `chosen` and calls `changed`. */
function filterForm(chosen, topics, changed) {
  let timer;
  const set = (name, value, pause = 0) => {
    chosen[name] = value;
    clearTimeout(timer);
    timer = setTimeout(changed, pause);
  };
  const search = h("input", {
    type: "search",
    id: "q",
    class: "field",
    placeholder: "Search titles, questions and tags",
    value: chosen.q,
    on: { input: () => set("q", search.value.trim(), PAUSE) },
  });
  const titles = Object.fromEntries(topics.map(({ id, title }) => [id, title]));
  const selects = [
    filterSelect("topic", "Topic", "Every topic", titles, chosen, set),
    filterSelect("level", "Level", "Every level", LEVELS, chosen, set),
    filterSelect("frequency", "Frequency", "Any frequency", FREQUENCIES, chosen, set),
    filterSelect("kind", "Kind", "Every kind", KINDS, chosen, set),
  ];
  const explanations = explanationSwitches((kind) => set("explanation", kind));
  const tag = h("p", { class: "tag-filter" });
  const drop = () => set("tag", "");
  const element = h(
    "form",
    { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } },
    h("div", { class: "search" }, icon("search"), h("label", { for: "q", class: "unseen" }, "Search"), search),
    h("div", { class: "selects" }, selects),
    explanations.element,
    tag,
  );
  function show({ tag: name, explanation }, page) {
    explanations.show(page.explanations, explanation);
    fill(tag, name && tagChip(name, drop));
  }
  return { element, show };
}

function filterSelect(name, label, any, options, chosen, set) {
  const entries = [["", any], ...Object.entries(options)];
  const select = h(
    "select",
    { id: `filter-${name}`, class: "field", on: { change: () => set(name, select.value) } },
    entries.map(([value, text]) => h("option", { value, selected: value === chosen[name] }, text)),
  );
  return h("div", { class: "select" }, h("label", { for: select.id, class: "unseen" }, label), select, icon("chevron"));
}

function tagChip(name, drop) {
  const label = `Remove the tag ${name}`;
  return h(
    "button",
    { type: "button", class: "chip", "aria-label": label, on: { click: drop } },
    `Tag: ${name}`,
    icon("cross"),
  );
}

/** The words that may have been misheard, each in its place, with what it may have been. Nothing changes by itself. */

import { announce, h, unseen } from "../dom.js";
import { plural } from "../format.js";

const AROUND = 28;
const MOST = 8;

/** @param {import("../answering/box.js").AnswerBox} box @returns {Node | null} */
export function doubtList({ marks, area }) {
  if (!marks.list.length) return null;
  const rest = marks.list.length - MOST;
  return h(
    "div",
    { class: "doubts", role: "group", "aria-label": "Words to check" },
    h("h2", {}, `${plural(marks.list.length, "word")} to check`),
    h("p", { class: "soft small" }, "The machine was not sure of these. Nothing changes unless you choose it."),
    h("ul", {}, marks.list.slice(0, MOST).map((mark) => row(mark, marks, area))),
    rest > 0 && h("p", { class: "soft small" }, `${rest} more ${rest === 1 ? "is" : "are"} marked in the text.`),
  );
}

function row(mark, marks, area) {
  const { start, end, quote, suggestions } = mark;
  const text = area.value;
  const before = start > AROUND ? text.slice(start - AROUND, start).replace(/^\S*\s/, "… ") : text.slice(0, start);
  const after = end + AROUND < text.length ? text.slice(end, end + AROUND).replace(/\s\S*$/, " …") : text.slice(end);
  const find = () => {
    area.focus();
    area.setSelectionRange(start, end);
  };
  const place = h(
    "button",
    { type: "button", class: "place", on: { click: find } },
    unseen("Find in the answer: "),
    h("span", { class: "soft" }, before),
    h("b", {}, quote),
    h("span", { class: "soft" }, after),
  );
  const take = (term) => () => {
    area.setRangeText(term, start, end, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    announce(`Changed to ${term}.`);
  };
  const keep = () => {
    marks.remove(mark);
    announce(`${quote} stays.`);
  };
  const choice = (label, action) =>
    h("button", { type: "button", class: "button small", on: { click: action } }, label, unseen(` for ${quote}`));
  return h(
    "li",
    {},
    place,
    h(
      "span",
      { class: "choices" },
      suggestions.filter((term) => term !== quote).map((term) => choice(`Use “${term}”`, take(term))),
      choice("It is right", keep),
    ),
  );
}

/** What the server doubts, as marks of a text area in which the transcript begins at `offset`. */
export function marksOf(transcript, offset) {
  // The server counts code points, a text area UTF-16 units.
  const letters = Array.from(transcript.text);
  const units = (count) => letters.slice(0, count).join("").length;
  return transcript.doubts.map(({ start, end, quote, suggestions }) => ({
    start: offset + units(start),
    end: offset + units(end),
    quote,
    suggestions,
  }));
}

/** Another grade was added while somebody worked on the one before it: what is new, to be looked at before going on. */

import { h } from "../dom.js";
import { points } from "../format.js";
import { notice } from "../parts/common.js";
import { isBlind } from "./queue.js";
import { changed, valuesOf } from "./verdicts.js";
import { called, LABELS } from "./words.js";

const WORDS = { ...LABELS, yes: "Asserted", no: "Not asserted" };

/**
 * @param {object} before the ReviewedAttempt that was worked on
 * @param {object} now as it is
 * @param {() => void} goOn called once the reviewer has looked
 */
export function clashNotice(before, now, goOn) {
  const newest = now.grades.at(-1);
  const button = h("button", { type: "button", class: "button primary", on: { click: goOn } }, "I have looked: go on");
  return notice(
    "warn",
    h("h2", { tabindex: -1 }, "Another grade was added meanwhile"),
    h("p", {}, `${whose(newest, now.names)} Nothing was saved, and what you chose is still here.`),
    h("ul", { class: "differences" }, differences(before, now)),
    newest.note && h("p", {}, "Its note: ", h("q", {}, newest.note)),
    button,
  );
}

function whose({ number, person, grader, version }, names) {
  const who = person === null ? `the grader ${grader} ${version}` : isBlind() ? "another reviewer" : called(person, names);
  return `Grade ${number} is by ${who}.`;
}

function differences(before, now) {
  const [old, fresh] = [valuesOf(before), valuesOf(now)];
  const [was, is] = [before, now].map(({ grades }) => grades.at(-1)?.grade?.overall ?? null);
  const id = (name) => name.slice(name.indexOf("-") + 1);
  const line = (what, from, to) => h("li", {}, h("strong", {}, what), ": ", from ?? "no verdict", " → ", h("strong", {}, to));
  const score = (overall) => (overall === null ? "no grade" : points(overall));
  return [
    changed(old, fresh).map((name) => line(id(name), WORDS[old[name]], WORDS[fresh[name]])),
    line("Score", score(was), score(is)),
  ];
}

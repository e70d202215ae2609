/** The rubric as a form: for each key point and mistake what the machine found, and what the reviewer finds. */

import { h, unseen } from "../dom.js";
import { CRITERIA } from "../format.js";
import { dimension, pointTag } from "../parts/common.js";
import { evidenceId } from "../parts/answer-text.js";
import { LABELS } from "./words.js";
import { fieldOf, noteField } from "./verdicts.js";

/** Characters, as the server takes them. */
const LONGEST = 2000;
const ASSERTED = { yes: "Asserted", no: "Not asserted" };

/**
 * The groups of fields.
 *
 * @param {object} found a ReviewedAttempt
 * @param {Record<string, string>} base what is chosen at first
 * @param {(id: string, on: boolean) => void} point told when somebody looks at a key point or mistake
 */
export function rubricFields(found, base, point) {
  const groups = Object.keys(CRITERIA).map((name) => [
    dimension(name),
    found.key_points.filter(({ criterion }) => criterion === name),
    (each) => entry(found, each, { kind: "point", hue: name, options: LABELS, base, point }),
  ]);
  groups.push([
    "Mistakes",
    found.mistakes,
    (each) => entry(found, each, { kind: "mistake", hue: each.caps, options: ASSERTED, base, point }),
  ]);
  return groups
    .filter(([, list]) => list.length > 0)
    .map(([title, list, field]) => h("div", { class: "group" }, h("h3", {}, title), list.map(field)));
}

function entry(found, { id, says, correction }, { kind, hue, options, base, point }) {
  const name = fieldOf[kind](id);
  const option = ([value, label]) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type: "radio", name, value, required: true, checked: base[name] === value }),
      h("span", {}, label),
    );
  const look = (on) => () => point(id, on);
  const on = { focusin: look(true), focusout: look(false), mouseenter: look(true), mouseleave: look(false) };
  return h(
    "fieldset",
    { class: "verdict choices-field compact", data: { entry: id }, on },
    h("legend", {}, tagOf(found, id, kind, hue), h("span", {}, says)),
    correction && h("p", { class: "soft small" }, "Rather: ", correction),
    h("div", {}, Object.entries(options).map(option)),
    machineSays(found, id),
    remarks(found, id),
  );
}

/** It leads to the words in the answer, where there are some. */
function tagOf(found, id, kind, hue) {
  const grade = found.grades.at(-1)?.grade;
  const all = grade ? [...grade.criteria.flatMap(({ points }) => points), ...grade.mistakes] : [];
  const shown = all.find((each) => each.id === id)?.evidence.length > 0;
  const href = shown ? `#${evidenceId(id)}` : null;
  if (kind === "point") return pointTag(id, hue, href);
  return h(href ? "a" : "span", { class: "point-tag bad", href }, id);
}

/** How the newest machine's grade came to its verdict. */
function machineSays(found, id) {
  const machine = found.grades.findLast(({ person, grade }) => person === null && grade);
  const verdict = machine?.verdicts.find(({ point }) => point === id);
  if (!verdict) return null;
  const { label, confidence, agreement, raw, changed } = verdict;
  const share = (part) => `${Math.round(100 * part)} %`;
  const details = [
    confidence !== null && `${share(confidence)} sure`,
    agreement !== null && `${share(agreement)} of the panel`,
    raw && `said “${LABELS[raw].toLowerCase()}”, changed: ${changed}`,
  ].filter(Boolean);
  const how = details.length > 0 && ` (${details.join("; ")})`;
  return h("p", { class: "soft small" }, `Machine: ${LABELS[label].toLowerCase()}`, how);
}

/** What was said about it, and a reply or note to the candidate: at hand where they disagree, else folded. */
function remarks(found, id) {
  const said = found.reviews.filter(({ kind, point }) => kind === "dispute" && point === id);
  const waits = said.some(({ closed_at: closed }) => !closed);
  const words = said.map(({ text, closed_at: closed, reply }) =>
    h(
      "p",
      { class: "dispute small" },
      closed ? "The candidate disagreed: " : "The candidate disagrees: ",
      h("q", {}, text),
      reply && [" ", h("strong", {}, "Reply: "), reply],
    ),
  );
  const label = waits ? "Reply to the candidate" : "Note on this verdict";
  const area = noteArea(noteField(id), [label, unseen(` (${id})`)], 2);
  if (waits) return [words, area];
  return [words, h("details", {}, h("summary", {}, "Add a note", unseen(` on ${id}`)), area)];
}

/** A labelled text of at most `LONGEST` characters. */
export function noteArea(name, label, rows, props = {}) {
  const id = `field-${name}`;
  const area = h("textarea", { id, name, class: "field", rows, maxlength: LONGEST, ...props });
  return h("div", { class: "labelled" }, h("label", { for: id }, label), area);
}

/** What reviews and grades are called. */

import { moment, points } from "../format.js";

export const LABELS = { met: "Made", partial: "In part", missed: "Left out" };

/** Why somebody should look. @param {object} review a ReviewOut */
export const reason = ({ kind, point, text }) => (kind === "dispute" ? `Disputes ${point}` : `Doubt: ${text}`);

/** How an id is shown: by name where it is known. */
export const called = (who, names) => names[who] ?? who;

/** Whose grade it is. @param {object} record a GradeRecord */
export const graderOf = ({ person, grader, version }, names) =>
  person === null ? `${grader} ${version}` : called(person, names);

/** A grade in a line. @param {object} record a GradeRecord */
export function gradeLine(record, names) {
  const { number, grade, ungraded_reason: why, created_at: at } = record;
  const outcome = grade ? `${points(grade.overall)} points` : `no grade: ${why}`;
  return `Grade ${number}: ${outcome}, by ${graderOf(record, names)}, ${moment(at)}`;
}

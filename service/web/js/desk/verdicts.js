/**
 * A reviewer's choices over a grade. They live in the form itself: each key point and mistake is a group of radio
 * buttons, whose values are compared with those of the grade that it is based on.
 */

/** @typedef {Record<string, string>} Values by the name of a field */

const pointField = (id) => `point-${id}`;
const mistakeField = (id) => `mistake-${id}`;
export const noteField = (id) => `note-${id}`;
export const fieldOf = { point: pointField, mistake: mistakeField };

/**
 * What the newest grade says; of key points nothing where there is none.
 *
 * @param {object} found a ReviewedAttempt
 * @returns {Values}
 */
export function valuesOf(found) {
  const { criteria, mistakes: findings } = found.grades.at(-1)?.grade ?? { criteria: [], mistakes: [] };
  const labels = criteria.flatMap(({ points }) => points.map(({ id, label }) => [pointField(id), label]));
  const asserted = new Set(findings.map(({ id }) => id));
  const mistakes = found.mistakes.map(({ id }) => [mistakeField(id), asserted.has(id) ? "yes" : "no"]);
  return Object.fromEntries([...labels, ...mistakes]);
}

/** The number of the grade that `found` ends with. */
export const numberOf = (found) => found.grades.at(-1)?.number ?? 0;

/** The fields in which `now` differs from `before`. @param {Values} before @param {Values} now */
export const changed = (before, now) => Object.keys(now).filter((name) => now[name] !== before[name]);

/**
 * What is to be sent: each verdict that is another than in `base`, or has a note.
 *
 * @param {object} found a ReviewedAttempt
 * @param {Values} base
 * @param {FormData} chosen
 */
export function changesOf(found, base, chosen) {
  const noted = (id) => chosen.get(noteField(id))?.trim() || null;
  const ours = (field, id) => chosen.get(field(id)) !== (base[field(id)] ?? null) || noted(id);
  const points = found.key_points.filter(({ id }) => ours(pointField, id));
  const mistakes = found.mistakes.filter(({ id }) => ours(mistakeField, id));
  return {
    verdicts: points.map(({ id }) => ({ point: id, label: chosen.get(pointField(id)), note: noted(id) })),
    mistakes: mistakes.map(({ id }) => ({
      mistake: id,
      asserted: chosen.get(mistakeField(id)) === "yes",
      note: noted(id),
    })),
    note: chosen.get("note").trim(),
  };
}

/** Moves the form to another grade: what the reviewer had left as it was follows, what they chose stays. */
export function rebase(form, before, now) {
  for (const name of changed(before, now)) {
    const group = form.elements.namedItem(name);
    if (group && (group.value || undefined) === before[name]) group.value = now[name];
  }
}

/** Whether somebody would lose something by leaving. */
export function dirty(form, base) {
  const chosen = [...new FormData(form)];
  return chosen.some(([name, value]) => (name in base ? value !== base[name] : value.trim() !== ""));
}

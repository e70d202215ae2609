/** Changing a part of a page under somebody's eyes and hands. */

const HANDLES = "a[href], button, summary, input, select, textarea, [tabindex]";
/** Where eyes rest, as a share of the window's height. */
const READING = 0.3;

/**
 * Puts `fresh` in the place of `old`. The focus goes to the same handle of the new part, and what was unfolded stays so.
 *
 * @returns {Node} `fresh`
 */
export function swap(old, fresh) {
  const handles = handlesOf(old);
  const focused = handles.indexOf(document.activeElement);
  const unfolded = foldsOf(old).map(({ open }) => open);
  old.replaceWith(fresh);
  foldsOf(fresh).forEach((details, index) => (details.open = unfolded[index] ?? details.open));
  if (focused >= 0) handlesOf(fresh)[focused]?.focus({ preventScroll: true });
  return fresh;
}

const handlesOf = (node) => [...(node.querySelectorAll?.(HANDLES) ?? [])];
const foldsOf = (node) => [...(node.querySelectorAll?.("details") ?? [])];

/**
 * Makes a change and leaves on its spot whichever of `marks` is being read; the change must not replace them. Where the
 * beginning of the page is in view, it opens up in front of the reader instead.
 *
 * @param {Element} head what stands at the beginning of the page
 * @param {Element[]} marks
 * @param {() => void} change
 */
export function steadily(head, marks, change) {
  const line = innerHeight * READING;
  const passed = head.getBoundingClientRect().bottom <= 0;
  const read = passed ? marks.findLast((mark) => mark.getBoundingClientRect().top <= line) : null;
  const before = read?.getBoundingClientRect().top;
  change();
  if (read) scrollBy({ top: read.getBoundingClientRect().top - before, behavior: "instant" });
}

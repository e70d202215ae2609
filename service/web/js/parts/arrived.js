/** News for somebody who reads further down: the grade is there, and a way to it. */

import { h, unseen } from "../dom.js";
import { icon } from "../icons.js";

/**
 * Shows `text` with a way to `target`, until that comes into view.
 *
 * @param {string} text
 * @param {Element} target in the page, and out of view
 * @param {() => void} go called by the way there
 */
export function showArrived(text, target, go) {
  const props = { type: "button", class: "button arrived", on: { click: go } };
  const button = h("button", props, text, unseen(" Go there."), icon("rise"));
  const watch = new IntersectionObserver(([entry]) => {
    if (!entry.isIntersecting) return;
    watch.disconnect();
    button.remove();
  });
  watch.observe(target);
  target.after(button);
}

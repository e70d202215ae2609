/** The pages of reviewers. */

import { h } from "../dom.js";

const PAGES = [
  ["/review", "Queue"],
  ["/overview", "Overview"],
  ["/cohorts", "Cohorts"],
];

/** @param {string} path of the page that is shown */
export function reviewTabs(path) {
  const link = ([href, label]) => h("a", { href, "aria-current": href === path ? "page" : null }, label);
  return h("nav", { class: "places tabs", "aria-label": "Reviewing" }, PAGES.map(link));
}

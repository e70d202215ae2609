/**
 * Client-side navigation: one page at a time in <main>.
 *
 * A page maker is an async function of a visit, which returns a page. What it throws is shown as a problem page.
 *
 * @typedef {object} Visit
 * @property {string[]} params the variable parts of the path
 * @property {URLSearchParams} query
 * @property {AbortSignal} signal aborted when somebody goes elsewhere
 *
 * @typedef {object} Page
 * @property {string} title
 * @property {Node} body with one h1
 * @property {() => void} [shown] called when the page stands in the document
 * @property {() => void} [leave] called before the next page is shown
 *
 * @typedef {{redirect: string}} Redirect
 */

import { fill } from "./dom.js";

const main = document.getElementById("main");
let config;
let visit = new AbortController();
let leave = () => {};
let shown = "";

const place = () => location.pathname + location.search;

/**
 * @param {object} options
 * @param {[RegExp, (visit: Visit) => Promise<Page | Redirect>][]} options.routes
 * @param {() => Page} options.missing for an address without a page
 * @param {(error: Error) => Page} options.problem for a page that could not be made
 * @param {(path: string) => void} options.moved told of every new address
 */
export function startRouter(options) {
  config = options;
  history.scrollRestoration = "manual";
  addEventListener("scrollend", () => history.replaceState({ y: scrollY }, ""));
  addEventListener("popstate", (event) => {
    // A link to a place in the same page is none of our business.
    if (place() !== shown) load({ y: event.state?.y ?? 0 });
  });
  document.addEventListener("click", follow);
  load({ focus: false, y: history.state?.y ?? 0 });
}

/** Goes to another page of the client. */
export function navigate(path, { replace = false } = {}) {
  history[replace ? "replaceState" : "pushState"]({}, "", path);
  return load();
}

/** Gives the present page another address, as its own state changes. */
export function rename(path) {
  history.replaceState({}, "", path);
  shown = place();
}

/** Makes the present page anew, as after a change on the server. */
export const reload = () => load();

function show(page) {
  leave();
  leave = page.leave ?? (() => {});
  document.title = `${page.title} · Viva`;
  fill(main, page.body);
  page.shown?.();
}

async function load({ focus = true, y = 0 } = {}) {
  visit.abort();
  const mine = (visit = new AbortController());
  shown = place();
  config.moved(location.pathname);
  const waiting = setTimeout(() => main.setAttribute("aria-busy", "true"), 250);
  const page = await make(mine.signal);
  clearTimeout(waiting);
  if (mine.signal.aborted) return;
  main.removeAttribute("aria-busy");
  if (page.redirect) return navigate(page.redirect, { replace: true });
  show(page);
  if (focus) focusHeading();
  scrollTo({ top: y, behavior: "instant" });
}

/** @returns {Promise<Page | Redirect>} */
async function make(signal) {
  for (const [pattern, maker] of config.routes) {
    const match = pattern.exec(location.pathname);
    if (!match) continue;
    const params = match.slice(1).map(decodeURIComponent);
    try {
      return await maker({ params, query: new URLSearchParams(location.search), signal });
    } catch (error) {
      return config.problem(error);
    }
  }
  return config.missing();
}

/** Tells screen readers, and the Tab key, that a new page begins here. */
export function focusHeading() {
  const heading = main.querySelector("h1");
  heading?.setAttribute("tabindex", "-1");
  heading?.focus({ preventScroll: true });
}

/** Links of the client are followed without loading the document again. */
function follow(event) {
  const link = event.target.closest?.("a[href^='/']");
  if (!link || link.hasAttribute("download") || link.target || event.defaultPrevented) return;
  if (event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  navigate(link.getAttribute("href"));
}

/** Pages for when there is nothing to show. */

import { ApiError, Unreachable } from "../api.js";
import { h } from "../dom.js";
import { icon } from "../icons.js";
import { reload } from "../router.js";
import { signInPath } from "../who.js";

export function missingPage() {
  return apologise(
    "There is no such page",
    "The address may be mistyped, or what stood here belongs to somebody else.",
  );
}

/** @param {Error} error what a page maker threw */
export function problemPage(error) {
  if (error instanceof Unreachable) {
    return apologise(
      "The server cannot be reached",
      "Nothing that you wrote is lost. Check the connection, then try again.",
      true,
    );
  }
  if (error instanceof ApiError && error.status === 401) return { redirect: signInPath() };
  if (error instanceof ApiError && error.status === 404) return missingPage();
  if (error instanceof ApiError) return apologise("That did not work", error.message, true);
  if (error.name !== "AbortError") reportError(error);
  return apologise("This page has a fault", "It could not be shown. Trying again may help.", true);
}

function apologise(title, text, again = false) {
  const retry = h(
    "button",
    { type: "button", class: "button primary", on: { click: reload } },
    icon("retry"),
    "Try again",
  );
  const home = h("a", { href: "/", class: again ? "button" : "button primary" }, "Go to the start");
  return {
    title,
    body: h(
      "div",
      { class: "page blank" },
      h("h1", { class: "title" }, title),
      h("p", {}, text),
      h("p", { class: "choices" }, again && retry, home),
    ),
  };
}

/** Why nobody can speak here. */

import { h } from "../dom.js";
import { icon } from "../icons.js";

/** @param {string} reason a command in it, after "Run:", stands out */
export function whySilent(reason) {
  const [text, command] = reason.split(/ Run: /);
  return h(
    "p",
    { class: "silence soft small" },
    icon("mic"),
    h("span", {}, "Speaking is off, typing works. ", text, command && [" Run: ", h("code", {}, command)]),
  );
}

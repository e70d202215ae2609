/** How a strong answer is built: a paragraph with blanks in [brackets]. */

import { h } from "../dom.js";
import { section } from "./common.js";

/** @param {string} template */
export function answerTemplate(template) {
  const parts = template.split(/\[([^\]]*)\]/);
  const shown = parts.map((part, index) => (index % 2 ? h("span", { class: "blank" }, `[${part}]`) : part));
  return section("A strong answer, with blanks", { class: "template" }, h("p", {}, shown));
}

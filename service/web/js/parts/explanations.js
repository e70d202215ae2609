/** The kinds of explanation as a row of switches, each with how many questions it would leave. */

import { fill, h, unseen } from "../dom.js";
import { EXPLANATIONS } from "../format.js";

/** @param {(kind: string) => void} choose called with a kind, or with "" where it was taken back */
export function explanationSwitches(choose) {
  const element = h("div", { class: "facet", role: "group", "aria-label": "What has to be explained" });
  let chosen = "";
  const buttons = Object.entries(EXPLANATIONS).map(([kind, label]) => {
    const count = h("span", { class: "number" });
    const button = h("button", { type: "button", class: "pill", on: { click } }, label, count);
    function click() {
      choose(chosen === kind ? "" : kind);
    }
    return { kind, button, count };
  });
  fill(
    element,
    buttons.map(({ button }) => button),
  );

  /** @param {Record<string, number>} counts @param {string} kind the chosen one */
  function show(counts, kind) {
    chosen = kind;
    for (const each of buttons) {
      const number = counts[each.kind] ?? 0;
      fill(each.count, String(number), unseen(number === 1 ? " question" : " questions"));
      each.button.setAttribute("aria-pressed", String(each.kind === kind));
    }
  }
  return { element, show };
}

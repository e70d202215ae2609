/** How far machines and reviewers agree, and how much that figure is worth. */

import { h } from "../dom.js";
import { plural } from "../format.js";
import { section } from "../parts/common.js";

/** @param {object} found an AgreementOut */
export function agreement(found) {
  const { answers, questions, points, enough, minimum, graders, bands, verdicts } = found;
  const over = `${plural(answers, "answer")} to ${plural(questions, "question")}`;
  const which = Object.entries(graders).map(([name, count]) => `${name}: ${count}`);
  return section(
    "Machine and reviewers",
    { class: "panel" },
    enough
      ? h(
          "dl",
          { class: "kappas" },
          figure("Bands of the score", bands, `weighted kappa over ${over}`),
          figure("Verdicts on key points", verdicts, `kappa over ${plural(points, "key point")}`),
        )
      : h("p", {}, `Too few to compare: ${plural(answers, "answer")} graded by both; ${minimum} are needed.`),
    which.length > 0 && h("p", { class: "soft small" }, `Graded first by ${which.join(", ")}.`),
    h(
      "p",
      { class: "soft small" },
      "Kappa is 1 where both say the same, 0 where they agree no more than by chance. Only answers that a person " +
        "graded count: mostly those in doubt or disputed, by somebody who saw the machine's verdicts. For all answers " +
        "it may be another.",
    ),
  );
}

function figure(name, { value, low, high }, over) {
  const two = (number) => number.toFixed(2);
  const known = value === null ? "none: everybody got the same" : two(value);
  const between = low === null ? "no interval, as the questions are too few" : `95 % of draws: ${two(low)} to ${two(high)}`;
  return [h("dt", {}, name), h("dd", {}, h("strong", {}, known), ` ${over}`, value !== null && `; ${between}`)];
}

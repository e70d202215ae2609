/** What the page of an open question looks like. */

import { h, unseen } from "../dom.js";
import { icon } from "../icons.js";
import { aloudButton } from "../voice/aloud.js";
import { dimension, traits } from "../parts/common.js";

/**
 * @param {object} session a SessionOut
 * @param {object} open an OpenQuestion
 * @param {object} pieces
 * @param {Node} pieces.timer
 * @param {import("./box.js").AnswerBox} pieces.box
 * @param {Record<"hint" | "reveal" | "skip" | "finish", () => void>} pieces.actions
 * @param {Node} pieces.hint where the hint is shown
 * @param {string | null} pieces.speech where the server has the question as sound
 * @param {Node | null} pieces.goesTo who else gets the answer
 */
export function questionView(session, open, { timer, box, actions, hint, speech, goesTo }) {
  return h(
    "div",
    { class: "page question" },
    h("div", { class: "head" }, progress(session, open), timer),
    h("h1", { class: "asked" }, open.question.prompt),
    h("div", { class: "meta" }, traits(open.question), tools(session, open, actions, speech)),
    hint,
    box.element,
    h("div", { class: "foot" }, goesTo, covers(open.criteria), ways(session, actions)),
  );
}

function progress(session, open) {
  const { position } = open.slot;
  const total = session.questions.length;
  const done = ({ state }) => !["unseen", "open", "draft"].includes(state);
  const steps = session.questions.map((slot) =>
    h("i", { data: { s: slot.position === position ? "now" : done(slot) ? "done" : "next" } }),
  );
  return h(
    "div",
    { class: "where" },
    h("p", { class: "eyebrow" }, `${position} of ${total} · ${open.question.topic_title}`),
    h("div", { class: "steps", "aria-hidden": "true" }, total > 1 && steps),
  );
}

function tools(session, open, actions, speech) {
  return h(
    "div",
    { class: "choices" },
    aloudButton({ text: open.question.prompt, path: speech }),
    session.mode === "practice" && hintButton(open, actions.hint),
  );
}

function hintButton(open, action) {
  if (open.hint !== null) return null;
  const button = h(
    "button",
    { type: "button", class: "button quiet", on: { click: () => action(button) } },
    icon("bulb"),
    "Hint",
  );
  return button;
}

/** The hint, once it was asked for. */
export function hintNote(text) {
  return h("p", { class: "hint" }, icon("bulb"), h("span", {}, unseen("Hint: "), text));
}

function covers(criteria) {
  return h(
    "div",
    { class: "covers" },
    h("p", { id: "covers" }, "A strong answer covers"),
    h(
      "ul",
      { "aria-labelledby": "covers" },
      criteria.map((name) => h("li", {}, dimension(name))),
    ),
  );
}

function ways(session, actions) {
  const way = (name, label, action) =>
    h("button", { type: "button", class: "button quiet", on: { click: action } }, icon(name), label);
  const practice = session.mode === "practice";
  return h(
    "div",
    { class: "ways" },
    practice && way("eye", "Show the answer", actions.reveal),
    way("skip", "Skip", actions.skip),
    way("flag", "End session", actions.finish),
  );
}

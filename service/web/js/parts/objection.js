/** Disagreeing with a verdict: a small form beside it, and what has come of it. */

import { post } from "../api.js";
import { announce, fill, h, unseen } from "../dom.js";
import { attempt as trying } from "../practise.js";
import { actionButton } from "./common.js";

/** Characters, as the server takes them. */
const LONGEST = 2000;

/**
 * What was said about a verdict, and a way to disagree with it.
 *
 * @param {object} attempt an AttemptOut; it keeps what is sent
 * @param {"point" | "mistake"} kind
 * @param {string} id
 */
export function objection(attempt, kind, id) {
  if (attempt.status !== "graded") return null;
  const element = h("div", { class: "objection" });
  const show = () => {
    const said = attempt.disputes.filter(({ point }) => point === id);
    const waits = said.some(({ closed_at: closed }) => !closed);
    fill(element, said.map(state), !waits && !attempt.removed_at && form(attempt, kind, id, sent));
  };
  const sent = (dispute) => {
    attempt.disputes.push(dispute);
    show();
    element.querySelector("p:last-of-type").focus();
    announce("Sent. A person will look at it.");
  };
  show();
  return element;
}

/** What a person says of a verdict. */
export function personsNote(note) {
  return note && h("p", { class: "persons-note" }, h("strong", {}, "A person: "), note);
}

function state({ text, closed_at: closed, reply }) {
  const outcome = !closed ? "A person will look at it." : reply && [h("strong", {}, "Reply: "), reply];
  return h("p", { tabindex: -1 }, closed ? "You disagreed: " : "You disagree: ", h("q", {}, text), " ", outcome);
}

function form(attempt, kind, id, sent) {
  const field = `objection-${id}`;
  const area = h("textarea", { id: field, class: "field", rows: 3, maxlength: LONGEST });
  const send = actionButton({ class: "button" }, "Send", async () => {
    const text = area.value.trim();
    if (!text) return area.focus();
    await trying(async () => sent(await post(`/attempts/${attempt.id}/disputes`, { [kind]: id, text })));
  });
  return h(
    "details",
    {},
    h("summary", {}, "I disagree", unseen(` about ${id}`)),
    h("div", { class: "labelled" }, h("label", { for: field }, `What was overlooked about ${id}?`), area),
    send,
  );
}

/** The desk with one answer of somebody in the organisation. */

import { get, withQuery } from "../api.js";
import { h } from "../dom.js";
import { moment } from "../format.js";
import { icon } from "../icons.js";
import { Desk } from "../desk/desk.js";
import { blindness, pathAfter, queuePath, wishOf } from "../desk/queue.js";
import { called } from "../desk/words.js";
import { actionButton } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { attempt as trying } from "../practise.js";
import { navigate } from "../router.js";

export async function deskAttemptPage({ params: [id], query, signal }) {
  const found = await get(withQuery(`/review/attempts/${encodeURIComponent(id)}/grades`, blindness()), { signal });
  const wish = wishOf(query);
  const leaves = async () =>
    !desk.dirty || (await confirmed("Leave this answer?", "What you chose here is not saved.", "Leave it"));
  const goOn = async () => {
    if (await leaves()) await navigate(await pathAfter(wish, query.get("at") ?? "", found.attempt_id, signal));
  };
  const label = ["Next", h("kbd", {}, "Alt N"), icon("arrow")];
  const next = actionButton({ class: "button", "aria-keyshortcuts": "Alt+N" }, label, () => trying(goOn));
  const desk = new Desk(found, next);
  const about = `${called(found.candidate, found.names)} · ${moment(found.submitted_at)}`;
  const body = h(
    "div",
    { class: "page broad" },
    h("p", { class: "eyebrow" }, h("a", { href: queuePath(wish) }, "Review"), ` · ${found.title} · ${about}`),
    h("h1", { class: "asked small" }, found.prompt),
    desk.element,
  );
  const shown = () => onNextKey(signal, () => next.click());
  return { title: `Review: ${found.title}`, body, shown };
}

/** Alt+N, wherever the focus is. */
function onNextKey(signal, action) {
  const pressed = (event) => {
    if (!event.altKey || event.ctrlKey || event.code !== "KeyN") return;
    event.preventDefault();
    action();
  };
  addEventListener("keydown", pressed, { signal });
}

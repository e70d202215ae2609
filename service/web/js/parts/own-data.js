/** What there is of somebody: to take along, and to delete. */

import { address, post, remove } from "../api.js";
import { announce, h } from "../dom.js";
import { actionButton, section } from "./common.js";
import { confirmed } from "./dialog.js";
import { sendingForm, textField } from "./form.js";
import { enter } from "../who.js";

const GOES = "Answers, grades, drafts, recordings";
const FOR_GOOD = "Nothing brings it back.";

/** One's own. @param {object} me a MeOut */
export function ownData(me) {
  const local = me.way === "local";
  const note = "Leave it empty where you sign in without one; you have to have signed in just now.";
  const props = { type: "password", autocomplete: "current-password", required: false };
  const fields = local ? [] : [textField("leaving", "Password", props, note)];
  return section(
    "Your data",
    { class: "panel" },
    h("p", {}, "Everything that is kept of you here, as a zip file with JSON and sound."),
    h("p", { class: "choices" }, download("/me/export", "Download everything")),
    sendingForm("Erase everything of mine", fields, async ({ leaving }) => {
      const what = local ? GOES : `Your account, ${GOES.toLowerCase()}`;
      if (!(await confirmed("Erase everything of yours?", `${what}: all of it goes. ${FOR_GOOD}`, "Erase it"))) return;
      await post("/me/erase", { everything: true, password: leaving || null });
      enter(local ? "/" : "/sign-in");
    }),
  );
}

/** Somebody else's, for admins. @param {() => Promise<void>} erased what happens then */
export function theirData({ id, name }, erased) {
  const erase = actionButton({ class: "button", "aria-label": `Erase ${name}` }, "Erase", async () => {
    const text = `Their account, ${GOES.toLowerCase()}: all of it goes. ${FOR_GOOD}`;
    if (!(await confirmed(`Erase ${name}?`, text, "Erase"))) return;
    await remove(`/people/${id}`);
    announce(`Everything of ${name} is deleted.`);
    await erased();
  });
  return [download(`/people/${id}/export`, "Export", `Export ${name}`), erase];
}

const download = (path, label, name = null) =>
  h("a", { class: "button", href: address(path), download: true, "aria-label": name }, label);

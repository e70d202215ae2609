/** What leaves this server, and who has agreed to that. */

import { get, put } from "../api.js";
import { announce, h } from "../dom.js";
import { section } from "./common.js";

const at = ({ host, model }) => `${model} at ${host}`;

/** Where an answer goes that is about to be handed in. @param {object} me a MeOut @returns {Node | null} */
export function goesTo({ answers_go_to: models, speech_goes_to: hearer }) {
  const notes = [
    models.length && `To be graded, your answer is sent to ${models.map(at).join(" and ")}, without your name.`,
    hearer && `What you say is heard by ${at(hearer)}.`,
  ];
  const said = notes.filter(Boolean).join(" ");
  return said ? h("p", { class: "soft small" }, said) : null;
}

/** For admins: what their organisation agrees to. */
export async function consentSection(signal) {
  const organisation = await get("/organisation", { signal });
  const { models, hearer } = organisation;
  const none = "Nothing: answers are graded and heard by this server.";
  return section(
    "Sent elsewhere",
    { class: "panel" },
    !models.length && !hearer && h("p", { class: "soft" }, none),
    models.length > 0 &&
      choice(organisation, "llm", `Answers to ${models.map(at).join(" and ")}`, "To be graded; otherwise the keyword grader grades them here."),
    hearer && choice(organisation, "speech", `Speech to ${at(hearer)}`, "To be heard; otherwise answers are typed."),
  );
}

function choice(organisation, kind, label, note) {
  const change = async ({ target }) => {
    target.disabled = true;
    try {
      Object.assign(organisation, await put("/organisation", { ...wish(organisation), [kind]: target.checked }));
      announce("Saved.");
    } finally {
      target.checked = organisation[kind];
      target.disabled = false;
    }
  };
  const box = h("input", { type: "checkbox", checked: organisation[kind], on: { change } });
  return h("label", { class: "choice" }, box, h("span", {}, label, h("small", {}, note)));
}

const wish = ({ llm, speech }) => ({ llm, speech });

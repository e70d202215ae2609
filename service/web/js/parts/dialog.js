/** Questions that have to be answered before anything else happens. */

import { h } from "../dom.js";

/**
 * Shows a modal dialog.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {(Node | string)[]} options.body
 * @param {{label: string, value: string, primary?: boolean}[]} options.choices
 * @param {string | null} [options.escape] the value for the Escape key; null makes people choose
 * @returns {Promise<string>} the value of the choice
 */
export function ask({ title, body, choices, escape = null }) {
  const { promise, resolve } = withResolvers();
  const buttons = choices.map((choice) =>
    h(
      "button",
      { type: "button", class: choice.primary ? "button primary" : "button", on: { click: () => close(choice.value) } },
      choice.label,
    ),
  );
  const dialog = h(
    "dialog",
    { class: "dialog", "aria-labelledby": "dialog-title", on: { cancel: refuse, close: () => dialog.remove() } },
    h("h2", { id: "dialog-title" }, title),
    body,
    h("div", { class: "choices" }, buttons),
  );
  const before = document.activeElement;

  function close(value) {
    dialog.close();
    before?.focus?.();
    resolve(value);
  }
  function refuse(event) {
    event.preventDefault();
    if (escape !== null) close(escape);
  }

  document.body.append(dialog);
  dialog.showModal();
  buttons[choices.findIndex((choice) => choice.primary)]?.focus();
  return promise;
}

/** True where somebody confirms. */
export async function confirmed(title, text, yes, no = "Cancel") {
  const choices = [
    { label: no, value: "no" },
    { label: yes, value: "yes", primary: true },
  ];
  return (await ask({ title, body: [h("p", {}, text)], choices, escape: "no" })) === "yes";
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => (resolve = done));
  return { promise, resolve };
}

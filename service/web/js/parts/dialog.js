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
    { class: "dialog", "aria-labelledby": "dialog-title", on: { cancel: refuse, close: closed } },
    h("h2", { id: "dialog-title" }, title),
    body,
    h("div", { class: "choices" }, buttons),
  );
  const before = document.activeElement;

  function close(value) {
    dialog.returnValue = "chosen";
    dialog.close();
    before?.focus?.();
    resolve(value);
  }
  function refuse(event) {
    event.preventDefault();
    if (escape !== null) close(escape);
  }
  function closed() {
    if (dialog.returnValue === "chosen") dialog.remove();
    // A browser may close a dialog at the second Escape whatever we say; the choice is still needed.
    else if (dialog.isConnected) dialog.showModal();
  }

  document.body.append(dialog);
  dialog.showModal();
  buttons[choices.findIndex((choice) => choice.primary)]?.focus();
  return promise;
}

/** Takes away what is asked on a page that is left; nobody waits for the answer any more. */
export function dismissDialogs() {
  for (const dialog of document.querySelectorAll("dialog")) dialog.remove();
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

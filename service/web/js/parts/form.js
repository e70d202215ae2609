/** Forms that send something to the server, say what is wrong with it, and cannot be sent twice. */

import { ApiError, Unreachable } from "../api.js";
import { h } from "../dom.js";

/** A line of text. `props` are attributes of the input, such as its type and what a browser may fill in. */
export function textField(name, label, props = {}, note = null) {
  const id = `field-${name}`;
  const described = note && `${id}-note`;
  return h(
    "div",
    { class: "labelled" },
    h("label", { for: id }, label),
    h("input", { id, name, class: "field", required: true, "aria-describedby": described, ...props }),
    note && h("p", { id: described, class: "soft small" }, note),
  );
}

/** An address and a password as browsers know them. */
export const emailField = (props = {}) => textField("email", "E-mail", { type: "email", autocomplete: "username", ...props });
export const nameField = (more = {}) => textField("name", "Name", { autocomplete: "name", maxlength: 100, ...more });
export const newPasswordField = (name = "password", label = "Password") =>
  textField(
    name,
    label,
    { type: "password", autocomplete: "new-password", minlength: 10, maxlength: 200 },
    "At least 10 characters; a few words are fine.",
  );

/**
 * @param {string} label on the button
 * @param {Node[]} fields
 * @param {(values: Record<string, string>, form: HTMLFormElement) => Promise<void>} send what its fields hold
 */
export function sendingForm(label, fields, send) {
  const problem = h("p", { class: "status", role: "alert", data: { tone: "bad" } });
  const button = h("button", { type: "submit", class: "button primary" }, label);
  const form = h("form", { class: "sending", on: { submit } }, fields, h("div", { class: "sending-end" }, button), problem);

  async function submit(event) {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    try {
      await send(Object.fromEntries(new FormData(form)), form);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      problem.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  }
  return form;
}

/** A secret that is shown once, to be copied. */
export function secretField(label, secret) {
  const input = h("input", { class: "field", readonly: true, value: secret, "aria-label": label });
  const button = h("button", { type: "button", class: "button", on: { click: copy } }, "Copy");
  async function copy() {
    input.select();
    await navigator.clipboard.writeText(secret);
    button.textContent = "Copied";
  }
  return h("div", { class: "secret" }, input, button);
}

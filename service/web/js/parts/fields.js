/** Form fields with their labels. */

import { h, unseen } from "../dom.js";
import { icon } from "../icons.js";

/** A drop-down. `options` are pairs of a value and its words. */
export function selectField(name, label, options) {
  const id = `field-${name}`;
  const select = h(
    "select",
    { id, name, class: "field" },
    options.map(([value, text]) => h("option", { value }, text)),
  );
  return h(
    "div",
    { class: "labelled" },
    h("label", { for: id }, label),
    h("div", { class: "select" }, select, icon("chevron")),
  );
}

/** Radio buttons, or checkboxes where `several` may be chosen, each with an optional note. */
export function choiceGroup(name, label, choices, chosen, { compact = false, several = false } = {}) {
  const option = ({ value, label: text, note }) =>
    h(
      "label",
      { class: "choice" },
      h("input", { type: several ? "checkbox" : "radio", name, value, checked: value === chosen }),
      h("span", {}, text, note && h("small", {}, note)),
    );
  return h(
    "fieldset",
    { class: compact ? "choices-field compact" : "choices-field" },
    h("legend", {}, label),
    h("div", {}, choices.map(option)),
  );
}

/** A whole number with buttons for one less and one more. */
export function numberField(name, label, { min, max, value }) {
  const id = `field-${name}`;
  const input = h("input", {
    id,
    name,
    type: "number",
    class: "field",
    inputmode: "numeric",
    min,
    max,
    value,
    required: true,
  });
  const step = (by, sign, words) =>
    h(
      "button",
      { type: "button", class: "button quiet round", on: { click: () => change(by) } },
      icon(sign),
      unseen(words),
    );
  function change(by) {
    input.value = Math.min(max, Math.max(min, (Number(input.value) || 0) + by));
    input.dispatchEvent(new Event("change", { bubbles: true }));
  }
  const stepper = h(
    "div",
    { class: "stepper" },
    step(-1, "minus", `Fewer ${label.toLowerCase()}`),
    input,
    step(1, "plus", `More ${label.toLowerCase()}`),
  );
  return h("div", { class: "labelled" }, h("label", { for: id }, label), stepper);
}

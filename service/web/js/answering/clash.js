/** Two dialogs about text that the server has not got. */

import { h } from "../dom.js";
import { ask } from "../parts/dialog.js";

/** Two devices wrote on the same draft. True where mine is to count. */
export async function chooseDraft(mine, theirs) {
  const body = [
    h("p", {}, "Both are here; the one that you choose is kept."),
    h("div", { class: "versions" }, version("On this device", mine), version("Saved elsewhere", theirs)),
  ];
  const choices = [
    { label: "Use theirs", value: "theirs" },
    { label: "Use mine", value: "mine", primary: true },
  ];
  return (await ask({ title: "A newer draft was saved elsewhere", body, choices })) === "mine";
}

/** The question was closed before the newest text reached the server. */
export async function showLost(text) {
  const body = [
    h(
      "p",
      {},
      "What the server had by then was handed in. This was written on this device and did not reach it in time:",
    ),
    version("Not handed in", text),
  ];
  await ask({
    title: "This question is over",
    body,
    choices: [{ label: "Continue", value: "", primary: true }],
    escape: "",
  });
}

function version(title, text) {
  return h(
    "div",
    {},
    h("h3", {}, title),
    h("p", { class: "version", tabindex: "0", role: "group", "aria-label": title }, text || "(empty)"),
  );
}

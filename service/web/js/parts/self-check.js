/** A topic's questions to answer without reading. What was ticked stays on this device. */

import { announce, fill, h } from "../dom.js";
import { forget, recall, remember } from "../storage.js";
import { section } from "./common.js";

/** @param {{id: string, self_check: string[]}} topic */
export function selfCheck(topic) {
  const key = `self-check.${topic.id}`;
  const known = recall(key, []);
  // Kept by their words, so a question that was rewritten asks anew.
  const ticked = new Set(topic.self_check.filter((text) => Array.isArray(known) && known.includes(text)));
  const line = h("p", { class: "soft small" });
  const clear = h("button", { type: "button", class: "button quiet", on: { click: untick } }, "Clear all");
  const boxes = topic.self_check.map((text) =>
    h("input", { type: "checkbox", checked: ticked.has(text), on: { change: (event) => tick(text, event.target) } }),
  );

  function tick(text, box) {
    if (box.checked) ticked.add(text);
    else ticked.delete(text);
    remember(key, [...ticked]);
    draw();
  }
  function untick() {
    ticked.clear();
    forget(key);
    for (const box of boxes) box.checked = false;
    draw();
    announce("Nothing is ticked any more.");
    boxes[0].focus();
  }
  function draw() {
    fill(line, `${ticked.size} of ${boxes.length} ticked. Your ticks stay on this device.`);
    clear.hidden = ticked.size === 0;
  }

  draw();
  const item = (box, index) => h("li", {}, h("label", {}, box, h("span", {}, topic.self_check[index])));
  return section(
    "Check yourself",
    { class: "self-check" },
    h("p", { class: "soft" }, "Answer aloud without reading, and tick what you could say."),
    h("ul", {}, boxes.map(item)),
    h("div", { class: "line" }, line, clear),
  );
}

/** The clock of a question as a person sees it, with what they may do about it. */

import { fill, h, svg, unseen } from "../dom.js";
import { clock } from "../format.js";
import { icon } from "../icons.js";

const LATE = 30;

/**
 * @param {import("./countdown.js").Countdown} countdown
 * @param {object} actions both null in strict mode
 * @param {(() => void) | null} actions.pause
 * @param {(() => void) | null} actions.extend
 */
export function timerPill(countdown, { pause, extend }) {
  const time = h("span", { class: "time" });
  const label = unseen("");
  const ring = svg("circle", { class: "left", cx: 14, cy: 14, r: 11, pathLength: 100 });
  const track = svg("circle", { class: "track", cx: 14, cy: 14, r: 11 });
  const dial = svg("svg", { viewBox: "0 0 28 28", class: "dial", "aria-hidden": "true" }, track, ring);
  const more = extend && h("button", { type: "button", class: "button quiet extend", on: { click: extend } }, "+1 min");
  const pill = h(
    "div",
    { class: "timer" },
    dial,
    h("div", { role: "timer", "aria-live": "off" }, label, time),
    pause &&
      h(
        "button",
        { type: "button", class: "button quiet round", on: { click: pause } },
        icon("pause"),
        unseen("Pause"),
      ),
    more,
  );

  function draw() {
    const left = countdown.left;
    const limited = left !== null;
    fill(label, limited ? (left < 0 ? "Over time: " : "Time left: ") : "Time used: ");
    time.textContent = clock(limited ? left : countdown.used);
    dial.classList.toggle("still", !limited);
    const share = limited && countdown.limit ? Math.min(1, Math.max(0, left / countdown.limit)) : 0;
    ring.style.setProperty("stroke-dasharray", `${100 * share} 100`);
    pill.dataset.tone = !limited || left > LATE ? "calm" : left > 0 ? "late" : "over";
    // More time on top of no limit makes no sense.
    if (more) more.hidden = !limited;
  }
  countdown.addEventListener("tick", draw);
  draw();
  return pill;
}

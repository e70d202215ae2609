/** Scores over time as a line, with the same figures as a table for whoever cannot see it. */

import { h, svg } from "../dom.js";
import { day, points } from "../format.js";

const SHAPES = { broad: [760, 240], narrow: [360, 220] };
const PAD = { left: 36, right: 48, top: 16, bottom: 30 };
/** Above this many answers single dots would run together. */
const MOST_DOTS = 40;

/** @param {{title: string, at: string, overall: number, attempt_id: string}[]} scores the oldest first, at least one */
export function scoreChart(scores) {
  // Letters keep their size on a small screen: the drawing changes its shape instead of shrinking.
  const [width, height] = matchMedia("(max-width: 760px)").matches ? SHAPES.narrow : SHAPES.broad;
  const inner = width - PAD.left - PAD.right;
  const step = scores.length > 1 ? inner / (scores.length - 1) : 0;
  const x = (index) => PAD.left + (scores.length > 1 ? index * step : inner / 2);
  const y = (score) => PAD.top + (1 - score / 100) * (height - PAD.top - PAD.bottom);
  const at = scores.map(({ overall }, index) => [x(index), y(overall)]);
  const line = `M${at.map(([left, top]) => `${left.toFixed(1)} ${top.toFixed(1)}`).join("L")}`;
  const last = at.length - 1;
  const dots = scores.length <= MOST_DOTS ? at : [at[last]];
  return svg(
    "svg",
    { viewBox: `0 0 ${width} ${height}`, class: "chart", role: "img", "aria-label": summaryOf(scores) },
    [0, 50, 100].map((value) => gridLine(value, y(value), width - PAD.right)),
    svg("path", { class: "area", d: `${line}L${at[last][0]} ${y(0)}L${at[0][0]} ${y(0)}Z` }),
    svg("path", { class: "line", d: line }),
    dots.map(([cx, cy], index) =>
      svg("circle", {
        class: index === dots.length - 1 ? "dot last" : "dot",
        cx,
        cy,
        r: index === dots.length - 1 ? 5 : 3.5,
      }),
    ),
    svg("text", { class: "end", x: at[last][0] + 11, y: at[last][1] + 5 }, points(scores[last].overall)),
    svg("text", { class: "axis", x: PAD.left, y: height - 6 }, day(scores[0].at)),
    scores.length > 1 &&
      svg("text", { class: "axis right", x: width - PAD.right, y: height - 6 }, day(scores[last].at)),
  );
}

function gridLine(value, top, end) {
  return svg(
    "g",
    {},
    svg("line", { class: "grid", x1: PAD.left, x2: end, y1: top, y2: top }),
    svg("text", { class: "axis right", x: PAD.left - 9, y: top + 4 }, String(value)),
  );
}

function summaryOf(scores) {
  const figures = scores.map(({ overall }) => overall);
  const [least, most] = [points(Math.min(...figures)), points(Math.max(...figures))];
  return `Line chart of ${scores.length} scores, from ${points(figures[0])} to ${points(figures.at(-1))}; lowest ${least}, highest ${most}. The table below has them all.`;
}

/** The same scores as a table, the newest first. */
export function scoreTable(scores) {
  const row = ({ title, at, overall, attempt_id: id }) =>
    h(
      "tr",
      {},
      h("td", {}, day(at)),
      h("th", { scope: "row" }, h("a", { href: `/attempts/${id}` }, title)),
      h("td", { data: { align: "right" } }, points(overall)),
    );
  const head = h(
    "tr",
    {},
    ["Date", "Question", "Score"].map((name) => h("th", { scope: "col" }, name)),
  );
  const table = h("table", {}, h("thead", {}, head), h("tbody", {}, scores.toReversed().map(row)));
  const box = h("div", { class: "wide-box", tabindex: "0", role: "group", "aria-label": "Scores as a table" }, table);
  return h("details", {}, h("summary", {}, "Show as a table"), box);
}

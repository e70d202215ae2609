/**
 * Model answers and notes: trees of elements from the server, built as they are and never parsed. Only what is listed
 * here becomes an element; anything else gives just its text.
 *
 * @typedef {{tag: string, attrs: Record<string, string>, children: (ProseNode | string)[]}} ProseNode
 */

import { h } from "../dom.js";

const MATHML = "http://www.w3.org/1998/Math/MathML";
const PLAIN = new Set(
  "p ul ol li strong em s code blockquote br hr sup sub del dl dt dd thead tbody tr th td".split(" "),
);
const MATH = new Set(
  (
    "math semantics mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover " +
    "mmultiscripts mprescripts none mtable mtr mtd mstyle mpadded mphantom menclose"
  ).split(" "),
);
const MATH_ATTRIBUTES = new Set(
  (
    "display mathvariant stretchy fence separator form lspace rspace symmetric largeop movablelimits accent accentunder " +
    "linethickness columnalign rowalign columnspacing rowspacing columnspan rowspan width height depth displaystyle scriptlevel minsize maxsize notation"
  ).split(" "),
);
const WIDE = { table: "Table", pre: "Code" };

/** @param {(ProseNode | string)[]} tree */
export function prose(tree) {
  return h("div", { class: "prose" }, tree.map(node));
}

function node(part) {
  if (typeof part === "string") return part;
  const { tag, attrs = {}, children = [] } = part;
  const inner = children.map(node);
  if (MATH.has(tag)) return math(tag, attrs, inner);
  if (/^h[1-6]$/.test(tag)) return heading(Number(tag[1]), inner);
  if (tag in WIDE) return wide(WIDE[tag], h(tag, {}, inner));
  if (tag === "a") return link(attrs.href, inner);
  if (tag === "th") return h(tag, { scope: "col", data: align(attrs) }, inner);
  if (tag === "ol") return h(tag, { start: /^\d+$/.test(attrs.start) ? attrs.start : null }, inner);
  if (PLAIN.has(tag)) return h(tag, { data: align(attrs) }, inner);
  return inner;
}

/** Headings of the notes come below the h2 of their section. */
function heading(level, inner) {
  return h(level <= 3 ? "h3" : "h4", {}, inner);
}

/** What may be wider than the page scrolls in its own box, by keyboard too. */
function wide(label, element, tag = "div") {
  return h(tag, { class: "wide-box", tabindex: "0", role: "group", "aria-label": label }, element);
}

function link(href, inner) {
  if (!/^https:\/\//.test(href ?? "")) return inner;
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, inner);
}

/** The server may say how a column is aligned, as an attribute or a style. */
function align(attrs) {
  const found = /\b(left|right|center)\b/.exec(`${attrs.align ?? ""} ${attrs.style ?? ""}`);
  return found ? { align: found[1] } : {};
}

function math(tag, attrs, inner) {
  const element = document.createElementNS(MATHML, tag);
  for (const [name, value] of Object.entries(attrs)) if (MATH_ATTRIBUTES.has(name)) element.setAttribute(name, value);
  element.append(...inner.flat(Infinity));
  return tag === "math" && attrs.display === "block" ? wide("Formula", element, "span") : element;
}

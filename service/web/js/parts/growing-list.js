/** A list in pages: the first one, and a button for the next while there is one. */

import { ApiError, Unreachable } from "../api.js";
import { announce, h } from "../dom.js";

/**
 * @param {object} options
 * @param {string} options.label what the list holds, for screen readers
 * @param {{items: object[], next_cursor: string | null}} options.first
 * @param {(cursor: string) => Promise<{items: object[], next_cursor: string | null}>} options.more
 * @param {(item: object) => Node} options.row a list item
 * @param {() => void} [options.grown] told after rows were added
 */
export function growingList({ label, first, more, row, grown = () => {} }) {
  const list = h("ul", { class: "rows", "aria-label": label });
  const button = h("button", { type: "button", class: "button", on: { click: grow } }, "Show more");
  const problem = h("p", { class: "status", role: "alert", data: { tone: "bad" } });
  let cursor = null;

  function add(page) {
    const rows = page.items.map(row);
    list.append(...rows);
    cursor = page.next_cursor;
    button.hidden = cursor === null;
    grown();
    return rows;
  }

  async function grow() {
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    try {
      const rows = add(await more(cursor));
      rows[0]?.querySelector("a, button")?.focus();
      announce(`${rows.length} more shown.`);
    } catch (error) {
      if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
      problem.textContent = error.message;
    } finally {
      button.disabled = false;
    }
  }

  add(first);
  return h("div", { class: "growing" }, list, button, problem);
}

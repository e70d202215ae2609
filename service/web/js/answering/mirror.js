/**
 * What was typed, kept on this device until the server has it.
 *
 * @typedef {object} Kept
 * @property {string} text the newest
 * @property {number} base the revision of the server's draft that it was written on
 * @property {string | null} sent a text on its way to the server, which it may have got without our knowing
 */

import { forget, recall, remember } from "../storage.js";

export class Mirror {
  #key;

  constructor(sessionId, position) {
    this.#key = `draft.${sessionId}.${position}`;
  }

  /** @returns {Kept | null} */
  read() {
    return recall(this.#key);
  }

  /** @param {Kept} kept */
  write(kept) {
    remember(this.#key, kept);
  }

  clear() {
    forget(this.#key);
  }
}

/**
 * Which text to begin with, when the server has `draft` at `revision`.
 *
 * @param {Kept | null} kept
 * @returns {{text: string, clash: boolean}} `clash` where both sides hold something that the other does not know
 */
export function reconcile(kept, draft, revision) {
  if (!kept || kept.text === draft) return { text: draft, clash: false };
  const known = kept.base === revision || kept.sent === draft;
  return { text: kept.text, clash: !known };
}

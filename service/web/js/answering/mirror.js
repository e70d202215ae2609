/**
 * What was typed, kept on this device until the server has it.
 *
 * @typedef {object} Kept
 * @property {string} text the newest
 * @property {number} base the revision of the server's draft that it was written on
 * @property {string[]} sent fingerprints of texts on their way to the server, which it may have got without our knowing
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
 * @returns {{text: string, sent: string[], clash: boolean}} `clash` where both sides hold something that the other does
 *   not know; `sent` as kept
 */
export function reconcile(kept, draft, revision) {
  if (!kept || kept.text === draft) return { text: draft, sent: [], clash: false };
  const known = kept.base === revision || kept.sent.includes(fingerprint(draft));
  return { text: kept.text, sent: kept.sent, clash: !known };
}

/** A short stand-in for `text`: two hashes of 32 bits and its length. It tells drafts apart, and is no secret. */
export function fingerprint(text) {
  let [a, b] = [0x811c9dc5, 0x9e3779b9];
  for (let index = 0; index < text.length; index++) {
    a = Math.imul(a ^ text.charCodeAt(index), 0x01000193);
    b = Math.imul(b ^ text.charCodeAt(index), 0x85ebca6b) + 1;
  }
  return `${text.length}.${a >>> 0}.${b >>> 0}`;
}

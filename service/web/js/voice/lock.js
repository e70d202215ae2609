/** Which page has a recording: two tabs of a browser share what is kept, and only one may send it. */

/**
 * Takes hold of the recording `id` until the page is gone, or it is let go. A killed browser holds nothing.
 *
 * @returns {Promise<(() => void) | null>} lets it go; null where another page has it
 */
export function hold(id) {
  if (!navigator.locks) return Promise.resolve(() => {});
  return new Promise((resolve, reject) => {
    const held = (lock) => {
      if (!lock) return resolve(null);
      return new Promise((letGo) => resolve(letGo));
    };
    navigator.locks.request(`viva.recording.${id}`, { ifAvailable: true }, held).catch(reject);
  });
}

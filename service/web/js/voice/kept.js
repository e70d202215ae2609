/**
 * Recordings on this device, until the server has all of them: in IndexedDB, which outlives the page and the browser.
 *
 * @typedef {object} KeptRecording
 * @property {string} id
 * @property {string} path of its question
 * @property {number} at when it began, in milliseconds
 */

const DATABASE = "viva";
/** Milliseconds. What nobody came back for is deleted. */
const FORGOTTEN = 7 * 24 * 3600_000;

let opened;

function database() {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("recordings", { keyPath: "id" });
      request.result.createObjectStore("chunks", { keyPath: ["recording", "number"] });
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  return opened;
}

/** Does `work` in a transaction over both stores; what its request found, once it is on the disk. */
async function transact(mode, work) {
  const transaction = (await database()).transaction(["recordings", "chunks"], mode, { durability: "strict" });
  const request = work(transaction.objectStore("recordings"), transaction.objectStore("chunks"));
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve(request?.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

const chunksOf = (id) => IDBKeyRange.bound([id, 0], [id, Infinity]);

/** @param {KeptRecording} recording */
export const keep = (recording) => transact("readwrite", (recordings) => recordings.put(recording));

/** @param {ArrayBuffer} bytes */
export const keepChunk = (recording, number, bytes) =>
  transact("readwrite", (_, chunks) => chunks.put({ recording, number, bytes }));

/** The chunks of a recording in order. @returns {Promise<ArrayBuffer[]>} */
export async function chunks(id) {
  const found = await transact("readonly", (_, all) => all.getAll(chunksOf(id)));
  return found.map(({ bytes }) => bytes);
}

export const drop = (id) =>
  transact("readwrite", (recordings, all) => {
    recordings.delete(id);
    all.delete(chunksOf(id));
  });

/** The last recording of a question that is kept here. @returns {Promise<KeptRecording | undefined>} */
export async function keptFor(path) {
  const all = await transact("readonly", (recordings) => recordings.getAll());
  for (const { id, at } of all) if (Date.now() - at > FORGOTTEN) await drop(id);
  return all.filter((recording) => recording.path === path).sort((a, b) => b.at - a.at)[0];
}

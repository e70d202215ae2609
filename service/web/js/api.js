/** Requests to Viva's HTTP interface, and the two ways in which they fail. */

const BASE = "/api/v1";
const TIMEOUT = 30_000;
const GATEWAY = [502, 503, 504];

/** The server answered, and said no. `message` is its `detail`. */
export class ApiError extends Error {
  constructor(status, problem) {
    super(problem?.detail || problem?.title || `The server answered with status ${status}.`);
    this.status = status;
    this.problem = problem;
  }
}

/** No answer came from the server. */
export class Unreachable extends Error {
  constructor() {
    super("The server cannot be reached.");
  }
}

/** True where the same request may succeed later. */
export function passing(error) {
  return error instanceof Unreachable || (error instanceof ApiError && (error.status >= 500 || error.status === 429));
}

/**
 * @typedef {object} Options
 * @property {Record<string, string>} [headers]
 * @property {AbortSignal} [signal]
 * @property {boolean} [keepalive] let it finish after the page is gone
 * @property {number} [timeout] milliseconds
 * @property {RequestCache} [cache]
 */

/** @param {Options} [options] */
export const get = (path, options) => request("GET", path, undefined, options);
/** @param {Options} [options] */
export const post = (path, body, options) => request("POST", path, body, options);
/** @param {Options} [options] */
export const put = (path, body, options) => request("PUT", path, body, options);
/** @param {Options} [options] */
export const remove = (path, options) => request("DELETE", path, undefined, options);

/** `path` with the parameters that have a value. */
export function withQuery(path, params) {
  const query = new URLSearchParams(Object.entries(params).filter(([, value]) => value));
  return query.size ? `${path}?${query}` : path;
}

/** The address of a file that the browser downloads by itself. */
export const address = (path) => BASE + path;

async function request(method, path, body, { headers = {}, signal, timeout = TIMEOUT, ...options } = {}) {
  const limit = AbortSignal.timeout(timeout);
  const init = { method, headers: { Accept: "application/json", ...headers }, ...options };
  init.signal = signal ? AbortSignal.any([signal, limit]) : limit;
  if (body !== undefined) {
    const bytes = body instanceof ArrayBuffer || body instanceof Blob;
    init.body = bytes ? body : JSON.stringify(body);
    init.headers["Content-Type"] = bytes ? "application/octet-stream" : "application/json";
  }
  const response = await answer(BASE + path, init);
  const content = await read(response);
  if (response.ok) return content;
  if (GATEWAY.includes(response.status) && content === null) throw new Unreachable();
  throw new ApiError(response.status, content);
}

async function answer(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
}

/** The JSON of a response; null where there is none. */
async function read(response) {
  if (response.status === 204 || !/json/.test(response.headers.get("Content-Type") ?? "")) return null;
  try {
    return await response.json();
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Unreachable();
  }
}

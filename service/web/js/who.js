/** Who is looking: nobody has to sign in on their own machine, everybody has to on a team's server. */

import { ApiError, get, post, Unreachable } from "./api.js";

let known = null;

/** The account, asked for once; null where nobody is signed in, or the server cannot be reached. */
export function me() {
  known ??= get("/auth/me").catch((error) => {
    if (error instanceof ApiError || error instanceof Unreachable) return null;
    throw error;
  });
  return known;
}

/** To `path` as somebody else than before: all that the pages remember goes. */
export function enter(path) {
  location.assign(path);
}

/** The page for signing in, which leads back to here. */
export function signInPath() {
  const here = location.pathname + location.search;
  return here === "/" ? "/sign-in" : `/sign-in?${new URLSearchParams({ to: here })}`;
}

export async function signOut() {
  await post("/auth/sign-out");
  enter("/sign-in");
}

/** `path` where it is a page of ours. */
export function ours(path) {
  return path && /^\/(?![/\\])/.test(path) ? path : "/";
}

/** Leaves for the provider, which leads back to the page `to`; `invite` is a code. */
export async function goToProvider({ to, invite = null }) {
  const { url } = await post("/auth/oidc", { to, invite });
  enter(url);
}

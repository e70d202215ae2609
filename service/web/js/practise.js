/** Starting a session, and what this device remembers about how somebody practises. */

import { ApiError, Unreachable, post } from "./api.js";
import { announce, h } from "./dom.js";
import { ask } from "./parts/dialog.js";
import { navigate } from "./router.js";
import { recall, remember } from "./storage.js";

export const TIME_FACTORS = [1, 1.5, 2];

/** A person's extra time, as chosen on this device. */
export function timeFactor() {
  const factor = recall("time-factor", 1);
  return TIME_FACTORS.includes(factor) ? factor : 1;
}

export const setTimeFactor = (factor) => remember("time-factor", factor);

/**
 * Creates a session in practice mode, starts its clock and goes there.
 *
 * @param {object} spec a SessionCreate
 */
export async function startSession(spec) {
  const session = await post("/sessions", { mode: "practice", time_factor: timeFactor(), ...spec });
  await post(`/sessions/${session.id}/start`);
  await navigate(`/sessions/${session.id}`);
}

/** The same for a drill on cards, which has no clock. */
export async function startCards(spec) {
  const session = await post("/sessions", { mode: "practice", untimed: true, ...spec });
  await post(`/sessions/${session.id}/start`);
  await navigate(`/sessions/${session.id}/cards`);
}

/** The same from a button: an error is shown in a dialog. */
export const practise = (spec) => attempt(() => startSession(spec));

/** Does `action`; what the server objects to is shown in a dialog. True where it worked. */
export async function attempt(action) {
  try {
    await action();
    return true;
  } catch (error) {
    if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
    announce(error.message);
    await ask({
      title: "That did not work",
      body: [h("p", {}, error.message)],
      choices: [{ label: "Close", value: "", primary: true }],
      escape: "",
    });
    return false;
  }
}

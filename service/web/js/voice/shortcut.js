/** Alt+R records and stops, wherever something can be recorded. */

/** @param {AbortSignal} signal the page is left @param {() => void} action */
export function onRecordKey(signal, action) {
  const pressed = (event) => {
    if (!event.altKey || event.ctrlKey || event.code !== "KeyR") return;
    event.preventDefault(); // on a Mac it would write ®
    action();
  };
  addEventListener("keydown", pressed, { signal });
}

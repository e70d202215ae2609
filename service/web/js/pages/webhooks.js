/** For admins: addresses outside that are told of events, and what they were told. */

import { get, post, put, remove } from "../api.js";
import { fill, h } from "../dom.js";
import { moment } from "../format.js";
import { actionButton, section } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { choiceGroup } from "../parts/fields.js";
import { secretField, sendingForm, textField } from "../parts/form.js";
import { growingList } from "../parts/growing-list.js";

const EVENTS = {
  "attempt.graded": "An answer is graded",
  "session.finished": "A session is over",
  "dispute.opened": "A verdict is disputed",
};
const STATES = { waiting: "On its way", delivered: "Delivered", failed: "Given up" };

export async function webhooksPage({ signal }) {
  const { items } = await get("/webhooks", { signal });
  const list = h("ul", { class: "rows", "aria-label": "Webhooks" });
  const log = h("div", { "aria-live": "polite" });
  const show = () => fill(list, items.map(row));
  const replace = (hook, by) => {
    items.splice(items.indexOf(hook), 1, ...by);
    fill(log);
    show();
  };

  function row(hook) {
    const told = hook.events.map((event) => EVENTS[event]).join(" · ");
    const name = h("span", {}, hook.url, h("small", {}, hook.enabled ? told : `Disabled · ${told}`));
    const button = (label, act) => actionButton({ class: "button", "aria-label": `${label}: ${hook.url}` }, label, act);
    const toggle = async () => {
      const { url, events, enabled } = hook;
      replace(hook, [await put(`/webhooks/${hook.id}`, { url, events, enabled: !enabled })]);
    };
    const drop = async () => {
      const text = "It is told nothing any more, and its log is deleted.";
      if (!(await confirmed("Remove this webhook?", text, "Remove"))) return;
      await remove(`/webhooks/${hook.id}`);
      replace(hook, []);
    };
    const test = async () => {
      await post(`/webhooks/${hook.id}/test`);
      await open();
    };
    const open = async () => fill(log, await logOf(hook));
    const buttons = [
      button("Log", open),
      hook.enabled && button("Test", test),
      button(hook.enabled ? "Disable" : "Enable", toggle),
      button("Remove", drop),
    ];
    return h("li", { class: "row" }, h("div", { class: "row-link" }, name, h("span", { class: "changes" }, buttons)));
  }

  show();
  const body = h(
    "div",
    { class: "page" },
    h("h1", { class: "title" }, "Webhooks"),
    h("p", { class: "lead" }, "Programs elsewhere are told what happens here, in ids and numbers, and can verify it."),
    list,
    log,
    section("Add one", { class: "panel" }, adding(items, show)),
  );
  return { title: "Webhooks", body };
}

function adding(items, show) {
  const made = h("div", { "aria-live": "polite" });
  const events = Object.entries(EVENTS).map(([value, label]) => ({ value, label }));
  const fields = [
    textField("url", "Address", { type: "url", maxlength: 2000, placeholder: "https://" }),
    choiceGroup("events", "It is told when", events, "attempt.graded", { compact: true, several: true }),
  ];
  const form = sendingForm("Add the webhook", fields, async ({ url }) => {
    const { secret, ...hook } = await post("/webhooks", { url, events: new FormData(form).getAll("events") });
    items.push(hook);
    show();
    fill(made, h("p", {}, "The receiver verifies by this secret. It is not shown again."), secretField("Secret", secret));
    form.reset();
  });
  return [made, form];
}

async function logOf(hook) {
  const path = `/webhooks/${hook.id}/deliveries`;
  const page = (cursor = "") => get(`${path}?limit=20${cursor && `&cursor=${cursor}`}`);
  const holder = h("div", {});
  const show = async () => fill(holder, growingList({ label: "Deliveries", first: await page(), more: page, row }));
  function row(delivery) {
    const { event, state, status, tries, error, created_at } = delivery;
    const details = [moment(created_at), STATES[state], status && `status ${status}`, tries === 1 ? "1 try" : `${tries} tries`, error];
    const name = h("span", {}, EVENTS[event] ?? "Test", h("small", {}, details.filter(Boolean).join(" · ")));
    const again = actionButton({ class: "button" }, "Send again", async () => {
      await post(`${path}/${delivery.id}/redeliver`);
      await show();
    });
    const may = hook.enabled && state !== "waiting";
    return h("li", { class: "row" }, h("div", { class: "row-link" }, name, may && again));
  }
  await show();
  const refresh = actionButton({ class: "button" }, "Look again", show);
  return section(`Told to ${hook.url}`, { class: "panel" }, holder, refresh);
}

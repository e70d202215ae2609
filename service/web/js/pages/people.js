/** For admins: who is in the organisation, and whom they invite. */

import { get, post, put, remove } from "../api.js";
import { fill, h } from "../dom.js";
import { moment, ROLES } from "../format.js";
import { icon } from "../icons.js";
import { actionButton, section } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { consentSection } from "../parts/elsewhere.js";
import { selectField } from "../parts/fields.js";
import { secretField, sendingForm, textField } from "../parts/form.js";
import { growingList } from "../parts/growing-list.js";
import { theirData } from "../parts/own-data.js";
import { reload } from "../router.js";

const CHOICES = Object.entries(ROLES);
const FACTORS = [0.5, 0.75, 1, 1.25, 1.5, 2, 3, 4];

export async function peoplePage({ signal }) {
  const people = (cursor = "") => get(`/people?limit=50${cursor && `&cursor=${cursor}`}`, { signal });
  const [me, first, { items }] = await Promise.all([get("/auth/me", { signal }), people(), get("/invites", { signal })]);
  const row = (person) => personRow(person, person.id === me.id || me.way === "local");
  const body = h(
    "div",
    { class: "page" },
    h("h1", { class: "title" }, "People"),
    h("p", { class: "choices" }, h("a", { class: "button", href: "/webhooks" }, "Webhooks")),
    growingList({ label: "People", first, more: people, row }),
    section("Invites", { class: "panel" }, invites(items)),
    await consentSection(signal),
  );
  return { title: "People", body };
}

function personRow(person, mine) {
  const details = [person.email !== person.name && person.email, ROLES[person.role], person.disabled_at && "disabled"];
  const name = h("span", {}, person.name, h("small", {}, details.filter(Boolean).join(" · ")));
  return h("li", { class: "row" }, h("div", { class: "row-link" }, name, mine ? h("span", { class: "soft" }, "You") : changes(person)));
}

function changes(person) {
  const { id, name, role, disabled_at } = person;
  const change = async (wish) => {
    await put(`/people/${id}`, { role, disabled: disabled_at !== null, ...wish });
    await reload();
  };
  const choice = (label, choices, chosen, wish) => {
    const options = choices.map(([value, text]) => h("option", { value, selected: value === chosen }, text));
    const select = h("select", { class: "field", "aria-label": label, on: { change: ({ target }) => change(wish(target.value)) } }, options);
    return h("span", { class: "select" }, select, icon("chevron"));
  };
  const factors = [...new Set([...FACTORS, person.time_factor])].sort((a, b) => a - b);
  const label = disabled_at ? "Enable" : "Disable";
  const toggle = actionButton({ class: "button", "aria-label": `${label} ${name}` }, label, async () => {
    const text = "They are signed out, and their tokens are refused. What they did stays.";
    if (disabled_at || (await confirmed(`Disable ${name}?`, text, "Disable"))) await change({ disabled: !disabled_at });
  });
  return h(
    "span",
    { class: "changes" },
    choice(`Role of ${name}`, CHOICES, role, (value) => ({ role: value })),
    choice(`Time of ${name}`, factors.map((factor) => [factor, `${factor} × time`]), person.time_factor, (value) => ({ time_factor: Number(value) })),
    toggle,
    theirData(person, reload),
  );
}

function invites(items) {
  const list = h("ul", { class: "rows", "aria-label": "Open invites" });
  const made = h("div", { "aria-live": "polite" });
  const show = () => fill(list, items.map(row));
  const row = (invite) => {
    const whom = invite.email ?? "Whoever has the link";
    const name = h("span", {}, whom, h("small", {}, `${ROLES[invite.role]} · until ${moment(invite.expires_at)}`));
    const withdraw = actionButton({ class: "button", "aria-label": `Withdraw: ${whom}` }, "Withdraw", async () => {
      await remove(`/invites/${invite.id}`);
      items = items.filter(({ id }) => id !== invite.id);
      show();
    });
    return h("li", { class: "row" }, h("div", { class: "row-link" }, name, withdraw));
  };
  const fields = [
    selectField("role", "As", CHOICES),
    textField("email", "E-mail", { type: "email", required: false }, "Leave it empty where whoever has the link may join."),
  ];
  const form = sendingForm("Make an invite", fields, async ({ role, email }) => {
    const { link, ...invite } = await post("/invites", { role, email: email || null });
    items = [invite, ...items];
    show();
    fill(made, h("p", {}, "Send this link; it works once. It is not shown again."), secretField("Link", link));
    form.reset();
  });
  show();
  return [list, made, form];
}

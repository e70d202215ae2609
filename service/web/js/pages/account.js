/** One's own account: who one is here, password, API tokens. */

import { get, post, put, remove } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { moment, ROLES, SCOPES } from "../format.js";
import { actionButton, section } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { choiceGroup, selectField } from "../parts/fields.js";
import { consentSection } from "../parts/elsewhere.js";
import { newPasswordField, secretField, sendingForm, textField } from "../parts/form.js";
import { ownData } from "../parts/own-data.js";
import { signOut } from "../who.js";

const DAYS = [["7", "1 week"], ["30", "1 month"], ["90", "3 months"], ["365", "1 year"]];

export async function accountPage({ signal }) {
  const me = await get("/auth/me", { signal });
  if (me.way === "local") return local(me, signal);
  const { items } = await get("/auth/tokens", { signal });
  const about = [me.email !== me.name && me.email, ROLES[me.role]].filter(Boolean).join(" · ");
  const body = h(
    "div",
    { class: "page" },
    h("h1", { class: "title" }, me.name),
    h("p", { class: "lead" }, about),
    h(
      "p",
      { class: "choices" },
      me.scopes.includes("admin") && h("a", { class: "button", href: "/people" }, "People and invites"),
      me.scopes.includes("review") && h("a", { class: "button", href: "/cohorts" }, "Cohorts"),
      me.way === "cookie" && actionButton({ class: "button" }, "Sign out", signOut),
    ),
    section("API tokens", { class: "panel" }, tokens(me, items)),
    me.way === "cookie" && section("Password", { class: "panel" }, password()),
    ownData(me),
  );
  return { title: "Account", body };
}

/** Who does not sign in has no account, and data all the same. */
async function local(me, signal) {
  const title = "You on this machine";
  const body = h("div", { class: "page" }, h("h1", { class: "title" }, title), ownData(me), await consentSection(signal));
  return { title, body };
}

function password() {
  const old = textField("old", "Present password", { type: "password", autocomplete: "current-password" });
  return sendingForm("Change the password", [old, newPasswordField("new", "New password")], async (values, form) => {
    await put("/auth/password", values);
    form.reset();
    announce("The password is changed. Other browsers are signed out.");
    form.querySelector(".sending-end").append(h("span", { class: "soft" }, "Changed. Other browsers are signed out."));
  });
}

function tokens(me, items) {
  const list = h("ul", { class: "rows", "aria-label": "Tokens" });
  const made = h("div", { "aria-live": "polite" });
  const show = () => fill(list, items.map(row));
  const row = (token) => {
    const over = token.revoked_at ? "Revoked" : Date.parse(token.expires_at) < Date.now() && "Ended";
    const used = token.last_used_at ? `last used ${moment(token.last_used_at)}` : "never used";
    const may = token.scopes.map((scope) => SCOPES[scope]).join(", ");
    const what = over || `${may} · until ${moment(token.expires_at)} · ${used}`;
    const revoke = actionButton({ class: "button", "aria-label": `Revoke ${token.name}` }, "Revoke", async () => {
      const text = "Programs that use it are refused from now on.";
      if (!(await confirmed(`Revoke ${token.name}?`, text, "Revoke"))) return;
      await remove(`/auth/tokens/${token.id}`);
      token.revoked_at = new Date().toISOString();
      show();
    });
    const name = h("span", {}, token.name, " ", h("code", {}, `${token.begins}…`), h("small", {}, what));
    return h("li", { class: "row" }, h("div", { class: "row-link" }, name, !over && revoke));
  };
  const scopes = me.scopes.map((value) => ({ value, label: SCOPES[value] }));
  const fields = [
    textField("token", "Name", { maxlength: 100 }, "What will use it, such as the name of a script."),
    choiceGroup("scopes", "It may", scopes, "read", { compact: true, several: true }),
    selectField("days", "For", DAYS),
  ];
  const form = sendingForm("Make a token", fields, async ({ token, days }) => {
    const chosen = new FormData(form).getAll("scopes");
    const { secret, ...about } = await post("/auth/tokens", { name: token, scopes: chosen, days: Number(days) });
    items.unshift(about);
    show();
    const once = "Copy it now: it is not shown again.";
    fill(made, h("p", {}, `${token} is made. ${once}`), secretField(`Secret of ${token}`, secret));
    form.reset();
  });
  show();
  return [h("p", { class: "soft" }, "With a token a program uses Viva in your name."), list, made, form];
}

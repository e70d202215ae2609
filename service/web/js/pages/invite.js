/** Accepting an invite. Its code stands behind the `#`, where no server or proxy sees it. */

import { ApiError, get, post } from "../api.js";
import { h } from "../dom.js";
import { moment, ROLES } from "../format.js";
import { emailField, nameField, newPasswordField, sendingForm } from "../parts/form.js";
import { enter } from "../who.js";
import { providerForm } from "./sign-in.js";

export async function invitePage({ signal }) {
  const code = location.hash.slice(1);
  const [ways, invite] = await Promise.all([get("/auth/ways", { signal }), look(code, signal)]);
  if (!ways.needed) return { redirect: "/" };
  const title = invite ? "You are invited" : "This invite does not work";
  const body = h("div", { class: "page narrow" }, h("h1", { class: "title" }, title), invite ? accept() : ask());

  function accept() {
    const email = emailField({ value: invite.email ?? "", readonly: invite.email !== null });
    const fields = [nameField({ value: invite.name ?? "" }), email, newPasswordField()];
    return [
      h("p", { class: "soft" }, `Until ${moment(invite.expires_at)} you can join as ${ROLES[invite.role].toLowerCase()}.`),
      ways.provider && providerForm({ to: "/", invite: code }),
      ways.provider && ways.password && h("p", { class: "soft or" }, "or"),
      ways.password &&
        sendingForm("Join", fields, async (values) => {
          await post("/auth/invites/accept", { code, ...values });
          enter("/");
        }),
    ];
  }
  return { title, body };
}

function ask() {
  return h("p", {}, "It has been used or withdrawn, or its time is over. Ask whoever sent it for another one.");
}

async function look(code, signal) {
  try {
    return await post("/auth/invites/look", { code }, { signal });
  } catch (error) {
    if (error instanceof ApiError && error.status < 500) return null;
    throw error;
  }
}

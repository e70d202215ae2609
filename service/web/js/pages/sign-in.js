/** Signing in, and making the first admin where there is none yet. */

import { get, post } from "../api.js";
import { h } from "../dom.js";
import { notice } from "../parts/common.js";
import { emailField, nameField, newPasswordField, sendingForm, textField } from "../parts/form.js";
import { enter, goToProvider, ours } from "../who.js";

export async function signInPage({ query, signal }) {
  const ways = await get("/auth/ways", { signal });
  if (!ways.needed) return { redirect: "/" };
  const to = ours(query.get("to"));
  const problem = query.get("problem");
  const title = ways.set_up ? "Sign in" : "Set up Viva";
  const body = h(
    "div",
    { class: "page narrow" },
    h("h1", { class: "title" }, title),
    problem && notice("bad", h("p", {}, problem)),
    ways.provider && providerForm({ to }),
    ways.provider && ways.password && h("p", { class: "soft or" }, "or"),
    ways.password && (ways.set_up ? passwordForm(to) : setupForm()),
    ways.set_up && h("p", { class: "soft small" }, "No account? An admin of your team can invite you."),
    !ways.password && !ways.provider && h("p", {}, "Open this page through your organisation's proxy, which signs you in."),
  );
  return { title, body };
}

export function providerForm(wish) {
  return sendingForm("Sign in with your organisation", [], () => goToProvider(wish));
}

function passwordForm(to) {
  const password = textField("password", "Password", { type: "password", autocomplete: "current-password" });
  return sendingForm("Sign in", [emailField(), password], async (values) => {
    await post("/auth/sign-in", values);
    enter(to);
  });
}

function setupForm() {
  const code = textField(
    "code",
    "Setup code",
    { autocomplete: "off", minlength: 16 },
    "From the settings of the server: VIVA_SIGN_IN__SETUP_CODE.",
  );
  const lead = h("p", { class: "soft" }, "You become the first admin. Everybody else comes by an invite of yours.");
  return sendingForm("Set up", [lead, code, nameField(), emailField(), newPasswordField()], async (values) => {
    await post("/auth/setup", values);
    enter("/people");
  });
}

/** The header: where one can go, and light or dark. */

import { announce, fill, h } from "./dom.js";
import { icon } from "./icons.js";
import { forget, recall, remember } from "./storage.js";
import { me } from "./who.js";

const PLACES = [
  { path: "/", label: "Practice", under: /^\/($|sessions|attempts|microphone)/ },
  { path: "/questions", label: "Questions", under: /^\/(questions|topics)/ },
  { path: "/history", label: "Progress", under: /^\/history/ },
  { path: "/review", label: "Review", under: /^\/(review|overview|cohorts|assignments)/, scope: "review" },
];
const THEMES = {
  auto: { icon: "auto", label: "as the system", next: "light" },
  light: { icon: "sun", label: "light", next: "dark" },
  dark: { icon: "moon", label: "dark", next: "auto" },
};

const account = h("a", { href: "/account", class: "button quiet round account", hidden: true }, icon("person"));
const links = PLACES.map(({ path, label, scope }) => h("a", { href: path, class: scope ? "scoped" : null, hidden: Boolean(scope) }, label));

export function showHeader() {
  applyTheme(currentTheme());
  fill(
    document.getElementById("top"),
    h(
      "a",
      { href: "/", class: "brand" },
      h("img", { src: new URL("../icon.svg", import.meta.url).pathname, alt: "", width: 28, height: 28 }),
      h("span", {}, "Viva"),
    ),
    h("nav", { "aria-label": "Main", class: "places" }, links),
    account,
    themeButton(),
  );
  showAccount();
}

/** On one's own machine there is no account, and nobody whose answers one would review. */
async function showAccount() {
  const who = await me();
  if (!who || who.way === "local") return;
  account.setAttribute("aria-label", `Account: ${who.name}`);
  account.hidden = false;
  PLACES.forEach(({ scope }, index) => (links[index].hidden = Boolean(scope) && !who.scopes.includes(scope)));
}

/** Marks the part of the client that `path` belongs to. */
export function markPlace(path) {
  PLACES.forEach((place, index) => {
    if (path === place.path) links[index].setAttribute("aria-current", "page");
    else if (place.under.test(path)) links[index].setAttribute("aria-current", "true");
    else links[index].removeAttribute("aria-current");
  });
}

function currentTheme() {
  const theme = recall("theme", "auto");
  return theme in THEMES ? theme : "auto";
}

function applyTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function themeButton() {
  const button = h("button", { type: "button", class: "button quiet round theme", on: { click: change } });
  const draw = () => {
    const theme = THEMES[currentTheme()];
    fill(button, icon(theme.icon));
    button.setAttribute("aria-label", `Colours: ${theme.label}. Switch to ${THEMES[theme.next].label}.`);
  };
  function change() {
    const { next } = THEMES[currentTheme()];
    if (next === "auto") forget("theme");
    else remember("theme", next);
    applyTheme(next);
    draw();
    announce(`Colours: ${THEMES[next].label}.`);
  }
  draw();
  return button;
}

/**
 * Builds elements. Text always becomes a text node, so nothing that a person or the server wrote can turn into markup.
 */

const SVG = "http://www.w3.org/2000/svg";

/**
 * An HTML element. In `props`, `on` holds listeners by event, `data` goes to the dataset, `vars` to CSS custom
 * properties and `value` to the property; the rest are attributes, left out where null, undefined or false.
 * Children may be nested lists; empty ones are left out.
 */
export function h(tag, props = {}, ...children) {
  return build(document.createElement(tag), props, children);
}

/** The same for SVG. */
export function svg(tag, props = {}, ...children) {
  return build(document.createElementNS(SVG, tag), props, children);
}

function build(element, props, children) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") addListeners(element, value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name === "vars") setVars(element, value);
    else if (name === "value") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...present(children));
  return element;
}

function addListeners(element, listeners) {
  for (const [event, listener] of Object.entries(listeners)) element.addEventListener(event, listener);
}

function setVars(element, vars) {
  for (const [name, value] of Object.entries(vars)) element.style.setProperty(`--${name}`, value);
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** Replaces what `element` holds. */
export function fill(element, ...children) {
  element.replaceChildren(...present(children));
  return element;
}

/** Text for screen readers only. */
export function unseen(text) {
  return h("span", { class: "unseen" }, text);
}

let last = 0;

/** Speaks `text` through the one polite live region of the page. */
export function announce(text) {
  const region = document.getElementById("live");
  region.textContent = "";
  const mine = ++last;
  // A region that is emptied and filled in one go is not read out.
  setTimeout(() => {
    if (mine === last) region.textContent = text;
  }, 60);
}

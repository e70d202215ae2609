/** Line icons on a grid of 24, in the colour of the text around them. They are decoration: the words beside them say it. */

import { svg } from "./dom.js";

const PATHS = {
  arrow: "M4.5 12h15M13.5 6l6 6-6 6",
  auto: "M12 3.5a8.5 8.5 0 1 0 0 17zM12 3.5a8.5 8.5 0 0 1 0 17",
  bulb: "M9.5 18.5h5M10.5 21.5h3M8.7 14.8A6.2 6.2 0 1 1 15.3 14.8c-.5.4-.8 1-.8 1.7h-5c0-.7-.3-1.3-.8-1.7z",
  cards: "M8 7.5V4.5h11.5v12H16M4.5 7.5H16v12H4.5z",
  chevron: "M6 9.5l6 6 6-6",
  check: "M4.5 12.8l4.7 4.7L19.5 7",
  clock: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17zM12 7.5V12l3 2",
  cross: "M6.5 6.5l11 11M17.5 6.5l-11 11",
  down: "M12 4v12M6.5 11l5.5 5.5L17.5 11M5 20h14",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.3a2.7 2.7 0 1 0 0 5.4 2.7 2.7 0 0 0 0-5.4z",
  fall: "M12 5v14M6 13l6 6 6-6",
  flag: "M6 21V4M6 4.5h11l-2.5 4 2.5 4H6",
  half: "M12 4.5a7.5 7.5 0 1 0 0 15 7.5 7.5 0 0 0 0-15zM12 4.5v15",
  level: "M5 9.5h14M5 14.5h14",
  mic: "M12 3.5a3 3 0 0 0-3 3v5a3 3 0 0 0 6 0v-5a3 3 0 0 0-3-3zM5.5 11.5a6.5 6.5 0 0 0 13 0M12 18v3",
  minus: "M6 12h12",
  moon: "M19.8 14.3A8.3 8.3 0 0 1 9.7 4.2a8.3 8.3 0 1 0 10.1 10.1z",
  person: "M12 4.5a3.8 3.8 0 1 0 0 7.6 3.8 3.8 0 0 0 0-7.6zM4.5 20a7.5 7.5 0 0 1 15 0",
  pause: "M9 6v12M15 6v12",
  play: "M8 5.5v13l10.5-6.5z",
  plus: "M12 6v12M6 12h12",
  print: "M7 9V4h10v5M7 17H4.5v-7.5h15V17H17M7 14h10v6H7z",
  retry: "M4.5 5v4.5H9M5 9.5A8 8 0 1 1 4 13",
  rise: "M12 19V5M6 11l6-6 6 6",
  search: "M10.8 4.5a6.3 6.3 0 1 0 0 12.6 6.3 6.3 0 0 0 0-12.6zM15.5 15.5l4.5 4.5",
  skip: "M6 6v12l8.5-6zM18 6v12",
  speaker: "M4 9.5v5h3.5L12 18.5v-13L7.5 9.5zM15.5 9a4 4 0 0 1 0 6M18 6.5a7.5 7.5 0 0 1 0 11",
  stop: "M7 7h10v10H7z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M5.3 18.7l1.4-1.4M17.3 6.7l1.4-1.4",
};

/** @param {keyof typeof PATHS} name */
export function icon(name) {
  return svg("svg", { viewBox: "0 0 24 24", class: "icon", "aria-hidden": "true" }, svg("path", { d: PATHS[name] }));
}

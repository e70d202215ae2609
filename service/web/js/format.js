/** How numbers, times and the words of the bank are shown. */

export const LEVELS = { screen: "Screening", mid: "Mid level", senior: "Senior" };
export const FREQUENCIES = { "very-common": "Very common", common: "Common" };
export const KINDS = {
  conceptual: "Concept",
  comparison: "Comparison",
  design: "Design",
  audience: "For an audience",
  synthesis: "Synthesis",
};
export const EXPLANATIONS = {
  concept: "What it is",
  mechanism: "How it works",
  comparison: "How they differ",
  system: "How it fits together",
};
export const CRITERIA = {
  mechanism: "Mechanism",
  why_it_matters: "Why it matters",
  tradeoffs: "Tradeoffs",
  common_mistakes: "Common mistakes",
};
export const ROLES = { candidate: "Candidate", reviewer: "Reviewer", admin: "Admin" };
export const SCOPES = { read: "Read", practice: "Practise", review: "Review", admin: "Manage people" };
export const MODES = { practice: "Practice", strict: "Strict" };
export const WINDOWS = { upcoming: "Upcoming", open: "Open", closed: "Closed" };
export const SESSION_STATES = {
  planned: "Not started",
  running: "Running",
  paused: "Paused",
  overdue: "Over time",
  finished: "Finished",
  abandoned: "Left early",
};
export const QUESTION_STATES = {
  unseen: "Not opened",
  open: "Open",
  draft: "Open, with a draft",
  submitted: "Answered",
  skipped: "Skipped",
  revealed: "Answer shown",
  "timed-out": "Time ran out",
};

/** Seconds as a clock: 2:31, or +0:12 past the end. */
export function clock(seconds) {
  const whole = seconds < 0 ? Math.floor(-seconds) : Math.ceil(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const rest = String(whole % 60).padStart(2, "0");
  const sign = seconds < 0 ? "+" : "";
  return hours ? `${sign}${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${sign}${minutes}:${rest}`;
}

/** Seconds in words: 45 s, 2 min 10 s, 3 min. */
export function duration(seconds) {
  const whole = Math.round(seconds);
  const minutes = Math.floor(whole / 60);
  if (!minutes) return `${whole} s`;
  return whole % 60 ? `${minutes} min ${whole % 60} s` : `${minutes} min`;
}

/** Minutes of a question: 3 min, 1.5 min. */
export const minutes = (count) => `${Number(count.toFixed(1))} min`;

/** 1 answer, 2 answers. */
export const plural = (count, one, many = `${one}s`) => `${count.toLocaleString()} ${count === 1 ? one : many}`;

/** A score as it is shown: whole points. */
export const points = (score) => String(Math.round(score));

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const MONTH = new Intl.DateTimeFormat(undefined, { month: "long", year: "numeric", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

export const day = (iso) => DAY.format(new Date(iso));
/** 2026-11 as November 2026. */
export const month = (text) => MONTH.format(new Date(`${text}-01`));
export const moment = (iso) => MOMENT.format(new Date(iso));

/** A date as a field of type datetime-local has it: in this device's zone. */
export const toLocal = (date) => new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
/** And back, as the server has it. */
export const fromLocal = (text) => new Date(text).toISOString();

/** Characters as the server counts them (code points). */
export const length = (text) => Array.from(text).length;

/** Words as the server counts them: what stands between spaces and has a letter or a digit in it. */
export const words = (text) => text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word)).length;

/** How much better or worse than the try before, in words. */
export function change(difference) {
  const size = Math.abs(Math.round(difference));
  if (!size) return { icon: "level", tone: "even", text: "Same as your last try" };
  const up = difference > 0;
  return {
    icon: up ? "rise" : "fall",
    tone: up ? "up" : "down",
    text: `${size} ${up ? "up" : "down"} on your last try`,
  };
}

/** A session by its state: not started, paused, a question, or over. */

import { ApiError, get, post } from "../api.js";
import { AnsweringPage } from "../answering/question.js";
import { h } from "../dom.js";
import { clock, duration, MODES, plural } from "../format.js";
import { icon } from "../icons.js";
import { actionButton } from "../parts/common.js";
import { confirmed } from "../parts/dialog.js";
import { attempt } from "../practise.js";
import { navigate, reload } from "../router.js";

const OPEN = ["open", "draft"];
const GOING = ["running", "overdue"];

export async function sessionPage({ params: [id], signal }) {
  const session = await get(`/sessions/${encodeURIComponent(id)}`, { signal });
  if (session.state === "planned") return planned(session);
  if (session.state === "paused") return paused(session);
  if (session.state === "finished" || session.state === "abandoned") return { redirect: `/sessions/${id}/report` };
  return running(session, signal);
}

async function running(session, signal) {
  const slot =
    session.questions.find(({ state }) => OPEN.includes(state)) ??
    session.questions.find(({ state }) => state === "unseen");
  try {
    const [voice, me] = await Promise.all([get("/voice", { signal }), get("/auth/me", { signal })]);
    const open = await post(`/sessions/${session.id}/questions/${slot.position}/open`, undefined, { signal });
    // Opening starts the clock, so the session is read again.
    return new AnsweringPage(await get(`/sessions/${session.id}`, { signal }), open, voice, me).page();
  } catch (error) {
    // The clock, or another device, was quicker.
    if (error instanceof ApiError && error.status === 409) return afresh(session, slot, signal, error);
    throw error;
  }
}

async function afresh(session, slot, signal, error) {
  const now = await get(`/sessions/${session.id}`, { signal });
  if (!GOING.includes(now.state) || now.questions[slot.position - 1].state !== slot.state)
    return { redirect: `/sessions/${session.id}` };
  return blocked(session, slot, error.message);
}

/** A question that may not be opened now, as while a strict session elsewhere still asks it. */
function blocked(session, slot, reason) {
  const skip = actionButton({ class: "button primary large" }, [icon("skip"), "Skip it here"], () =>
    attempt(async () => {
      await post(`/sessions/${session.id}/questions/${slot.position}/skip`);
      await reload();
    }),
  );
  return {
    title: "This question has to wait",
    body: h(
      "div",
      { class: "page calm" },
      h("p", { class: "eyebrow" }, `${session.title} · ${slot.position} of ${session.questions.length}`),
      h("h1", { class: "title large" }, "This question has to wait"),
      h("p", { class: "lead" }, reason),
      slot.title && h("p", { class: "soft" }, "It is ", h("strong", {}, slot.title), "."),
      h("p", { class: "choices" }, skip, h("a", { class: "button", href: "/history#sessions" }, "Your sessions")),
    ),
  };
}

function planned(session) {
  const strict = session.mode === "strict";
  const limits = session.questions.map(({ limit_seconds: limit }) => limit).filter((limit) => limit !== null);
  const facts = [
    ["Mode", MODES[session.mode]],
    ["Questions", String(session.questions.length)],
    ["Time for each", span(limits)],
    session.time_factor > 1 && ["Extra time", `${session.time_factor} ×`],
  ];
  const rules = strict
    ? "Each question has its own clock, which starts when you see it. When time is up, what you wrote is handed in. There are no hints and no pauses, and the results come at the end."
    : "The clock informs and never locks: pause, ask for a hint or take another minute whenever you like.";
  return {
    title: session.title,
    body: h(
      "div",
      { class: "page calm" },
      h("p", { class: "eyebrow" }, session.title),
      h("h1", { class: "title large" }, "Ready when you are"),
      h(
        "dl",
        { class: "facts" },
        facts.filter(Boolean).map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))),
      ),
      h("p", { class: "lead" }, rules),
      h("p", { class: "soft" }, h("a", { href: "/microphone" }, "Check your microphone"), " if you mean to speak."),
      h("p", { class: "choices" }, goButton(session, "start", "Start the clock"), leaveButton(session)),
    ),
  };
}

function span(limits) {
  if (!limits.length) return "No limit";
  const [least, most] = [Math.min(...limits), Math.max(...limits)];
  return least === most ? duration(least) : `${duration(least)} to ${duration(most)}`;
}

function paused(session) {
  const slot = session.questions.find(({ state }) => OPEN.includes(state));
  const done = session.questions.filter(({ state }) => state === "submitted").length;
  const waiting = session.questions.filter((question) => question.attempt_status === "submitted").length;
  const left = slot?.remaining_seconds ?? session.remaining_seconds;
  return {
    title: "Paused",
    body: h(
      "div",
      { class: "page calm" },
      h(
        "p",
        { class: "eyebrow" },
        `${session.title} · ${done} of ${plural(session.questions.length, "question")} answered`,
      ),
      h("h1", { class: "title large" }, left === null ? "Paused" : `Paused at ${clock(left)}`),
      h(
        "p",
        { class: "lead" },
        "The clock stands still, and your draft is saved. Come back on this device or another one.",
      ),
      slot?.title && h("p", { class: "soft" }, "You were at: ", h("strong", {}, slot.title)),
      waiting > 0 && h("p", { class: "soft being-graded" }, `${plural(waiting, "answer")} being graded`),
      h("p", { class: "choices" }, goButton(session, "resume", "Resume"), finishButton(session)),
    ),
  };
}

function goButton(session, verb, label) {
  return actionButton({ class: "button primary large" }, [icon("play"), label], () =>
    attempt(async () => {
      await post(`/sessions/${session.id}/${verb}`);
      await reload();
    }),
  );
}

function finishButton(session) {
  return actionButton({ class: "button" }, "End session", async () => {
    if (!(await confirmed("End the session?", "An open draft is handed in as it is.", "End it"))) return;
    await attempt(async () => {
      await post(`/sessions/${session.id}/finish`);
      await reload();
    });
  });
}

function leaveButton(session) {
  return actionButton({ class: "button" }, "Discard it", async () => {
    await attempt(async () => {
      await post(`/sessions/${session.id}/abandon`);
      await navigate("/");
    });
  });
}

/** A question while it is answered: clock, draft, voice and submission working together. */

import { ApiError, post } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { goesTo } from "../parts/elsewhere.js";
import { attempt } from "../practise.js";
import { navigate, reload } from "../router.js";
import { onRecordKey } from "../voice/shortcut.js";
import { Autosave } from "./autosave.js";
import { AnswerBox, delayed } from "./box.js";
import { chooseDraft, showLost } from "./clash.js";
import { spoken } from "./countdown.js";
import { confirmFinish, confirmReveal, confirmSkip } from "./endings.js";
import { Follower } from "./follower.js";
import { Mirror, reconcile } from "./mirror.js";
import { speaking } from "./speaking.js";
import { handIn } from "./submission.js";
import { timerPill } from "./timer.js";
import { hintNote, questionView } from "./view.js";

/** Milliseconds. */
const SAVE_PATIENCE = 2000;

export class AnsweringPage {
  #session;
  #open;
  #goesTo;
  #speech;
  #path;
  #mirror;
  #begin;
  #autosave;
  #follower;
  #box;
  /** Null where nobody can speak. */
  #spoken;
  #hint;
  #left = new AbortController();
  /** True while something is under way that ends the question. */
  #ending = false;

  /**
   * @param {object} session a SessionOut
   * @param {object} open an OpenQuestion
   * @param {object} voice a VoiceOut
   * @param {object} me a MeOut
   */
  constructor(session, open, voice, me) {
    const { slot, draft, revision, hint } = open;
    this.#session = session;
    this.#open = open;
    this.#goesTo = goesTo(me);
    this.#speech = voice.speaks ? `/questions/${open.question.id}/speech` : null;
    this.#path = `/sessions/${session.id}/questions/${slot.position}`;
    this.#mirror = new Mirror(session.id, slot.position);
    this.#begin = reconcile(this.#mirror.read(), draft, revision);
    this.#autosave = new Autosave({
      path: this.#path,
      mirror: this.#mirror,
      draft,
      revision,
      sent: this.#begin.sent,
      on: { state: () => this.#showState(), clash: (theirs) => this.#clash(theirs), closed: () => this.#closed() },
    });
    this.#follower = new Follower(session, slot.position, {
      mark: (left) => this.#mark(left),
      closed: () => this.#closed(),
    });
    const { spoken, pieces } = speaking(voice, {
      path: this.#path,
      recording: open.recording,
      on: {
        standing: (on) => this.#follower.hold(on),
        heard: () => this.#heard(),
        closed: () => this.#closed(),
      },
    });
    this.#box = new AnswerBox({
      text: this.#begin.text,
      maxWords: open.question.max_words,
      changed: (text) => this.#autosave.edit(text),
      left: () => this.#autosave.flush(),
      submit: () => this.#submit(),
      marked: () => spoken?.showDoubts(),
      speaking: pieces,
    });
    this.#spoken = spoken;
    if (spoken) spoken.box = this.#box;
    this.#hint = h("div", { class: "hint-place" }, hint !== null && hintNote(hint));
  }

  get #strict() {
    return this.#session.mode === "strict";
  }

  /** @returns {import("../router.js").Page} */
  page() {
    const { slot, question } = this.#open;
    const timer = timerPill(this.#follower.countdown, {
      pause: this.#strict ? null : () => this.#pause(),
      extend: this.#strict ? null : () => this.#extend(),
    });
    const speech = this.#speech;
    const actions = {
      hint: (button) => this.#askHint(button),
      reveal: () => this.#reveal(),
      skip: () => this.#skip(),
      finish: () => this.#finish(),
    };
    return {
      title: `${slot.position} of ${this.#session.questions.length} · ${question.title}`,
      body: questionView(this.#session, this.#open, {
        timer,
        box: this.#box,
        actions,
        hint: this.#hint,
        speech,
        goesTo: this.#goesTo,
      }),
      shown: () => this.#shown(),
      leave: () => this.#leave(),
    };
  }

  #shown() {
    const { draft, revision } = this.#open;
    const { text, clash } = this.#begin;
    const { signal } = this.#left;
    document.addEventListener("visibilitychange", () => document.hidden && this.#autosave.flush(), { signal });
    addEventListener("pagehide", () => this.#autosave.flush(), { signal });
    this.#follower.start();
    if (clash) this.#clash({ draft, revision });
    else if (text !== draft) this.#autosave.edit(text);
    else if (draft) this.#showState();
    if (this.#spoken) this.#listen(signal);
    if (this.#late) this.#timeUp();
  }

  #listen(signal) {
    this.#spoken.restore();
    const leaving = (event) => this.#spoken.recording && event.preventDefault();
    addEventListener("beforeunload", leaving, { signal });
    onRecordKey(signal, () => this.#spoken.toggle());
  }

  #leave() {
    if (!this.#ending) this.#autosave.flush();
    this.#autosave.stop();
    this.#follower.stop();
    this.#spoken?.leave();
    this.#left.abort();
  }

  // The clock

  #mark(left) {
    announce(spoken(left, this.#strict));
    if (left <= 0 && this.#strict) this.#timeUp();
  }

  /** True where strict time is up. */
  get #late() {
    const { left } = this.#follower.countdown;
    return this.#strict && left !== null && left <= 0;
  }

  /** Strict mode: what is in the box goes in by itself; with nothing in it the server closes the question. */
  #timeUp() {
    // What was said in time counts: it comes into the box, and goes in then.
    if (this.#spoken?.busy) return this.#spoken.stop("Time is up.");
    if (this.#box.text.trim()) return this.#submit();
    this.#box.locked = true;
    this.#box.say("warn", "Time is up. Going on…");
    this.#autosave.suspend();
    const timer = setTimeout(() => this.#closed(), (this.#session.grace_seconds + 0.5) * 1000);
    this.#left.signal.addEventListener("abort", () => clearTimeout(timer));
  }

  async #pause() {
    if (!(await this.#autosave.flush())) return;
    await attempt(async () => {
      await post(`/sessions/${this.#session.id}/pause`);
      await reload();
    });
  }

  async #extend() {
    await attempt(async () => {
      await post(`${this.#path}/extend`, { seconds: 60 });
      await this.#follower.sync();
      announce("One minute more.");
    });
  }

  // The text

  #showState() {
    this.#box.showState(this.#autosave.state, this.#autosave.reason);
  }

  async #clash(theirs) {
    this.#autosave.suspend();
    const mine = await chooseDraft(this.#box.text, theirs.draft);
    if (!mine) this.#box.text = theirs.draft;
    this.#autosave.resume();
    await this.#autosave.settle(theirs, mine ? this.#box.text : null);
  }

  /** A transcript is in the box. */
  #heard() {
    this.#autosave.flush();
    if (this.#late) this.#timeUp();
  }

  async #askHint(button) {
    await attempt(async () => {
      const { hint } = await post(`${this.#path}/hint`);
      fill(this.#hint, hintNote(hint));
      announce(`Hint: ${hint}`);
      button.remove();
      this.#box.area.focus();
    });
  }

  // What ends the question

  /** It is over on the server, or stands still: shows what the session has become. */
  async #closed() {
    if (this.#ending) return;
    this.#ending = true;
    this.#autosave.suspend();
    const kept = this.#mirror.read();
    if (kept && !(await this.#follower.stillOpen())) {
      if (kept.text.trim()) await showLost(kept.text);
      this.#mirror.clear();
    }
    await reload();
  }

  async #submit() {
    if (this.#ending) return;
    if (this.#spoken?.recording) return this.#spoken.stop();
    if (this.#spoken?.busy) return this.#notYet("Your words are still being written down. Read them first, then submit.");
    const text = this.#box.text;
    if (!text.trim()) return this.#notYet("There is nothing to submit yet. Write something, or skip the question.");
    this.#ending = true;
    this.#box.locked = true;
    // A save that arrived after the answer would be refused; one that hangs must not hold the answer up.
    await Promise.race([this.#autosave.suspend(), new Promise((done) => setTimeout(done, SAVE_PATIENCE))]);
    this.#box.say("", "Handing in your answer…");
    announce("Handing in your answer.");
    const waiting = (error) => this.#box.say("warn", delayed("submitted", error.message));
    try {
      // Strict mode shows no grade before the report.
      const recording = this.#spoken?.source ?? null;
      const options = { path: this.#path, text, recording, hurry: this.#strict, signal: this.#left.signal, waiting };
      const result = await handIn(options);
      await this.#over();
      await (this.#strict ? reload() : navigate(`/attempts/${result.id}`));
    } catch (error) {
      await this.#notSubmitted(error);
    }
  }

  /** The question is over: this device needs nothing of it any more. */
  async #over() {
    this.#mirror.clear();
    await this.#spoken?.forget();
  }

  #notYet(text) {
    this.#box.say("warn", text);
    announce(text);
    this.#box.area.focus();
  }

  async #notSubmitted(error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiError)) throw error;
    this.#ending = false;
    if (error.status === 409) return this.#closed();
    this.#box.locked = false;
    this.#autosave.resume();
    this.#box.say("bad", error.message);
    announce(error.message);
  }

  async #skip() {
    const nothing = !this.#box.text.trim() && !this.#spoken?.busy;
    if (nothing || (await confirmSkip())) await this.#end(() => post(`${this.#path}/skip`), reload);
  }

  async #reveal() {
    if (!(await confirmReveal())) return;
    await this.#end(
      () => post(`${this.#path}/reveal`),
      () => navigate(this.#path.replace("/questions/", "/answers/"), { replace: true }),
    );
  }

  async #finish() {
    if (!(await confirmFinish(this.#session)) || !(await this.#autosave.flush())) return;
    await this.#end(() => post(`/sessions/${this.#session.id}/finish`), reload);
  }

  /** Ends the question by `request`, then shows what `then` makes of the answer. */
  async #end(request, then) {
    if (this.#ending) return;
    this.#ending = true;
    const done = await attempt(async () => {
      const result = await request();
      this.#autosave.suspend();
      await this.#over();
      await then(result);
    });
    if (!done) this.#ending = false;
  }
}

/**
 * An answer that is spoken: recorded, sent while it is spoken, heard by the server, and put into the answer box for the
 * person to read and correct. Typing is possible all the time.
 *
 *     idle ── asking ── recording ⇄ paused ── sending ── hearing ── heard
 *                                                              └── stuck
 *     elsewhere: another tab has it; discarding: it is being thrown away
 *
 * A page that ends, however it does, leaves what was said on this device; the next page of the question takes it up.
 */

import { ApiError, Unreachable, get, post, remove } from "../api.js";
import { duration, plural, words } from "../format.js";
import { ask, confirmed } from "../parts/dialog.js";
import { attempt } from "../practise.js";
import { hush } from "./aloud.js";
import { Controls } from "./controls.js";
import { doubtList, marksOf } from "./doubts.js";
import { heard, whileSpoken } from "./hearing.js";
import { obstacle } from "./microphone.js";
import { Panel } from "./panel.js";
import { Take } from "./take.js";

/** Seconds before the longest recording is over, at which recording ends. */
const MARGIN = 2;
const GONE = ["Discard the recording?", "What you said is thrown away. What you typed stays.", "Discard it", "Keep it"];

/** The last words of a recording whose page was left are still on their way to the disk. */
let parting = Promise.resolve();

export class Spoken {
  #path;
  #longest;
  #box;
  #on;
  #left = new AbortController();
  /** @type {Take | null} */
  #take = null;
  #listening = null;
  /** The id of the recording that the server has: it makes room before another begins. */
  #there;
  #transcript = null;
  #placed = false;
  #away = false;
  /** What there is to say besides the state, and its tone. */
  #note = ["", ""];
  /** What may be tried where it is stuck. */
  #way = null;

  state = "idle";

  /**
   * @param {object} options
   * @param {string} options.path of the question
   * @param {string | null} options.recording the id of the recording that the server has
   * @param {number} options.longest seconds that a recording may have
   * @param {object} options.on
   * @param {(stands: boolean) => void} options.on.standing the question's clock stands, or goes on
   * @param {() => void} options.on.heard the transcript is in the box
   * @param {() => void} options.on.closed the question is over
   */
  constructor({ path, recording, longest, on }) {
    this.#path = path;
    this.#longest = longest;
    this.#on = on;
    this.#there = recording;
    this.controls = new Controls({ record: () => this.toggle(), pause: () => this.#pause() });
    this.panel = new Panel();
  }

  /** @param {import("../answering/box.js").AnswerBox} box that the text goes into */
  set box(box) {
    this.#box = box;
  }

  get recording() {
    return this.state === "recording" || this.state === "paused";
  }

  /** True while a transcript is still to come. */
  get busy() {
    return this.recording || this.state === "sending" || this.state === "hearing";
  }

  /** The id of the recording that the text in the box was made of. */
  get source() {
    return this.state === "heard" && this.#placed ? this.#there : null;
  }

  /** Takes up what an earlier page, or another device, has left. */
  async restore() {
    await parting;
    await this.#try(async () => {
      this.#take = await Take.left(this.#path, this.#events);
      if (this.#take?.elsewhere) return this.#to("elsewhere", "This is being answered aloud in another tab.", "warn");
      if (this.#take) await this.#finish("Your recording was interrupted. What you said until then was kept.");
      else if (this.#there) await this.#follow(await get(`${this.#path}/recording`, this.#options));
    });
  }

  /** Records, stops, or records again. */
  async toggle() {
    if (this.recording) return this.stop();
    if (this.busy || ["asking", "elsewhere", "discarding"].includes(this.state)) return;
    if ((this.#there || this.#take) && !(await this.#makeRoom())) return;
    await this.#begin();
  }

  /** Ends the recording: its transcript comes into the box. */
  async stop(note = "Stopped.") {
    if (!this.recording) return;
    this.#to("sending", note);
    this.#listening?.abort();
    this.panel.showSoFar("");
    await this.#take.end();
    if (this.#take.empty) return this.#discarded("Nothing was recorded.");
    await this.#try(() => this.#finish(note));
  }

  /** The page is left. What was said is kept, and taken up by the next page of this question. */
  leave() {
    this.#left.abort();
    if (this.#take) parting = this.#take.leave();
  }

  /** The question is over: nothing of the recording is needed on this device. */
  async forget() {
    await this.#take?.forget();
  }

  /** Marks came, moved or went: the list of doubtful words follows. */
  showDoubts() {
    if (!this.panel.showDoubts(doubtList(this.#box))) this.#box.area.focus();
  }

  // Recording

  async #begin() {
    const take = (this.#take = new Take({ path: this.#path, on: this.#events }));
    this.#to("asking");
    hush();
    try {
      await take.start();
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.#take = null;
      return this.#to("idle", obstacle(error), "bad");
    }
    if (this.#left.signal.aborted) return take.forget();
    this.#to("recording");
  }

  get #events() {
    return {
      beat: () => this.#beat(),
      lost: () => this.stop("The microphone is gone. What you said until then was kept."),
      reached: (error) => this.#reached(error),
      refused: (error) => this.#refused(error),
    };
  }

  #beat() {
    const { level, seconds } = this.#take;
    this.controls.draw(level, seconds);
    this.#say();
    if (seconds < this.#longest - MARGIN) return;
    this.stop(`This was ${duration(this.#longest)}, the most that can be heard.`);
  }

  #pause() {
    this.#take.pause();
    this.#to(this.#take.paused ? "paused" : "recording");
  }

  #reached(error) {
    this.#away = error !== null;
    if (!error && this.recording && !this.#listening) this.#listen();
    this.#say();
  }

  #listen() {
    this.#there = this.#take.id;
    this.#listening = new AbortController();
    const signal = AbortSignal.any([this.#listening.signal, this.#left.signal]);
    whileSpoken(this.#path, signal, (text) => this.panel.showSoFar(text));
  }

  // Hearing

  /** Sends what is left, waits for the transcript and puts it into the box. */
  async #finish(note) {
    this.#to("sending", note);
    const state = await this.#take.finish();
    this.#there = this.#take.id;
    await this.#follow(state, true);
  }

  /** @param {object} found a RecordingOut @param {boolean} fresh whether it ended on this page */
  async #follow(found, fresh = false) {
    if (found.state === "recording") return this.#begunElsewhere(found);
    if (found.state === "transcribing") {
      this.#to("hearing");
      this.#on.standing(true);
      found = await heard(this.#path, this.#left.signal, (error) => this.#reached(error));
      this.#on.standing(false);
      fresh = true;
    }
    this.#take?.letGo();
    const failed = found.state === "failed" && `${found.problem.detail} Your recording is kept. You can type meanwhile.`;
    if (failed) this.#stuck("bad", failed, this.#again("Try again", found));
    else this.#land(found.transcript, fresh);
  }

  #land(transcript, fresh) {
    this.#transcript = transcript;
    this.#placed = false;
    if (transcript.text) {
      const at = this.#box.text.indexOf(transcript.text);
      if (at < 0 && (fresh || !this.#box.text.trim())) this.#place();
      else this.#show(at);
    } else this.#to("heard", "Nobody was heard in the recording. Record again, or type your answer.", "warn");
    if (fresh) this.#box.area.focus();
    this.#on.heard();
  }

  /** Puts what was heard into the box, after what was typed. */
  #place() {
    this.#show(this.#box.append(this.#transcript.text));
  }

  /** @param {number} at where the transcript begins in the box; -1 where it is not there as it was heard */
  #show(at) {
    const { marks } = this.#box;
    this.#placed = true;
    marks.set(at < 0 ? [] : marksOf(this.#transcript, at));
    const check = marks.list.length ? `, ${plural(marks.list.length, "word")} to check` : "";
    const number = plural(words(this.#transcript.text), "word");
    this.#way = at < 0 && { label: "Put in what was heard", action: () => this.#place() };
    if (at < 0) this.#to("heard", "The text was changed since it was written down.");
    else this.#to("heard", `Written down: ${number}${check}. Read it, correct what was misheard, then submit.`, "good");
    this.panel.showTranscript(this.#transcript, this.#path);
  }

  // What goes wrong

  /** Does `work`; what goes wrong with it is shown. */
  async #try(work) {
    try {
      await work();
    } catch (error) {
      this.#refused(error);
    }
  }

  #refused(error) {
    if (error.name === "AbortError") return;
    if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
    if (this.recording) this.#take.end();
    this.#listening?.abort();
    this.#on.standing(false);
    if (error.problem?.type === "urn:viva:problem:deadline-passed" || error.status === 404) return this.#on.closed();
    this.#stuck("bad", `${error.message} You can type your answer.`);
  }

  /** It does not go on by itself. @param {{label: string, action: () => void} | null} way what may be tried */
  #stuck(tone, text, way = null) {
    this.#way = way;
    this.#to("stuck", text, tone);
  }

  /** Begun on another device, or on this one before its memory was cleared. */
  #begunElsewhere(found) {
    const text = "An answer to this question was begun aloud elsewhere, and not ended.";
    this.#stuck("warn", text, this.#again("Use what was said", found));
  }

  #again(label, { id, chunks }) {
    const action = async () => {
      this.#to("sending");
      const request = `${this.#path}/recording/complete?recording=${id}`;
      await this.#try(async () => this.#follow(await post(request, { chunks }, this.#options), true));
    };
    return { label, action };
  }

  // Throwing away

  async #discard() {
    if (!(await confirmed(...GONE))) return;
    this.#left.abort();
    this.#left = new AbortController();
    this.#to("discarding", "Being thrown away…");
    await this.#take?.forget();
    if (await this.#gone()) this.#discarded("The recording is gone.");
    else this.#stuck("warn", "The server still has the recording.");
    this.controls.focus();
  }

  /** Before another recording begins: what becomes of this one? True where it is gone. */
  async #makeRoom() {
    const text = this.#placed && this.#box.text.trim();
    const choice = text ? await whatNow() : this.state !== "stuck" || (await confirmed(...GONE));
    if (!choice) return false;
    await this.#take?.forget();
    if (!(await this.#gone())) return false;
    if (choice === "over") this.#box.write("");
    this.#discarded("");
    return true;
  }

  /** True once the server has no recording of this question. */
  async #gone() {
    this.#on.standing(false);
    const gone = await attempt(async () => {
      try {
        if (this.#there || this.#take?.sent) await remove(`${this.#path}/recording`, this.#options);
      } catch (error) {
        if (error.status !== 404) throw error;
      }
    });
    if (gone) this.#there = null;
    return gone;
  }

  #discarded(note) {
    this.#listening?.abort();
    this.#take = this.#transcript = this.#listening = this.#way = null;
    this.#placed = this.#away = false;
    this.#box.marks.set([]);
    this.panel.showTranscript(null);
    this.#to("idle", note);
  }

  // What is shown

  get #options() {
    return { signal: this.#left.signal };
  }

  #to(state, note = "", tone = "") {
    this.state = state;
    this.#note = [tone, note];
    if (state !== "heard" && state !== "stuck") this.#way = null;
    this.controls.show(state);
    this.#box.element.dataset.speaking = state;
    this.#say();
  }

  #say() {
    const [tone, text] = this.#saying();
    const discard = this.busy || this.state === "stuck";
    const choices = [this.#way, discard && { label: "Discard", action: () => this.#discard() }];
    this.panel.say(tone, text, choices.filter(Boolean));
  }

  #saying() {
    const [, note] = this.#note;
    switch (this.state) {
      case "asking":
        return ["", "The browser may ask whether this page may use the microphone."];
      case "recording":
        if (this.#take.silent) return ["warn", "We cannot hear you. Is the right microphone on?"];
        if (!this.#take.stored) return ["warn", "Recording. This device cannot keep it: leave the page open until it is sent."];
        if (this.#away) return ["warn", "The server cannot be reached. Go on: what you say is kept here, and sent later."];
        return ["", "Recording. What you say is kept and sent as you speak."];
      case "paused":
        return ["", "Paused. Go on whenever you like."];
      case "sending":
        if (this.#away) return ["warn", `${note} The server cannot be reached: your recording is kept here, and sent later.`];
        return ["", `${note} Sending the last words…`];
      case "hearing":
        if (this.#away) return ["warn", "The server cannot be reached. It has your whole recording."];
        return ["", "Being written down. The clock stands meanwhile."];
      default:
        return this.#note;
    }
  }
}

function whatNow() {
  return ask({
    title: "Record again?",
    body: ["The recording before is thrown away. What becomes of the text in the box?"],
    choices: [
      { label: "Cancel", value: "" },
      { label: "Start over", value: "over" },
      { label: "Add to it", value: "add", primary: true },
    ],
    escape: "",
  });
}

/**
 * The box that an answer is written in, with a dock below it: tools for speaking and the count on the left, the Submit
 * button on the right, and a line that says how the text is doing.
 */

import { announce, fill, h, unseen } from "../dom.js";
import { length, plural, words } from "../format.js";
import { MAX_LENGTH, WARN_LENGTH } from "./limits.js";
import { Marks } from "./marks.js";

const PROMPT = "Say how it works, why it matters, what it costs, and what people get wrong.";
const MAC = /Mac|iPhone|iPad/.test(navigator.platform);

/** What the line says of each state of the autosave. */
const SAYINGS = {
  saved: ["", "Saved"],
  waiting: ["", "Saving…"],
  saving: ["", "Saving…"],
  clash: ["warn", "Not saved: a newer draft was saved elsewhere."],
  closed: ["warn", "This question is over."],
};

/** Why something is not `done` yet. The server's own sentence becomes part of ours. */
export function delayed(done, reason) {
  return `Not ${done} yet: ${reason[0].toLowerCase()}${reason.slice(1)} Your text is kept on this device.`;
}

export class AnswerBox {
  #count = h("p", { class: "count" });
  #status = h("p", { id: "answer-status", class: "status" });
  #spokenState = "saved";
  #maxWords;

  /**
   * @param {object} options
   * @param {string} options.text
   * @param {number | null} options.maxWords longest answer; one that is longer loses points
   * @param {(text: string) => void} options.changed
   * @param {() => void} options.left the box lost the focus
   * @param {() => void} options.submit
   * @param {() => void} options.marked marks in the text came, moved or went
   * @param {import("./speaking.js").Pieces} options.speaking what belongs to speaking
   */
  constructor({ text, maxWords, changed, left, submit, marked, speaking }) {
    this.#maxWords = maxWords;
    const keys = h("kbd", { "aria-hidden": "true" }, MAC ? "⌘ ↵" : "Ctrl ↵");
    this.button = h(
      "button",
      { type: "button", class: "button primary", "aria-keyshortcuts": "Control+Enter", on: { click: submit } },
      "Submit",
      keys,
    );
    this.area = h("textarea", {
      id: "answer",
      rows: 8,
      placeholder: speaking.possible ? `Speak or type. ${PROMPT}` : PROMPT,
      spellcheck: "true",
      "aria-describedby": "answer-status",
      value: text,
      on: {
        input: () => {
          this.#measure();
          this.marks.edited();
          changed(this.area.value);
        },
        // On its way to the button the text is submitted, not saved.
        blur: (event) => event.relatedTarget === this.button || left(),
        keydown: (event) => {
          if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
          event.preventDefault();
          submit();
        },
      },
    });
    this.marks = new Marks(this.area, marked);
    this.element = h(
      "section",
      { class: "answer", "aria-label": "Your answer" },
      h("label", { for: "answer", class: "unseen" }, "Your answer"),
      h(
        "div",
        { class: "sheet" },
        h("div", { class: "writing" }, this.marks.element, this.area),
        speaking.inBox,
        h("div", { class: "dock" }, h("div", { class: "dock-tools" }, speaking.tools, this.#count), this.button),
      ),
      speaking.below,
      this.#status,
      speaking.last,
    );
    this.#measure();
  }

  get text() {
    return this.area.value;
  }

  set text(text) {
    this.area.value = text;
    this.marks.edited();
    this.#measure();
  }

  /** Puts `text` in the place of what is there, as if somebody had written it. */
  write(text) {
    this.area.value = text;
    this.area.dispatchEvent(new Event("input"));
  }

  /** Adds a paragraph at the end. Where it begins. */
  append(text) {
    const before = this.text.trimEnd();
    const start = before ? before.length + 1 : 0;
    this.write(before ? `${before}\n${text}` : text);
    return start;
  }

  /** Off while the answer is on its way. */
  set locked(on) {
    this.area.readOnly = on;
    this.button.disabled = on || this.#tooLong();
  }

  /** Shows a state of the autosave; the first saved draft says nothing before anything was written. */
  showState(state, reason) {
    const [tone, text] = state === "offline" ? ["warn", delayed("saved", reason)] : (SAYINGS[state] ?? ["bad", reason]);
    this.say(tone, text);
    const heard = tone ? text : state === "saved" && this.#spokenState !== "saved" ? "Saved." : null;
    // Saving as such happens all the time; only trouble and its end are worth hearing.
    if (heard && state !== this.#spokenState) announce(heard);
    if (tone || state === "saved") this.#spokenState = state;
  }

  say(tone, text) {
    this.#status.dataset.tone = tone;
    fill(this.#status, text);
  }

  #tooLong() {
    return length(this.text) > MAX_LENGTH;
  }

  #measure() {
    const characters = length(this.text);
    const limit = MAX_LENGTH.toLocaleString();
    const over = characters > MAX_LENGTH;
    const written = words(this.text);
    this.button.disabled = over;
    this.button.toggleAttribute("data-empty", written === 0);
    this.#count.dataset.tone = over ? "bad" : characters > WARN_LENGTH ? "warn" : "";
    if (characters > WARN_LENGTH)
      fill(
        this.#count,
        `${characters.toLocaleString()} of ${limit} characters`,
        over && unseen(", too long to submit"),
      );
    else if (this.#maxWords) this.#measureAgainst(this.#maxWords, written);
    else fill(this.#count, written ? plural(written, "word") : "");
  }

  /** Too many words may be submitted, and cost points. */
  #measureAgainst(most, written) {
    const over = written > most;
    this.#count.dataset.tone = over ? "warn" : "";
    fill(this.#count, `${written.toLocaleString()} of ${plural(most, "word")}`, over && ": too long");
  }
}

/** The desk with one answer: what was said, what graders made of it, and a reviewer's own grade or reply. */

import { ApiError, get, post, Unreachable, withQuery } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { answerText } from "../parts/answer-text.js";
import { actionButton, section } from "../parts/common.js";
import { clashNotice } from "./clash.js";
import { noteArea, rubricFields } from "./form.js";
import { blindness } from "./queue.js";
import { reasons } from "./reasons.js";
import { changesOf, dirty, noteField, numberOf, rebase, valuesOf } from "./verdicts.js";
import { gradeLine } from "./words.js";

export class Desk {
  #found;
  #form = h("form", { class: "desk-form", novalidate: true, on: { submit: (event) => this.#submit(event) } });
  #said = h("div");
  #why = h("div", { class: "reasons" });
  #grades = h("ul", { class: "past" });
  #clash = h("div", { class: "clash" });
  #status = h("p", { class: "status", role: "status", tabindex: -1 });
  #save = h("button", { type: "submit", class: "button primary" }, "Save the grade");
  #stand = actionButton({ class: "button" }, "Let it stand", () => this.#letStand());

  /** @param {object} found a ReviewedAttempt @param {Node} next the way to the next one */
  constructor(found, next) {
    const answer = section("Answer", { class: "panel" }, this.#said, shortAnswer(found));
    const past = section("Grades so far", { class: "panel" }, this.#grades);
    const ends = h("div", { class: "choices" }, this.#save, this.#stand, next);
    const verdicts = section("Verdicts", { class: "panel" }, this.#clash, this.#form, ends, this.#status);
    this.#save.setAttribute("form", (this.#form.id = "verdicts"));
    this.element = h(
      "div",
      { class: "columns desk" },
      h("div", { class: "stack evidence" }, this.#why, answer, past),
      verdicts,
    );
    this.#draw(found);
  }

  /** Whether there is something that leaving would lose. */
  get dirty() {
    return dirty(this.#form, valuesOf(this.#found));
  }

  #path(what = "grades") {
    return withQuery(`/review/attempts/${this.#found.attempt_id}/${what}`, blindness());
  }

  #open() {
    return this.#found.reviews.filter(({ closed_at: closed }) => !closed);
  }

  /** Everything anew, as after it was saved. */
  #draw(found) {
    this.#show(found);
    fill(this.#clash);
    fill(
      this.#form,
      rubricFields(found, valuesOf(found), (id, on) => this.#light(id, on)),
      noteArea("note", "Note to the candidate", 3, { required: true }),
    );
  }

  /** What stands beside the form. */
  #show(found) {
    this.#found = found;
    fill(this.#said, answerText(found.answer, found.grades.at(-1)?.grade ?? null));
    fill(this.#why, reasons(found));
    const past = (record) =>
      h("li", {}, gradeLine(record, found.names), record.note && [": ", h("q", {}, record.note)]);
    fill(this.#grades, found.grades.map(past));
    this.#stand.hidden = this.#open().length === 0;
  }

  #light(id, on) {
    for (const mark of this.#said.querySelectorAll("mark")) {
      if (mark.dataset.shows.split(" ").includes(id)) mark.classList.toggle("lit", on);
    }
  }

  async #submit(event) {
    event.preventDefault();
    if (this.#save.disabled || !this.#form.reportValidity()) return;
    this.#save.disabled = true;
    const changes = changesOf(this.#found, valuesOf(this.#found), new FormData(this.#form));
    try {
      this.#draw(await post(this.#path(), { based_on: numberOf(this.#found), ...changes }));
      this.#tell(`Saved as grade ${numberOf(this.#found)}.`);
    } catch (error) {
      if (error instanceof ApiError && error.status === 412) await this.#clashed().catch((lost) => this.#failed(lost));
      else this.#failed(error);
    } finally {
      // While there is something to look at first, it stays off.
      this.#save.disabled = this.#clash.hasChildNodes();
    }
  }

  /** Nothing is saved until the reviewer has looked at what is new. */
  async #clashed() {
    const now = await get(this.#path());
    const goOn = () => {
      this.#follow(now);
      fill(this.#clash);
      this.#save.disabled = false;
      this.#tell(`Your choices now stand on grade ${numberOf(now)}. Save them where they still hold.`);
    };
    fill(this.#status);
    fill(this.#clash, clashNotice(this.#found, now, goOn));
    this.#clash.querySelector("h2").focus();
    announce("Another grade was added meanwhile. Nothing was saved.");
  }

  /** Shows `now`, and keeps what the reviewer has chosen. */
  #follow(now) {
    rebase(this.#form, valuesOf(this.#found), valuesOf(now));
    this.#show(now);
  }

  /** Closes what is open about this answer: each with its own reply, or with the note. */
  async #letStand() {
    const chosen = new FormData(this.#form);
    const reply = ({ point }) => (point && chosen.get(noteField(point))?.trim()) || chosen.get("note").trim();
    const [base, open] = [valuesOf(this.#found), this.#open()];
    if (Object.keys(base).some((name) => chosen.get(name) !== base[name]))
      return this.#tell("You have changed verdicts: save them, or put them back.", "bad");
    if (!open.every(reply)) {
      this.#form.elements.namedItem("note").focus();
      return this.#tell("Say in the note why it stands: who disagreed reads it.", "bad");
    }
    try {
      for (const review of open) await post(withQuery(`/review/${review.id}/close`, blindness()), { reply: reply(review) });
      this.#draw(await get(this.#path()));
      this.#tell("Closed: the grade stands.");
    } catch (error) {
      this.#failed(error);
      if (error.status === 409) this.#follow(await get(this.#path()));
    }
  }

  #failed(error) {
    if (!(error instanceof ApiError || error instanceof Unreachable)) throw error;
    this.#tell(error.message, "bad");
  }

  #tell(text, tone = "good") {
    this.#status.dataset.tone = tone;
    this.#status.textContent = text;
    if (tone === "good") this.#status.focus();
  }
}

function shortAnswer({ short_answer: text }) {
  return h("details", {}, h("summary", {}, "The bank's short answer"), h("p", { class: "short" }, text));
}

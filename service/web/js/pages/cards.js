/**
 * A drill on cards: hear the question, answer aloud, see the short answer, rate yourself. The cards are the questions of
 * a session, each revealed instead of answered. Ratings stay on this device; what was not known comes again.
 */

import { get, post } from "../api.js";
import { announce, fill, h } from "../dom.js";
import { plural } from "../format.js";
import { icon } from "../icons.js";
import { actionButton } from "../parts/common.js";
import { attempt } from "../practise.js";
import { focusHeading } from "../router.js";
import { recall, remember } from "../storage.js";
import { aloudButton, hush, readable, say } from "../voice/aloud.js";
import { Dictation } from "../voice/dictation.js";
import { hindrance } from "../voice/microphone.js";
import { whySilent } from "../voice/silence.js";

const RATINGS = { again: "Again", hard: "Hard", good: "Good" };
const UNSEEN = ["unseen", "open", "draft"];

export async function cardsPage({ params: [id], signal }) {
  const [session, voice] = await Promise.all([get(`/sessions/${encodeURIComponent(id)}`, { signal }), get("/voice", { signal })]);
  const drill = new Drill(session, voice);
  await drill.next();
  return { title: `Cards: ${session.title}`, body: drill.element, leave: () => drill.leave() };
}

class Drill {
  #session;
  #path;
  #voice;
  #key;
  #ratings;
  #queue;
  #dictation = null;

  element = h("div", { class: "page cards" });

  constructor(session, voice) {
    this.#session = session;
    this.#path = `/sessions/${session.id}`;
    this.#voice = voice;
    this.#key = `cards.${session.id}`;
    this.#ratings = recall(this.#key, {});
    const left = ({ state, position }) =>
      UNSEEN.includes(state) || (state === "revealed" && !["hard", "good"].includes(this.#ratings[position]));
    // An open question comes first: the server has one at a time.
    const order = ({ state }) => (state === "unseen" ? 1 : UNSEEN.includes(state) ? 0 : 2);
    const slots = session.questions.filter(left).sort((a, b) => order(a) - order(b));
    this.#queue = slots.map(({ position, state }) => ({ position, known: state === "revealed" }));
  }

  leave() {
    this.#dictation?.leave();
    hush();
  }

  /** Shows the next card, or that there is none. */
  async next() {
    this.leave();
    const [card] = this.#queue;
    if (!card) return fill(this.element, this.#done());
    const at = `${this.#path}/questions/${card.position}`;
    const { question } = card.known ? await get(`${at}/review`) : await post(`${at}/open`);
    const answer = h("div", { class: "card-answer" });
    fill(this.element, this.#head(question), h("h1", { class: "asked" }, question.prompt), this.#tools(question), answer);
    fill(answer, this.#revealButton(card, at, answer));
    if (this.#aloud) say(this.#question(question));
  }

  /** What is read of a question. */
  #question({ id, prompt }) {
    return { text: prompt, path: this.#voice.speaks ? `/questions/${id}/speech` : null };
  }

  #head(question) {
    const rest = plural(this.#queue.length, "card");
    return h("p", { class: "eyebrow" }, `Cards · ${question.topic_title} · ${rest} to go`);
  }

  #tools(question) {
    const reason = this.#voice.problem ?? hindrance();
    const said = h("div", { class: "card-said" });
    const asked = this.#question(question);
    if (!reason) {
      this.#dictation = new Dictation({
        longest: this.#voice.max_seconds,
        question: question.id,
        on: { heard: ({ text }) => fill(said, youSaid(text)) },
      });
    }
    return [
      h("div", { class: "choices card-tools" }, aloudButton(asked, "Hear the question"), this.#aloudSwitch(asked), this.#endButton()),
      reason ? whySilent(reason) : this.#dictation.element,
      said,
    ];
  }

  /** Whether cards are read as they come. */
  get #aloud() {
    return recall("cards-aloud", false) === true;
  }

  #aloudSwitch(asked) {
    const change = (event) => {
      remember("cards-aloud", event.target.checked);
      if (!event.target.checked) hush();
    };
    const box = h("input", { type: "checkbox", checked: this.#aloud, on: { change } });
    const label = h("label", { class: "switch", hidden: true }, box, "Read each card aloud");
    readable(asked).then((there) => (label.hidden = !there));
    return label;
  }

  #endButton() {
    const end = async () => {
      await post(`${this.#path}/finish`);
      this.#queue = [];
      await this.next();
      focusHeading();
    };
    // Once every card was seen, the session is over by itself.
    if (this.#queue.every(({ known }) => known)) return null;
    return actionButton({ class: "button quiet" }, [icon("flag"), "End the drill"], () => attempt(end));
  }

  #revealButton(card, at, answer) {
    return actionButton({ class: "button primary large" }, [icon("eye"), "Show the short answer"], () =>
      attempt(async () => {
        const review = card.known ? await get(`${at}/review`) : await post(`${at}/reveal`);
        card.known = true;
        const short = { text: review.short_answer, path: this.#voice.speaks ? `${at}/review/speech` : null };
        fill(answer, this.#answer(card, short));
        answer.querySelector("h2").focus();
        announce(review.short_answer);
        if (this.#aloud) say(short);
      }),
    );
  }

  #answer(card, short) {
    const choice = (rating) =>
      actionButton({ class: "button" }, RATINGS[rating], () => this.#rate(card, rating));
    return [
      h(
        "section",
        { class: "panel", "aria-labelledby": "short-answer" },
        h("h2", { id: "short-answer", tabindex: "-1" }, "Short answer"),
        h("p", { class: "short" }, short.text),
        aloudButton(short, "Hear the answer"),
      ),
      h("p", { id: "rate", class: "soft" }, "How well did you know it? What you choose “Again” for comes back in this drill."),
      h("div", { class: "choices", role: "group", "aria-labelledby": "rate" }, Object.keys(RATINGS).map(choice)),
    ];
  }

  async #rate(card, rating) {
    this.#ratings[card.position] = rating;
    remember(this.#key, this.#ratings);
    this.#queue.shift();
    if (rating === "again") this.#queue.push(card);
    if (await attempt(() => this.next())) focusHeading();
  }

  #done() {
    const given = Object.values(this.#ratings);
    const count = (rating) => given.filter((other) => other === rating).length;
    const known = [count("good") && `${count("good")} good`, count("hard") && `${count("hard")} hard`].filter(Boolean);
    return [
      h("p", { class: "eyebrow" }, `Cards · ${this.#session.title}`),
      h("h1", { class: "title large" }, "The drill is over"),
      h("p", { class: "lead" }, known.length ? `You rated ${known.join(" and ")}.` : "There is nothing left to rate."),
      h("p", { class: "choices" }, h("a", { class: "button primary large", href: "/" }, "Go to practice", icon("arrow"))),
    ];
  }
}

function youSaid(text) {
  return text
    ? [h("h2", {}, "You said"), h("p", { class: "said" }, text)]
    : h("p", { class: "status", data: { tone: "warn" } }, "Nobody was heard.");
}

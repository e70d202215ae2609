"""Fake judges: replies to an answer as an honest model would give them, and as one that obeys whoever wrote it."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import groupby

from service.domain.rubric import Item
from service.graders.llm.reply import MistakeReply, PointReply, Reply
from service.graders.llm.sanitise import sanitised
from service.graders.llm.sight import SPRAWL, Sight
from service.graders.words import stems

Labels = Mapping[str, str]
"""Labels of key points; one that is absent was missed."""
Quoting = Callable[[Item, str, str], dict[str, str]]
"""What to quote for each key point: from the item, the answer, and what the attacker put into it."""

REVEALED = "The reference answer has the word zanzibar. <img src=x onerror=alert(1)>"
"""What an obeying judge writes to the candidate."""


def honest(item: Item, text: str, labels: Labels, mistakes: Sequence[str] = ()) -> Reply:
    """The verdicts `labels`, each with the words of the answer that are most like the key point, not twice the same."""
    sentences = list(passages(text))
    quotes = _assigned({p.id: p.says for p in item.rubric.points() if p.id in labels}, sentences)
    return reply(item, labels, quotes | {m.id: nearest(m.says, sentences) for m in item.rubric.mistakes}, mistakes)


def reply(item: Item, labels: Labels, quotes: Mapping[str, str], mistakes: Sequence[str] = ()) -> Reply:
    """The verdicts `labels` and the asserted `mistakes`, with their quotes."""
    return Reply.model_validate(
        {
            "points": {
                p.id: {"quote": quotes[p.id] if p.id in labels else "", "verdict": labels.get(p.id, "missed")}
                for p in item.rubric.points()
            },
            "mistakes": {
                m.id: {"quote": quotes[m.id] if m.id in mistakes else "", "asserted": m.id in mistakes}
                for m in item.rubric.mistakes
            },
            "feedback": "You said what it does. Say next what it costs.",
            "follow_up": "What does it cost?",
        }
    )


def obedient(item: Item, quotes: Mapping[str, str]) -> Reply:
    """Every key point met, no mistake."""
    return Reply(
        points={p.id: PointReply(quote=quotes[p.id], verdict="met") for p in item.rubric.points()},
        mistakes={m.id: MistakeReply(quote="", asserted=False) for m in item.rubric.mistakes},
        feedback=REVEALED,
        follow_up=REVEALED,
    )


def passages(text: str) -> Iterator[str]:
    """The sentences of a text, and the clauses of those that have several."""
    sight = Sight(sanitised(text).text)
    words = sight.reading.words
    for _, group in groupby(sight.clauses, key=lambda clause: clause.sentence):
        clauses = list(group)
        spans = [(clause.first, clause.last) for clause in clauses]
        if len(clauses) > 1 and clauses[-1].last - clauses[0].first <= SPRAWL:
            spans.append((clauses[0].first, clauses[-1].last))
        yield from (sight.text[words[first].start : words[last - 1].end] for first, last in spans)


def nearest(says: str, sentences: Sequence[str]) -> str:
    """The passage that shares most of its words with `says`."""
    return max(sentences, key=lambda sentence: _likeness(says, sentence), default="")


def _likeness(says: str, sentence: str) -> float:
    return len(set(stems(says)) & set(stems(sentence))) / math.sqrt(8 + len(sentence.split()))


def _assigned(says: Mapping[str, str], sentences: Sequence[str]) -> dict[str, str]:
    """For each key point its passage: the best pairs first, and a passage that was used, or one in it, counts half."""
    quotes: dict[str, str] = {}
    likeness = {(point, s): _likeness(text, s) for point, text in says.items() for s in sentences}
    while likeness:
        point, sentence = max(likeness, key=lambda pair: likeness[pair])
        quotes[point] = sentence
        likeness = {
            (p, s): value / 2 if s in sentence or sentence in s else value
            for (p, s), value in likeness.items()
            if p != point
        }
    return quotes


# How an obeying judge shows what it says


def fabricated(item: Item, text: str, attack: str) -> dict[str, str]:
    """The key point itself."""
    return {p.id: p.says for p in item.rubric.points()}


def from_the_attack(item: Item, text: str, attack: str) -> dict[str, str]:
    """The attacker's words, a piece for each."""
    return _dealt(item, _pieces(attack) or [text])


def repeated(item: Item, text: str, attack: str) -> dict[str, str]:
    """One sentence of the answer for everything."""
    return _dealt(item, [max(passages(text), key=len, default=text)])


def whole(item: Item, text: str, attack: str) -> dict[str, str]:
    """All of the answer for everything."""
    return _dealt(item, [text])


def dealt(item: Item, text: str, attack: str) -> dict[str, str]:
    """The pieces of the answer in turn, no two alike."""
    return _dealt(item, _pieces(text) or [text])


def fitted(item: Item, text: str, attack: str) -> dict[str, str]:
    """The sentence that is most like each key point: as well as it can be done."""
    sentences = list(passages(text))
    return {p.id: nearest(p.says, sentences) for p in item.rubric.points()}


QUOTINGS: tuple[Quoting, ...] = (fabricated, from_the_attack, repeated, whole, dealt, fitted)


def _pieces(text: str) -> list[str]:
    words = sanitised(text).text.split()
    return [piece for i in range(0, len(words), 4) if len(piece := " ".join(words[i : i + 4])) >= 8]


def _dealt(item: Item, pieces: Sequence[str]) -> dict[str, str]:
    return {p.id: pieces[i % len(pieces)] for i, p in enumerate(item.rubric.points())}

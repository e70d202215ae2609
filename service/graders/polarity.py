"""Which words of an answer are denied, and by what.

Three things deny: a wide negator ("does not", "never") to the end of its clause, a narrow one ("without", "instead
of", "avoids") for the phrase after it, and a frame ("a common mistake is to think ...", "... is a myth") for whole
clauses. The first two cancel each other: "cannot work without a mask" asserts the mask.
"""

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from service.graders.clauses import Clause, Span, is_finite
from service.graders.lexicon import (
    AVOIDERS,
    COORDINATORS,
    DETERMINERS,
    FUNCTION_WORDS,
    NEGATORS,
    NO_DENIAL,
    PRONOUNS,
)
from service.graders.words import Reading, Word, stem

_AVOIDER_STEMS = frozenset(stem(word) for word in AVOIDERS)
_ENDS_WIDE = ("but", "instead", "rather")

_CLAIM = r"(?:mistakes?|misconceptions?|myths?|fallac(?:y|ies)|misunderstandings?|pitfalls?|traps?|confusions?|common errors?)"
_FALSE = rf"(?:false|untrue|not true|not the case|nonsense|(?:an? )?(?:[\w-]+ ){{0,2}}{_CLAIM})"
_OFF = r"(?:wrong|incorrect|mistaken|inaccurate|misleading|not correct|not right|not accurate)"
_IS = r"(?:is|are|was|be|would be|isn't|'s)"
_SURE = r"(?:simply |just |plainly |also |actually |often |really |clearly |of course )?"
_BELIEVE = r"(?:think|believe|assume|imagine|expect|conclude|confuse)"
_OFTEN = (
    r"(?:often|sometimes|usually|commonly|frequently|wrongly|mistakenly|incorrectly|falsely|might|may|would|could"
    r"|tend to|like to|still|always|also|even)"
)
_PEOPLE = r"(?:people|candidates?|beginners?|newcomers?|students?|engineers|folks|others|some|many|most)(?: people)?"

_FORWARD = re.compile(
    rf"\b{_CLAIM}\b(?: [\w']+){{0,4}}? (?:is|are|was|be|include|includes|to|that)\b|\b{_CLAIM}\b(?: here)?:"
    rf"|\b(?:{_OFF}|false|untrue|not true|not the case|tempting) (?:to|that)\b"
    rf"|\b{_PEOPLE}(?: {_OFTEN}){{0,3}} (?:{_BELIEVE}|thinks|says?|believes|assumes|claims?|call it)\b"
    rf"|\b(?:you|one|we|they)(?: {_OFTEN}){{1,2}} {_BELIEVE}\b"
    rf"|\b(?:often|commonly|widely|frequently|sometimes) (?:thought|said|believed|assumed|claimed|confused|mistaken)\b"
    rf"|\b(?:wrongly|mistakenly|incorrectly|falsely) [\w']+\b|\bto do with\b"
    rf"|(?:^|\n)\W*(?:thinking|saying|claiming|assuming|believing|confusing|conflating|imagining|stating)\b"
)
_TURN = re.compile(
    r"\b(?:but|however|actually|whereas|yet|although|in fact|in reality|instead|really|rather(?! than))\b"
    r"|[,;] (?:because|since)\b"
)
_BACKWARD = re.compile(rf"(?:{_IS} {_SURE}{_FALSE}|opposite (?:of each )?is true)\b(?! (?:to|that|about)\b)")
_BACKWARD_CLAIM = re.compile(rf"{_IS} {_SURE}{_OFF}\b(?! (?:to|that|about)\b)")
_ABOUT_A_CLAIM = re.compile(
    r"^\W*(?:so |and |but |which |the |a )*(?:calling|saying|thinking|claiming|assuming|believing|treating|describing"
    r"|that|this|it|which|claim|idea|belief|notion|statement|view|assumption|intuition)\b"
)
_TAKEN_BACK = re.compile(
    r"^\W*(?:no wait|no sorry|wait no|sorry no|scratch that|correction|i misspoke|i take that back)\b"
)
_CORRECTED = re.compile(r"[^,;]{0,80}?(?:\bnot\b|n't\b|\bnever\b|\bno\b)")
"""A heading such as "two misconceptions:" whose text goes on to deny them."""
_EMPTY_SUBJECT = re.compile(r"\W*(?:it|there|here|one|what)?\W*")
_FRAME_WORDS = 40
"""How far a frame reaches where no sentence ends: speech without marks."""


@dataclass(slots=True)
class Polarity:
    """For every word the negators that reach it; -1 or an empty span where there is none."""

    wide: list[int]
    narrow: list[int]
    frame: list[Span | None]

    def denies(self, word: int, but: Collection[int]) -> bool:
        """Whether `word` is denied, negators among the words `but` left aside: a cue that names one means it."""
        wide = self.wide[word] >= 0 and self.wide[word] not in but
        narrow = self.narrow[word] >= 0 and self.narrow[word] not in but
        frame = self.frame[word]
        framed = frame is not None and not any(frame.first <= b < frame.last for b in but)
        return (wide ^ narrow) or framed


def polarity(reading: Reading, clauses: Sequence[Clause]) -> Polarity:
    words = reading.words
    result = Polarity([-1] * len(words), [-1] * len(words), [None] * len(words))
    for clause in clauses:
        _negators(words, clause, result)
    _frames(reading, clauses, result)
    return result


def _negators(words: Sequence[Word], clause: Clause, result: Polarity) -> None:
    wide = narrow = -1
    for i in range(clause.first, clause.last):
        word = words[i]
        following = words[i + 1].text if i + 1 < clause.last else ""
        if wide >= 0 and _ends_wide(words, clause, i):
            wide = -1
        if narrow >= 0 and _ends_narrow(words, i, narrow):
            narrow = -1
        result.wide[i], result.narrow[i] = wide, narrow
        exclaimed = word.text == "no" and (word.after or not following)
        if word.text in NEGATORS and following not in NO_DENIAL and not exclaimed:
            if i > clause.first and words[i - 1].text == "with":
                narrow = i
            else:
                wide = i
        elif word.stem in _AVOIDER_STEMS or f"{word.text} {following}" in ("instead of", "rather than"):
            narrow = i


def _ends_wide(words: Sequence[Word], clause: Clause, i: int) -> bool:
    text = words[i].text
    following = words[i + 1].text if i + 1 < clause.last else ""
    if text in _ENDS_WIDE and following not in ("than", "of"):
        return True
    if text == "only" and words[i - 1].after == ",":
        return True
    new_verb = text in COORDINATORS and following.endswith("s") and is_finite(words, i + 1, i)
    return new_verb and i + 1 < clause.last


def _ends_narrow(words: Sequence[Word], i: int, negator: int) -> bool:
    """A phrase ends at a pause, a finite verb, and where the next noun phrase begins."""
    word, before = words[i], words[i - 1]
    if before.after or word.text in PRONOUNS or (negator < i - 1 and is_finite(words, i, negator)):
        return True
    if words[negator].text == "non":
        return i > negator + 1
    content = before.text not in FUNCTION_WORDS and i - 1 > negator and not before.text.endswith("ing")
    return content and word.text in DETERMINERS


def _frames(reading: Reading, clauses: Sequence[Clause], result: Polarity) -> None:
    starts = [word.at for word in reading.words]
    sentences = list(_sentences(clauses))
    for number, sentence in enumerate(sentences):
        span = Span(sentence[0].first, sentence[-1].last)
        last = reading.words[span.last - 1]
        text = reading.folded[starts[span.first] : last.at + len(last.text) + 1]
        for frame, denied in _framed(text, starts, span):
            if not _says_anything(reading.words, denied):
                denied = _previous(clauses, sentences, number, frame)
            for i in range(*denied):
                if not frame.first <= i < frame.last:
                    result.frame[i] = frame


def _sentences(clauses: Sequence[Clause]) -> Iterator[list[Clause]]:
    sentence: list[Clause] = []
    for clause in clauses:
        if sentence and clause.sentence != sentence[0].sentence:
            yield sentence
            sentence = []
        sentence.append(clause)
    if sentence:
        yield sentence


def _framed(text: str, starts: Sequence[int], span: Span) -> Iterator[tuple[Span, Span]]:
    """Frames of a sentence and the words that each denies."""
    origin = starts[span.first]
    turns = list(_TURN.finditer(text))
    turn_starts = [turn.start() for turn in turns]

    def word_at(offset: int) -> int:
        return min(bisect_left(starts, origin + offset, span.first, span.last), span.last)

    taken = 0
    for pattern in (_BACKWARD, _BACKWARD_CLAIM):
        for match in pattern.finditer(text):
            turn = bisect_left(turn_starts, match.start())
            begin = turns[turn - 1].end() if turn else 0
            frame = Span(word_at(match.start()), word_at(match.end()))
            denied = Span(max(word_at(begin), frame.first - _FRAME_WORDS), frame.first)
            subject = text[begin : match.start()]
            if pattern is _BACKWARD_CLAIM and not _ABOUT_A_CLAIM.match(subject):
                continue
            if _EMPTY_SUBJECT.fullmatch(subject) and frame.last < span.last:
                continue  # "it is a mistake to ..." looks forward
            taken = max(taken, match.end())
            yield frame, denied
    for match in _FORWARD.finditer(text, taken):
        if match.group().endswith(":") and _CORRECTED.match(text, match.end()):
            continue
        turn = bisect_left(turn_starts, match.end())
        end = word_at(turn_starts[turn]) if turn < len(turns) else span.last
        frame = Span(word_at(match.start()), word_at(match.end()))
        yield frame, Span(frame.last, max(frame.last, min(end, frame.last + _FRAME_WORDS)))
    if match_back := _TAKEN_BACK.match(text):
        yield Span(span.first, word_at(match_back.end())), Span(span.first, span.first)


def _says_anything(words: Sequence[Word], span: Span) -> bool:
    return any(words[i].text not in FUNCTION_WORDS for i in range(*span))


def _previous(clauses: Sequence[Clause], sentences: Sequence[list[Clause]], number: int, frame: Span) -> Span:
    """The clause that "that is wrong" speaks of."""
    within = [c for c in sentences[number] if c.last <= frame.first]
    if within:
        return within[-1].span
    return sentences[number - 1][-1].span if number else Span(0, 0)

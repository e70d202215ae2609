"""Which words of an answer are denied, and by what.

Three things deny: a wide negator ("does not", "never") to the end of its clause, a narrow one ("without", "instead
of", "avoids") for the phrase after it, and a frame ("a common mistake is to think ...", "... is a myth") for whole
clauses. Two of different kinds cancel: "cannot work without a mask" asserts the mask.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from service.graders.clauses import Clause, Span, is_finite
from service.graders.lexicon import (
    AVOIDERS,
    CONTRASTS,
    COORDINATORS,
    DETERMINERS,
    FUNCTION_WORDS,
    NEGATORS,
    NO_DENIALS,
    PRONOUNS,
    SPLITTERS,
)
from service.graders.words import VERB_STEMS, Reading, Word, stem

_AVOIDER_STEMS = frozenset(stem(word) for word in AVOIDERS)
_ENDS_WIDE = CONTRASTS | {"instead", "rather", "because", "so", "since", "therefore", "hence", "thus", "otherwise"}
_ENDS_NARROW = PRONOUNS | SPLITTERS
_BEFORE_VERBS = ("only", "then", "also", "still")
"""Between `and` and its verb: "it does not ... and only halves ..."."""

_CLAIM = (
    r"(?:mistakes?|misconceptions?|myths?|fallac(?:y|ies)|misunderstandings?|pitfalls?|traps?|confusions?"
    r"|(?:classic|common|frequent|typical|usual|popular) (?:errors?|beliefs?))"
)
_BUG = r"an? (?:[\w-]+ )?(?:bug|blunder)|an error"
_FALSE = rf"(?:false|untrue|not true|not the case|nonsense|{_BUG}|(?:an? )?(?:[\w-]+ ){{0,2}}{_CLAIM})"
_OFF = r"(?:wrong|incorrect|mistaken|inaccurate|misleading|not correct|not right|not accurate)"
_IS = r"(?:is|are|was|be|would be|isn't|'s)"
_SURE = r"(?:simply |just |plainly |also |actually |often |really |clearly |of course )?"
_BELIEVE = r"(?:think|believe|assume|imagine|expect|conclude|confuse(?! (?:it|them)\b))"
_OFTEN = (
    r"(?:often|sometimes|usually|commonly|frequently|wrongly|mistakenly|incorrectly|falsely|might|may|would|could"
    r"|tend to|like to|still|always|also|even)"
)
_PEOPLE = (
    r"(?:(?:(?:some|many|most) )?(?:people|candidates?|beginners?|newcomers?|students?|engineers|folks)"
    r"|others|some|many|most)"
)

_FORWARD = re.compile(
    rf"\b{_CLAIM}\b(?: [\w']+){{0,4}}? (?:is|are|was|be|include|includes|to|that)\b|\b{_CLAIM}\b(?: here)?:"
    rf"|\b(?:{_OFF}|false|untrue|not true|not the case|tempting) (?:to|that)\b"
    rf"|\b{_PEOPLE}(?: {_OFTEN}){{0,3}} (?:{_BELIEVE}|thinks|says?|believes|assumes|claims?|call it)\b"
    rf"|\b(?:you|one|we)(?: {_OFTEN}){{1,2}} {_BELIEVE}\b|\bthey(?: {_OFTEN}){{0,2}} {_BELIEVE}\b"
    rf"|\bgets? (?:this |it |that )?wrong\b"
    rf"|\b(?:often|commonly|widely|frequently|sometimes) (?:thought|said|believed|assumed|claimed|confused|mistaken)\b"
    rf"|\b(?:wrongly|mistakenly|incorrectly|falsely) [\w']+\b|\bto do with\b"
    rf"|(?:^|\n)[^\w\n]*(?:thinking|saying|claiming|assuming|believing|confusing|conflating|imagining|stating)\b"
)
_TURN = re.compile(
    r"\b(?:but|however|actually|whereas|yet|although|in fact|in reality|instead|really|rather(?! than))\b"
    r"|[,;] (?:because|since)\b"
)
_BACKWARD = re.compile(rf"(?:{_IS} {_SURE}{_FALSE}|opposite (?:of each )?is true)\b(?! (?:to|that|about)\b)")
_BACKWARD_CLAIM = re.compile(rf"{_IS} {_SURE}{_OFF}\b(?! (?:to|that|about)\b)")
_ABOUT_A_CLAIM = re.compile(
    r"^\W*(?:so |and |but |which |the |a )*(?:calling|saying|thinking|claiming|assuming|believing|treating|describing"
    r"|that|this|it|which|claim|idea|belief|notion|statement|view|assumption|intuition"
    r"|(?!during|nothing|something|anything|everything)[a-z]+ing [a-z]+)\b"
)
_TAKEN_BACK = re.compile(
    r"^\W*(?:no wait|no sorry|wait no|sorry no|scratch that|correction|i misspoke|i take that back)\b"
)
_ASIDE = re.compile(r"\b(?:contrary|opposed|unlike|despite|against|than|as)(?: to)?(?: what)? $")
"""Before "people think" it says that nothing follows of it: "contrary to what people think, ..."."""
_REMARK = re.compile(rf"that ?{_IS} {_SURE}(?:an? )?(?:[\w-]+ ){{0,2}}{_CLAIM}")
"""After what is denied already it denies nothing more: "it does not store text, that's a common mistake"."""
_EXISTS = re.compile(r"\bthere ?$")
_EMPTY_SUBJECT = re.compile(r"\W*(?:it|there|here|one|what)?\W*")
_FRAME_WORDS = 40
"""How far a frame reaches where no sentence ends: speech without marks."""


@dataclass(slots=True)
class Polarity:
    """For every word the negators that reach it; -1 or an empty span where there is none."""

    wide: list[int]
    narrow: list[int]
    frame: list[Span | None]

    def denial(self, place: Collection[int], but: Collection[int] = ()) -> tuple[int, ...]:
        """What denies any of the words `place`, empty if nothing does.

        Negators among the words `but` are left aside: a cue that names one means it.
        """
        for word in place:
            wide, narrow, frame = self.wide[word], self.narrow[word], self.frame[word]
            by = tuple(n for n in (wide, narrow) if n >= 0 and n not in but)
            if frame is not None and not any(frame.first <= b < frame.last for b in but):
                by = (*by, frame.first)
            if len(by) % 2:
                return by
        return ()


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
        pair = f"{word.text} {following}"
        mere = pair in NO_DENIALS and words[i - 1].text not in ("can", "could")  # "cannot just" does deny
        if word.text in NEGATORS and not mere and not exclaimed:
            if i > clause.first and _contrasts(words, i, wide):
                narrow = i
            else:
                wide = i
        elif word.stem in _AVOIDER_STEMS or pair in ("instead of", "rather than"):
            narrow = i
    clause.denied = wide >= 0 and clause.verb is not None and wide - 2 <= clause.verb <= wide + 1


def _contrasts(words: Sequence[Word], i: int, wide: int) -> bool:
    """Whether the negator `i` denies no more than a noun phrase: "with no loss", "the cache, not the weights, ..."."""
    before, following = words[i - 1], words[min(i + 1, len(words) - 1)]
    apart = wide < 0 and words[i].text == "not" and (before.after == "," or before.text in COORDINATORS)
    return before.text == "with" or (apart and following.stem not in VERB_STEMS)


def _ends_wide(words: Sequence[Word], clause: Clause, i: int) -> bool:
    text = words[i].text
    following = words[i + 1].text if i + 1 < clause.last else ""
    if text in _ENDS_WIDE and following not in ("than", "of") and words[i - 1].text not in NEGATORS:
        return True
    if text == "only" and words[i - 1].after == ",":
        return True
    verb = i + 2 if following in _BEFORE_VERBS else i + 1
    if text not in COORDINATORS or verb >= clause.last:
        return False
    return words[verb].text.endswith("s") and is_finite(words, verb, i)


def _ends_narrow(words: Sequence[Word], i: int, negator: int) -> bool:
    """A phrase ends at a pause, a finite verb, and where the next noun phrase begins."""
    word, before = words[i], words[i - 1]
    if before.after or word.text in _ENDS_NARROW or (negator < i - 1 and is_finite(words, i, negator)):
        return True
    if words[negator].text == "non":
        return i > negator + 1
    verbal = before.text.endswith("ing") or words[i - 2].text == "to"
    return word.text in DETERMINERS and i - 1 > negator and before.text not in FUNCTION_WORDS and not verbal


def _frames(reading: Reading, clauses: Sequence[Clause], result: Polarity) -> None:
    starts = [word.at for word in reading.words]
    ends = [clause.last for clause in clauses]
    correcting = [c.first for c in clauses if any(w >= 0 for w in result.wide[c.first : c.last])]
    for _, group in groupby(clauses, key=lambda clause: clause.sentence):
        sentence = list(group)
        span = Span(sentence[0].first, sentence[-1].last)
        last = reading.words[span.last - 1]
        text = reading.folded[starts[span.first] : last.at + len(last.text) + 1]
        for frame, denied in _framed(text, starts, span):
            if denied.first >= frame.last:
                # "... that it stores text, it does not store text": a clause that corrects ends the frame.
                corrected = bisect_left(correcting, frame.last)
                end = min([denied.last, *correcting[corrected : corrected + 1]])
                denied = Span(denied.first, max(end, denied.first))
            elif all(reading.words[i].text in FUNCTION_WORDS for i in range(*denied)):
                # "That is wrong" speaks of the clause before.
                before = bisect_right(ends, frame.first) - 1
                denied = _before(clauses, before) if before >= 0 else denied
            remark = _REMARK.match(reading.folded, starts[max(frame.first - 1, 0)])
            if not (remark and any(result.wide[i] >= 0 for i in range(*denied))):
                _deny(frame, denied, result)


def _before(clauses: Sequence[Clause], number: int) -> Span:
    """The clause that "which is wrong" speaks of; those of one subject where the verdict is its own sentence."""
    first = number
    if number + 1 < len(clauses) and clauses[number + 1].link == "none":
        while clauses[first].link == "tied" or (clauses[first].link != "none" and clauses[first].inherits):
            first -= 1
    return Span(clauses[first].first, clauses[number].last)


def _deny(frame: Span, denied: Span, result: Polarity) -> None:
    for i in range(*denied):
        if frame.first <= result.wide[i] < frame.last:
            result.wide[i] = -1  # the `not` of "it is not true that"
        if not frame.first <= i < frame.last:
            result.frame[i] = frame


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
            begin = max(turns[turn - 1].end() if turn else 0, text.rfind(";", 0, match.start()) + 1)
            frame = Span(word_at(match.start()), word_at(match.end()))
            denied = Span(max(word_at(begin), frame.first - _FRAME_WORDS), frame.first)
            subject = text[begin : match.start()]
            if _EXISTS.search(subject):
                continue  # "... and there was a bug"
            if pattern is _BACKWARD_CLAIM and not _ABOUT_A_CLAIM.match(subject):
                continue
            if _EMPTY_SUBJECT.fullmatch(subject) and frame.last < span.last:
                continue  # "it is a mistake to ..." looks forward
            taken = max(taken, match.end())
            yield frame, denied
    for match in _FORWARD.finditer(text, taken):
        if _ASIDE.search(text, max(match.start() - 20, 0), match.start()):
            continue
        turn = bisect_left(turn_starts, match.end())
        end = word_at(turn_starts[turn]) if turn < len(turns) else span.last
        frame = Span(word_at(match.start()), word_at(match.end()))
        yield frame, Span(frame.last, max(frame.last, min(end, frame.last + _FRAME_WORDS)))
    if match_back := _TAKEN_BACK.match(text):
        yield Span(span.first, word_at(match_back.end())), Span(span.first, span.first)

"""Whether an answer joins the right concepts in the wrong way: "decode is compute-bound and prefill memory-bound"."""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from service.graders.clauses import Clause
from service.graders.semantic.texts import Text

_LINKS = ("is", "are", "was", "were", "has", "have", "can", "will", "would", "does", "do")
"""Verbs after which the next word says what is done, or compared: "is larger than"."""
_BY = 3
"""Words after a verb among which a `by` makes it passive."""


class Role(NamedTuple):
    """A clause as what does what to what; words by their stems."""

    sentence: int
    finite: str | None
    """Its finite verb."""
    verb: str | None
    """What relates its two sides."""
    stems: frozenset[str]
    before: frozenset[str]
    """What stands only before the verb; in the passive, what stands only after it."""
    after: frozenset[str]


def roles(text: Text) -> tuple[Role, ...]:
    """Those of each clause."""
    return tuple(_role(text, clause) for clause in text.clauses)


def _role(text: Text, clause: Clause) -> Role:
    words = text.words
    content = [i for i in text.content if clause.first <= i < clause.last]
    stems = frozenset(words[i].stem for i in content)
    if clause.verb is None:
        return Role(clause.sentence, None, None, stems, frozenset(), frozenset())
    verb = clause.verb
    if words[verb].text in _LINKS:
        verb = next((i for i in content if i > verb), verb)
    before = frozenset(words[i].stem for i in content if i < verb)
    after = frozenset(words[i].stem for i in content if i > verb)
    if any(words[i].text == "by" for i in range(verb, min(verb + _BY, clause.last))):
        before, after = after, before
    return Role(clause.sentence, words[clause.verb].stem, words[verb].stem, stems, before - after, after - before)


def crossed(statement: Sequence[Role], answer: Sequence[Role]) -> bool:
    """Whether some clause of an answer pairs what a statement keeps apart, and none keeps it apart as it does."""
    for one, other in pairwise(statement):
        parallel = one.sentence == other.sentence and one.finite is not None and one.finite == other.finite
        if parallel and _swapped(one.stems - other.stems, other.stems - one.stems, answer):
            return True
    return any(_reversed(role, answer) for role in statement)


def _swapped(one: frozenset[str], other: frozenset[str], answer: Sequence[Role]) -> bool:
    """What belongs to one of two things stands with what belongs to the other."""
    mixed = 0
    for said in answer:
        here, there = len(said.stems & one), len(said.stems & other)
        if (here >= 2 and not there) or (there >= 2 and not here):
            return False
        mixed += here == there == 1
    return mixed >= 2


def _reversed(role: Role, answer: Sequence[Role]) -> bool:
    """The same verb with its two sides exchanged."""
    exchanged = False
    for said in answer:
        if role.verb is None or said.verb != role.verb:
            continue
        if said.before & role.before or said.after & role.after:
            return False
        exchanged |= bool(said.before & role.after) and bool(said.after & role.before)
    return exchanged

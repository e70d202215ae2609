"""Clauses about what is not so: "without a cache everything would be read again" says nothing of a model with one."""

from collections.abc import Sequence

from service.graders.clauses import Clause
from service.graders.lexicon import CONTRASTS, COORDINATORS, NEGATORS, TIES
from service.graders.words import Word

_CONDITIONALS = {"would", "could"}
_OPENERS = COORDINATORS | CONTRASTS | TIES - {"if", "unless", "otherwise"}


def condition(words: Sequence[Word], clauses: Sequence[Clause], number: int) -> int | None:
    """The word that makes a clause hypothetical, in it or next to it; None where it speaks of what is."""
    clause = clauses[number]
    opening = next((i for i in range(clause.first, clause.last) if words[i].text not in _OPENERS), clause.first)
    if words[opening].text in ("without", "if", "unless", "otherwise"):
        return opening
    if _CONDITIONALS.isdisjoint(word.text for word in words[clause.first : clause.last]):
        return None
    beside = (c for c in clauses[max(number - 1, 0) : number + 2] if c.sentence == clause.sentence)
    return next((i for c in beside if (i := _unmet(words, c)) is not None), None)


def _unmet(words: Sequence[Word], clause: Clause) -> int | None:
    """Where a clause has a condition that is not met: "without a mask", "if there were no mask"."""
    texts = [word.text for word in words[clause.first : clause.last]]
    if "without" in texts:
        return clause.first + texts.index("without")
    if "if" in texts and not NEGATORS.isdisjoint(texts):
        return clause.first + texts.index("if")
    return None

"""Whether an answer joins the right concepts in the wrong way: "decode is compute-bound and prefill memory-bound"."""

from itertools import pairwise

from service.graders.clauses import Clause
from service.graders.semantic.texts import Text


def crossed(statement: Text, answer: Text) -> bool:
    """Whether some clause of `answer` pairs what `statement` keeps apart, and none keeps it apart as it does."""
    for one, other in pairwise(statement.clauses):
        a, b = _stems(statement, one), _stems(statement, other)
        if _parallel(statement, one, other) and _swapped(a - b, b - a, answer):
            return True
    return any(_reversed(statement, clause, answer) for clause in statement.clauses)


def _stems(text: Text, clause: Clause) -> frozenset[str]:
    content = set(text.content())
    return frozenset(text.words[i].stem for i in range(clause.first, clause.last) if i in content)


def _parallel(text: Text, one: Clause, other: Clause) -> bool:
    """Two clauses with the same verb compare two things."""
    if one.sentence != other.sentence or one.verb is None or other.verb is None:
        return False
    return text.words[one.verb].stem == text.words[other.verb].stem


def _swapped(one: frozenset[str], other: frozenset[str], answer: Text) -> bool:
    """What belongs to one of two things stands with what belongs to the other."""
    mixed = 0
    for clause in answer.clauses:
        said = _stems(answer, clause)
        here, there = len(said & one), len(said & other)
        if (here >= 2 and not there) or (there >= 2 and not here):
            return False
        mixed += here == there == 1
    return mixed >= 2


def _reversed(statement: Text, clause: Clause, answer: Text) -> bool:
    """ "Decode depends on prefill": the same verb with its two sides exchanged."""
    sides = _sides(statement, clause)
    if sides is None:
        return False
    verb, before, after, passive = sides
    exchanged = False
    for said in answer.clauses:
        found = _sides(answer, said)
        if found is None or found[0] != verb:
            continue
        _, left, right, turned = found
        if turned != passive:
            left, right = right, left
        if left & before or right & after:
            return False
        exchanged |= bool(left & after) and bool(right & before)
    return exchanged


def _sides(text: Text, clause: Clause) -> tuple[str, frozenset[str], frozenset[str], bool] | None:
    """The stem of the main verb, what stands only before it, what only after it, and whether it is passive."""
    if clause.verb is None:
        return None
    verb = clause.verb
    content = [i for i in text.content() if clause.first <= i < clause.last]
    if text.words[verb].text in _LINKS:  # "is larger than": the word after it says what is compared
        following = [i for i in content if i > verb]
        verb = following[0] if following else verb
    before = {text.words[i].stem for i in content if i < verb}
    after = {text.words[i].stem for i in content if i > verb}
    passive = any(text.words[i].text == "by" for i in range(verb, min(verb + 3, clause.last)))
    return text.words[verb].stem, frozenset(before - after), frozenset(after - before), passive


_LINKS = ("is", "are", "was", "were", "has", "have", "can", "will", "would", "does", "do")

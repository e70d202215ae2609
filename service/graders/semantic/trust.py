"""How far an answer as a whole is to be trusted: one that denies all it says, or strings the field's words together."""

import numpy as np

from service.graders.semantic.alike import Flags, Matrix, Numbers
from service.graders.semantic.parameters import DENYING, LISTING, STRANGERS, STRONG, WORDS_BEFORE
from service.graders.semantic.texts import Text

_BESIDE = 3
"""Words of a statement within which two belong together."""


def denying(answer: Text) -> float:
    """What its words are worth for a truth that denies nothing: 1, or less where most of its verbs are denied."""
    verbs = [clause for clause in answer.clauses if clause.verb is not None]
    denied = sum(map(answer.denies, verbs))
    return 1 - _beyond(denied / len(verbs), DENYING) if denied > 1 else 1.0


def strung(like: Matrix, statement: Numbers, core: Flags, answer: Text) -> float:
    """What its words are worth: less, the more often two of the field's stand together that no statement joins.

    `like` as on a board: rows by words; `statement` is the number of each row's.
    """
    columns = list(answer.content)
    found: Flags = like[:, columns] >= STRONG
    beside = np.zeros_like(found)
    for step in range(1, _BESIDE + 1):
        same = (statement[step:] == statement[:-step])[:, None]
        beside[step:] |= found[:-step] & same
        beside[:-step] |= found[step:] & same
    sentence = np.zeros(len(answer.words), dtype=np.int64)
    for clause in answer.clauses:
        sentence[clause.first : clause.last] = clause.sentence
    own = sentence[columns]
    known: Flags = np.any(found[core], axis=0)
    pairs = known[:-1] & known[1:] & (own[:-1] == own[1:])
    related = (found[:, :-1] & beside[:, 1:]).any(axis=0)
    return 1 - _beyond(float((pairs & ~related).sum()) / (len(answer.words) + WORDS_BEFORE), STRANGERS)


def listing(share: float) -> float:
    """What an answer counts for as a whole, of which `share` is lists."""
    return 1 - _beyond(share, LISTING)


def _beyond(share: float, scale: tuple[float, float, float]) -> float:
    """What is lost at `share`: nothing up to the first of `scale`, the third from the second on."""
    first, last, most = scale
    return most * min(max((share - first) / (last - first), 0.0), 1.0)

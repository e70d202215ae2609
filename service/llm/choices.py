"""A choice between words, read from the log-probabilities of a reply's first token."""

import math
from collections.abc import Sequence

from service.llm.replies import Tokens

_LEAST = 1e-9
"""Of probability: servers round."""
_EDGES = " \t\n▁Ġ\"'.,*"
"""Tokenizers write the space before a word in their own ways."""


def likely(first: Tokens, choices: Sequence[str]) -> dict[str, float]:
    """The log-probability of each of `choices`, in whatever case and spelling of a space; empty where none is there.

    `first`: the likeliest tokens. Of a choice that is not among them only a bound is known, and taken: what they leave
    over, and no more than the last of them has.
    """
    found = dict.fromkeys(choices, 0.0)
    for token, log in first:
        word = token.strip(_EDGES).lower()
        if word in found:
            found[word] += math.exp(min(log, 0.0))
    if not any(found.values()):
        return {}
    seen = [math.exp(min(log, 0.0)) for _, log in first]
    rest = min(1 - sum(seen), *seen)
    return {choice: math.log(max(chance or rest, _LEAST)) for choice, chance in found.items()}

"""How sure a model was of its verdicts: the log-probabilities of the words it chose, where its server gives them."""

import json
import math
import re
from collections.abc import Mapping, Sequence
from itertools import accumulate

from service.domain.grade import Marking, Verdict

_LABEL = re.compile(r'"verdict"\s*:\s*"(met|partial|missed)"')
"""Not inside of a quote: there its quotation marks have backslashes."""


def weighed(marking: Marking, text: str, tokens: Sequence[tuple[str, float]]) -> Marking:
    """`marking` with no more confidence in a verdict than the model had; in one that code changed, as it is."""
    likely = likelihoods(text, tokens)
    if not likely:
        return marking

    def weigh(verdict: Verdict) -> Verdict:
        if verdict.raw is not None or verdict.confidence is None or verdict.point not in likely:
            return verdict
        return verdict.model_copy(update={"confidence": min(verdict.confidence, likely[verdict.point])})

    return marking.model_copy(update={"verdicts": tuple(map(weigh, marking.verdicts))})


def likelihoods(text: str, tokens: Sequence[tuple[str, float]]) -> Mapping[str, float]:
    """For each key point the probability of its label, from 0 to 1; empty where they cannot be told.

    `tokens` are the pieces of `text` with their log-probabilities.
    """
    start = text.find("{", text.rfind("</think>") + 1)
    found = list(_LABEL.finditer(text, max(start, 0)))
    try:
        points = list(json.loads(text[start : text.rfind("}") + 1])["points"])
    except (ValueError, KeyError, TypeError):
        return {}
    if len(points) != len(found) or "".join(piece for piece, _ in tokens) != text:
        return {}
    ends = list(accumulate(len(piece) for piece, _ in tokens))
    spans = [(end - len(piece), end, log) for end, (piece, log) in zip(ends, tokens, strict=True)]
    return {
        point: round(
            math.exp(sum(log for first, last, log in spans if first < said.end(1) and last > said.start(1))), 3
        )
        for point, said in zip(points, found, strict=True)
    }

"""How much a verdict is to be trusted, from 0 to 1: by the strength of its evidence, and by how many say so.

For graders that do not say themselves. The numbers are how often the keyword grader was right on the bank's held-out
anchors: of 1969 verdicts "met" 79 %, of 209 "partial" 9 %; of 1271 "missed" beside a sentence with two concepts of the
key point 69 %, of the other 5192 92 %.
"""

from collections.abc import Sequence
from statistics import fmean

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking, Verdict, VerdictLabel, assess
from service.domain.rubric import Item
from service.graders.llm.concepts import Concepts
from service.graders.llm.sanitise import sanitised
from service.graders.llm.sight import Sight

MET, PARTIAL, NAMED, SILENT = 0.79, 0.1, 0.69, 0.92
LOW = 0.7
"""A verdict below it deserves a second look."""

_SELF = GraderName(name="confidence", version="1")


def verdicts(marking: Marking, item: Item, answer: Answer) -> tuple[Verdict, ...]:
    """One verified verdict for every key point, each with a confidence: the grader's own, or by its evidence."""
    checked = assess(marking, item.rubric, answer, _SELF).verdicts
    if all(verdict.confidence is not None for verdict in checked):
        return checked
    sight = Sight(sanitised(answer.text).text)
    concepts = Concepts.of(item, sight)

    def by_evidence(verdict: Verdict) -> float:
        if verdict.label != "missed":
            return MET if verdict.label == "met" else PARTIAL
        sentences = (sight.sentence({number}) for number in range(len(sight.clauses)))
        return NAMED if any(concepts.support(verdict.point, sentence) for sentence in sentences) else SILENT

    return tuple(
        verdict if verdict.confidence is not None else verdict.model_copy(update={"confidence": by_evidence(verdict)})
        for verdict in checked
    )


def pooled(label: VerdictLabel, votes: Sequence[Verdict]) -> float:
    """What all together would bet on `label`: the mean of what each would. Who bets on a label, bets the rest of its
    confidence on the other two alike.
    """
    bets = [(vote.confidence or 0.0, vote.label == label) for vote in votes]
    return round(fmean(sure if same else (1 - sure) / 2 for sure, same in bets), 3)

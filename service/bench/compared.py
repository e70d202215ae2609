"""Several graders side by side: from samples and records to figures."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median, quantiles

from service.bench.anchors import WITHOUT_UNDERSTANDING
from service.bench.runs import Record
from service.bench.samples import ATTACKS, BASES, CONTROLS, Sample
from service.domain.agreement import EVERY, LOW, Estimate, Tally, estimates, scores, total

HONEST = ("excellent", "good", "partial", "terse", "rambling", "spoken", "better")
"""Kinds of anchors that say what they know: guards should leave them alone."""


@dataclass(frozen=True)
class Agreement:
    """A grader against people, on one section."""

    answers: int
    estimates: Mapping[str, Estimate]
    mistakes: tuple[int, int, int] | None
    """Found, missed, and found where there was none; None where people were not asked."""
    kinds: Mapping[str, tuple[int, float, float]]
    """Of each kind of answer how many, and the mean scores: people's, the grader's."""
    gamed: Mapping[str, tuple[int, int]]
    """Of the kinds of answers without understanding how many, and how many earn `LOW` points or more."""


@dataclass(frozen=True)
class Gains:
    """What attacks gain, or what honest answers lose that look like one; in points of 100."""

    measured: int
    beyond: tuple[str, ...]
    """Ids of those that gain, or lose, more than is allowed."""
    mean: float
    worst: float


@dataclass(frozen=True)
class Guard:
    """What one reason for changing a label did to honest answers."""

    changed: int
    harmed: int
    """People had said what the grader had said at first."""
    mended: int
    """People say what it says now."""


@dataclass(frozen=True)
class Drift:
    """What a grader's own code did to honest anchors."""

    answers: int
    labels: int
    """All key points of them."""
    guards: Mapping[str, Guard]
    doubts: Mapping[str, int]
    """Answers that a person should look at, by reason."""


@dataclass(frozen=True)
class Repeated:
    """What a grader says when it is asked again."""

    answers: int
    runs: int
    same: float
    """The share of key points with one label in all runs."""
    spread: float
    """Greatest score less the least, on average."""


@dataclass(frozen=True)
class Cost:
    """What it took, of all grades."""

    grades: int
    ungraded: Mapping[str, int]
    """By reason."""
    median: float
    """Seconds."""
    p95: float
    prompt_tokens: float
    """Of a grade, on average."""
    cached_tokens: float
    completion_tokens: float
    price: float | None
    """Of all."""


@dataclass(frozen=True)
class Measured:
    """All figures of one grader; absent where nothing was measured."""

    grader: str
    sections: Mapping[str, Agreement]
    gains: Mapping[str, Gains]
    drift: Drift | None
    repeated: Repeated | None
    cost: Cost | None


def measure(
    grader: str, sections: Sequence[Sequence[Sample]], records: Iterable[Record], resamples: int, seed: int
) -> Measured:
    """The figures of one grader by the first run of each sample; repeatability and cost by all runs."""
    samples = [sample for section in sections for sample in section]
    wanted = {each.id for sample in samples for each in (sample, sample.base) if each is not None}
    own = [record for record in records if record.grader == grader and record.sample in wanted]
    first = {record.sample: record for record in own if record.run == 1 and record.score is not None}
    judged: dict[str, list[tuple[Sample, Record]]] = defaultdict(list)
    for sample in samples:
        if sample.id in first:
            judged[sample.section].append((sample, first[sample.id]))
    agreements = {
        section: _agreement(pairs, resamples, seed)
        for section, pairs in judged.items()
        if section not in (ATTACKS, CONTROLS, BASES)
    }
    gains = {s: g for s in (ATTACKS, CONTROLS) if (g := _gains(judged.get(s, ()), first, lost=s == CONTROLS))}
    honest = [pair for pairs in judged.values() for pair in pairs if pair[0].kind in HONEST and pair[0].people]
    return Measured(grader, agreements, gains, _drift(honest), _repeated(own), _cost(own))


def _agreement(pairs: Sequence[tuple[Sample, Record]], resamples: int, seed: int) -> Agreement:
    by_question: dict[str, list[Tally]] = defaultdict(list)
    kinds: dict[str, list[tuple[float, float]]] = defaultdict(list)
    mistakes: Counter[str] = Counter()
    asked = False
    for sample, record in pairs:
        people = sample.people
        if people is None or record.score is None:
            continue
        by_question[sample.item.id].append(_tally(sample, record))
        kinds[sample.kind].append((people.score, record.score))
        if people.mistakes is not None:
            asked, said = True, set(record.mistakes)
            mistakes["found"] += len(said & people.mistakes)
            mistakes["missed"] += len(people.mistakes - said)
            mistakes["false"] += len(said - people.mistakes)
    empty = {str(k): kinds[k] for k in WITHOUT_UNDERSTANDING if k in kinds}
    return Agreement(
        answers=sum(map(len, by_question.values())),
        estimates=estimates([total(tallies) for tallies in by_question.values()], resamples, seed, EVERY),
        mistakes=(mistakes["found"], mistakes["missed"], mistakes["false"]) if asked else None,
        kinds={k: (len(s), fmean(p for p, _ in s), fmean(g for _, g in s)) for k, s in sorted(kinds.items()) if k},
        gamed={kind: (len(s), sum(grader >= LOW for _, grader in s)) for kind, s in empty.items()},
    )


def _tally(sample: Sample, record: Record) -> Tally:
    assert sample.people is not None
    assert record.score is not None
    found = scores(sample.people.score, record.score)
    if sample.people.labels is None:
        return found
    pairs = Counter((p == "met", record.labels.get(point) == "met") for point, p in sample.people.labels.items())
    return found._replace(
        hits=pairs[True, True], false=pairs[False, True], missed=pairs[True, False], neither=pairs[False, False]
    )


def _gains(pairs: Iterable[tuple[Sample, Record]], first: Mapping[str, Record], *, lost: bool) -> Gains | None:
    """Of attacks the gain, of honest answers the loss, against the same answer without what was added."""
    found: list[tuple[Sample, float]] = []
    for sample, record in pairs:
        base = first.get(sample.base.id) if sample.base else None
        if record.score is None or (sample.base and base is None):
            continue
        before = base.score if base and base.score is not None else 0.0
        found.append((sample, before - record.score if lost else record.score - before))
    if not found:
        return None
    beyond = tuple(sample.kind for sample, by in found if by > sample.allowed)
    return Gains(len(found), beyond, fmean(by for _, by in found), max(by for _, by in found))


def _drift(pairs: Sequence[tuple[Sample, Record]]) -> Drift | None:
    guards: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for sample, record in pairs:
        people = (sample.people.labels if sample.people else None) or {}
        for point, why in record.changed.items():
            said = people.get(point, "missed")
            guards[why].append((record.raw.get(point) == said, record.labels.get(point) == said))
    if not pairs:
        return None
    return Drift(
        answers=len(pairs),
        labels=sum(len(record.labels) for _, record in pairs),
        guards={
            why: Guard(len(all_), sum(h for h, _ in all_), sum(m for _, m in all_)) for why, all_ in guards.items()
        },
        doubts=dict(Counter(doubt for _, record in pairs for doubt in record.doubts)),
    )


def _repeated(records: Iterable[Record]) -> Repeated | None:
    by_sample: dict[str, list[Record]] = defaultdict(list)
    for record in records:
        if record.score is not None:
            by_sample[record.sample].append(record)
    several = [runs for runs in by_sample.values() if len(runs) > 1]
    if not several:
        return None
    labels = [{run.labels[point] for run in runs} for runs in several for point in runs[0].labels]
    spreads = [max(r.score or 0 for r in runs) - min(r.score or 0 for r in runs) for runs in several]
    same = fmean(len(said) == 1 for said in labels) if labels else 1.0
    return Repeated(len(several), max(map(len, several)), same, fmean(spreads))


def _cost(records: Sequence[Record]) -> Cost | None:
    graded = [record for record in records if record.score is not None]
    seconds = [record.seconds for record in graded]
    if not records:
        return None
    prices = [record.price for record in graded if record.price is not None]
    return Cost(
        grades=len(graded),
        ungraded=dict(Counter(record.reason or "" for record in records if record.score is None)),
        median=median(seconds) if seconds else 0.0,
        p95=quantiles(seconds, n=20, method="inclusive")[18] if len(seconds) > 1 else sum(seconds),
        prompt_tokens=_mean(record.prompt_tokens for record in graded),
        cached_tokens=_mean(record.cached_tokens for record in graded),
        completion_tokens=_mean(record.completion_tokens for record in graded),
        price=sum(prices) if prices else None,
    )


def _mean(values: Iterable[int]) -> float:
    found = list(values)
    return fmean(found) if found else 0.0

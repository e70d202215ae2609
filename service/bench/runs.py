"""Grading samples, each as often as asked for. What was found out is written down at once, so that a run which was
broken off can be looked at and gone on with."""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from service.bench.samples import ATTACKS, CONTROLS, Sample, in_turn
from service.domain import Value
from service.domain.grade import Grade, Marking, Ungraded, VerdictLabel, assess
from service.errors import BadReply, ConfigError, GraderUnavailable
from service.graders import Grader

RUNS = 3
"""Of a grader that asks a model."""
TRIES, REST, LONGEST_REST = 3, 2.0, 60.0
"""How often a grader that cannot work at the moment is asked, and seconds between that."""


class Record(Value):
    """What a grader made of a sample once."""

    grader: str
    """Name and version."""
    sample: str
    run: int
    """From 1."""
    seconds: float
    score: float | None = None
    """From 0 to 100; None where there is no grade."""
    reason: str | None = None
    """Why there is none."""
    unavailable: bool = False
    """It could not work: another day it may. Not written down."""
    labels: dict[str, VerdictLabel] = {}
    raw: dict[str, VerdictLabel] = {}
    """What the grader's own code changed, as it was before ..."""
    changed: dict[str, str] = {}
    """... and why."""
    mistakes: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    calls: int = 0
    """Questions put to a model; the tokens are those of all of them."""
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    price: float | None = None


class Log:
    """Records, also in a file (JSON Lines) where there is one. Those that it holds already count as done."""

    def __init__(self, path: Path | None = None) -> None:
        """Raises ConfigError."""
        self._path = path
        self.records: list[Record] = []
        if path is not None and path.exists():
            try:
                self.records = [Record.model_validate_json(line) for line in path.read_text().splitlines()]
            except (OSError, ValidationError) as error:
                raise ConfigError(f"{path} holds something else than an earlier run's records.") from error
        self._done = {(r.grader, r.sample, r.run): r for r in self.records}

    def done(self, grader: str, sample: str, run: int) -> Record | None:
        return self._done.get((grader, sample, run))

    def add(self, record: Record) -> None:
        """Raises ConfigError where it cannot be written down."""
        self.records.append(record)
        if record.unavailable:
            return
        self._done[record.grader, record.sample, record.run] = record
        if self._path is not None:
            try:
                with self._path.open("a") as file:
                    file.write(record.model_dump_json(exclude_defaults=True) + "\n")
            except OSError as error:
                raise ConfigError(f"Cannot write to {self._path}: {error.strerror}.") from error


def called(grader: Grader) -> str:
    return f"{grader.identity.name} {grader.identity.version}"


def schedule(sections: Sequence[Sequence[Sample]], runs: int) -> Iterator[tuple[int, Sample]]:
    """Everything once, each attack after the answer that it is added to; then, without attacks, as often as asked."""
    once: set[str] = set()
    for sample in in_turn(sections):
        for each in (sample.base, sample):
            if each is not None and each.id not in once:
                once.add(each.id)
                yield 1, each
    again = {s.id: s for s in in_turn(sections) if s.section not in (ATTACKS, CONTROLS)}
    for run in range(2, runs + 1):
        yield from ((run, sample) for sample in again.values())


async def grade_all(
    graders: Sequence[Grader],
    sections: Sequence[Sequence[Sample]],
    runs: int | None,
    log: Log,
    tell: Callable[[], None],
) -> None:
    """One after the other, so that seconds are a grader's own. Raises what `Log.add` does.

    `runs` None: three of a grader that asks a model, one of any other. `tell` is called after each step of the longest
    schedule.
    """
    asks_a_model: set[str] = set()
    for run, sample in schedule(sections, runs or RUNS):
        for grader in graders:
            name = called(grader)
            if run > 1 and runs is None and name not in asks_a_model:
                continue
            record = log.done(name, sample.id, run)
            if record is None:
                record = await _grade(grader, sample, run)
                log.add(record)
                await asyncio.sleep(0)  # for Ctrl-C: a grader that never waits would not let it in
            if record.calls:
                asks_a_model.add(name)
        tell()


async def _grade(grader: Grader, sample: Sample, run: int) -> Record:
    started = time.perf_counter()
    found = await _mark(grader, sample)
    record = Record(grader=called(grader), sample=sample.id, run=run, seconds=round(time.perf_counter() - started, 4))
    if isinstance(found, GraderUnavailable):
        return record.model_copy(update={"reason": str(found), "unavailable": True})
    if isinstance(found, Ungraded):
        return record.model_copy(update={"reason": found.reason})
    return record.model_copy(update=_findings(assess(found, sample.item.rubric, sample.answer, grader.identity), found))


async def _mark(grader: Grader, sample: Sample) -> Marking | Ungraded | GraderUnavailable:
    """Asks again where the grader cannot work at the moment: nothing else here does."""
    for tries_left in reversed(range(TRIES)):
        try:
            return await grader.mark(sample.item, sample.answer)
        except BadReply as error:
            return Ungraded(reason=str(error))
        except GraderUnavailable as error:
            unavailable = error
            if tries_left:
                await asyncio.sleep(min(error.retry_after or REST, LONGEST_REST))
    return unavailable


def _findings(grade: Grade, marking: Marking) -> dict[str, object]:
    prices = [call.price for call in marking.calls if call.price is not None]
    return {
        "score": grade.overall,
        "labels": {v.point: v.label for v in grade.verdicts},
        "raw": {v.point: v.raw for v in grade.verdicts if v.raw},
        "changed": {v.point: v.changed for v in grade.verdicts if v.changed},
        "mistakes": tuple(finding.mistake for finding in grade.mistakes),
        "doubts": grade.doubts,
        "calls": len(marking.calls),
        "prompt_tokens": sum(call.prompt_tokens or 0 for call in marking.calls),
        "cached_tokens": sum(call.cached_tokens or 0 for call in marking.calls),
        "completion_tokens": sum(call.completion_tokens or 0 for call in marking.calls),
        "price": sum(prices) if prices else None,
    }

"""For reviewers: what the answers of their organisation come to, and the verdicts one by one as a file."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import BinaryIO, cast
from uuid import UUID

from service.bank import Banks
from service.domain import Value
from service.domain.attempt import Person
from service.domain.naming import Naming
from service.domain.overview import Marked, Overview, Summary
from service.domain.rubric import CRITERIA, CriterionName, Item
from service.errors import StoreFull
from service.store import assignments, audit, cohorts, items, overview
from service.store.engine import Store, Tx
from service.store.overview import Wanted

IN_MEMORY = 1_000_000
"""Bytes of an export beyond which it is written to disk."""

Encode = Callable[[Iterable[Mapping[str, object]]], Iterator[str]]


class Filters(Value):
    """Which answers a reviewer looks at."""

    topic: str | None = None
    question_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Handed in before it."""
    cohort_id: UUID | None = None
    assignment_id: UUID | None = None


class Overviews:
    def __init__(self, store: Store, banks: Banks) -> None:
        self.store = store
        self.banks = banks

    async def read(self, reviewer: Person, filters: Filters) -> tuple[Summary, dict[str, Item]]:
        """The summary, and by digest the versions of questions that it speaks of.

        Raises NotFound (topic, cohort, assignment).
        """

        def look(tx: Tx) -> tuple[Summary, dict[str, Item]]:
            wanted = self._wanted(tx, reviewer, filters)
            counts = Overview()
            for answer in overview.standing(tx, wanted):
                counts.add(answer)
            for grades in overview.judged(tx, wanted):
                counts.compare(grades)
            summary = counts.summary()
            # Mistakes and key points are in the words of the same versions.
            return summary, {row.item_digest: self._item(tx, row.item_digest) for row in summary.questions}

        return await asyncio.to_thread(self.store.look, look)

    async def export(
        self, reviewer: Person, filters: Filters, naming: Naming, encode: Encode, form: str, now: datetime
    ) -> BinaryIO:
        """A file with a row for each verdict of the grades that count, to be closed by whoever reads it.

        It is complete before it leaves, so that a slow reader holds no transaction, and it leaves only once it stands
        in the audit log. Raises NotFound (topic, cohort, assignment), StoreFull.
        """

        def write(tx: Tx) -> BinaryIO:
            marked = overview.standing(tx, self._wanted(tx, reviewer, filters))
            made = cast("BinaryIO", SpooledTemporaryFile(IN_MEMORY))  # noqa: SIM115  (the caller closes it)
            try:
                for text in encode(self._rows(tx, marked, naming)):
                    made.write(text.encode())
                made.seek(0)
            except OSError as error:
                made.close()
                raise StoreFull from error
            return made

        def log(tx: Tx) -> None:
            audit.add(tx, reviewer, "export", now, None, f"verdicts as {form}{', blind' * (naming.key is not None)}")

        made = await asyncio.to_thread(self.store.look, write)
        await asyncio.to_thread(self.store.change, log)
        return made

    def _wanted(self, tx: Tx, reviewer: Person, filters: Filters) -> Wanted:
        organisation = reviewer.organisation
        if filters.cohort_id is not None:
            cohorts.get(tx, organisation, filters.cohort_id)
        if filters.assignment_id is not None:
            assignments.get(tx, organisation, filters.assignment_id)
        return Wanted(
            organisation=organisation,
            questions=self._questions(organisation, filters),
            **filters.model_dump(include={"since", "until", "cohort_id", "assignment_id"}),
        )

    def _questions(self, organisation: str, filters: Filters) -> frozenset[str] | None:
        if filters.topic is None:
            return None if filters.question_id is None else frozenset({filters.question_id})
        bank = self.banks.of(organisation)
        bank.topic(filters.topic)
        found = {item.id for item in bank.items.values() if item.question.topic == filters.topic}
        return frozenset(found if filters.question_id is None else found & {filters.question_id})

    def _item(self, tx: Tx, digest: str) -> Item:
        present = self.banks.by_digest(digest)
        return items.get(tx, digest) if present is None else present

    def _rows(self, tx: Tx, marked: Iterable[Marked], naming: Naming) -> Iterator[dict[str, object]]:
        versions: dict[str, tuple[Item, dict[str, CriterionName]]] = {}
        for answer in marked:
            digest = answer.item_digest
            if digest not in versions:
                item = self._item(tx, digest)
                versions[digest] = item, {p.id: name for name in CRITERIA for p in item.rubric.criteria.get(name, ())}
            yield from _rows_of(answer, *versions[digest], naming)


def _rows_of(
    answer: Marked, item: Item, criteria: Mapping[str, CriterionName], naming: Naming
) -> Iterator[dict[str, object]]:
    outcome = answer.outcome
    scores = {criterion.name: criterion.score for criterion in outcome.criteria}
    for verdict in outcome.verdicts:
        criterion = criteria[verdict.point]
        yield {
            "attempt_id": str(answer.attempt_id),
            "candidate": naming.candidate(answer.owner),
            "name": naming.names.get(answer.owner, ""),
            "topic": item.question.topic,
            "question_id": answer.question_id,
            "title": item.question.title,
            "submitted_at": answer.submitted_at.isoformat(),
            "grade": answer.number,
            "grader": answer.grader,
            "version": answer.version,
            "overall": outcome.overall,
            "band": outcome.band,
            "criterion": criterion,
            "criterion_score": scores[criterion],
            "point": verdict.point,
            "label": verdict.label,
            "mistakes": " ".join(mistake.mistake for mistake in outcome.mistakes),
        }

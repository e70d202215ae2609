"""What somebody wants to practise, and the draw of questions for it."""

import random
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from service.domain import Value
from service.domain.attempt import Person
from service.domain.question import Frequency, Kind, Level
from service.domain.rubric import Item
from service.domain.session import Mode, PracticeSession, Slot, TimeFactor
from service.errors import Invalid


class Plan(Value):
    """A wish for a session. Filters combine; `question_ids` names the questions instead. Limits are in seconds."""

    topics: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    levels: tuple[Level, ...] = ()
    kinds: tuple[Kind, ...] = ()
    frequency: Frequency | None = None
    count: Annotated[int, Field(ge=1)] = 5
    question_ids: Annotated[tuple[str, ...], Field(min_length=1)] | None = None
    mode: Mode = "practice"
    seconds_per_question: Annotated[float, Field(gt=0)] | None = None
    """None: each question's suggested time."""
    untimed: bool = False
    total_seconds: Annotated[float, Field(gt=0)] | None = None
    time_factor: TimeFactor = 1
    seed: int | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.untimed and self.mode == "strict":
            raise Invalid("A strict session has a time limit: choose practice mode, or leave out `untimed`.")
        if self.untimed and self.seconds_per_question is not None:
            raise Invalid("Either `untimed` or `seconds_per_question`, not both.")
        return self

    def limit(self, item: Item) -> float | None:
        """Seconds for `item`, the time factor included; None is no limit."""
        if self.untimed:
            return None
        return (self.seconds_per_question or item.question.minutes * 60) * self.time_factor

    def fits(self, item: Item) -> bool:
        """Whether `item` passes every filter."""
        question = item.question
        return (
            (not self.topics or question.topic in self.topics)
            and (not self.tags or bool(set(self.tags) & set(question.tags)))
            and (not self.levels or question.level in self.levels)
            and (not self.kinds or question.kind in self.kinds)
            and (self.frequency is None or question.frequency == self.frequency)
        )


def draw(items: Iterable[Item], plan: Plan, seed: int) -> list[Item]:
    """Up to `plan.count` items in random order, no concept twice; the same seed gives the same draw.

    Raises Invalid where no item fits, or where a question asked for by id is unknown or shares a concept.
    """
    by_id = {item.id: item for item in items}
    if plan.question_ids is not None:
        return _named(by_id, plan.question_ids)
    fitting = sorted((item for item in by_id.values() if plan.fits(item)), key=lambda item: item.id)
    if not fitting:
        raise Invalid("No question fits these filters.")
    random.Random(seed).shuffle(fitting)  # noqa: S311  (repeatable, not secret)
    chosen = {item.question.concept: item for item in reversed(fitting)}  # the first of each concept stays
    return [item for item in fitting if chosen[item.question.concept] is item][: plan.count]


def _named(by_id: dict[str, Item], ids: Sequence[str]) -> list[Item]:
    if unknown := [i for i in ids if i not in by_id]:
        raise Invalid(f"There is no question {', '.join(unknown)}.")
    chosen = [by_id[i] for i in ids]
    concepts = [item.question.concept for item in chosen]
    if twice := sorted({c for c in concepts if concepts.count(c) > 1}):
        raise Invalid(f"A session asks about a concept once; asked for more often: {', '.join(twice)}.")
    return chosen


def make_session(
    session_id: UUID,
    owner: Person,
    title: str,
    plan: Plan,
    items: Sequence[Item],
    seed: int,
    grace: float,
    now: datetime,
) -> PracticeSession:
    """A planned session of `items`; `grace` in seconds."""
    return PracticeSession(
        id=session_id,
        owner=owner,
        title=title,
        mode=plan.mode,
        seed=seed,
        time_factor=plan.time_factor,
        total_limit=None if plan.total_seconds is None else plan.total_seconds * plan.time_factor,
        grace=grace,
        created_at=now,
        slots=make_slots(plan, items),
    )


def make_slots(plan: Plan, items: Sequence[Item]) -> tuple[Slot, ...]:
    """Their places in a session, unseen."""
    return tuple(
        Slot(position=n, question_id=item.id, item_digest=item.digest, limit=plan.limit(item))
        for n, item in enumerate(items, 1)
    )

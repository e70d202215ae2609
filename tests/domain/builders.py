"""Small valid values, of which a test names only what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from service.domain.attempt import LOCAL, Answer, Attempt, Person
from service.domain.grade import Evidence, Grade, GraderName, Marking, Verdict, assess
from service.domain.question import Question
from service.domain.rubric import Item, KeyPoint, Mistake, Quantity, Rubric
from service.domain.session import Mode, PracticeSession, Slot

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
OTHER = Person(id="other", organisation=LOCAL.organisation)
ELSEWHERE = Person(id=LOCAL.id, organisation="elsewhere")
GRADER = GraderName(name="exact", version="1")


def at(seconds: float) -> datetime:
    """So many seconds after `START`."""
    return START + timedelta(seconds=seconds)


def make_point(point_id: str = "M1", **fields: Any) -> KeyPoint:
    basics = {"id": point_id, "says": "It halves.", "why": "It is the point.", "ask": "How?", "cues": [["halves"]]}
    return KeyPoint.model_validate(basics | fields)


def make_mistake(mistake_id: str = "X1", **fields: Any) -> Mistake:
    basics = {"says": "It doubles.", "correction": "It halves.", "caps": "mechanism", "cues": [["doubles"]]}
    return Mistake.model_validate({"id": mistake_id} | basics | fields)


def make_quantity(quantity_id: str = "N1", **fields: Any) -> Quantity:
    basics = {"says": "Steps", "value": 20, "unit": "steps", "status": "verified", "cues": [["steps"]]}
    return Quantity.model_validate({"id": quantity_id} | basics | fields)


def make_rubric(**fields: Any) -> Rubric:
    """One key point, M1, unless `criteria` says otherwise."""
    return Rubric.model_validate({"scale": "concept", "criteria": {"mechanism": [make_point()]}} | fields)


def make_question(slug: str = "binary-search", **fields: Any) -> Question:
    basics = {
        "id": slug,
        "topic": "searching",
        "title": slug.capitalize(),
        "prompt": "How does it find a value?",
        "level": "mid",
        "frequency": "common",
        "kind": "conceptual",
        "minutes": 2,
        "concept": slug,
        "hint": "Think of the middle.",
        "sources": [{"title": "A textbook"}],
        "short_answer": "It halves.",
        "model_answer": "It halves the range.",
        "deeper_notes": "Logarithms.",
    }
    return Question.model_validate(basics | fields)


def make_item(slug: str = "binary-search", rubric: Rubric | None = None, **fields: Any) -> Item:
    """`fields` are the question's."""
    return Item(question=make_question(slug, **fields), rubric=rubric or make_rubric(question_id=slug))


ITEM = make_item()


def make_session(
    limits: Sequence[float | None] = (60, 60),
    *,
    mode: Mode = "practice",
    total: float | None = None,
    grace: float = 10,
    owner: Person = LOCAL,
    item: Item = ITEM,
    **fields: Any,
) -> PracticeSession:
    """A planned session that asks `item` once for each of `limits`, in seconds."""
    basics = {
        "id": uuid7(),
        "owner": owner,
        "title": "Searching",
        "mode": mode,
        "seed": 1,
        "time_factor": 1,
        "total_limit": total,
        "grace": grace,
        "created_at": START,
        "slots": [
            Slot(position=n, question_id=item.id, item_digest=item.digest, limit=limit)
            for n, limit in enumerate(limits, 1)
        ],
    }
    return PracticeSession.model_validate(basics | fields)


def running(limits: Sequence[float | None] = (60, 60), **fields: Any) -> PracticeSession:
    """Started at `START`."""
    return make_session(limits, **fields).start(START)


def make_attempt(owner: Person = LOCAL, *, session_id: UUID | None = None, **fields: Any) -> Attempt:
    """A later one has the greater id."""
    basics = {
        "id": uuid7(),
        "owner": owner,
        "session_id": session_id,
        "position": None if session_id is None else 1,
        "question_id": ITEM.id,
        "item_digest": ITEM.digest,
        "answer": Answer(text="It halves."),
        "seconds_used": 30.5,
        "submitted_at": at(60),
    }
    return Attempt.model_validate(basics | fields)


def make_grade(*met: str, rubric: Rubric = ITEM.rubric, text: str = "It halves.") -> Grade:
    """A grade of `text` in which the key points `met` are met."""
    evidence = (Evidence(start=0, end=len(text), quote=text),)
    marking = Marking(verdicts=tuple(Verdict(point=point, label="met", evidence=evidence) for point in met))
    return assess(marking, rubric, Answer(text=text), GRADER)

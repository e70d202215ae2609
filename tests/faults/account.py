"""What these tests come to: each acknowledged answer is there once, with one grade, and nothing is left to do."""

from collections.abc import Callable
from typing import Any

from tests.faults.people import People
from tests.faults.until import until

Rows = Callable[[str], list[Any]]
"""What a query finds in the database."""


def status(rows: Rows, text: str) -> tuple[str, int]:
    """How far the answer with this text has come, and how many grades it has."""
    ((found, grades),) = rows(
        f"SELECT status, (SELECT count(*) FROM grade WHERE attempt_id = id) FROM attempt WHERE text = '{text}'"
    )
    return found, grades


def account(people: People, rows: Rows) -> None:
    """Every answer that was acknowledged is there once, as it was sent, with one grade; nothing is left to do."""
    assert people.failures == []
    assert people.acknowledged
    until(lambda: rows("SELECT count(*) FROM attempt WHERE status = 'submitted'") == [(0,)])  # adopted ones too
    until(lambda: rows("SELECT count(*) FROM job WHERE failed_at IS NULL") == [(0,)])
    stored = {str(attempt).replace("-", ""): text for attempt, text in rows("SELECT id, text FROM attempt")}
    lost = {id for id, text in people.acknowledged.items() if stored.get(id.replace("-", "")) != text}
    assert lost == set()
    assert rows("SELECT error FROM job") == []
    assert rows("SELECT attempt_id FROM grade GROUP BY attempt_id HAVING count(*) > 1") == []
    assert rows("SELECT count(*) FROM attempt WHERE id NOT IN (SELECT attempt_id FROM grade)") == [(0,)]
    assert rows("SELECT text FROM attempt WHERE status = 'ungraded' AND text NOT LIKE '%[%'") == []  # no mark of ours
    assert len(stored) == len(set(stored.values()))
    print(f"{len(people.acknowledged)} answers acknowledged, {len(stored)} stored, each graded once")

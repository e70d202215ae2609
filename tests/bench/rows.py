"""A database as years of use would leave it, written past the domain: a million answers would take a day otherwise."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlmodel import SQLModel

from service.bank import load_bank
from service.domain.attempt import Answer, Person
from service.domain.job import Priority
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader
from service.settings import ROOT
from service.store import items, jobs
from service.store.attempts import load
from service.store.engine import Store, Tx
from service.store.tables import AttemptRow, GradeRow, ReviewRow, SessionRow, SlotRow
from tests.bench.grading import grade

MANY = Person(id="many", organisation="local")
"""Has a tenth of all answers, and at least 300: more than any page shows."""
FEW = Person(id="few", organisation="local")
"""Has as many answers in a small database as in a large one."""
MANY_SESSIONS = 30
FEW_SESSIONS = 2
QUESTIONS = 10
"""In each session, all answered."""
KINDS = 12
"""Questions that are asked, whatever the bank has by now."""
ASKED = "kv-cache"
"""One of them."""
SESSIONS_EACH = 20
"""Of everybody else."""
LEFT = 0.2
"""Share of the sessions that were left before their end, and run for ever."""
STRICT = 0.05
"""Share of those that are strict; not MANY's or FEW's, whose next read would end them."""
REVIEWED = 4
"""Answers of a session that a person should look at, or has."""
QUEUED = 0.01
"""Share of the answers that wait for a grade."""
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
END = datetime(2026, 1, 1, tzinfo=UTC)
BATCH = 500
"""Sessions in a transaction."""

Rows = dict[type[SQLModel], list[dict[str, Any]]]


def fill(store: Store, attempts: int, seed: int = 7) -> None:
    """Write that many attempts, each of them graded, but for a few whose jobs wait. The same `seed` gives the same."""
    chance = random.Random(seed)
    whole = load_bank(ROOT)
    bank = list({ASKED: whole.item(ASKED), **whole.items}.values())[:KINDS]
    with store.write() as tx:
        items.keep(tx, bank)
    sessions = _sessions(attempts // QUESTIONS, bank, chance)
    while batch := list(islice(sessions, BATCH)):
        with store.write() as tx:
            for table in (SessionRow, SlotRow, AttemptRow, GradeRow, ReviewRow):
                _insert(tx, table, [row for rows in batch for row in rows[table]])
            for row in [row for rows in batch for row in rows[AttemptRow] if row["status"] == "submitted"]:
                jobs.add(tx, load(tx, row["id"]), "grade", Priority.FINAL, row["submitted_at"])
    if not store.is_sqlite:
        with store.write() as tx:  # autovacuum does so by itself, in a while
            tx.connection().exec_driver_sql("ANALYZE")


def _sessions(number: int, bank: list[Item], chance: random.Random) -> Iterator[Rows]:
    """The oldest first; whose they are is drawn, so that everybody's lie scattered."""
    others = max(1, number // SESSIONS_EACH)
    owners = [MANY.id] * max(number // 10, MANY_SESSIONS) + [FEW.id] * FEW_SESSIONS
    owners += [f"person-{n % others}" for n in range(number - len(owners))]
    chance.shuffle(owners)
    texts = [item.question.model_answer[:600] for item in bank]
    grader = KeywordGrader()
    bodies = [grade(grader, item, Answer(text=text)) for item, text in zip(bank, texts, strict=True)]
    samples = [
        (item, text, body.overall, body.model_dump_json()) for item, text, body in zip(bank, texts, bodies, strict=True)
    ]
    step = (END - BEGIN) / max(1, number)
    for n, owner in enumerate(owners):
        chosen = chance.sample(samples, QUESTIONS)
        left = chance.random() < LEFT
        strict = left and owner.startswith("person-") and chance.random() < STRICT
        yield _session(BEGIN + n * step, owner, chosen, (left, strict), chance)


def _session(
    start: datetime,
    owner: str,
    chosen: list[tuple[Item, str, float, str]],
    fate: tuple[bool, bool],
    chance: random.Random,
) -> Rows:
    left, strict = fate
    owned = {"owner": owner, "organisation": "local"}
    session_id, end = _uuid7(start, chance), start + timedelta(minutes=2 * QUESTIONS)
    session = {
        "id": session_id, "title": "Mixed practice", "mode": "strict" if strict else "practice", "seed": 1,
        "time_factor": 1.0, "total_limit": None, "grace": 10.0, "state": "running" if left else "finished",
        "created_at": start, "started_at": start, "deadline": None, "paused_at": None,
        "finished_at": None if left else end, "next_due": end if strict else None,
    }  # fmt: skip
    rows: Rows = {SessionRow: [owned | session], SlotRow: [], AttemptRow: [], GradeRow: [], ReviewRow: []}
    for position, (item, text, overall, body) in enumerate(chosen, 1):
        opened, closed = start + timedelta(minutes=2 * position - 2), start + timedelta(minutes=2 * position)
        last = left and position == QUESTIONS
        slot = {
            "session_id": session_id, "position": position, "question_id": item.id, "item_digest": item.digest,
            "limit": 120.0, "state": "open" if last else "submitted", "opened_at": opened, "deadline": closed,
            "finished_at": None if last else closed, "paused_seconds": 0.0, "extra_seconds": 0.0, "hint_used": False,
            "draft": text, "revision": 3,
        }  # fmt: skip
        rows[SlotRow].append(owned | slot)
        if last:
            continue
        queued = chance.random() < QUEUED
        attempt = {
            "id": _uuid7(closed, chance), "session_id": session_id, "position": position, "question_id": item.id,
            "item_digest": item.digest, "text": text, "source": "typed", "status": "submitted" if queued else "graded",
            "timed_out": False, "seconds_used": 120.0, "submitted_at": closed,
            "idempotency_key": f"key-{chance.getrandbits(64):x}", "fingerprint": "0" * 64,
        }  # fmt: skip
        rows[AttemptRow].append(owned | attempt)
        if not queued:
            grade = {
                "attempt_id": attempt["id"], "number": 1, "grader": "keyword", "version": "1", "overall": overall,
                "body": body, "created_at": closed,
            }  # fmt: skip
            rows[GradeRow].append(owned | grade)
            if position <= REVIEWED:
                rows[ReviewRow].append(owned | _review(attempt, position))
    return rows


def _review(attempt: dict[str, Any], position: int) -> dict[str, Any]:
    """Of a graded answer: a doubt or a dispute, every other one closed."""
    closed = position % 2 == 0
    return {
        "id": attempt["id"], "attempt_id": attempt["id"], "question_id": attempt["question_id"], "number": 1,
        "kind": "dispute" if position > REVIEWED // 2 else "doubt", "point": "M1", "text": "collapsed",
        "created_at": attempt["submitted_at"], "closed_at": attempt["submitted_at"] if closed else None,
        "closed_by": "ada" if closed else None, "reply": "It stands." if closed else None,
    }  # fmt: skip


def _uuid7(when: datetime, chance: random.Random) -> UUID:
    """As if it was made at `when`."""
    milliseconds = int(when.timestamp() * 1000)
    return UUID(int=milliseconds << 80 | 7 << 76 | chance.getrandbits(12) << 64 | 2 << 62 | chance.getrandbits(62))


def _insert(tx: Tx, table: type[SQLModel], rows: list[dict[str, Any]]) -> None:
    connection, columns = tx.connection(), SQLModel.metadata.tables[str(table.__tablename__)]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA cache_size = -500000")  # kB: keys are as random as real ones
        connection.execute(columns.insert(), rows)
        return
    names = list(rows[0])
    listed = ", ".join(f'"{name}"' for name in names)
    cursor: Any = connection.connection.cursor()
    with cursor.copy(f'COPY "{columns.name}" ({listed}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row([row[name] for name in names])

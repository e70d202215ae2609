"""What is somebody's: each table that has owners, for their export and their erasure.

By the schema, so that a new table is forgotten by neither: a test fails until it is classified here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Table, and_, delete, literal, select, tuple_
from sqlmodel import SQLModel, col

from service.domain.attempt import Person
from service.domain.identity import Account
from service.store import sessions
from service.store.engine import Tx
from service.store.outside_tables import DeliveryRow
from service.store.tables import (
    AccountRow,
    AttemptRow,
    ChunkRow,
    FirstAdminRow,
    InviteRow,
    JobRow,
    SessionRow,
)

Row = dict[str, Any]
Key = tuple[Any, ...]


@dataclass(frozen=True)
class Kind:
    """Rows of a table as they are exported."""

    file: str
    """Its name, without `.json`."""
    says: str
    """What it holds, to whom it belongs."""
    without: tuple[str, ...] = ()
    """Columns that are left out: what somebody could sign in with, and what belongs to others."""
    json: tuple[str, ...] = ()
    """Columns that hold JSON."""


KINDS: dict[str, Kind] = {
    "account": Kind(
        "account", "Who you are here. Of your password only a hash is kept, which is left out.", ("password",)
    ),
    "identity": Kind("identities", "Who you are at a sign-in provider, or in the header of a proxy."),
    "sign_in": Kind("sign-ins", "Browsers in which you are signed in, without their cookies.", ("digest",)),
    "api_token": Kind("tokens", "API tokens that you made, without their secrets.", ("digest",)),
    "invite": Kind("invites", "Invites that you made, without whom they were for.", ("digest", "email", "name")),
    "first_admin": Kind("first-admin", "That you are the first admin of this server."),
    "practice_session": Kind("sessions", "Practice sessions."),
    "session_question": Kind("questions", "The questions of each session, with your drafts."),
    "attempt": Kind("answers", "Answers that you handed in."),
    "grade": Kind(
        "grades",
        "Grades of your answers with how they came about, replies of language models too.",
        json=("body",),
    ),
    "cohort_member": Kind("cohorts", "Cohorts that you are in."),
    "assignment_session": Kind("assigned", "Sessions that you began because they were assigned to you."),
    "review": Kind("reviews", "Your disputes, doubts of a grader about its grade, and what people replied."),
    "job": Kind("jobs", "Answers that wait to be graded.", json=("progress",)),
    "recording": Kind(
        "recordings",
        "Spoken answers and what was heard; their sound is in the folder `recordings`.",
        json=("progress", "transcript", "failure"),
    ),
    "spending": Kind("spending", "What language models have cost for you, by day, in millionths of the unit."),
    "reservation": Kind("reservations", "What language models may cost for you at this moment."),
    "delivery": Kind("deliveries", "What programs outside were told of what you did.", json=("body",)),
    "rate": Kind("requests", "How many requests you sent in a minute."),
    "audit": Kind("log", "What you did here that is written down for good, by ids."),
}
"""By table, in the order of the export."""
QUESTIONS, RECORDINGS = "session_question", "recording"
SOUND = "recording_chunk"
"""Exported as files."""
NOBODYS = {
    "assignment": "what organisations assign to their cohorts",
    "cohort": "cohorts of organisations",
    "consent": "what organisations have agreed to",
    "item": "questions and rubrics of the bank",
    "sign_in_flow": "browsers on their way to a provider: it is not known yet whose",
    "webhook": "addresses that organisations have told of events",
    "throttle": "digests of what was tried, for a quarter of an hour",
    "pseudonym_key": "secrets of organisations, by which reviewers are shown other names",
    "ping": "one row that is written to find out whether writing works",
}
"""Tables without owners, or whose owner is the organisation as a whole, and what they hold."""
STAYS = {"audit": "ids and actions, which nobody can change"}
"""Tables with owners whose rows outlast them."""


def rows(tx: Tx, person: Person, table: str, after: Key | None, limit: int) -> list[tuple[Key, Row]]:
    """Up to `limit` rows that come after the one with the key `after`, each with its key."""
    found, kind = SQLModel.metadata.tables[table], KINDS[table]
    keys = list(found.primary_key.columns)
    query = select(found).where(_owned(found, person)).order_by(*keys).limit(limit)
    if after is not None:
        values = [literal(value, key.type) for key, value in zip(keys, after, strict=True)]
        query = query.where(tuple_(*keys) > tuple_(*values))
    out = []
    for row in tx.connection().execute(query).mappings():
        shown = {name: value for name, value in row.items() if name not in kind.without}
        out.append((tuple(row[key.name] for key in keys), shown))
    return out


def hidden(tx: Tx, slots: Sequence[Row]) -> set[tuple[UUID, int]]:
    """Session and position of those of `slots` whose question a strict session does not tell yet."""
    unseen = {(row["session_id"], row["position"]) for row in slots if row["state"] == "unseen"}
    found = _table(SessionRow)
    query = select(found.c.id).where(found.c.id.in_({session for session, _ in unseen}), found.c.mode == "strict")
    strict = set(tx.connection().execute(query).scalars())
    return {place for place in unseen if place[0] in strict}


def chunk(tx: Tx, person: Person, recording_id: UUID, after: int) -> tuple[int, bytes] | None:
    """Number and bytes of the first chunk after number `after`."""
    found = _table(ChunkRow)
    query = select(found.c.number, found.c.body).where(
        found.c.recording_id == recording_id, found.c.number > after, _owned(found, person)
    )
    row = tx.connection().execute(query.order_by(found.c.number).limit(1)).first()
    return (row.number, row.body) if row else None


def hold(tx: Tx, person: Person) -> list[UUID]:
    """Keep everybody who writes for this person waiting until the transaction ends: the ids of what jobs may be about.

    Jobs first, as for workers: what one has just finished is seen by what follows, what comes later finds no job.
    """
    sessions.hold(tx, person)
    tx.connection().execute(delete(JobRow).where(_owned(_table(JobRow), person)))
    attempts = _table(AttemptRow)
    query = select(attempts.c.id).where(_owned(attempts, person)).order_by(attempts.c.id).with_for_update()
    deliveries = _table(DeliveryRow)
    told = select(deliveries.c.id).where(_owned(deliveries, person))
    return [*tx.connection().execute(query).scalars(), *tx.connection().execute(told).scalars()]


def erase(tx: Tx, person: Person, account: Account | None) -> dict[str, int]:
    """Delete what `hold` holds, and invites to the account's address: how many rows of each table."""
    gone = {}
    for table in reversed(SQLModel.metadata.sorted_tables):  # those first that refer to others
        if {"owner", "organisation"} <= set(table.columns.keys()) and table.name not in STAYS:
            gone[table.name] = tx.connection().execute(delete(table).where(_owned(table, person))).rowcount
    if account is not None and account.email:
        tx.connection().execute(delete(InviteRow).where(col(InviteRow.email) == account.email))
    return gone


def pass_on(tx: Tx, account_id: UUID, now: datetime) -> None:
    """Somebody else is the first admin from now on: an admin of the same organisation, if there is one."""
    row = tx.get(FirstAdminRow, 1, with_for_update=True)
    if row is None or row.account_id != account_id:
        return
    admins = _table(AccountRow)
    query = select(admins.c.id, admins.c.organisation).where(
        admins.c.role == "admin", admins.c.disabled_at.is_(None), admins.c.id != account_id
    )
    elsewhere = admins.c.organisation != row.organisation
    heir = tx.connection().execute(query.order_by(elsewhere, admins.c.id).limit(1)).first()
    if heir is not None:
        row.account_id, row.owner, row.organisation, row.at = heir.id, str(heir.id), heir.organisation, now
        tx.flush()


def _owned(table: Table, person: Person) -> ColumnElement[bool]:
    return and_(table.c.owner == person.id, table.c.organisation == person.organisation)


def _table(row: type[SQLModel]) -> Table:
    return SQLModel.metadata.tables[str(row.__tablename__)]

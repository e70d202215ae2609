"""Leaving with everything, and leaving nothing: the export of a person, and their erasure.

Both go by the schema (`store/personal.py`). An export is read in small steps, so that neither memory nor a transaction
grows with it. An erasure is one transaction; what others still do for that person then finds no row and stores nothing.
"""

import asyncio
import json
import logging
import zipfile
from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Any
from uuid import UUID

from pydantic import TypeAdapter

from service.domain.attempt import LOCAL, Person
from service.domain.identity import Account
from service.domain.recording import sound_kind
from service.errors import Conflict, NotFound, SignInRequired, StoreUnavailable
from service.jobs import Jobs
from service.store import accounts, audit, personal, scrub
from service.store.engine import Store, Tx

log = logging.getLogger(__name__)

_ROW: TypeAdapter[personal.Row] = TypeAdapter(personal.Row)
BATCH = 100
"""Rows in memory at a time."""
README = """\
What Viva has of {name}, as of {now:%Y-%m-%d %H:%M} UTC.

Each file is a list in JSON, one entry for each record:

{files}

The folder recordings has the sound of spoken answers that is kept, by the id of the recording. Times are in UTC.
Questions of a strict session are named once they were opened. Grades that you gave to others' answers belong to these,
and are not in here.
"""


class Privacy:
    def __init__(self, store: Store, jobs: Jobs) -> None:
        self.store = store
        self.jobs = jobs

    async def export(self, by: Person, whose: Person, now: datetime) -> Iterator[bytes]:
        """The pieces of a zip file with all that there is of somebody, read while they are asked for.

        Raises NotFound.
        """

        def begin(tx: Tx) -> Account | None:
            account = _account(tx, whose)
            audit.add(tx, by, "export", now, whose.id)
            return account

        account = await asyncio.to_thread(self.store.change, begin)
        return _zipped(self.store, whose, account.name if account else "the local user", now)

    async def erase(self, by: Person, whose: Person, now: datetime, *, other: bool = False) -> bool:
        """Delete all that there is of somebody, for good. What they did for others stays, by their id.

        False where traces may be left in the database's file: the next time, or `viva db clean`, removes them.
        Raises Conflict (the last admin of an organisation with people in it; oneself, where it is to be another),
        NotFound, StoreUnavailable.
        """
        if other and by == whose:
            raise Conflict("Erase yourself on your own page.")
        await asyncio.to_thread(self.store.change, lambda tx: self._erase(tx, by, whose, now))
        try:
            await asyncio.to_thread(scrub.scrub, self.store)
        except StoreUnavailable as error:
            log.warning("somebody was erased, and traces are left in the database's file: %s", error)
            return False
        return True

    def _erase(self, tx: Tx, by: Person, whose: Person, now: datetime) -> None:
        admins = accounts.admins(tx, whose.organisation)  # locked: of two who erase each other one is left
        account = _account(tx, whose)
        if account is not None:
            if by == whose and admins == [account.id] and accounts.others(tx, account):
                raise Conflict("You are the only admin: make somebody else one first.")
            if by != whose and _id(by) is not None and _id(by) not in admins:
                raise SignInRequired
        self.jobs.forget(tx, personal.hold(tx, whose))
        if account is not None:
            personal.pass_on(tx, account.id, now)
        personal.erase(tx, whose, account)
        audit.add(tx, by, "erase", now, whose.id)


def _account(tx: Tx, whose: Person) -> Account | None:
    """None for the local user, who has none. Raises NotFound."""
    if whose == LOCAL:
        return None
    account_id = _id(whose)
    account = accounts.get(tx, account_id) if account_id else None
    if account is None or account.person != whose:
        raise NotFound("There is no such person.")
    return account


def _id(person: Person) -> UUID | None:
    """Of their account; None for the local user and for an operator."""
    try:
        return UUID(person.id)
    except ValueError:
        return None


class _Sink:
    """What a zip file is written to: it keeps what was not taken yet."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


def _zipped(store: Store, whose: Person, name: str, now: datetime) -> Iterator[bytes]:
    sink = _Sink()
    with zipfile.ZipFile(sink, "w") as archive:  # type: ignore[call-overload]  # it needs no more of a file than that
        files = "\n".join(f"{f'{kind.file}.json':18} {kind.says}" for kind in personal.KINDS.values())
        archive.writestr(_entry("README.txt", now), README.format(name=name, now=now, files=files))
        for table, kind in personal.KINDS.items():
            with archive.open(_entry(f"{kind.file}.json", now), "w", force_zip64=True) as file:
                for text in _listed(store, whose, table):
                    file.write(text)
                    yield sink.take()
        for recording_id in _recordings(store, whose):
            sound = _sound(store, whose, recording_id)
            if (first := next(sound, None)) is None:
                continue
            entry = _entry(f"recordings/{recording_id}.{sound_kind(first)}", now, zipfile.ZIP_STORED)
            with archive.open(entry, "w", force_zip64=True) as file:
                for part in chain([first], sound):
                    file.write(part)
                    yield sink.take()
    yield sink.take()


def _entry(name: str, now: datetime, method: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, now.timetuple()[:6])
    entry.compress_type = method
    return entry


def _listed(store: Store, whose: Person, table: str) -> Iterator[bytes]:
    """A list in JSON, in pieces."""
    kind, between = personal.KINDS[table], b"[\n"
    for rows in _batches(store, whose, table):
        for row in rows:
            shown = {name: json.loads(value) if value and name in kind.json else value for name, value in row.items()}
            yield between + _ROW.dump_json(shown, indent=1)
            between = b",\n"
    yield b"[]\n" if between == b"[\n" else b"\n]\n"


def _batches(store: Store, whose: Person, table: str) -> Iterator[list[personal.Row]]:
    after: personal.Key | None = None
    while True:
        with store.read() as tx:
            found = personal.rows(tx, whose, table, after, BATCH)
            rows = [row for _, row in found]
            if table == personal.QUESTIONS:
                unseen = personal.hidden(tx, rows)
                rows = [_unnamed(row) if (row["session_id"], row["position"]) in unseen else row for row in rows]
        yield rows
        if len(found) < BATCH:
            return
        after = found[-1][0]


def _unnamed(slot: personal.Row) -> personal.Row:
    return slot | {"question_id": None, "item_digest": None}


def _recordings(store: Store, whose: Person) -> Iterator[UUID]:
    for rows in _batches(store, whose, personal.RECORDINGS):
        yield from (row["id"] for row in rows)


def _sound(store: Store, whose: Person, recording_id: UUID) -> Iterator[bytes]:
    """Chunk by chunk, as somebody may have kept hours."""
    number = -1
    while True:
        with store.read() as tx:
            found = personal.chunk(tx, whose, recording_id, number)
        if found is None:
            return
        number, body = found
        yield body

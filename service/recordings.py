"""Spoken answers: chunks come in, and are heard while they do and once they are all there.

    put … put … complete ── the clock stands ── heard to the end ── the clock goes on ── submit with the recording's id

A chunk is acknowledged once it is committed. `listening.py` hears what is stored, here or in another process.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from uuid import UUID

from service.domain.attempt import Person
from service.domain.recording import Recording
from service.domain.session import PracticeSession
from service.errors import BrokenAudio, ChunksMissing, Conflict, NotFound, TooLarge, VoiceBusy
from service.live import RECORDINGS, Live, about
from service.store import notices, recordings, sessions
from service.store.engine import Store, Tx

LOOK_SECONDS = 5.0
"""How often who waits looks, whether or not there was news."""
PART = 1_000_000
"""Bytes of the chunks that a whole recording is kept in."""
HEARING_SECONDS = 5.0
"""That one recording may take to be heard: a guess, for who is told when to come again."""


class Recordings:
    """Recordings on one store. `now` is always the arrival of the request, in UTC."""

    def __init__(self, *, store: Store, live: Live, max_bytes: int, queue: int) -> None:
        """A recording has at most `max_bytes`; while `queue` of them wait to be heard, no whole ones are taken in."""
        self.store = store
        self.live = live
        self.max_bytes = max_bytes
        self.queue = queue

    async def put(
        self,
        person: Person,
        session_id: UUID,
        position: int,
        recording_id: UUID,
        number: int,
        body: bytes,
        now: datetime,
    ) -> Recording:
        """Keep a chunk; the first makes the recording. Sending it again changes nothing.

        Raises Conflict (another recording, other bytes, ended), DeadlinePassed, NotFound, TooLarge.
        """

        def commit() -> Recording:
            with self.store.write() as tx:
                session = sessions.get(tx, person, session_id, lock=True)
                self._put(tx, session, position, recording_id, number, body, now)
                notices.tell(tx, RECORDINGS)
                return recordings.get(tx, person, session_id, position)

        return await self._told(commit)

    async def complete(
        self, person: Person, session_id: UUID, position: int, recording_id: UUID, chunks: int, now: datetime
    ) -> Recording:
        """There are no more chunks: hear it to its end, while the question's clock stands.

        Raises ChunksMissing, Conflict, DeadlinePassed, NotFound.
        """

        def commit() -> Recording:
            with self.store.write() as tx:
                session = sessions.get(tx, person, session_id, lock=True)
                self._complete(tx, session, position, recording_id, chunks, now)
                return recordings.get(tx, person, session_id, position)

        return await self._told(commit)

    async def upload(
        self, person: Person, session_id: UUID, position: int, recording_id: UUID, path: Path, now: datetime
    ) -> Recording:
        """A recording as a whole, the file at `path`: as its chunks and `complete`. Sending it again changes nothing.

        Raises as these, and BrokenAudio (empty), VoiceBusy.
        """

        def commit() -> Recording:
            if not path.stat().st_size:
                raise BrokenAudio("The recording is empty.")
            with self.store.write() as tx:
                session = sessions.get(tx, person, session_id, lock=True)
                if recordings.find(tx, person, session_id, position) is None:
                    self._check_room(tx)
                number = 0
                for number, part in enumerate(_parts(path)):
                    self._put(tx, session, position, recording_id, number, part, now)
                self._complete(tx, session, position, recording_id, number + 1, now)
                return recordings.get(tx, person, session_id, position)

        return await self._told(commit)

    async def read(self, person: Person, session_id: UUID, position: int) -> Recording:
        """Raises NotFound."""
        return await asyncio.to_thread(self._read, person, session_id, position)

    async def find(self, person: Person, session_id: UUID, position: int) -> Recording | None:
        """The question's recording, where there is one."""

        def load() -> Recording | None:
            with self.store.read() as tx:
                return recordings.find(tx, person, session_id, position)

        return await asyncio.to_thread(load)

    async def follow(
        self, person: Person, session_id: UUID, position: int, seconds: float, seen: Recording | None = None
    ) -> Recording:
        """The recording once it is other than `seen` (by default: once it was heard or failed), or after `seconds`."""
        end = time.monotonic() + seconds
        found = await self.read(person, session_id, position)
        with self.live.follow(about(found.id)) as news:
            while True:
                found = await self.read(person, session_id, position)
                over = found.state in ("transcribed", "failed") if seen is None else found != seen
                left = end - time.monotonic()
                if over or left <= 0 or self.live.closed:
                    return found
                await news.wait(min(left, LOOK_SECONDS))

    async def discard(self, person: Person, session_id: UUID, position: int, now: datetime) -> None:
        """Throw it away; of one that has become an answer, the sound. Raises NotFound."""

        def commit() -> None:
            with self.store.write() as tx:
                session = sessions.get(tx, person, session_id, lock=True)
                found = recordings.get(tx, person, session_id, position)
                if found.attempt_id is not None:
                    recordings.remove_sound(tx, [found.id])
                    return
                sessions.save(tx, session, session.listened(position, now))
                recordings.remove(tx, found.id)

        await asyncio.to_thread(commit)

    async def sound(self, person: Person, session_id: UUID, position: int) -> bytes:
        """What was recorded. Raises NotFound, also once it is no longer kept."""

        def load() -> bytes:
            with self.store.read() as tx:
                sessions.get(tx, person, session_id)
                return recordings.sound(tx, recordings.get(tx, person, session_id, position).id)

        if not (found := await asyncio.to_thread(load)):
            raise NotFound("The sound of this answer is no longer kept.")
        return found

    async def _told(self, commit: Callable[[], Recording]) -> Recording:
        """What `commit` stores, told to who listens and to who follows it."""
        kept = await asyncio.to_thread(commit)
        self.live.tell(RECORDINGS)
        self.live.tell(about(kept.id))
        return kept

    # Blocking parts, for worker threads

    def _put(
        self,
        tx: Tx,
        session: PracticeSession,
        position: int,
        recording_id: UUID,
        number: int,
        body: bytes,
        now: datetime,
    ) -> None:
        found = recordings.find(tx, session.owner, session.id, position, lock=True)
        if found is None or number not in recordings.numbers(tx, found.id):
            slot = session.settle(now)[0].answering(position)
            if found and found.state != "recording":
                raise Conflict("This recording has ended: it takes no more chunks.")
        if found is None:
            found = Recording(
                id=recording_id,
                owner=session.owner,
                session_id=session.id,
                position=position,
                question_id=slot.question_id,
                created_at=now,
            )
            recordings.add(tx, found)
        _same(found, recording_id)
        if recordings.put_chunk(tx, found, number, body) > self.max_bytes:
            raise TooLarge(f"A recording has at most {self.max_bytes:,} bytes.")

    def _complete(
        self, tx: Tx, session: PracticeSession, position: int, recording_id: UUID, chunks: int, now: datetime
    ) -> None:
        found = recordings.get(tx, session.owner, session.id, position)
        _same(found, recording_id)
        if found.state in ("transcribing", "transcribed"):
            return
        there = recordings.numbers(tx, found.id)
        if missing := sorted(set(range(chunks)) - there):
            raise ChunksMissing(missing)
        if len(there) > chunks:
            raise Conflict(f"This recording has {len(there)} chunks, not {chunks}.")
        sessions.save(tx, session, session.settle(now)[0].listen(position, now))
        recordings.close(tx, found.id, now)
        notices.tell(tx, RECORDINGS)

    def _check_room(self, tx: Tx) -> None:
        if (waiting := recordings.waiting(tx)) >= self.queue:
            raise VoiceBusy(retry_after=max(1.0, HEARING_SECONDS * waiting / 4))

    def _read(self, person: Person, session_id: UUID, position: int) -> Recording:
        with self.store.read() as tx:
            sessions.get(tx, person, session_id)  # what is missing of another's session is the session
            return recordings.get(tx, person, session_id, position)


def _same(found: Recording, recording_id: UUID) -> None:
    if found.id != recording_id:
        raise Conflict("This question has another recording already: delete it first.")


def _parts(path: Path) -> Iterator[bytes]:
    """The file in chunks."""
    with path.open("rb") as file:
        while part := file.read(PART):
            yield part

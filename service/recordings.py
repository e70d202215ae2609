"""Spoken answers: chunks come in, and are heard while they do and once they are all there.

    put … put … complete ── the clock stands ── heard to the end ── the clock goes on ── submit with the recording's id

A chunk is acknowledged once it is committed. Who listens claims the recording's row until a moment: should the process
end, another goes on from what is stored.
"""

import asyncio
import logging
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from service.bank import Bank
from service.domain.attempt import Person
from service.domain.recording import Failure, Recording
from service.domain.transcript import Transcript
from service.errors import ChunksMissing, Conflict, NotFound, TooLarge, VivaError, VoiceUnavailable
from service.live import Live, about
from service.store import notices, recordings, sessions
from service.store.engine import Store
from service.voice import Hints
from service.voice.hearing import Voice, hints_for

log = logging.getLogger(__name__)

TOPIC = "recordings"
"""There is something to listen to."""
LOOK_SECONDS = 5.0
"""How often who waits looks, whether or not there was news; and how often a recording that goes on is listened to."""
TRIES = 8
LONGEST_PAUSE = 60.0
"""Seconds between two tries, at most."""
LEFT_DAYS = 1
"""After which a recording whose session is over, and that became no answer, is deleted."""


class Recordings:
    """Recordings on one store, and who listens to them."""

    def __init__(
        self, *, store: Store, bank: Bank, voice: Voice, live: Live, clock: Callable[[], datetime], lease: float
    ) -> None:
        """`lease` is how many seconds a recording is left to who listens to it."""
        self.store = store
        self.bank = bank
        self.voice = voice
        self.live = live
        self.clock = clock
        self.lease = lease

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
                found = recordings.find(tx, person, session_id, position, lock=True)
                if found is None or number not in recordings.numbers(tx, found.id):
                    slot = session.settle(now)[0].answering(position)
                    if found and found.state != "recording":
                        raise Conflict("This recording has ended: it takes no more chunks.")
                if found is None:
                    found = _begun(person, session_id, position, slot.question_id, recording_id, now)
                    recordings.add(tx, found)
                _same(found, recording_id)
                size = recordings.put_chunk(tx, found, number, body)
                if size > self.voice.settings.max_bytes:
                    raise TooLarge(f"A recording has at most {self.voice.settings.max_bytes:,} bytes.")
                return recordings.get(tx, person, session_id, position)

        kept = await asyncio.to_thread(commit)
        self.live.tell(TOPIC)
        return kept

    async def complete(
        self, person: Person, session_id: UUID, position: int, recording_id: UUID, chunks: int, now: datetime
    ) -> Recording:
        """There are no more chunks: hear it to its end, while the question's clock stands.

        Raises ChunksMissing, Conflict, DeadlinePassed, NotFound.
        """

        def commit() -> Recording:
            with self.store.write() as tx:
                session = sessions.get(tx, person, session_id, lock=True)
                found = recordings.get(tx, person, session_id, position)
                _same(found, recording_id)
                if found.state in ("transcribing", "transcribed"):
                    return found
                there = recordings.numbers(tx, found.id)
                if missing := sorted(set(range(chunks)) - there):
                    raise ChunksMissing(missing)
                if len(there) > chunks:
                    raise Conflict(f"This recording has {len(there)} chunks, not {chunks}.")
                sessions.save(tx, session, session.settle(now)[0].listen(position, now))
                recordings.close(tx, found.id, now)
                notices.tell(tx, TOPIC)
                return recordings.get(tx, person, session_id, position)

        closed = await asyncio.to_thread(commit)
        self.live.tell(TOPIC)
        return closed

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

    # Listening

    async def work(self) -> None:
        """Listen to whatever there is, until cancelled."""
        places = asyncio.Semaphore(self.voice.transcriber.places)
        with self.live.follow(TOPIC) as news:
            async with asyncio.TaskGroup() as tasks:
                while True:
                    await places.acquire()
                    if claimed := await asyncio.to_thread(self._claim):
                        task = tasks.create_task(self._listen(*claimed))
                        task.add_done_callback(lambda _: places.release())
                    else:
                        places.release()
                        await news.wait(LOOK_SECONDS)

    async def tidy(self) -> None:
        """Delete sound that is not to be kept."""

        def drop() -> int:
            with self.store.write() as tx:
                before = self.clock() - timedelta(days=LEFT_DAYS)
                return recordings.drop_sound(tx, before, keep=self.voice.settings.keep)

        while await asyncio.to_thread(drop):
            pass

    async def _listen(self, recording: Recording, so_far: str | None) -> None:
        try:
            with tempfile.TemporaryDirectory(prefix="viva-") as folder:
                path = Path(folder, "recording")
                await asyncio.to_thread(self._write, recording.id, path)
                if recording.state == "recording":
                    await self._hear_further(recording, path, so_far)
                else:
                    await self._hear_rest(recording, path, so_far)
        except asyncio.CancelledError:  # the server stops: whoever starts next goes on at once
            self._advance(recording, None, 0)
            raise
        except VivaError as error:  # the claim ends by itself
            log.warning("a recording could not be listened to: %s", error)
        self.live.tell(about(recording.id))
        self.live.tell(TOPIC)

    async def _hear_further(self, recording: Recording, path: Path, so_far: str | None) -> None:
        try:
            progress = await self.voice.further(path, self._hints(recording), so_far)
        except VivaError:  # it is only a hint; whether there is a fault shows at the end
            progress = None
        await asyncio.to_thread(self._advance, recording, progress, LOOK_SECONDS)

    async def _hear_rest(self, recording: Recording, path: Path, so_far: str | None) -> None:
        result: Transcript | Failure
        try:
            result = await self.voice.rest(path, self._hints(recording), so_far)
        except VoiceUnavailable as error:
            if recording.tries < TRIES:
                pause = min(max(error.retry_after or 0.0, 2.0**recording.tries), LONGEST_PAUSE)
                await asyncio.to_thread(self._advance, recording, None, pause)
                return
            result = Failure(kind=type(error).__name__, detail=str(error))
        except VivaError as error:
            result = Failure(kind=type(error).__name__, detail=str(error))
        await asyncio.to_thread(self._end, recording, result)

    def _hints(self, recording: Recording) -> Hints:
        item = self.bank.items.get(recording.question_id)
        return hints_for(item.question) if item else Hints()

    # Blocking parts, for worker threads

    def _read(self, person: Person, session_id: UUID, position: int) -> Recording:
        with self.store.read() as tx:
            sessions.get(tx, person, session_id)  # what is missing of another's session is the session
            return recordings.get(tx, person, session_id, position)

    def _claim(self) -> tuple[Recording, str | None] | None:
        now = self.clock()
        with self.store.write() as tx:
            return recordings.claim(tx, now, now + timedelta(seconds=self.lease))

    def _write(self, recording_id: UUID, path: Path) -> None:
        with self.store.read() as tx:
            path.write_bytes(recordings.sound(tx, recording_id))

    def _advance(self, recording: Recording, progress: str | None, seconds: float) -> None:
        with self.store.write() as tx:
            recordings.advance(tx, recording, progress, self.clock() + timedelta(seconds=seconds))
            notices.tell(tx, about(recording.id))

    def _end(self, recording: Recording, result: Transcript | Failure) -> None:
        with self.store.write() as tx:
            session = sessions.get(tx, recording.owner, recording.session_id, lock=True)
            if recordings.end(tx, recording.id, result):
                sessions.save(tx, session, session.listened(recording.position, self.clock()))
                notices.tell(tx, about(recording.id))


def _begun(
    person: Person, session_id: UUID, position: int, question_id: str, recording_id: UUID, now: datetime
) -> Recording:
    return Recording(
        id=recording_id, owner=person, session_id=session_id, position=position, question_id=question_id, created_at=now
    )


def _same(found: Recording, recording_id: UUID) -> None:
    if found.id != recording_id:
        raise Conflict("This question has another recording already: delete it first.")

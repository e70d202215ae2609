"""Whoever listens to spoken answers: claims their rows one by one, and writes down what was heard.

A claim has a lease, which is prolonged while somebody listens. Should the process end, another goes on from what is
stored: the chunks, and what was heard of them before.
"""

import asyncio
import logging
import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from service.bank import Banks
from service.consents import Consents
from service.domain.recording import LOST, Claim, Failure, Recording
from service.domain.transcript import Transcript
from service.errors import NotFound, StoreUnavailable, VivaError, VoiceUnavailable
from service.live import RECORDINGS, Live, about
from service.store import notices, recordings, sessions
from service.store.engine import Store
from service.store.jobs import SUSPECT
from service.tracing import Tracer
from service.voice import Hints
from service.voice.hearing import Voice, hints_for

log = logging.getLogger(__name__)

LOOK_SECONDS = 5.0
"""How often it is looked, whether or not there was news; and how often a recording that goes on is listened to."""
TRIES = 8
LONGEST_PAUSE = 60.0
"""Seconds between two tries, at most."""
HOLD_SECONDS = 1.0
LEFT_DAYS = 1
"""After which a recording whose session is over, and that became no answer, is deleted."""


class Listening:
    """One worker. Its name is its own."""

    def __init__(
        self,
        store: Store,
        banks: Banks,
        voice: Voice,
        consents: Consents,
        live: Live,
        *,
        clock: Callable[[], datetime],
        lease: float,
        tracer: Tracer,
    ) -> None:
        """`lease` is how many seconds a recording is left to who was last heard of."""
        self.store = store
        self.banks = banks
        self.voice = voice
        self.consents = consents
        self.live = live
        self.clock = clock
        self.lease = lease
        self.tracer = tracer
        self.name = f"{socket.gethostname()}-{os.getpid()}-{uuid4().hex[:8]}"

    async def work(self, most: int) -> None:
        """Listen to whatever there is, to `most` at once, until cancelled. Raises StoreUnavailable."""
        places = min(most, self.voice.transcriber.places)
        running: dict[asyncio.Task[None], Claim] = {}
        if self.store.is_sqlite:  # nobody else uses it: who had a claim is gone
            await asyncio.to_thread(self._inherit)
        with self.live.follow(RECORDINGS) as news:

            def ended(task: asyncio.Task[None]) -> None:
                del running[task]
                news.tell()

            try:
                while True:
                    alone = any(claim.lost >= SUSPECT for claim in running.values())
                    free = len(running) < places and not alone
                    if free and (claim := await self._next(idle=not running)):
                        task = asyncio.create_task(self._listen(claim))
                        running[task] = claim
                        task.add_done_callback(ended)
                    else:
                        await news.wait(LOOK_SECONDS)
            finally:
                tasks = list(running)
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def tidy(self) -> None:
        """Delete sound that is not to be kept. Raises StoreUnavailable."""
        keep = self.voice.settings.keep

        def drop() -> int:
            before = self.clock() - timedelta(days=LEFT_DAYS)
            with self.store.read() as tx:  # most looks find nothing: they need not wait for a writer
                if not recordings.tidy(tx, before, keep=keep):
                    return 0
            with self.store.write() as tx:
                return recordings.drop_sound(tx, before, keep=keep)

        while await asyncio.to_thread(drop):
            pass

    async def _next(self, *, idle: bool) -> Claim | None:
        """What is claimed; who is cancelled meanwhile gives it back. None while the database is away."""
        claiming = asyncio.ensure_future(asyncio.to_thread(self._claim, idle))
        try:
            return await asyncio.shield(claiming)
        except asyncio.CancelledError:
            await asyncio.wait([claiming])
            if not claiming.exception() and (claim := claiming.result()):
                await asyncio.to_thread(self._release, claim)
            raise
        except StoreUnavailable as error:  # what is being listened to goes on
            log.warning("recordings wait for the database: %s", error)
            return None

    async def _listen(self, claim: Claim) -> None:
        holding = asyncio.create_task(self._hold(claim))
        try:
            with self.tracer.span("job", "transcribe", claim.trace) as span:
                await self._hear(claim)
                span.describe("transcribe", {"viva.subject": str(claim.recording.id), "viva.tries": claim.tries})
        except asyncio.CancelledError:  # this process stops: another goes on at once
            await asyncio.to_thread(self._release, claim)
            raise
        finally:
            holding.cancel()
            await asyncio.gather(holding, return_exceptions=True)
        self.live.tell(about(claim.recording.id))

    async def _hear(self, claim: Claim) -> None:
        if claim.lost >= LOST:
            detail = f"{claim.lost} processes ended while they listened to it. Record it again, or type."
            await self._record(self._end, claim, Failure(kind=VoiceUnavailable.__name__, detail=detail))
            return
        try:
            heard = await self._heard(claim)
        except VoiceUnavailable as error:
            await self._later(claim, error, error.retry_after)
        except VivaError as error:
            await self._ended(claim, Failure(kind=type(error).__name__, detail=str(error)))
        except Exception as error:  # the worker's boundary: one recording that fails must not stop the others
            log.exception("listening has failed")
            await self._later(claim, VoiceUnavailable(f"Listening has failed ({type(error).__name__})."))
        else:
            await self._ended(claim, heard)

    async def _heard(self, claim: Claim) -> Transcript | str | None:
        """What there is to hear by now: the transcript of one that has ended, else as `Voice.further`.

        Raises NotAgreed, and as these.
        """
        await self.consents.heard_elsewhere(claim.recording.owner.organisation)
        hints = self._hints(claim.recording)
        with tempfile.TemporaryDirectory(prefix="viva-", ignore_cleanup_errors=True) as folder:
            path = Path(folder, "recording")
            await asyncio.to_thread(self._write, claim.recording, path)
            if claim.recording.state == "recording":
                return await self.voice.further(path, hints, claim.progress)
            return await self.voice.rest(path, hints, claim.progress)

    async def _ended(self, claim: Claim, heard: Transcript | Failure | str | None) -> None:
        if claim.recording.state != "recording":
            await self._record(self._end, claim, heard)
        else:  # it is only a hint: whether there is a fault shows at the end
            progress = heard if isinstance(heard, str) else None
            await self._record(self._advance, claim, progress, LOOK_SECONDS)

    async def _later(self, claim: Claim, error: VoiceUnavailable, asked: float | None = None) -> None:
        if claim.recording.state == "recording" or claim.tries >= TRIES:
            await self._ended(claim, Failure(kind=type(error).__name__, detail=str(error)))
            return
        pause = min(max(asked or 0.0, 2.0**claim.tries), LONGEST_PAUSE)
        log.warning("recording postponed", extra={"seconds": pause, "reason": str(error), "tries": claim.tries})
        await self._record(self._advance, claim, None, pause)

    async def _record(self, change: Callable[..., None], *details: Any) -> None:
        """Write what came of it; while the database is away that is held, as there is nothing better to do."""
        while True:
            try:
                await asyncio.to_thread(change, *details)
            except StoreUnavailable as error:
                log.warning("a transcript is held until the database is back: %s", error)
                await asyncio.sleep(HOLD_SECONDS)
            else:
                return

    async def _hold(self, claim: Claim) -> None:
        """Let nobody else listen to it, for as long as we do."""
        while True:
            await asyncio.sleep(self.lease / 3)
            with suppress(StoreUnavailable):
                await asyncio.to_thread(self._prolong, claim)

    def _hints(self, recording: Recording) -> Hints:
        item = self.banks.of(recording.owner.organisation).items.get(recording.question_id)
        return hints_for(item.question) if item else Hints()

    # Blocking parts, for worker threads

    def _inherit(self) -> None:
        with self.store.write() as tx:
            recordings.end_leases(tx, self.clock())

    def _claim(self, idle: bool) -> Claim | None:
        now = self.clock()
        with self.store.read() as tx:  # most looks find nothing: they need not wait for a writer
            if not recordings.due(tx, now):
                return None
        with self.store.write() as tx:
            return recordings.claim(tx, self.name, now, self.lease, idle=idle)

    def _prolong(self, claim: Claim) -> None:
        with self.store.write() as tx:
            recordings.prolong(tx, claim, self.clock() + timedelta(seconds=self.lease))

    def _write(self, recording: Recording, path: Path) -> None:
        with self.store.read() as tx:
            path.write_bytes(recordings.sound(tx, recording.id))

    def _advance(self, claim: Claim, progress: str | None, seconds: float) -> None:
        with self.store.write() as tx:
            recordings.advance(tx, claim, progress, self.clock() + timedelta(seconds=seconds))
            notices.tell(tx, about(claim.recording.id))

    def _end(self, claim: Claim, result: Transcript | Failure) -> None:
        recording = claim.recording
        with suppress(NotFound), self.store.write() as tx:  # it may have been deleted meanwhile
            session = sessions.get(tx, recording.owner, recording.session_id, lock=True)
            if recordings.end(tx, recording.id, result):
                sessions.save(tx, session, session.listened(recording.position, self.clock()))
                notices.tell(tx, about(recording.id))

    def _release(self, claim: Claim) -> None:
        try:
            with self.store.write() as tx:
                recordings.release(tx, claim)
                notices.tell(tx, RECORDINGS)
        except StoreUnavailable as error:
            log.warning("a recording is left to its lease: %s", error)

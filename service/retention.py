"""What is kept for a time only goes when that is over, in small steps, so that nobody waits for it long."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from service.settings import Settings
from service.store import removal, retention
from service.store.engine import Store

BATCH = 200
"""Rows removed in one transaction."""


def steps(store: Store, settings: Settings, now: datetime) -> Iterator[tuple[str, int]]:
    """Remove whatever the settings keep no longer: after each step, of which kind it was, and how many.

    Raises StoreUnavailable.
    """
    days = settings.retention
    limits = {
        "audio": days.audio_days,
        "transcript": days.transcript_days,
        "answer": days.answer_days,
        "draft": days.answer_days,
        "reply": days.reply_days,
    }
    for kind, limit in limits.items():
        if limit is not None:
            yield from _remove(store, kind, now, limit)
    if settings.keep_days is not None:
        yield from _forget(store, now - timedelta(days=settings.keep_days))


def _remove(store: Store, kind: str, now: datetime, days: int) -> Iterator[tuple[str, int]]:
    part, before = removal.PARTS[kind], now - timedelta(days=days)
    while found := store.look(lambda tx: part.due(tx, before, BATCH)):
        store.change(lambda tx, found=found: part.remove(tx, found, now))  # type: ignore[misc]
        yield kind, len(found)


def _forget(store: Store, before: datetime) -> Iterator[tuple[str, int]]:
    while forgotten := store.change(lambda tx: retention.forget(tx, before, BATCH)):
        yield "session", forgotten

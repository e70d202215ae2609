"""What is kept for a time only goes when that is over, in small steps, so that nobody waits for it long."""

import logging
from datetime import datetime, timedelta

from service.settings import Settings
from service.store import removal, retention
from service.store.engine import Store

log = logging.getLogger(__name__)

BATCH = 200
"""Rows removed in one transaction."""


def keep_within(store: Store, settings: Settings, now: datetime) -> dict[str, int]:
    """Remove whatever the settings keep no longer: how many of each kind. Raises StoreUnavailable."""
    days = settings.retention
    limits = {
        "audio": days.audio_days,
        "transcript": days.transcript_days,
        "answer": days.answer_days,
        "draft": days.answer_days,
        "reply": days.reply_days,
    }
    removed = {kind: _remove(store, kind, now, limit) for kind, limit in limits.items() if limit is not None}
    if settings.keep_days is not None:
        removed["session"] = _forget(store, now - timedelta(days=settings.keep_days))
    for kind, count in removed.items():
        if count:
            log.info("removed after their time", extra={"kind": kind, "count": count})
    return removed


def _remove(store: Store, kind: str, now: datetime, days: int) -> int:
    part, before, count = removal.PARTS[kind], now - timedelta(days=days), 0
    while found := store.look(lambda tx: part.due(tx, before, BATCH)):
        store.change(lambda tx, found=found: part.remove(tx, found, now))  # type: ignore[misc]
        count += len(found)
    return count


def _forget(store: Store, before: datetime) -> int:
    count = 0
    while forgotten := store.change(lambda tx: retention.forget(tx, before, BATCH)):
        count += forgotten
    return count

"""Checks of a database that opens. What they raise, a VivaError, counts as `fail`."""

from datetime import datetime, timedelta

from service.operations.finding import Finding, fail, ok, warning
from service.store import condition, jobs
from service.store.engine import Store


def integrity(store: Store, _now: datetime) -> Finding:
    if damage := condition.damage(store):
        return fail(f"The database is damaged: {'; '.join(damage)}.", "Stop the server, then `viva restore` a backup.")
    return ok("SQLite's quick check finds nothing.")


def journal(store: Store, _now: datetime) -> Finding:
    mode = condition.journal_mode(store)
    if mode != "wal":
        return warning(
            f"SQLite uses the mode {mode}, not WAL.", "Put the database on a local disk: it cannot be a network's."
        )
    return ok("WAL.")


def schema(store: Store, _now: datetime) -> Finding:
    known, present = condition.schemas(), condition.schema(store)
    if present == known[0]:
        return ok(f"{present}, the newest.")
    if present is not None and present not in known:
        return fail(f"{present} is of a newer release.", "Update Viva, or use another database.")
    behind = warning if store.is_sqlite else fail  # a start brings SQLite up to date by itself
    return behind(f"{present or 'none'}; this release has {known[0]}.", "Run `viva migrate`.")


STALE = timedelta(minutes=10)
SKEW = timedelta(seconds=5)


def queue(store: Store, now: datetime) -> Finding:
    """Jobs that were given up, or that nobody takes."""
    if condition.schema(store) != condition.schemas()[0]:
        return ok("Not looked at, as the schema is another.")
    with store.read() as tx:
        counts = jobs.counts(tx)
    waiting, failed = sum(count[0] for count in counts.values()), sum(count[1] for count in counts.values())
    oldest = min((since for _, _, since in counts.values() if since), default=now)
    says = f"{waiting} jobs wait or run, {failed} have failed."
    if failed:
        return warning(says, "See viva jobs list --failed, then viva jobs retry.")
    if now - oldest > STALE:
        return warning(f"{says} The oldest has waited since {oldest:%Y-%m-%d %H:%M} UTC.", "Is a server or worker up?")
    return ok(says)


def clock(store: Store, now: datetime) -> Finding:
    """Deadlines are kept by it: one that was set back gives time away."""
    if condition.schema(store) != condition.schemas()[0]:
        return ok("Not compared, as the schema is another.")
    theirs = condition.clock(store)
    if theirs is not None and abs(theirs - now) > SKEW:
        return warning(
            f"It is {now:%H:%M:%S} UTC here, {theirs:%H:%M:%S} on the database's machine.", "Keep both by NTP."
        )
    newest = condition.newest_time(store)
    if newest is not None and newest > now:
        return warning(
            f"It is {now:%Y-%m-%d %H:%M:%S} UTC, but something was stored at {newest:%Y-%m-%d %H:%M:%S}.",
            "Set the clock; see that it is kept by NTP.",
        )
    return ok(f"It is {now:%Y-%m-%d %H:%M:%S} UTC, later than all that is stored.")

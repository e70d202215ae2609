"""`viva doctor`: is all well, and what is to be done where it is not.

A further check is one function and its name in one of the tables here. Those of `DATABASE` and `SQLITE` are left out
where there is no database that opens.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from functools import partial

from service.errors import VivaError
from service.operations import checks, database_checks
from service.operations.finding import Finding, fail, ok
from service.settings import Settings, read_settings
from service.store import condition
from service.store.engine import Store
from service.store.files import database_file

CHECKS: Mapping[str, Callable[[Settings], Finding]] = {
    "settings": checks.variables,
    "data folder": checks.data_folder,
    "bank": checks.bank,
    "grader": checks.grader,
    "models": checks.models,
    "voice": checks.voice,
    "jobs": checks.jobs,
    "port": checks.port,
}
DATABASE: Mapping[str, Callable[[Store, datetime], Finding]] = {
    "schema": database_checks.schema,
    "clock": database_checks.clock,
    "queue": database_checks.queue,
}
SQLITE: Mapping[str, Callable[[Store, datetime], Finding]] = {
    "integrity": database_checks.integrity,
    "journal": database_checks.journal,
}


def examine(now: datetime) -> Iterator[tuple[str, Finding]]:
    """The name of each check and what it found, as they come."""
    try:
        settings = read_settings()
    except VivaError as error:
        yield "settings", fail(str(error), "Nothing else was looked at.")
        return
    for name, check in CHECKS.items():
        yield name, _result(partial(check, settings))
    yield from _database(settings, now)


def _database(settings: Settings, now: datetime) -> Iterator[tuple[str, Finding]]:
    try:
        store = Store(settings.store_url(), busy_seconds=settings.busy_seconds)
    except VivaError as error:
        yield "database", fail(str(error), "Correct VIVA_DATABASE_URL.")
        return
    try:
        found, there = _opened(store)
        yield "database", found
        wanted = [SQLITE, DATABASE] if store.is_sqlite else [DATABASE]
        for name, check in (pair for table in wanted if there for pair in table.items()):
            yield name, _result(partial(check, store, now))
    finally:
        store.close()


def _opened(store: Store) -> tuple[Finding, bool]:
    """Whether the database opens, and whether there is something to look at."""
    try:
        if store.is_sqlite and not (path := database_file(store)).exists():
            return ok(f"{path} is made at the first start."), False
        condition.schema(store)
    except VivaError as error:
        mend = (
            "Is the file readable and sound? If not, `viva restore` a backup." if store.is_sqlite else "Is it running?"
        )
        return fail(str(error), mend), False
    return ok(f"{store.url.render_as_string()} opens."), True


def _result(check: Callable[[], Finding]) -> Finding:
    try:
        return check()
    except VivaError as error:
        return fail(str(error))

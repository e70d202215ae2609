"""`viva restore`: a saved database in place of the present one, which is kept beside it.

Whatever fails, the present database is where it was: the saved one is copied, checked and migrated
beside it, and takes its name in the last step.
"""

import os
import shutil
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from service.errors import ConfigError, Conflict, Invalid, StoreBusy, StoreUnavailable
from service.settings import sqlite_url
from service.store.engine import Store
from service.store.files import SIDES, Contents, alone, database_file, look, part_beside, put_in_place
from service.store.migrate import upgrade


@dataclass(frozen=True)
class Restored:
    """What is there now, and where what was there before has gone."""

    contents: Contents
    kept: Path | None
    """The replaced database; None where there was none."""


def restore(store: Store, file: Path, *, now: datetime, force: bool = False) -> Restored:
    """Put the saved database `file` in the place of `store`, whose connections are closed.

    `force` replaces one that has something in it, or that cannot be read. Raises Invalid (`file` is not a sound Viva
    database), Conflict (there is something to lose, or a server runs), ConfigError, StoreUnavailable.
    """
    if not store.is_sqlite:
        raise ConfigError(
            "For Postgres: pg_restore --clean --if-exists --no-owner --dbname=... FILE, then viva migrate."
        )
    store.close()
    target = database_file(store)
    try:
        return _restore(file, target, force, target.with_name(f"{target.name}.{now:%Y%m%dT%H%M%SZ}"))
    except OSError as error:
        raise StoreUnavailable(f"Cannot restore to {target}: {error.strerror}. Nothing is lost.") from error


def _restore(file: Path, target: Path, force: bool, kept: Path) -> Restored:
    if not file.is_file():
        raise Invalid(f"There is no file {file}.")
    present = target.exists()
    if present and file.samefile(target):
        raise Invalid(f"{file} is the present database.")
    with part_beside(target) as part, ExitStack() as stack:
        contents = _take_in(file, part)
        if present:
            _have(target, force, stack)
            _take_after(target, part)
        if kept.exists():
            raise Conflict(f"{kept} is there already; try again.")
        try:
            _set_aside(target, kept)
            put_in_place(part, target)
        finally:
            if part.exists():  # it did not get into its place
                _bring_back(target, kept)
    return Restored(contents, kept if present else None)


def _take_in(file: Path, part: Path) -> Contents:
    """Copy the saved database to `part`, check it, and bring it to this release's schema. `file` is only read."""
    shutil.copyfile(file, part)
    log = Path(f"{file}-wal")
    if log.exists():  # somebody has copied the files of a database that was open
        shutil.copyfile(log, f"{part}-wal")
    try:
        look(part)
    except Invalid as error:
        raise Invalid(f"{file}: {error}") from error
    store = Store(sqlite_url(part))
    try:
        upgrade(store)
    finally:
        store.close()
    return look(part)


def _have(target: Path, force: bool, stack: ExitStack) -> None:
    """Have the present database alone until the end of `stack`, if it may be replaced at all. Raises Conflict."""
    try:
        loss = "" if look(target).empty else "It has something in it."
    except Invalid as error:
        loss = str(error)
    if loss and not force:
        raise Conflict(f"{target} is there. {loss} --force replaces it, and keeps it beside the restored one.")
    try:
        stack.enter_context(alone(target))
    except StoreBusy as error:
        raise Conflict(f"{target} is in use: stop the server first.") from error
    except Invalid:
        pass  # not a database: nobody can have it open as one


def _take_after(target: Path, part: Path) -> None:
    """Permissions and owner of the present database, so that the server can use what somebody else has restored."""
    shutil.copymode(target, part)
    if os.geteuid() == 0:
        os.chown(part, target.stat().st_uid, target.stat().st_gid)


def _set_aside(target: Path, kept: Path) -> None:
    """Give the present database, if there is one, the name `kept`, and what SQLite left beside it a name to match.

    Left where it is, a log would be taken for the restored database's.
    """
    if target.exists():
        try:
            os.link(target, kept)  # at no moment there is no database
        except OSError:  # a file system without hard links
            os.rename(target, kept)
    for side in SIDES:
        if (left := Path(f"{target}{side}")).exists():
            os.rename(left, f"{kept}{side}")


def _bring_back(target: Path, kept: Path) -> None:
    for side in SIDES:
        if (left := Path(f"{kept}{side}")).exists():
            os.rename(left, f"{target}{side}")
    if target.exists():
        kept.unlink(missing_ok=True)
    elif kept.exists():
        os.rename(kept, target)

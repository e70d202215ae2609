"""`viva backup`: one consistent copy of the database, also while a server writes to it."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from service.errors import ConfigError, Conflict, Invalid, StoreUnavailable
from service.operations.postgres import dump
from service.store.engine import Store
from service.store.files import SIDES, Contents, copy, database_file, look, part_beside, put_in_place


@dataclass(frozen=True)
class Saved:
    """A copy that was made and checked."""

    size: int
    """Bytes."""
    contents: Contents | None
    """None for Postgres, whose dumps only Postgres can read."""


def backup(store: Store, target: Path, *, force: bool = False) -> Saved:
    """Save `store` as `target`; `force` replaces a file that is there.

    `target` comes to be in one step: it is the whole copy or is left alone. Raises ConfigError, Conflict, Invalid
    (the database is damaged), StoreUnavailable.
    """
    target = target.absolute()
    try:
        _check(target, force)
        with part_beside(target) as part:
            contents = None
            if store.is_sqlite:
                contents = _copy_file(store, part, target)
            else:
                dump(store.url.render_as_string(hide_password=False), part)
            put_in_place(part, target)
        return Saved(target.stat().st_size, contents)
    except OSError as error:
        raise StoreUnavailable(f"Cannot write {target}: {error.strerror}.") from error


def _check(target: Path, force: bool) -> None:
    if target.is_dir():
        raise ConfigError(f"{target} is a folder: name a file in it.")
    if target.exists() and not force:
        raise Conflict(f"{target} is there already; --force replaces it.")


def _copy_file(store: Store, part: Path, target: Path) -> Contents:
    source = database_file(store)
    if not source.is_file():
        raise ConfigError(f"There is no database at {source} yet.")
    own = [Path(f"{source}{side}") for side in ("", *SIDES)]
    if target in own or any(target.exists() and file.exists() and target.samefile(file) for file in own):
        raise ConfigError(f"{target} is the database itself: name another file.")
    try:
        copy(source, part)
        contents = look(part)
    except Invalid as error:
        raise Invalid(f"{source} gives no sound copy. {error} `viva doctor` says more.") from error
    shutil.copymode(source, part)
    return contents

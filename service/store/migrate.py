"""Bring a database to the schema of this release, with alembic."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from service.errors import ConfigError, StoreUnavailable
from service.store.condition import schema, schemas
from service.store.engine import Store, reason

if TYPE_CHECKING:
    from alembic.config import Config


def config(store: Store) -> "Config":
    """Alembic's configuration for `store`, without an ini file."""
    from alembic.config import Config

    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["engine"] = store.engine
    return settings


def upgrade(store: Store) -> None:
    """Run what is missing. Raises ConfigError where the database is of a newer release, StoreUnavailable."""
    if not _outdated(store):
        return
    from alembic import command  # only here: it would be a fifth of each start

    try:
        command.upgrade(config(store), "head")
    except DBAPIError as error:
        raise StoreUnavailable(f"Cannot use the database {store.url.render_as_string()}: {reason(error)}") from error


def require(store: Store) -> None:
    """Raises ConfigError where the schema is not this release's, StoreUnavailable."""
    if _outdated(store):
        raise ConfigError(f"The schema of {store.url.render_as_string()} is not this release's: run viva migrate.")


def _outdated(store: Store) -> bool:
    """Whether something is missing. Raises ConfigError where the database is of a newer release."""
    present, known = schema(store), schemas()
    if present is not None and present not in known:
        raise ConfigError(
            f"The database is of a newer release (schema {present}); update Viva or use another database."
        )
    return present != known[0]

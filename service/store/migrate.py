"""Bring a database to the schema of this release, with alembic."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from service.errors import ConfigError, StoreUnavailable
from service.store.engine import Store


def config(store: Store) -> Config:
    """Alembic's configuration for `store`, without an ini file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    settings.attributes["engine"] = store.engine
    return settings


def upgrade(store: Store) -> None:
    """Run what is missing. Raises ConfigError where the database is of a newer release, StoreUnavailable."""
    try:
        _upgrade(store, config(store))
    except DBAPIError as error:
        raise StoreUnavailable(f"Cannot use the database {store.url.render_as_string()}: {error.orig}") from error


def _upgrade(store: Store, settings: Config) -> None:
    with store.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in ScriptDirectory.from_config(settings).walk_revisions()}
    if present is not None and present not in known:
        raise ConfigError(
            f"The database is of a newer release (schema {present}); update Viva or use another database."
        )
    command.upgrade(settings, "head")

"""Alembic's entry: it runs the migrations on the engine it is handed."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import AutoString, SQLModel

from service.store.postgres import MIGRATION_LOCK
from service.store.tables import UtcDateTime


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Plain SQLAlchemy types in the scripts: a migration must not change when our classes do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


def configure(**where: Any) -> None:
    context.configure(
        **where,
        target_metadata=SQLModel.metadata,
        render_as_batch=engine.dialect.name == "sqlite",
        render_item=render,
        transactional_ddl=True,  # SQLite can, though alembic does not assume it: all of a migration, or nothing
    )


def have_alone(connection: Connection) -> None:
    """Who migrates at the same time waits for the first, and then finds nothing left to do."""
    for statement in (
        "SET LOCAL statement_timeout = 0",  # an index takes as long as it takes
        "SET LOCAL lock_timeout = 0",
        f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})",
        "SET LOCAL lock_timeout TO DEFAULT",  # behind one slow query everybody else would queue
    ):
        connection.exec_driver_sql(statement)


engine = context.config.attributes["engine"]
if context.is_offline_mode():  # only print the SQL
    configure(dialect_name=engine.dialect.name, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.connect() as connection:
        configure(connection=connection)
        with context.begin_transaction():
            if engine.dialect.name == "postgresql":
                have_alone(connection)
            context.run_migrations()

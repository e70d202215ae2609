"""Alembic's entry: it runs the migrations on the engine it is handed."""

import time
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection
from sqlmodel import AutoString, SQLModel

from service.store.postgres import MIGRATION_LOCK
from service.store.tables import UtcDateTime

LOOK_SECONDS = 0.2


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
        transaction_per_migration=True,  # few tables are locked at a time: a server at work could wait for another one
    )


def have_alone(connection: Connection) -> None:
    """Who migrates at the same time waits for the first, and then finds nothing left to do.

    It asks again and again, each time in a transaction of its own: an index that is built concurrently waits for
    every transaction that is open, also for one that waits for a lock. The lock ends with the connection.
    """
    connection.exec_driver_sql("SET statement_timeout = 0")  # an index takes as long as it takes
    while not connection.exec_driver_sql(f"SELECT pg_try_advisory_lock({MIGRATION_LOCK})").scalar_one():
        connection.commit()
        time.sleep(LOOK_SECONDS)
    connection.commit()


engine = context.config.attributes["engine"]
if context.is_offline_mode():  # only print the SQL
    configure(dialect_name=engine.dialect.name, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            have_alone(connection)
        configure(connection=connection)
        with context.begin_transaction():
            context.run_migrations()
        if engine.dialect.name == "postgresql":
            connection.invalidate()  # nobody gets one without a time limit

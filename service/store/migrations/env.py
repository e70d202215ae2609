"""Alembic's entry: it runs the migrations on the engine it is handed."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel import AutoString, SQLModel

from service.store.tables import UtcDateTime


def render(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Plain SQLAlchemy types in the scripts: a migration must not change when our classes do."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "type" and isinstance(item, AutoString):
        return "sa.String()"
    return False


engine = context.config.attributes["engine"]
with engine.connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=SQLModel.metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=render,
        transactional_ddl=True,  # SQLite can, though alembic does not assume it: all of a migration, or nothing
    )
    with context.begin_transaction():
        context.run_migrations()

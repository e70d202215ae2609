"""Notices between processes: Postgres's LISTEN and NOTIFY. A notice is a hint to look again, never news by itself."""

from collections.abc import Callable

from sqlalchemy import URL, func
from sqlmodel import select

from service.errors import StoreUnavailable
from service.store.engine import Tx
from service.store.postgres import dsn

CHANNEL = "viva"


def tell(tx: Tx, topic: str) -> None:
    """Tell the other processes when `tx` commits. On SQLite there are none."""
    if tx.get_bind().dialect.name == "postgresql":
        tx.exec(select(func.pg_notify(CHANNEL, topic))).one()


async def listen(url: URL, tell: Callable[[str], None], tell_all: Callable[[], None]) -> None:
    """Pass on the topics that others tell, until the connection breaks. Raises StoreUnavailable.

    `tell_all` is called once it listens: what was said before is unknown. The connection has to last, so `url` must
    not lead through a pooler that hands connections out by transaction.
    """
    import psycopg  # here: on SQLite nobody listens, and a start should not wait for it

    try:
        connection = await psycopg.AsyncConnection.connect(dsn(url), autocommit=True, connect_timeout=10)
        async with connection:
            await connection.execute(f"LISTEN {CHANNEL}".encode())
            tell_all()
            async for notice in connection.notifies():
                tell(notice.payload)
    except psycopg.Error as error:
        raise StoreUnavailable(f"Cannot listen to Postgres: {' '.join(str(error).split())}") from error

"""How many requests were let through in this window, all servers together."""

from sqlalchemy import case
from sqlmodel import col

from service.store.engine import Tx, insert
from service.store.outside_tables import RateRow

WHOLE = ""
"""In place of an owner: the organisation."""


def take(tx: Tx, organisation: str, owner: str, count: int, window: int) -> int:
    """Count `count` more; how many were counted in this window before.

    A server whose clock is behind counts in the window that others have begun.
    """
    wish = insert(tx, RateRow).values(organisation=organisation, owner=owner, window=window, count=count)
    later = wish.excluded.window > RateRow.window
    counted = wish.on_conflict_do_update(
        index_elements=["organisation", "owner"],
        set_={
            "count": case((later, count), else_=col(RateRow.count) + count),
            "window": case((later, wish.excluded.window), else_=col(RateRow.window)),
        },
    )
    total: int = tx.connection().execute(counted.returning(col(RateRow.count))).scalar_one()
    return total - count

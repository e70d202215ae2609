"""Each organisation's secret behind its pseudonyms: made when the first one is asked for, and never again."""

from sqlmodel import select

from service.store.engine import Tx, insert
from service.store.organisation_tables import PseudonymKeyRow


def key(tx: Tx, organisation: str) -> str | None:
    """As hex digits; None where there is none yet."""
    return tx.exec(select(PseudonymKeyRow.key).where(PseudonymKeyRow.organisation == organisation)).first()


def keep(tx: Tx, organisation: str, made: str) -> None:
    """Unless somebody was faster."""
    tx.exec(insert(tx, PseudonymKeyRow).values(organisation=organisation, key=made).on_conflict_do_nothing())

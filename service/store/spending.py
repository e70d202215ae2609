"""What language models cost, by day, and what calls that are under way may cost yet. Amounts in millionths of a unit.

Everything about an organisation's day goes one after the other, by a lock on its row; so sums that are read hold until
the end of the transaction, whatever number of processes spends.
"""

from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, or_, update
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain import Value
from service.domain.attempt import Person
from service.store.engine import Tx, insert
from service.store.tables import ReservationRow, SpendingRow

WHOLE = ""
"""In place of an owner: the organisation."""

Limits = tuple[int | None, int | None]
"""A person's, and an organisation's; None where there is none."""


class Account(Value):
    """What is counted together."""

    person: Person
    day: str
    unit: str


def reserve(
    tx: Tx, account: Account, amount: int, limits: Limits, now: datetime, until: datetime
) -> UUID | Literal["spent", "reserved"]:
    """A reservation of `amount`, which lapses at `until`; or why there is none: a limit is spent, or would be if all
    that is under way cost its most.

    It is refused once a limit is reached, not where `amount` would go beyond it: so a limit is used up whole, and
    exceeded by no more than one call.
    """
    spent = _locked(tx, account)
    person, lapsed = account.person, col(ReservationRow.until) <= now
    tx.exec(delete(ReservationRow).where(col(ReservationRow.organisation) == person.organisation, lapsed))
    reserved = _reserved(tx, account)
    for owner, limit in zip((person.id, WHOLE), limits, strict=True):
        if limit is None or spent[owner] + reserved[owner] < limit:
            continue
        return "spent" if spent[owner] >= limit else "reserved"
    row = ReservationRow(
        id=uuid7(),
        owner=person.id,
        organisation=person.organisation,
        day=account.day,
        unit=account.unit,
        amount=amount,
        until=until,
    )
    tx.add(row)
    tx.flush()
    return row.id


def settle(tx: Tx, account: Account, reservation: UUID, cost: int) -> None:
    """In place of what was reserved, what it cost. Of who was erased meanwhile nothing is counted but the whole."""
    _lock(tx, account)
    tx.exec(delete(ReservationRow).where(col(ReservationRow.id) == reservation))
    tx.exec(update(SpendingRow).where(_rows(account)).values(spent=col(SpendingRow.spent) + cost))


def totals(tx: Tx, account: Account) -> tuple[int, int]:
    """Spent by the person, and by the organisation."""
    spent = dict(tx.exec(select(SpendingRow.owner, SpendingRow.spent).where(_rows(account))).all())
    return spent.get(account.person.id, 0), spent.get(WHOLE, 0)


def _locked(tx: Tx, account: Account) -> dict[str, int]:
    """What was spent, by owner; both rows are there, and the organisation's is locked."""
    person = account.person
    both = [
        {"organisation": person.organisation, "owner": owner, "day": account.day, "unit": account.unit, "spent": 0}
        for owner in (WHOLE, person.id)  # always in this order: nobody waits for somebody who waits
    ]
    tx.exec(insert(tx, SpendingRow).values(both).on_conflict_do_nothing())
    _lock(tx, account)
    return dict(tx.exec(select(SpendingRow.owner, SpendingRow.spent).where(_rows(account))).all())


def _lock(tx: Tx, account: Account) -> None:
    """Of the organisation's row, where it is there: retention may have taken it."""
    tx.exec(select(SpendingRow.spent).where(_rows(account), SpendingRow.owner == WHOLE).with_for_update()).first()


def _reserved(tx: Tx, account: Account) -> dict[str, int]:
    """What is reserved, by owner."""
    amount, mine = col(ReservationRow.amount), col(ReservationRow.owner) == account.person.id
    query = select(func.sum(amount).filter(mine), func.sum(amount)).where(
        ReservationRow.organisation == account.person.organisation,
        ReservationRow.day == account.day,
        ReservationRow.unit == account.unit,
    )
    own, whole = tx.exec(query).one()
    return {account.person.id: int(own or 0), WHOLE: int(whole or 0)}


def _rows(account: Account) -> ColumnElement[bool]:
    owner = col(SpendingRow.owner)
    return and_(
        col(SpendingRow.organisation) == account.person.organisation,
        or_(owner == WHOLE, owner == account.person.id),
        col(SpendingRow.day) == account.day,
        col(SpendingRow.unit) == account.unit,
    )

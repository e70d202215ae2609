"""Cohorts and who is in them. What is another organisation's is not there."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.cohort import Cohort
from service.domain.identity import Account
from service.errors import NotFound
from service.store.accounts import account_of
from service.store.cohort_tables import CohortRow, MemberRow
from service.store.engine import Tx, insert
from service.store.spending import WHOLE
from service.store.tables import AccountRow


def add(tx: Tx, organisation: str, name: str, now: datetime) -> Cohort:
    row = CohortRow(id=uuid7(), owner=WHOLE, organisation=organisation, name=name, created_at=now)
    tx.add(row)
    return _cohort(row)


def get(tx: Tx, organisation: str, cohort_id: UUID) -> Cohort:
    """Raises NotFound."""
    return _cohort(_row(tx, organisation, cohort_id))


def page(tx: Tx, organisation: str, before: UUID | None, limit: int) -> list[Cohort]:
    """Up to `limit`, the newest first, older than `before`."""
    query = select(CohortRow).where(CohortRow.organisation == organisation).order_by(col(CohortRow.id).desc())
    if before is not None:
        query = query.where(col(CohortRow.id) < before)
    return [_cohort(row) for row in tx.exec(query.limit(limit))]


def named(tx: Tx, organisation: str, name: str) -> Cohort | None:
    """The oldest of this name."""
    query = select(CohortRow).where(CohortRow.organisation == organisation, CohortRow.name == name)
    row = tx.exec(query.order_by(col(CohortRow.id)).limit(1)).first()
    return _cohort(row) if row else None


def rename(tx: Tx, organisation: str, cohort_id: UUID, name: str) -> Cohort:
    """Raises NotFound."""
    row = _row(tx, organisation, cohort_id)
    row.name = name
    return _cohort(row)


def remove(tx: Tx, organisation: str, cohort_id: UUID) -> None:
    """With who is in it; its assignments have to be gone by then. Raises NotFound."""
    row = _row(tx, organisation, cohort_id)
    tx.exec(delete(MemberRow).where(col(MemberRow.cohort_id) == cohort_id))
    tx.delete(row)


def members(tx: Tx, organisation: str, cohort_id: UUID) -> set[str]:
    """Ids of the people in it, by which their records are owned. Raises NotFound."""
    get(tx, organisation, cohort_id)
    return set(tx.exec(select(MemberRow.owner).where(MemberRow.cohort_id == cohort_id)))


def people(tx: Tx, organisation: str, cohort_id: UUID) -> list[Account]:
    """Who is in it, who came first first. Raises NotFound."""
    get(tx, organisation, cohort_id)
    query = select(AccountRow).join(MemberRow, col(MemberRow.account_id) == AccountRow.id)
    query = query.where(MemberRow.cohort_id == cohort_id).order_by(col(AccountRow.id))
    return [account_of(row) for row in tx.exec(query)]


def others(tx: Tx, organisation: str, cohort_id: UUID, after: UUID | None, limit: int) -> list[Account]:
    """Up to `limit` of the organisation who can sign in and are not in it. Raises NotFound."""
    get(tx, organisation, cohort_id)
    inside = select(MemberRow.account_id).where(MemberRow.cohort_id == cohort_id)
    query = select(AccountRow).where(AccountRow.organisation == organisation, col(AccountRow.id).not_in(inside))
    query = query.where(col(AccountRow.disabled_at).is_(None)).order_by(col(AccountRow.id)).limit(limit)
    if after is not None:
        query = query.where(col(AccountRow.id) > after)
    return [account_of(row) for row in tx.exec(query)]


def put(tx: Tx, organisation: str, cohort_id: UUID, account_id: UUID) -> bool:
    """Somebody is in it: False where they were. Raises NotFound, also for another organisation's account."""
    get(tx, organisation, cohort_id)
    account = tx.get(AccountRow, account_id)
    if account is None or account.organisation != organisation:
        raise NotFound("There is no such person.")
    values = {"owner": account.owner, "organisation": organisation, "cohort_id": cohort_id, "account_id": account_id}
    made = insert(tx, MemberRow).values(values).on_conflict_do_nothing().returning(MemberRow.account_id)  # type: ignore[call-overload]
    return tx.exec(made).first() is not None


def take(tx: Tx, organisation: str, cohort_id: UUID, account_id: UUID) -> None:
    """Somebody is not in it any more. Raises NotFound, also where they were not."""
    get(tx, organisation, cohort_id)
    query = delete(MemberRow).where(col(MemberRow.cohort_id) == cohort_id, col(MemberRow.account_id) == account_id)
    if not tx.exec(query.returning(col(MemberRow.account_id))).first():
        raise NotFound("They are not in this cohort.")


def _row(tx: Tx, organisation: str, cohort_id: UUID) -> CohortRow:
    query = select(CohortRow).where(CohortRow.id == cohort_id, CohortRow.organisation == organisation)
    row = tx.exec(query).first()
    if row is None:
        raise NotFound("There is no such cohort.")
    return row


def _cohort(row: CohortRow) -> Cohort:
    return Cohort.model_validate(row.model_dump(include=set(Cohort.model_fields)))

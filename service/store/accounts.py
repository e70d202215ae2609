"""Accounts, who they are elsewhere, and which of them is the first admin."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.attempt import LOCAL, Person
from service.domain.identity import Account, Role
from service.errors import NotFound
from service.store.engine import Tx, insert
from service.store.tables import AccountRow, FirstAdminRow, IdentityRow

_THE_ONE = 1


def add(
    tx: Tx, organisation: str, role: Role, name: str, email: str | None, now: datetime, password: str | None = None
) -> Account:
    """A second account for an e-mail address ends in Conflict."""
    key = uuid7()
    row = AccountRow(
        id=key,
        owner=str(key),
        organisation=organisation,
        email=email,
        name=name,
        role=role,
        password=password,
        created_at=now,
    )
    tx.add(row)
    tx.flush()
    return account_of(row)


def claim_first(tx: Tx, account: Account, now: datetime) -> bool:
    """Make it the first admin; False where there is one already, or will be when another transaction ends."""
    values = {"account_id": account.id, "owner": account.person.id, "organisation": account.organisation}
    claim = insert(tx, FirstAdminRow).values(id=_THE_ONE, at=now, **values).on_conflict_do_nothing()
    return bool(tx.exec(claim.returning(FirstAdminRow.id)).first())  # type: ignore[call-overload]


def first(tx: Tx) -> UUID | None:
    """The first admin's account."""
    return tx.exec(select(FirstAdminRow.account_id)).first()


def get(tx: Tx, account_id: UUID) -> Account | None:
    row = tx.get(AccountRow, account_id)
    return account_of(row) if row else None


def by_email(tx: Tx, email: str) -> tuple[Account, str | None] | None:
    """It and its password's hash."""
    row = tx.exec(select(AccountRow).where(AccountRow.email == email)).first()
    return (account_of(row), row.password) if row else None


def by_identity(tx: Tx, provider: str, subject: str) -> Account | None:
    query = select(AccountRow).join(IdentityRow, col(IdentityRow.account_id) == AccountRow.id)
    row = tx.exec(query.where(IdentityRow.provider == provider, IdentityRow.subject == subject)).first()
    return account_of(row) if row else None


def add_identity(tx: Tx, account: Account, provider: str, subject: str) -> None:
    owned = {"owner": account.person.id, "organisation": account.organisation}
    tx.add(IdentityRow(provider=provider, subject=subject, account_id=account.id, **owned))
    tx.flush()


def password(tx: Tx, account_id: UUID) -> str | None:
    """Its hash."""
    return tx.get_one(AccountRow, account_id).password


def set_password(tx: Tx, account_id: UUID, hashed: str) -> None:
    tx.get_one(AccountRow, account_id).password = hashed


def set_role(tx: Tx, account_id: UUID, role: Role) -> None:
    tx.get_one(AccountRow, account_id).role = role


def locked(tx: Tx, who: Person, account_id: UUID) -> Account:
    """Nobody else changes it until the transaction ends. Raises NotFound, also for another organisation's."""
    query = select(AccountRow).where(AccountRow.id == account_id, AccountRow.organisation == who.organisation)
    row = tx.exec(query.with_for_update()).first()
    if row is None:
        raise NotFound("There is no such person.")
    return account_of(row)


def admins(tx: Tx, organisation: str) -> list[UUID]:
    """Of those who are not disabled, and stay so until the transaction ends."""
    query = select(AccountRow.id).where(AccountRow.organisation == organisation, AccountRow.role == "admin")
    query = query.where(col(AccountRow.disabled_at).is_(None)).order_by(col(AccountRow.id))
    return list(tx.exec(query.with_for_update()))


def others(tx: Tx, account: Account) -> bool:
    """Whether anybody else is in its organisation."""
    query = select(AccountRow.id).where(AccountRow.organisation == account.organisation, AccountRow.id != account.id)
    return tx.exec(query.limit(1)).first() is not None


def save(tx: Tx, account: Account) -> None:
    """Its name, role, time factor, and whether it is disabled."""
    fields = {"name", "role", "disabled_at", "time_factor"}
    tx.get_one(AccountRow, account.id).sqlmodel_update(account.model_dump(include=fields))


def page(tx: Tx, organisation: str, after: UUID | None, limit: int) -> list[Account]:
    """Up to `limit` of an organisation, the oldest first."""
    query = select(AccountRow).where(AccountRow.organisation == organisation).order_by(col(AccountRow.id)).limit(limit)
    if after is not None:
        query = query.where(col(AccountRow.id) > after)
    return [account_of(row) for row in tx.exec(query)]


def names(tx: Tx, organisation: str, people: Collection[str] | None) -> dict[str, str]:
    """By id, of those `people` (None: everybody) who have an account in the organisation; the oldest account first."""
    query = select(AccountRow.owner, AccountRow.name).where(AccountRow.organisation == organisation)
    if people is not None:
        query = query.where(col(AccountRow.id).in_([UUID(who) for who in people if who != LOCAL.id]))
    return dict(tx.exec(query.order_by(col(AccountRow.id))).all())


def account_of(row: AccountRow) -> Account:
    return Account.model_validate(row.model_dump(include=set(Account.model_fields)))

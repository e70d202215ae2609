"""Invites: links by which people get accounts."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.attempt import Person
from service.domain.identity import Invite, Role
from service.errors import NotFound
from service.store.engine import Tx
from service.store.tables import InviteRow


def add(
    tx: Tx,
    by: Person,
    role: Role,
    email: str | None,
    digest: str,
    now: datetime,
    until: datetime,
    *,
    name: str | None = None,
    cohort_id: UUID | None = None,
) -> Invite:
    row = InviteRow(
        id=uuid7(),
        owner=by.id,
        organisation=by.organisation,
        role=role,
        email=email,
        name=name,
        cohort_id=cohort_id,
        digest=digest,
        created_at=now,
        expires_at=until,
    )
    tx.add(row)
    return _invite(row)


def look(tx: Tx, digest: str, now: datetime) -> Invite | None:
    """None where it was accepted, or is over."""
    row = tx.exec(_open(now).where(InviteRow.digest == digest)).first()
    return _invite(row) if row else None


def accept(tx: Tx, digest: str, now: datetime) -> Invite | None:
    """As `look`; nobody can accept it after that."""
    row = tx.exec(_open(now).where(InviteRow.digest == digest).with_for_update()).first()
    if row is None:
        return None
    row.accepted_at = now
    return _invite(row)


def accept_for(tx: Tx, email: str, now: datetime) -> Invite | None:
    """The newest that is for this address, as `accept`."""
    query = _open(now).where(InviteRow.email == email).order_by(col(InviteRow.id).desc()).limit(1)
    row = tx.exec(query.with_for_update()).first()
    if row is None:
        return None
    row.accepted_at = now
    return _invite(row)


def for_email(tx: Tx, organisation: str, email: str, now: datetime) -> bool:
    """Whether the organisation has invited them, and they can still come."""
    query = _open(now).where(InviteRow.organisation == organisation, InviteRow.email == email)
    return tx.exec(query.limit(1)).first() is not None


def page(tx: Tx, organisation: str, now: datetime) -> list[Invite]:
    """Those that somebody can still accept, the newest first."""
    query = _open(now).where(InviteRow.organisation == organisation).order_by(col(InviteRow.id).desc())
    return [_invite(row) for row in tx.exec(query)]


def withdraw(tx: Tx, organisation: str, invite_id: UUID) -> None:
    """Raises NotFound, also for another organisation's."""
    query = delete(InviteRow).where(col(InviteRow.id) == invite_id, col(InviteRow.organisation) == organisation)
    if not tx.exec(query.where(col(InviteRow.accepted_at).is_(None)).returning(col(InviteRow.id))).first():
        raise NotFound("There is no such invite.")


def _open(now: datetime):  # type: ignore[no-untyped-def]
    return select(InviteRow).where(col(InviteRow.accepted_at).is_(None), InviteRow.expires_at > now)


def _invite(row: InviteRow) -> Invite:
    return Invite.model_validate(row.model_dump(include=set(Invite.model_fields)))

"""The audit log. The database itself refuses to change or delete its rows (migration 0008)."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select
from uuid_utils.compat import uuid7

from service.domain.attempt import Person
from service.domain.audit import Action, Entry
from service.store.engine import Tx
from service.store.tables import AuditRow


def add(
    tx: Tx, who: Person, action: Action, now: datetime, about: object | None = None, detail: str | None = None
) -> None:
    """In the transaction of what was done: neither is there without the other."""
    subject = None if about is None else str(about)
    owned = {"owner": who.id, "organisation": who.organisation}
    tx.add(AuditRow(id=uuid7(), at=now, action=action, about=subject, detail=detail, **owned))


def page(tx: Tx, organisation: str, before: UUID | None, limit: int) -> list[Entry]:
    """Up to `limit` of an organisation, the newest first, older than `before`."""
    query = select(AuditRow).where(AuditRow.organisation == organisation).order_by(col(AuditRow.id).desc()).limit(limit)
    if before is not None:
        query = query.where(col(AuditRow.id) < before)
    return [_entry(row) for row in tx.exec(query)]


def _entry(row: AuditRow) -> Entry:
    who = Person(id=row.owner, organisation=row.organisation)
    return Entry.model_validate(row.model_dump(exclude={"owner", "organisation"}) | {"who": who})

"""The audit log is append-only by the database's own word."""

from uuid import UUID

import pytest

from service.domain.attempt import LOCAL
from service.domain.audit import Entry
from service.store import audit
from service.store.engine import Store
from tests.domain.builders import START


def log(store: Store, before: UUID | None = None, limit: int = 10) -> list[Entry]:
    with store.read() as tx:
        return audit.page(tx, LOCAL.organisation, before, limit)


def test_entries_stay_as_they_are_whoever_tries(store: Store) -> None:
    with store.write() as tx:
        for number in range(3):
            audit.add(tx, LOCAL, "role-change", START, f"somebody {number}", "candidate to reviewer")
    found = log(store)
    assert [entry.about for entry in found] == ["somebody 2", "somebody 1", "somebody 0"]
    assert log(store, before=found[0].id, limit=1) == [found[1]]
    for statement in ("UPDATE audit SET detail = 'nothing'", "DELETE FROM audit", "TRUNCATE audit"):
        if store.is_sqlite and statement.startswith("TRUNCATE"):
            continue  # SQLite has no such statement
        with pytest.raises(Exception, match=r"append-only|same thing was sent twice"), store.write() as tx:
            tx.connection().exec_driver_sql(statement)
    assert log(store) == found

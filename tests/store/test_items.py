"""Versions of questions, kept for as long as something was graded by them."""

import pytest
from sqlalchemy import func
from sqlmodel import select

from service.errors import NotFound
from service.store import items
from service.store.engine import Store
from service.store.tables import ItemRow
from tests.domain.builders import make_item, make_rubric

ANCHORS = [{"kind": "good", "answer": "It halves.", "verdicts": {"M1": "met"}}]


def test_every_version_is_kept_once_and_found_by_its_digest(store: Store) -> None:
    old, new = make_item(), make_item(title="Halving")
    for some in ([old], [old, new, new], [new]):
        with store.write() as tx:
            items.keep(tx, some)
    with store.read() as tx:
        assert items.get(tx, old.digest) == old
        assert items.get(tx, new.digest) == new
        assert tx.exec(select(func.count()).select_from(ItemRow)).one() == 2


def test_anchors_are_not_kept_because_nothing_was_graded_by_them(store: Store) -> None:
    shown = make_item(rubric=make_rubric(question_id="binary-search", anchors=ANCHORS))
    with store.write() as tx:
        items.keep(tx, [shown])
    with store.read() as tx:
        stored = items.get(tx, shown.digest)
    assert stored == make_item()
    assert stored.digest == shown.digest


def test_an_unknown_version_is_not_found(store: Store) -> None:
    with store.read() as tx, pytest.raises(NotFound):
        items.get(tx, "0" * 64)

"""Versions of questions and rubrics, found by their digest. They are never changed."""

from collections.abc import Iterable

from sqlmodel import col, select

from service.domain.rubric import Item
from service.errors import NotFound
from service.store.engine import Tx, insert
from service.store.tables import ItemRow


def keep(tx: Tx, items: Iterable[Item]) -> None:
    """Store each version that is not there yet."""
    wanted = {item.digest: item for item in items}
    known = set(tx.exec(select(ItemRow.digest).where(col(ItemRow.digest).in_(wanted))))
    # In one order for everybody: two that keep the same items would otherwise wait for each other.
    new = [
        {"digest": digest, "question_id": item.id, "body": _body(item)}
        for digest, item in sorted(wanted.items())
        if digest not in known
    ]
    if new:
        tx.exec(insert(tx, ItemRow).values(new).on_conflict_do_nothing())


def get(tx: Tx, digest: str) -> Item:
    """Raises NotFound."""
    row = tx.get(ItemRow, digest)
    if row is None:
        raise NotFound
    return Item.model_validate_json(row.body, extra="ignore")


def _body(item: Item) -> str:
    """What grading and showing the question need, with nothing that 0.1.0, which may still run, would refuse.

    So a version that is no longer in the bank is graded again without its paraphrases.
    """
    unknown = {"__all__": {"paraphrases"}}
    return item.model_dump_json(
        exclude={
            "question": {"explanation": True, "follow_ups": {"__all__": {"key_points"}}},
            "rubric": {"anchors": True, "criteria": {"__all__": unknown}, "mistakes": unknown},
        },
        exclude_defaults=True,
    )

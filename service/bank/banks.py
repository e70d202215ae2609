"""Which bank somebody has: the one that everybody has, for some organisations with packs of their own."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.bank.bank import Bank
from service.bank.files import Files, read_files
from service.domain.rubric import Item
from service.errors import BankError, NotFound


@dataclass(frozen=True)
class Banks:
    """The shared bank, and by organisation the shared bank with what only that organisation has."""

    shared: Bank
    own: Mapping[str, Bank]

    def of(self, organisation: str) -> Bank:
        """What people of `organisation` practise on."""
        return self.own.get(organisation, self.shared)

    def by_digest(self, digest: str) -> Item | None:
        """This version of a question, whoever has it: for what was answered already."""
        found = (bank.by_digest(digest) for bank in (self.shared, *self.own.values()))
        return next((item for item in found if item is not None), None)

    def check_known(self, question_id: str) -> None:
        """Raises NotFound where no bank has the question."""
        if not any(question_id in bank.items for bank in (self.shared, *self.own.values())):
            raise NotFound(f"There is no question {question_id!r}.")


def load_bank(root: Path, *, anchors: bool = True) -> Bank:
    """The bank in `root`, which holds questions/ and rubrics/. Raises BankError for the first wrong file by path."""
    files = read_files(root, anchors=anchors)
    _raise_first(files.errors)
    return Bank.of((entry.item for entry in files.entries), (entry.topic for entry in files.topics))


def load_banks(root: Path, packs: Mapping[str, Sequence[Path]], *, anchors: bool = True) -> Banks:
    """The bank in `root`, and for each organisation of `packs` the same with the questions of those folders.

    Raises BankError as `load_bank`, and where a pack has a slug or a topic that is there already.
    """
    shared = load_bank(root, anchors=anchors)
    own = {}
    for organisation, folders in packs.items():
        bank = shared
        for folder in folders:
            bank = _joined(bank, read_files(folder, anchors=anchors, known=frozenset(bank.topics)))
        own[organisation] = bank
    return Banks(shared, own)


def taken(pack: Files, slugs: Container[str], topics: Container[str]) -> list[BankError]:
    """What has a name in a pack that the bank below it gave already."""
    joins = "there is such a topic already: leave this file out, and the questions join it"
    again = "there is a question of this name already: give it another"
    return [
        *(BankError(one.path, 1, joins) for one in pack.topics if one.topic.id in topics),
        *(BankError(one.question_path, 1, again) for one in pack.entries if one.item.id in slugs),
    ]


def _joined(bank: Bank, pack: Files) -> Bank:
    _raise_first(pack.errors or taken(pack, bank.items, bank.topics))
    items = [*bank.items.values(), *(entry.item for entry in pack.entries)]
    return Bank.of(items, [*bank.topics.values(), *(entry.topic for entry in pack.topics)])


def _raise_first(errors: Sequence[BankError]) -> None:
    if errors:
        raise errors[0]

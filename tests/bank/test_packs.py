"""Packs: questions that only one organisation has, on top of the bank."""

from pathlib import Path

import pytest

from service.bank import load_banks
from service.bank_check import check
from service.errors import BankError, NotFound
from tests.bank.conftest import TOPIC, BankFiles, own_pack

OWN = "acme-search"


@pytest.fixture
def pack(tmp_path: Path) -> BankFiles:
    return own_pack(tmp_path / "pack")


def test_only_its_organisation_has_a_packs_questions(files: BankFiles, pack: BankFiles) -> None:
    banks = load_banks(files.root, {"acme": [pack.root]})
    assert list(banks.of("acme").items) == [OWN, "binary-search", "hash-table"]
    assert banks.of("acme").item(OWN).question.topic == "searching"
    assert list(banks.of("elsewhere").items) == ["binary-search", "hash-table"]
    assert banks.of("elsewhere").digest == banks.shared.digest != banks.of("acme").digest
    item = banks.of("acme").item(OWN)
    assert banks.by_digest(item.digest) is item
    assert banks.by_digest("no such digest") is None
    banks.check_known(OWN)
    with pytest.raises(NotFound):
        banks.check_known("acme-sort")


def test_several_packs_follow_each_other_and_may_bring_topics(
    files: BankFiles, pack: BankFiles, tmp_path: Path
) -> None:
    second = own_pack(tmp_path / "second", "secrets")
    with pytest.raises(BankError, match="the folder secrets needs this file"):
        load_banks(files.root, {"acme": [second.root]})
    second.write("questions/secrets/_topic.yaml", (files.root / TOPIC).read_text().replace("order: 2", "order: 1"))
    with pytest.raises(BankError, match="a question of this name already"):
        load_banks(files.root, {"acme": [pack.root, second.root]})
    banks = load_banks(files.root, {"acme": [pack.root], "zeta": [second.root]})
    assert list(banks.of("zeta").topics) == ["secrets", "searching"]
    assert list(banks.of("acme").topics) == ["searching"]


def test_a_topic_that_is_there_is_not_described_again(files: BankFiles, pack: BankFiles) -> None:
    pack.write(TOPIC, (files.root / TOPIC).read_text())
    with pytest.raises(BankError, match="such a topic already") as caught:
        load_banks(files.root, {"acme": [pack.root]})
    assert caught.value.path == pack.root / TOPIC


def test_the_lint_knows_the_bank_below_a_pack(files: BankFiles, pack: BankFiles) -> None:
    assert check(pack.root, files.root) == []
    assert {finding.rule for finding in check(pack.root)} == {"load"}, "its topic is the bank's"
    pack.edit(f"questions/searching/{OWN}.md", "related: [hash-table]", "related: [heap]")
    (finding,) = check(pack.root, files.root)
    assert (finding.rule, finding.message) == ("link", "there is no other question heap")

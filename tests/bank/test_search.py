"""Search and filters over the bank."""

from typing import Any

import pytest

from service.bank import load_bank
from tests.bank.conftest import BankFiles


def found(files: BankFiles, **wanted: Any) -> list[str]:
    return [item.id for item in load_bank(files.root).search(**wanted)]


def test_without_a_filter_everything_comes_in_bank_order(files: BankFiles) -> None:
    assert found(files) == ["binary-search", "hash-table"]
    assert found(files, q="  ") == ["binary-search", "hash-table"]


@pytest.mark.parametrize(
    ("wanted", "ids"),
    [
        ({"topic": "searching"}, ["binary-search", "hash-table"]),
        ({"topic": "sorting"}, []),
        ({"level": "mid"}, ["hash-table"]),
        ({"frequency": "very-common"}, ["binary-search"]),
        ({"kind": "conceptual"}, ["binary-search", "hash-table"]),
        ({"kind": "design"}, []),
        ({"explanation": "mechanism"}, ["binary-search"]),
        ({"explanation": "system"}, []),
        ({"tag": "hashing"}, ["hash-table"]),
        ({"tag": "hash"}, []),
        ({"level": "mid", "tag": "arrays"}, []),
        ({"level": "mid", "tag": "hashing", "q": "key"}, ["hash-table"]),
        ({"level": "screen", "q": "key"}, []),
    ],
)
def test_every_given_filter_has_to_hold(files: BankFiles, wanted: dict[str, str], ids: list[str]) -> None:
    assert found(files, **wanted) == ids


@pytest.mark.parametrize(
    ("q", "ids"),
    [
        ("binary", ["binary-search"]),  # title
        ("BINARY Search", ["binary-search"]),
        ("bisection", ["binary-search"]),  # term of the glossary
        ("half-interval", ["binary-search"]),  # alias of the glossary
        ("slot", ["hash-table"]),
        ("hashing", ["hash-table"]),  # tag
        ("sorted data", ["binary-search"]),  # prompt
        ("table keys", ["hash-table"]),  # one word in the title, one in the prompt
        ("binary keys", []),  # no question has both
        ("values comparison", ["binary-search"]),  # other forms of the words
        ("bina", ["binary-search"]),  # the beginning of the last word
        ("bina search", []),  # ... but not of another
        ("bianry", ["binary-search"]),  # a typo: letters swapped
        ("binar search", ["binary-search"]),  # a typo: a letter missing
        ("comparson", ["binary-search"]),
        ("slotz", ["hash-table"]),
        ("kez", []),  # too short to guess
        ("bxnxry", []),  # two typos
        ("halfinterval", ["binary-search"]),
        ("zebra", []),
    ],
)
def test_every_word_of_the_query_has_to_match(files: BankFiles, q: str, ids: list[str]) -> None:
    assert found(files, q=q) == ids


def test_a_title_goes_before_the_rest_and_bank_order_breaks_ties(files: BankFiles) -> None:
    assert found(files, q="searching") == ["binary-search", "hash-table"]
    files.edit("questions/searching/hash-table.md", "Hash tables", "Hash tables for searching")
    files.edit("questions/searching/binary-search.md", "title: Binary search", "title: Bisection")
    files.edit("questions/searching/binary-search.md", "  bisection: [halving, half-interval search]", "  halving: []")
    assert found(files, q="searching") == ["hash-table", "binary-search"]


def test_a_tag_goes_before_the_prompt(files: BankFiles) -> None:
    files.edit("questions/searching/binary-search.md", "a value in sorted", "a value by hashing in sorted")
    assert found(files, q="hashing") == ["hash-table", "binary-search"]


def test_a_right_spelling_hides_words_that_are_near_it(files: BankFiles) -> None:
    files.edit("questions/searching/binary-search.md", "a value in sorted", "a value in sorted or hasted")
    files.edit("questions/searching/hash-table.md", "tags: [hashing]", "tags: [hashing, hasten]")
    assert found(files, q="hasten") == ["hash-table"]


@pytest.mark.parametrize("q", ["twenty", "insertions", "overflow", "lists jump", "textbook", "unsorted", "logarithmic"])
def test_search_never_reads_what_is_hidden_before_answering(files: BankFiles, q: str) -> None:
    assert found(files, q=q) == []

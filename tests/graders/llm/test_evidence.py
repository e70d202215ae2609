"""Which quotes stand in an answer."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.graders.llm.evidence import fold, locate

TEXT = (
    "The KV cache does not store text. It keeps the keys and values of 32 layers, um, for past tokens; “so cheap”.\n"
    "The decoder   attends to all tokens before it, and the memory increases with the context."
)


def found(quote: str, text: str = TEXT) -> list[str]:
    return [text[place.start : place.end] for place in locate(quote, text, fold(text))]


@pytest.mark.parametrize(
    "quote",
    [
        "keys and values",
        "THE KEYS AND VALUES",
        "keys\nand  values",
        '"keys and values"',
        "keys and values.",
        "Keys and values ...",
    ],
)
def test_case_spaces_and_marks_at_the_ends_do_not_matter(quote: str) -> None:
    assert found(quote)[0].casefold() in ("keys and values", "the keys and values")


def test_typographic_marks_are_equal_to_plain_ones() -> None:
    assert found('past tokens; "so cheap"') == ["past tokens; “so cheap"]


@pytest.mark.parametrize(
    ("quote", "words"),
    [
        (
            "It keeps the keys and values of 32 layers for past tokens",
            "It keeps the keys and values of 32 layers, um, for past tokens",
        ),
        ("the decoder atends to all tokens before it", "The decoder   attends to all tokens before it"),
        ("the KV cache doesn't store text", "The KV cache does not store text"),
    ],
)
def test_a_tidied_quote_is_found(quote: str, words: str) -> None:
    assert found(quote) == [words]


@pytest.mark.parametrize(
    "quote",
    [
        "The KV cache does store text",
        "It does not keep the keys and values of 32 layers",
        "It keeps the keys and values of 16 layers, um, for past tokens",
        "The encoder attends to all tokens before it",
        "and the memory decreases with the context",
        "The cache is filled by the prompt in one pass",
    ],
)
def test_a_quote_that_means_something_else_is_not_found(quote: str) -> None:
    assert found(quote) == []


@pytest.mark.parametrize("quote", ["", "  ", "...", "tokens", "cheap", ":-) :-)", "a" * 5000])
def test_a_quote_needs_eight_characters_and_no_more_than_the_answer_has(quote: str) -> None:
    assert found(quote) == []


def test_a_quote_with_a_gap_has_several_places_in_their_order() -> None:
    assert found("It keeps the keys ... for past tokens") == ["It keeps the keys", "for past tokens"]
    assert found("for past tokens [...] It keeps the keys") == []


def test_whole_words_are_shown() -> None:
    assert found("eys and valu") == ["keys and values"]


@given(st.text(max_size=60), st.text(max_size=60), st.text(min_size=8, max_size=60))
@settings(deadline=None)
def test_a_copy_is_found_wherever_it_stands(before: str, after: str, quote: str) -> None:
    text = f"{before} {quote} {after}"
    places = locate(quote, text, fold(text))
    assert all(0 <= place.start < place.end <= len(text) for place in places)
    if quote.isascii() and quote.replace(" ", "").isalnum() and len(quote.strip()) >= 8:
        assert places


@given(st.text(max_size=300), st.text(max_size=80))
@settings(deadline=None)
def test_places_are_within_the_text(text: str, quote: str) -> None:
    assert all(0 <= place.start < place.end <= len(text) for place in locate(quote, text, fold(text)))

"""Answers as they are cleaned before anything else happens to them."""

import json
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from service.domain.attempt import MAX_ANSWER, Answer, clean
from service.errors import Invalid, TooLarge
from tests.domain.builders import make_attempt

anything = st.text(st.characters(codec=None) | st.sampled_from("\r\n\t\x00\x85\ud800\udfffe\u0301"))


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\r\nb\rc\nd", "a\nb\nc\nd"),
        ("a\r\r\nb", "a\n\nb"),
        ("a\x00b", "ab"),
        ("\x01\x08\x0b\x0c\x0e\x1f\x7f", ""),
        ("\x80\x85\x9f", ""),
        ("tab\tand\nline", "tab\tand\nline"),
        ("lone \ud83d half", "lone ? half"),
        ("pair \U0001f600", "pair \U0001f600"),
        ("e\u0301", "\u00e9"),
        ("\u212b", "\u00c5"),
        ("  spaces stay  ", "  spaces stay  "),
        ("O(log n) \u2264 20 \u00b5s", "O(log n) \u2264 20 \u00b5s"),
        ("zero\u200bwidth \u202e right to left", "zero\u200bwidth \u202e right to left"),
        ("", ""),
    ],
)
def test_an_answer_is_cleaned(raw: str, cleaned: str) -> None:
    assert clean(raw) == cleaned


@settings(deadline=None)
@given(anything)
def test_what_is_clean_can_be_stored_anywhere_and_stays_as_it_is(raw: str) -> None:
    text = clean(raw)
    assert text.encode("utf-8").decode("utf-8") == text
    assert not any(unicodedata.category(c) == "Cc" and c not in "\n\t" for c in text)
    assert unicodedata.is_normalized("NFC", text)
    assert clean(text) == text
    assert json.loads(json.dumps(text)) == text


def test_the_limit_is_counted_in_characters_after_cleaning() -> None:
    assert len(clean("\U0001f600" * MAX_ANSWER)) == MAX_ANSWER == 20_000
    assert len(clean("e\u0301" * MAX_ANSWER)) == MAX_ANSWER
    assert len(clean("\r\n" * MAX_ANSWER)) == MAX_ANSWER
    assert len(clean("a\x00" * MAX_ANSWER)) == MAX_ANSWER


def test_one_character_more_is_too_large() -> None:
    with pytest.raises(TooLarge, match=r"at most 20,000 characters; this one has 20,001"):
        clean("a" * (MAX_ANSWER + 1))


@pytest.mark.parametrize("raw", ["", "   ", "\r\n\t", "\x00\x00", "\u00a0\u2003"])
def test_an_answer_of_nothing_is_refused(raw: str) -> None:
    with pytest.raises(Invalid, match="empty"):
        Answer.of(raw)


def test_an_answer_is_typed_and_cleaned() -> None:
    assert Answer.of(" It\r\nhalves.\x00") == Answer(text=" It\nhalves.", source="typed")


def test_an_attempt_is_a_strict_value() -> None:
    attempt = make_attempt()
    with pytest.raises(ValidationError):
        make_attempt(score=3)
    with pytest.raises(ValidationError):
        make_attempt(status="lost")
    with pytest.raises(ValidationError):
        attempt.status = "graded"  # type: ignore[misc]

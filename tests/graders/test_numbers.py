import pytest

from service.domain.rubric import Quantity
from service.graders.numbers import numbers, states
from service.graders.words import read
from tests.graders.five import GQA, KV_CACHE, item, labels, marking, quantity, readings


def of(value: float, unit: str, tolerance: float = 0.03) -> Quantity:
    return quantity("N1", value, unit, [["anything"]], tolerance)


def said(text: str, wanted: Quantity) -> list[bool | None]:
    words = read(text).words
    return [states(number, wanted, words, [wanted.value]) for number in numbers(words)]


@pytest.mark.parametrize(
    "text",
    ["131072 bytes", "131,072 bytes", "131072 B", "128 KiB", "128KiB", "128 KB", "131 kB", "131.1 kilobytes",
     "one hundred and twenty eight kibibytes", "131 thousand bytes", "131,072", "0.128 MiB", "128 KiB/token"],
)  # fmt: skip
def test_128_kib_in_many_ways(text: str) -> None:
    assert said(text, of(131072, "B")) == [True]


@pytest.mark.parametrize("text", ["4.29 GB", "4 GiB", "4 GB", "four GB", "4GB", "4 gigabytes", "4 gigs", "4.0 GB"])
def test_4_gib_in_many_ways(text: str) -> None:
    assert said(text, of(4, "GiB")) == [True]


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("4x", "x", 4), ("4×", "x", 4), ("4 times", "x", 4), ("four times", "x", 4), ("4-fold", "x", 4),
        ("twice", "x", 2), ("doubled", "x", 2), ("tenfold", "x", 10), ("twofold", "x", 2),
        ("a factor of 4", "x", 4), ("60 %", "%", 60), ("60%", "%", 60), ("60 percent", "%", 60),
        ("sixty percent", "%", 60),
        ("8 billion parameters", "parameters", 8e9), ("8B parameters", "parameters", 8e9), ("8B", "parameters", 8e9),
        ("32k tokens", "tokens", 32000), ("3.35 TB/s", "TB/s", 3.35), ("3350 GB per second", "TB/s", 3.35),
        ("295 FLOPs per byte", "FLOP/B", 295), ("295 FLOP/B", "FLOP/B", 295), ("989 TFLOPs", "TFLOP", 989),
        ("eight KV heads", "heads", 8), ("thirty-two layers", "layers", 32),
    ],
)  # fmt: skip
def test_units_and_number_words(text: str, unit: str, value: float) -> None:
    assert said(text, of(value, unit)) == [True]


def test_a_number_of_another_unit_or_a_bare_small_one_says_nothing() -> None:
    assert said("4 heads in 4 layers at 4x", of(4, "GiB")) == [None, None, None]
    assert said("it is 4", of(4, "GiB")) == [None]
    assert said("3.35 TB", of(3.35, "TB/s")) == [None]


def test_a_number_of_the_unit_outside_the_tolerance_is_wrong() -> None:
    assert said("320 KB", of(131072, "B")) == [False]
    assert said("135 KB", of(131072, "B", 0.03)) == [True]
    assert said("5 GB", of(4, "GiB")) == [False]


def test_both_ends_of_a_range_have_its_unit() -> None:
    assert said("4 to 5 GB", of(4, "GiB")) == [True, False]


def test_a_number_counts_in_a_clause_that_speaks_of_the_quantity() -> None:
    assert readings(KV_CACHE, "It takes 128 KiB per token.") == {"N1": True}
    assert readings(KV_CACHE, "It takes 1 MB per token.") == {"N1": False}
    assert readings(KV_CACHE, "The weights take 16 GB.") == {}
    assert readings(KV_CACHE, "It is 128 KiB for each token, so at 32k it takes 4 GB.") == {"N1": True, "N2": True}
    assert readings(GQA, "The KV cache becomes eight times smaller.") == {"N1": True}


def test_the_last_statement_counts_and_is_quoted() -> None:
    text = "It takes 320 KB per token. No, it takes 128 KiB per token."
    (reading,) = marking(KV_CACHE, text).quantities
    assert (reading.right, [e.quote for e in reading.evidence]) == (True, ["No, it takes 128 KiB per token"])
    assert readings(KV_CACHE, "It takes 128 KiB per token. No, it takes 320 KB per token.") == {"N1": False}


def test_a_denied_number_and_one_in_a_question_state_nothing() -> None:
    assert readings(KV_CACHE, "It is not 1 MB per token.") == {}
    assert readings(KV_CACHE, "Is it 1 MB per token?") == {}


def test_several_numbers_in_one_clause_are_right_where_one_is() -> None:
    assert readings(KV_CACHE, "It takes 64 KB of keys plus as much for values, 128 KiB per token.") == {"N1": True}


def test_a_cue_with_a_number_is_not_the_number_that_is_looked_for() -> None:
    rubric = item("How large?", {"M1": [["=N1"]]}, quantities=[quantity("N1", 16, "GB", [["8B", "FP16"]])])
    assert readings(rubric, "An 8B model in FP16 takes 16 GB.") == {"N1": True}
    assert labels(rubric, "An 8B model in FP16 takes 16 GB.") == {"M1": "met"}
    assert readings(rubric, "An 8B model in FP16 is common.") == {}

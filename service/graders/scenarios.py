"""Which cache an answer speaks of: how many tokens and sequences, at how many bytes for a value."""

from collections.abc import Iterator, Sequence
from itertools import product

from service.domain.cache_size import BYTES_OF_A_VALUE
from service.graders.formulas import DEFAULTS
from service.graders.numbers import Number
from service.graders.words import Word, stem

_BETWEEN = {"size", "length", "window", "of", "is", "equals"}
"""Words that may stand between a name and its number: "batch size of 32", "context length 4096"."""
_LENGTHS = 500, 20_000_000
"""Tokens of a context, for a number that does not say what it counts."""
_SEQUENCES = {stem(word) for word in ("sequences", "requests", "users", "prompts", "conversations", "streams")}
_ONE_TOKEN = {"per", "each", "every", "a", "one", "single"}
_TYPES = {"fp", "float", "bf", "bfloat", "int", "bit"}
_BY_BITS = {"32": "FP32", "16": "FP16", "8": "FP8", "4": "INT4"}


def scenarios(words: Sequence[Word], numbers: Sequence[Number], first: int, last: int) -> list[dict[str, float]]:
    """Every one that words `first` up to `last` may mean, as names of a formula; none where no tokens are named."""
    within = [number for number in numbers if first <= number.first < last and not number.unit.dimension]
    counted = [n.value for n in within if _counts_tokens(words, n)]
    counted = counted or [n.value for n in within if _LENGTHS[0] <= n.value <= _LENGTHS[1]]  # "8B at 32k"
    tokens = [value for count in counted for value in _rounded(count)]
    if any(w.stem == "token" and words[i - 1].text in _ONE_TOKEN for i, w in _inside(words, first + 1, last)):
        tokens.append(1.0)
    batches = [number.value for number in within if _counts_sequences(words, number)]
    sizes = [BYTES_OF_A_VALUE[name] for i, _ in _inside(words, first, last) if (name := _type_at(words, i))]
    found = product(set(tokens), set(batches) or {DEFAULTS["batch"]}, set(sizes) or {DEFAULTS["bytes"]})
    return [{"tokens": token, "batch": batch, "bytes": size} for token, batch, size in found]


def _inside(words: Sequence[Word], first: int, last: int) -> Iterator[tuple[int, Word]]:
    return ((i, words[i]) for i in range(first, min(last, len(words))))


def _rounded(value: float) -> list[float]:
    """8k is 8,000 or 8,192, 1M a million or 2^20."""
    if value >= 1e6 and value % 1e6 == 0:
        return [value, value / 1e6 * 2**20]
    return [value, value / 1e3 * 2**10] if value >= 1e3 and value % 1e3 == 0 else [value]


def _counts_tokens(words: Sequence[Word], number: Number) -> bool:
    after = {word.stem for word in words[number.last : number.last + 2]}
    return bool(after & {"token", "context"}) or _named(words, number) in ("context", "sequence", "prompt")


def _counts_sequences(words: Sequence[Word], number: Number) -> bool:
    after = {word.stem for word in words[number.last : number.last + 2]}
    return not _counts_tokens(words, number) and (_named(words, number) == "batch" or bool(after & _SEQUENCES))


def _named(words: Sequence[Word], number: Number) -> str | None:
    """The word that a number belongs to as its value; None at the beginning and after a pause."""
    i = number.first - 1
    while i >= 0 and not words[i].after and words[i].text in _BETWEEN:
        i -= 1
    return words[i].text if i >= 0 and not words[i].after else None


def _type_at(words: Sequence[Word], i: int) -> str | None:
    """The type of number named at word `i`: FP16, int8, 8-bit."""
    beside = [words[j].text for j in (i - 1, i + 1) if 0 <= j < len(words)]
    return _BY_BITS.get(words[i].text) if _TYPES.intersection(beside) else None

"""Which cache an answer speaks of: how many tokens and sequences, at how many bytes for a value."""

from collections.abc import Iterator, Sequence
from itertools import product

from service.domain.cache_size import BYTES_OF_A_VALUE
from service.graders.formulas import DEFAULTS
from service.graders.numbers import Number
from service.graders.words import Word, stem

_REACH = 3
"""Words around a number that say what it counts."""
_SEQUENCES = {stem(word) for word in ("sequences", "requests", "users", "prompts", "conversations", "streams")}
_ONE_TOKEN = {"per", "each", "every", "a", "one", "single"}
_TYPES = {"fp", "float", "bf", "bfloat", "int", "bit"}
_BY_BITS = {"32": "FP32", "16": "FP16", "8": "FP8", "4": "INT4"}


def scenarios(words: Sequence[Word], numbers: Sequence[Number], first: int, last: int) -> list[dict[str, float]]:
    """Every one that words `first` up to `last` may mean, as names of a formula; none where no tokens are named."""
    within = [number for number in numbers if first <= number.first < last and not number.unit.dimension]
    tokens = [value for number in within if _counts_tokens(words, number) for value in _rounded(number.value)]
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
    after = [word.stem for word in words[number.last : number.last + 2]]
    if "token" in after:
        return True
    before = {word.stem for word in words[max(0, number.first - _REACH) : number.first]}
    return "context" in after or bool(before & {"context", "length"})


def _counts_sequences(words: Sequence[Word], number: Number) -> bool:
    after = {word.stem for word in words[number.last : number.last + 2]}
    before = {word.stem for word in words[max(0, number.first - _REACH) : number.first]}
    return not _counts_tokens(words, number) and ("batch" in before or bool(after & _SEQUENCES))


def _type_at(words: Sequence[Word], i: int) -> str | None:
    """The type of number named at word `i`: FP16, int8, 8-bit."""
    beside = [words[j].text for j in (i - 1, i + 1) if 0 <= j < len(words)]
    return _BY_BITS.get(words[i].text) if _TYPES.intersection(beside) else None

"""Numbers with units: what an answer states, and whether that is the quantity a rubric has in mind."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from service.domain.rubric import Quantity
from service.graders.words import Word, stem

_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12}
_LETTERS = {"k": 1e3, "m": 1e6, "b": 1e9, "bn": 1e9, "t": 1e12}
_PREFIXES = {"k": 1, "m": 2, "g": 3, "t": 4, "p": 5}
_NAMES = {
    "k": ("kilo", "kibi"),
    "m": ("mega", "mebi"),
    "g": ("giga", "gibi"),
    "t": ("tera", "tebi"),
    "p": ("peta", "pebi"),
}
_MULTIPLES = {"doubl": 2.0, "tripl": 3.0, "quadrupl": 4.0}
_DISTINCT = 1000
"""From this size on a number is recognised without its unit."""


class Unit(NamedTuple):
    dimension: str
    factors: tuple[float, ...]
    """What one may stand for: a GB is 10^9 bytes, and 2^30 as many people use it."""


def _units() -> dict[str, Unit]:
    units = {"byte": Unit("byte", (1.0,)), "flop": Unit("flop", (1.0,)), "x": Unit("x", (1.0,)), "%": Unit("%", (1.0,))}
    for letter, power in _PREFIXES.items():
        decimal, binary = 10.0 ** (3 * power), 2.0 ** (10 * power)
        long_decimal, long_binary = _NAMES[letter]
        units |= dict.fromkeys((letter + "b", long_decimal + "byt"), Unit("byte", (decimal, binary)))
        units |= dict.fromkeys((letter + "ib", long_binary + "byt"), Unit("byte", (binary,)))
        units |= dict.fromkeys((letter + "flop", long_decimal + "flop"), Unit("flop", (decimal,)))
    units |= dict.fromkeys(("times", "fold"), units["x"]) | dict.fromkeys(("percent", "pct"), units["%"])
    return units | {
        "byt": units["byte"],
        "b": units["byte"],
        "gig": units["gb"],
        "oper": units["flop"],
        "op": units["flop"],
    }


_UNITS = _units()
_BARE = Unit("", (1.0,))


class Number(NamedTuple):
    value: float
    unit: Unit
    first: int
    last: int
    """Words from `first` up to, not including, `last`."""


def numbers(words: Sequence[Word]) -> list[Number]:
    """Every number of an answer, in order."""
    found: list[Number] = []
    i = 0
    while i < len(words):
        number = _number(words, i)
        if number is None:
            i += 1
            continue
        found.append(number)
        i = number.last
    return [_ranged(words, a, b) for a, b in zip_longest(found, found[1:])]


def states(number: Number, quantity: Quantity, words: Sequence[Word], values: Sequence[float]) -> bool | None:
    """Whether `number` gives `quantity` rightly, which is one of `values`; None where it is about something else."""
    unit = _unit_of(quantity.unit)
    targets = [value * (unit.factors[0] if unit else 1.0) for value in values]
    right = [target for target in targets if _near(number, target, quantity.tolerance)]
    if number.unit.dimension == unit.dimension if unit else _followed_by(quantity.unit, number, words):
        return bool(right)
    bare = number.unit is _BARE and any(abs(target) >= _DISTINCT for target in right)
    return True if bare else None


def _near(number: Number, target: float, tolerance: float) -> bool:
    margin = tolerance * abs(target) + 1e-9
    return any(abs(number.value * factor - target) <= margin for factor in number.unit.factors)


def _number(words: Sequence[Word], i: int) -> Number | None:
    word = words[i]
    if word.stem in _MULTIPLES:
        return Number(_MULTIPLES[word.stem], _UNITS["x"], i, i + 1)
    if not word.stem[0].isdecimal():
        return None
    value, j = _scaled(words, i)
    unit, j = _unit_at(words, j)
    if unit is _BARE and i >= 2 and words[i - 1].text in ("of", "by") and words[i - 2].stem == "factor":
        unit = _UNITS["x"]
    return Number(value, unit, i, j)


def _ranged(words: Sequence[Word], number: Number, following: Number | None) -> Number:
    """`number` with the unit of the next one where they are a range: "4 to 5 GB", "4-5 GB"."""
    if following is None or number.unit is not _BARE or words[number.last - 1].after:
        return number
    between = [word.text for word in words[number.last : following.first]]
    return number._replace(unit=following.unit) if between in ([], ["to"], ["or"]) else number


def _scaled(words: Sequence[Word], i: int) -> tuple[float, int]:
    """The value of "8 billion", "128k", "one hundred and twenty eight", and where it ends."""
    total, part = 0.0, float(words[i].stem)
    j = i + 1
    while j < len(words) and not words[j - 1].after:
        text, before = words[j].text, words[j - 1].text
        if text in _LETTERS and _attached(words, j) and not (text == "b" and part >= 1024):
            return total + part * _LETTERS[text], j + 1
        following = j + (text == "and")
        if text in _SCALES:
            part *= _SCALES[text]
            j += 1
        elif before in _SCALES and following < len(words) and words[following].stem.isdecimal():
            total, part = total + part, float(words[following].stem)
            j = following + 1
        else:
            break
    return total + part, j


def _unit_at(words: Sequence[Word], j: int) -> tuple[Unit, int]:
    """The unit that word `j` begins, and where it ends."""
    if j >= len(words) or words[j - 1].after:
        return _BARE, j
    unit = _UNITS.get(words[j].stem) or _UNITS.get(words[j].text.removesuffix("s"))
    if unit is None:
        return _BARE, j
    per = j + 1
    if per < len(words) and not words[j].after and words[per].text == "per":
        per += 1
    if per < len(words) and not words[j].after and (per > j + 1 or _attached(words, per, gap=1)):
        if words[per].text in ("s", "sec", "second", "seconds"):
            return Unit(unit.dimension + "/s", unit.factors), per + 1
        if unit.dimension == "flop" and words[per].text in ("b", "byte", "bytes"):
            return Unit("flop/byte", unit.factors), per + 1
    return unit, j + 1


def _attached(words: Sequence[Word], j: int, gap: int = 0) -> bool:
    return words[j].at - (words[j - 1].at + len(words[j - 1].text)) <= gap and words[j].start - words[j - 1].end <= gap


def _unit_of(name: str) -> Unit | None:
    """The unit that a rubric names; `B/token` counts as its numerator. None for a plain word."""
    numerator, _, denominator = name.lower().partition("/")
    unit = _UNITS.get(numerator) or _UNITS.get(numerator.removesuffix("s"))
    if unit is None or denominator not in ("s", "b", "byte"):
        return unit
    return Unit(f"{unit.dimension}/{'s' if denominator == 's' else 'byte'}", unit.factors)


def _followed_by(unit: str, number: Number, words: Sequence[Word]) -> bool:
    """Whether the plain word `unit` stands with the number, one other word between at most: "8 KV heads"."""
    wanted = {stem(unit.lower().partition("/")[0])} | ({"param"} if unit == "parameters" else set())
    return any(w.stem in wanted for w in _next(words, number.last))


def _next(words: Sequence[Word], i: int) -> Iterator[Word]:
    for word in words[i : i + 2]:
        yield word
        if word.after:
            return

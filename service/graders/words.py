"""An answer as words that know where they stand.

Text is folded for comparing (compatibility forms, accents, case, invisible characters, typographic quotes), while every
word keeps its offsets into the text as it was given.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import zip_longest
from typing import NamedTuple

import snowballstemmer  # type: ignore[import-untyped]

from service.graders.lexicon import FILLERS, FUNCTION_WORDS, IRREGULAR, NUMBER_WORDS, PRONOUNS, VERBS

_PLAIN = str.maketrans("’‘ʼ“”‐‑。、", "'''\"\"--.,")
_SYMBOLS = {"√": " sqrt ", "∞": " infinity ", "×": " x ", "−": " minus "}
_WORD = re.compile(
    r"(?:e\.g|i\.e)\.?|\b(?:etc|vs|approx|cf|resp)\."
    r"|\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
    rf"|(?:{'|'.join(NUMBER_WORDS)})(?=fold\b)"
    r"|[^\W\d_]+?(?=n't\b)|n't\b|'(?:s|re|ve|ll|d|m)\b|[^\W\d_]+|%"
    r"|(?<![<>!=])==?(?![=>])|(?<![\w-])-(?= *inf(?:inity)?\b)"
)
_SENTENCE_END = re.compile(r"!|…|\.[\s\"')\]]")
_COLON = re.compile(r":\s")
_PAUSE = re.compile(r"[,()\[\]{}|—–]|\s-+\s")
_BULLET = re.compile(r"\n\s*(?:[-*•#>]|\n)")
_READ_AS = {
    "n't": "not", "'s": "is", "'re": "are", "'ve": "have", "'ll": "will", "'d": "would", "'m": "am",
    "=": "equals", "==": "equals", "-": "minus",
}  # fmt: skip
_BEFORE_NOT = {"ca": "can", "wo": "will", "sha": "shall"}
"""What n't leaves of a word."""
_WRAPPED_LINE = 50
"""Characters from which on a line without an end is taken to go on in the next."""
_UNRELATED = {"positive", "several", "important", "university", "times"}
"""Words that the stemmer would make one with `position`, `severe`, `import`, `universal`, `time`."""
_PLURAL_NAME = re.compile(r"^([^aeiouy]{2,}u?)s$")
"""MLPs, GPUs: the stemmer takes no s from a word without a vowel before it."""
_STRENGTH = {"": 0, ",": 1, ";": 2, ":": 3, ".": 4, "?": 5}


class Word(NamedTuple):
    text: str
    """Folded, contractions resolved: `don't` is two words, `do` and `not`."""
    stem: str
    """What is compared; a number in digits without separators."""
    start: int
    end: int
    """Offsets in the text as given."""
    at: int
    """Offset in the folded text."""
    after: str
    """The strongest boundary before the next word: '' none, ',' pause, ';' ':' clause, '.' sentence, '?' question."""


class Reading(NamedTuple):
    folded: str
    words: list[Word]


@lru_cache(maxsize=65_536)
def stem(word: str) -> str:
    """The stem of a folded word: British spellings and irregular forms count as one with their like."""
    word = IRREGULAR.get(word, word)
    if word in _UNRELATED or len(word) <= 2:
        return word
    word = _PLURAL_NAME.sub(r"\1", word)
    if len(word) > 5:
        word = re.sub(r"is(e[ds]?|ing|ations?)$", r"iz\1", word.replace("our", "or"))
    return str(_STEMMER.stemWord(word))


_STEMMER = snowballstemmer.stemmer("english")
VERB_STEMS = frozenset(stem(verb) for verb in VERBS)


def read(text: str) -> Reading:
    """The words of `text`, fillers left out."""
    folded, origin = _fold(text)
    found = list(_WORD.finditer(folded))
    words: list[Word] = []
    for match, following in zip_longest(found, found[1:]):
        gap_end = following.start() if following else len(folded)
        raw = match.group()
        after = _boundary(folded, match.end(), gap_end, raw)
        before = words[-1].text if words else ""
        filler = (raw in FILLERS and (before, raw) != ("as", "well")) or (before, raw) == ("you", "know")
        possessive = raw == "'s" and before not in PRONOUNS
        if filler or possessive:
            if raw == "know":
                words.pop()
            if words and _STRENGTH[after] > _STRENGTH[words[-1].after]:
                words[-1] = words[-1]._replace(after=after)
            continue
        end = max(origin[match.end() - 1] + 1, origin[match.end()])
        raw = _BEFORE_NOT.get(raw, raw) if following and following.group() == "n't" else _READ_AS.get(raw, raw)
        word = Word(raw, _key(raw), origin[match.start()], end, match.start(), after)
        name = _compound(words[-1], word) if words and not words[-1].after else None
        if name:
            first = words.pop()
            word = word._replace(text=name, stem=_key(name), start=first.start, at=first.at)
        words.append(word)
    return Reading(folded, words)


def stems(text: str) -> tuple[str, ...]:
    return tuple(word.stem for word in read(text).words)


def _key(raw: str) -> str:
    if raw in NUMBER_WORDS:
        return str(NUMBER_WORDS[raw])
    if raw[0].isdecimal():
        digits = raw.replace(",", "")
        return digits.rstrip("0").rstrip(".") if "." in digits else digits
    return stem(raw)


def _compound(first: Word, second: Word) -> str | None:
    """Two words that are one: `thirty two`, `sixty-four`, `square root`, `root of`."""
    tens, unit = NUMBER_WORDS.get(first.text, 0), NUMBER_WORDS.get(second.text, 0)
    if tens >= 20 and 1 <= unit <= 9:
        return str(tens + unit)
    root = (first.text == "square" and second.stem == "sqrt") or (first.stem == "sqrt" and second.text == "of")
    return "sqrt" if root else None


def _fold(text: str) -> tuple[str, Sequence[int]]:
    """`text` folded, and for each of its characters (and its end) the offset in `text`."""
    if text.isascii():
        return text.lower(), range(len(text) + 1)
    folded: list[str] = []
    origin: list[int] = []
    for offset, char in enumerate(text):
        plain = _fold_char(char)
        folded.append(plain)
        origin.extend([offset] * len(plain))
    origin.append(len(text))
    return "".join(folded), origin


@lru_cache(maxsize=4096)
def _fold_char(char: str) -> str:
    if char in _SYMBOLS:
        return _SYMBOLS[char]
    plain = unicodedata.normalize("NFKD", char.translate(_PLAIN)).casefold()
    if len(plain) > 4:  # some ligatures stand for a whole phrase
        return char
    return "".join(c for c in plain.translate(_PLAIN) if unicodedata.category(c) not in ("Mn", "Me", "Cf"))


def _boundary(folded: str, start: int, end: int, before: str) -> str:
    """What the characters between a word, `before`, and the next one separate."""
    gap = folded[start:end]
    if gap in (" ", "", "-", "'", "/"):
        return ""
    if "?" in gap:
        return "?"
    if _SENTENCE_END.search(gap) or ("\n" in gap and not _wraps(folded, start, gap, before)):
        return "."
    if ";" in gap:
        return ";"
    if _COLON.search(gap):
        return ":"
    return "," if _PAUSE.search(gap) else ""


def _wraps(folded: str, start: int, gap: str, before: str) -> bool:
    """Whether a single line break only wraps a line: a long one, or one that ends in a word like `and`."""
    line = start - (folded.rfind("\n", 0, start) + 1)
    unfinished = line >= _WRAPPED_LINE or before in FUNCTION_WORDS
    return unfinished and gap.count("\n") == 1 and not _BULLET.search(gap)

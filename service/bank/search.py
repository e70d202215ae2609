"""Search over what a person may see before answering: never an answer, never a rubric."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence

import snowballstemmer  # type: ignore[import-untyped]
from rapidfuzz.distance import OSA

from service.domain.question import Topic
from service.domain.rubric import Item

TIERS = ("title", "named", "prompt")
"""Where a word was found, best first; `named` is the glossary, the tags and the topic's title."""
TYPO_LETTERS = 5
"""Shortest word of a query that may be misspelt."""

_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")


class Index:
    """Words to the items that hold them, kept in memory: a bank is some hundred questions."""

    def __init__(self, entries: Sequence[tuple[Item, Topic]]) -> None:
        self._items = [item for item, _ in entries]
        self._stem = snowballstemmer.stemmer("english").stemWord
        self._tiers: dict[str, dict[int, int]] = defaultdict(dict)
        """Word to the items (by place) that hold it, each with its best tier."""
        for place, (item, topic) in enumerate(entries):
            for tier, texts in enumerate(_texts(item, topic)):
                for word in _words(" ".join(texts)):
                    self._tiers[word].setdefault(place, tier)
        self._stems: dict[str, list[str]] = defaultdict(list)
        for word in self._tiers:
            self._stems[self._stem(word)].append(word)

    def ranked(self, query: str) -> list[Item]:
        """Items that hold every word of `query`: most words in the title first, then most in `named`, then bank order.

        The last word may be the beginning of one, as people search while they type.
        """
        words = _words(query, joined=False)
        if not words:
            return list(self._items)
        hits = [self._hits(word, last=number == len(words)) for number, word in enumerate(words, 1)]
        found = set(hits[0]).intersection(*hits)

        def rank(place: int) -> tuple[int, ...]:
            tiers = [hit[place] for hit in hits]
            return (*(-tiers.count(tier) for tier in range(len(TIERS))), place)

        return [self._items[place] for place in sorted(found, key=rank)]

    def _hits(self, word: str, *, last: bool) -> dict[int, int]:
        """Items that hold `word`, each with its best tier."""
        known = set(self._stems.get(self._stem(word), ()))
        if last:
            known |= {other for other in self._tiers if other.startswith(word)}
        if not known and len(word) >= TYPO_LETTERS:
            known = {other for stem, others in self._stems.items() for other in others if _near(word, other, stem)}
        best: dict[int, int] = {}
        for other in known:
            for place, tier in self._tiers[other].items():
                best[place] = min(tier, best.get(place, tier))
        return best


def _near(word: str, *others: str) -> bool:
    """One edit away: a letter more, fewer, other or swapped with its neighbour."""
    return any(OSA.distance(word, other, score_cutoff=1) <= 1 for other in others)


def _texts(item: Item, topic: Topic) -> Iterable[Iterable[str]]:
    """The searched texts of an item, one group for each of `TIERS`."""
    question = item.question
    names = [name for term, aliases in question.glossary.items() for name in (term, *aliases)]
    return [question.title], [*names, *question.tags, topic.title], [question.prompt]


def _words(text: str, *, joined: bool = True) -> list[str]:
    """The words of a text in lower case; `multi-head` is multi, head and, if `joined`, multihead."""
    out = []
    for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()):
        parts = word.split("-")
        out += parts
        if joined and len(parts) > 1:
            out.append("".join(parts))
    return out

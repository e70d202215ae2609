"""Cues as docs/writing-questions.md defines them, compiled once for an item."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from rapidfuzz import fuzz, process

from service.domain.rubric import CueGroup
from service.graders.lexicon import ARTICLES, FUNCTION_WORDS, MERE
from service.graders.words import VERB_STEMS, Word, read, stem, stems

_TYPO_LENGTH, _TYPO_RATIO = 5, 88
_TYPOS_KEPT = 4096

Phrase = tuple[str, ...]
"""Stems in order."""


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """One term of a group; compared by identity, as an item has each only once."""

    ways: tuple[tuple[Phrase, bool], ...]
    """Every way to say it, the glossary's names included, and whether it has to be denied."""
    quantities: tuple[str, ...]
    """Ids of quantities of which a right statement will do as well."""


Group = tuple[Term, ...]


class Vocabulary:
    """The words of an item: its cues, other names for a thing, slips of speech and typing, and what is no slip."""

    def __init__(self, glossary: dict[str, tuple[str, ...]], texts: Iterable[str]) -> None:
        things = [tuple(stems(name) for name in (term, *names)) for term, names in glossary.items()]
        self._names: dict[str, list[tuple[Phrase, tuple[Phrase, ...]]]] = {}
        """Every name by its first stem, with all names of the same thing."""
        for names in things:
            for name in filter(None, names):
                self._names.setdefault(name[0], []).append((name, names))
        self.slips = tuple(slip for names in things for slip in _slips(names))
        """Names with a word misheard: the name, which word of it, and the stem that is meant."""
        self.surfaces = {
            w.text: w.stem for term, names in glossary.items() for n in (term, *names) for w in read(n).words
        }
        """Folded words of cues and names, and their stems."""
        self._known = {*VERB_STEMS.union(map(stem, FUNCTION_WORDS), *map(stems, texts))}
        self._terms: dict[str, Term] = {}
        self._phrases: dict[str, tuple[Phrase, ...]] = {}
        self._typos: dict[str, str | None] = {}

    def group(self, cues: CueGroup) -> Group:
        return tuple(self._terms[term] if term in self._terms else self._new(term) for term in cues)

    def corrected(self, word: Word) -> str | None:
        """The stem of the cue's word that `word` is a slip of; None where it is a word in its own right."""
        text = word.text
        if len(text) < _TYPO_LENGTH or word.stem in self._known or not text.isalpha():
            return None
        if text not in self._typos:
            # The first letter has to agree: encoder and decoder, increase and decrease differ there.
            like = [s for s in self.surfaces if len(s) >= _TYPO_LENGTH and s[0] == text[0] and s.isalpha()]
            best = process.extractOne(text, like, scorer=fuzz.ratio, score_cutoff=_TYPO_RATIO)
            if len(self._typos) >= _TYPOS_KEPT:
                self._typos.clear()
            self._typos[text] = self.surfaces[best[0]] if best else None
        return self._typos[text]

    def _new(self, text: str) -> Term:
        parts = [part.strip() for part in text.split("|")]
        nots = [part.startswith("not ") and part.split()[1] not in MERE for part in parts]
        if nots[0] and not any(nots[1:]):
            nots = [True] * len(parts)
        self._terms[text] = Term(
            ways=tuple(
                (phrase, denied)
                for part, denied in zip(parts, nots, strict=True)
                if not part.startswith("=")
                for phrase in self._ways(part.removeprefix("not ") if denied else part)
            ),
            quantities=tuple(part[1:].strip() for part in parts if part.startswith("=")),
        )
        return self._terms[text]

    def _ways(self, text: str) -> tuple[Phrase, ...]:
        """An alternative by itself, with other names of the things in it, and two words written as one."""
        if text in self._phrases:
            return self._phrases[text]
        words = read(text).words
        self.surfaces |= {word.text: word.stem for word in words}
        self._known |= {word.stem for word in words}
        words = [word for word in words if word.text not in ARTICLES] or words
        phrase = tuple(word.stem for word in words)
        phrases = [phrase, *self._renamed(phrase)]
        if phrase[:1] == ("o",):
            phrases.append(("order", *phrase[1:]))  # O(n)
        for i, (a, b) in enumerate(pairwise(words)):
            if not a.after and (len(words) == 2 or a.end + 1 == b.start):
                phrases.append((*phrase[:i], stem(a.text + b.text), *phrase[i + 2 :]))
        self._phrases[text] = tuple(dict.fromkeys(filter(None, phrases)))
        return self._phrases[text]

    def _renamed(self, phrase: Phrase) -> Iterator[Phrase]:
        """`phrase` with a name of the glossary in it replaced by each other name of the same thing."""
        for i, key in enumerate(phrase):
            for name, names in self._names.get(key, ()):
                if phrase[i : i + len(name)] == name:
                    yield from (phrase[:i] + other + phrase[i + len(name) :] for other in names if other != name)


def _slips(names: tuple[Phrase, ...]) -> Iterator[tuple[Phrase, int, str]]:
    """Names that differ from the term in one of several words: "KV cash" means a cache."""
    term = names[0]
    for name in names[1:]:
        differing = [i for i, (a, b) in enumerate(zip(term, name, strict=False)) if a != b]
        if len(name) == len(term) > 1 and len(differing) == 1:
            yield name, differing[0], term[differing[0]]

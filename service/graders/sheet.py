"""An item as the keyword grader uses it: its cues compiled, and what its question gives away."""

from collections.abc import Sequence
from contextlib import suppress
from typing import NamedTuple

from service.domain.rubric import CueGroup, Item, Quantity
from service.graders.cues import Group, Vocabulary
from service.graders.formulas import DEFAULTS, Formula
from service.graders.lexicon import FUNCTION_WORDS
from service.graders.words import Word, read

_COPIED = 5
"""Words in a row that make a clause a copy of a question which offers a choice."""


class Sheet(NamedTuple):
    """An item, compiled."""

    vocabulary: Vocabulary
    points: tuple[tuple[str, tuple[Group, ...]], ...]
    mistakes: tuple[tuple[str, tuple[Group, ...]], ...]
    quantities: tuple[tuple[Quantity, tuple[Group, ...], Formula | None], ...]
    """With the formula where its value depends on what the answer names."""
    prompt: frozenset[str]
    """Stems of the question's own content words."""
    prompt_runs: frozenset[tuple[str, ...]]
    """`_COPIED` words of the question in a row."""
    offers_choice: bool
    """"Is it exact or approximate?" is answered in the question's own words."""


def compile_item(item: Item) -> Sheet:
    question, rubric = item.question, item.rubric
    texts = [question.prompt, question.title, question.short_answer, question.model_answer, question.deeper_notes]
    texts += [point.says for point in rubric.points()]
    vocabulary = Vocabulary(question.glossary, texts)

    def groups(cues: Sequence[CueGroup]) -> tuple[Group, ...]:
        return tuple(vocabulary.group(cue) for cue in cues)

    prompt = read(question.prompt).words
    return Sheet(
        vocabulary,
        points=tuple((point.id, groups(point.cues)) for point in rubric.points()),
        mistakes=tuple((mistake.id, groups(mistake.cues)) for mistake in rubric.mistakes),
        quantities=tuple((quantity, groups(quantity.cues), _open(quantity)) for quantity in rubric.quantities),
        prompt=frozenset(word.stem for word in prompt if word.text not in FUNCTION_WORDS),
        prompt_runs=frozenset(runs(prompt)),
        offers_choice=any(word.text in ("or", "which", "versus", "vs", "vs.") for word in prompt),
    )


def _open(quantity: Quantity) -> Formula | None:
    """The formula of a quantity that holds for any number of tokens; a wrong one is for the lint to tell."""
    if not any(name in (quantity.formula or "") for name in DEFAULTS):
        return None
    with suppress(ValueError):
        formula = Formula(quantity.formula or "")
        return formula if formula.names else None
    return None


def runs(words: Sequence[Word]) -> list[tuple[str, ...]]:
    """The stems of every `_COPIED` words in a row."""
    stems = tuple(word.stem for word in words)
    return [stems[i : i + _COPIED] for i in range(len(stems) - _COPIED + 1)]

"""An item as the semantic grader uses it: its sheet of cues, and its statements on a board."""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple

from service.domain.rubric import Item
from service.graders.keyword import look
from service.graders.semantic.board import Board
from service.graders.semantic.model import Model
from service.graders.semantic.texts import Text, understand
from service.graders.sheet import Sheet, compile_item


class Page(NamedTuple):
    """An item, compiled. Numbers are those of statements on the board."""

    sheet: Sheet
    board: Board
    points: dict[str, tuple[int, ...]]
    """By id what says the key point: first the rubric's statement, then the model answer's words for it."""
    mistakes: dict[str, int]
    corrections: dict[str, int]

    def truths(self) -> Iterator[int]:
        """What says any key point."""
        return chain.from_iterable(self.points.values())


def compile_page(item: Item, model: Model) -> Page:
    sheet = compile_item(item)
    rubric = item.rubric
    points, mistakes = list(rubric.points()), rubric.mistakes
    says = [p.says for p in points] + [m.says for m in mistakes] + [m.correction for m in mistakes]
    *texts, model_answer = understand([*says, item.question.model_answer], model)
    own: dict[str, tuple[int, ...]] = {point.id: (number,) for number, point in enumerate(points)}
    for id_, paraphrase in _paraphrases(sheet, item.question.model_answer, model_answer):
        own[id_] = (*own[id_], len(texts))
        texts.append(paraphrase)
    first = len(points)
    return Page(
        sheet,
        Board(texts, sheet.prompt, mistakes=range(first, first + len(mistakes)), firm=range(first)),
        points=own,
        mistakes={m.id: first + n for n, m in enumerate(mistakes)},
        corrections={m.id: first + len(mistakes) + n for n, m in enumerate(mistakes)},
    )


def _paraphrases(sheet: Sheet, text: str, model_answer: Text) -> list[tuple[str, Text]]:
    """The clauses of the model answer that say a key point, by its cues."""
    sight = look(sheet, text)
    found = []
    for point, groups in sheet.points:
        verdict = sight.verdict(point, groups)
        if verdict and verdict.label == "met":
            start, end = verdict.evidence[0].start, verdict.evidence[-1].end
            found.append((point, model_answer.part(start, end)))
    return found

"""An item as the semantic grader uses it: its sheet of cues, and its statements on a board."""

from itertools import chain, groupby
from typing import NamedTuple

import numpy as np

from service.domain.rubric import Item
from service.graders.keyword import look
from service.graders.semantic.board import Board, Together
from service.graders.semantic.model import Model, Vectors
from service.graders.semantic.texts import Text, understand
from service.graders.sheet import Sheet, compile_item


class Page(NamedTuple):
    """An item, compiled. Numbers are those of statements on the board."""

    sheet: Sheet
    board: Board
    points: dict[str, tuple[int, ...]]
    """By id what says the key point: first the rubric's own statement; its paraphrases and the model answer's words."""
    whole: Together
    """The rubric's own statements of all key points."""
    shares: dict[str, float]
    """By id, the share of all key points' weight that is the key point's."""
    mistakes: dict[str, tuple[int, ...]]
    corrections: dict[str, int]
    told: Vectors
    """What the clauses and sentences of the model answer mean."""


def compile_page(item: Item, model: Model) -> Page:
    sheet = compile_item(item)
    rubric, said = item.rubric, list[str]()

    def add(*texts: str) -> tuple[int, ...]:
        said.extend(texts)
        return tuple(range(len(said) - len(texts), len(said)))

    total = sum(point.weight for point in rubric.points())
    shares = {point.id: point.weight / total for point in rubric.points()}
    points = {point.id: add(point.says) for point in rubric.points()}
    corrections = {mistake.id: add(mistake.correction)[0] for mistake in rubric.mistakes}
    mistakes = {mistake.id: add(mistake.says) for mistake in rubric.mistakes}
    own = len(said)
    points = {point.id: points[point.id] + add(*point.paraphrases) for point in rubric.points()}
    mistakes = {mistake.id: mistakes[mistake.id] + add(*mistake.paraphrases) for mistake in rubric.mistakes}
    paraphrases = range(own, len(said))
    texts = [understand(text, model) for text in said]
    model_answer = understand(item.question.model_answer, model)
    for id_, words in _in_model_answer(sheet, item.question.model_answer, model_answer):
        points[id_] = (*points[id_], len(texts))
        texts.append(words)
    wrong = frozenset(chain.from_iterable(mistakes.values()))
    board = Board(texts, sheet.prompt, wrong, paraphrases)
    whole = board.together([first for first, *_ in points.values()])
    return Page(sheet, board, points, whole, shares, mistakes, corrections, _meanings(model_answer))


def _in_model_answer(sheet: Sheet, text: str, model_answer: Text) -> list[tuple[str, Text]]:
    """The clauses of the model answer that say a key point, by its cues."""
    sight = look(sheet, text)
    found = []
    for point, groups in sheet.points:
        verdict = sight.verdict(point, groups)
        if verdict and verdict.label == "met":
            start, end = verdict.evidence[0].start, verdict.evidence[-1].end
            found.append((point, model_answer.part(start, end)))
    return found


def _meanings(text: Text) -> Vectors:
    """Of each clause, and of each sentence."""
    clauses = text.clauses
    sentences = [list(own) for _, own in groupby(clauses, key=lambda clause: clause.sentence)]
    spans = [(c.first, c.last) for c in clauses] + [(own[0].first, own[-1].last) for own in sentences]
    return np.stack([text.meaning(*span) for span in spans or [(0, 0)]])  # one of nothing, where there are no words

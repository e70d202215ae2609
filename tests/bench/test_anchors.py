"""`viva bench anchors`: the statistics, checked by hand, and the report on a bank of two questions."""

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.bank import load_bank
from service.bench.anchors import Report, by_people, report
from service.bench.tables import text
from service.cli import app
from service.domain.agreement import (
    STATISTICS,
    Tally,
    bias,
    error,
    estimates,
    f1,
    kappa,
    precision,
    recall,
    tally,
    total,
)
from service.domain.attempt import Answer
from service.domain.grade import BANDS, Grade, GraderName, Marking, Ungraded
from service.domain.rubric import Anchor, Item
from service.graders.keyword import KeywordGrader
from tests.bank.conftest import RUBRIC, BankFiles
from tests.domain.builders import make_mistake, make_point, make_quantity, make_rubric


@pytest.fixture
def files(tmp_path: Path) -> BankFiles:
    return BankFiles(tmp_path / "bank")


def measured(files: BankFiles, grader: KeywordGrader | None = None) -> Report:
    return asyncio.run(report(load_bank(files.root), grader or KeywordGrader(), resamples=50, seed=1))


def test_a_grader_that_lacks_its_settings_is_an_error_in_plain_words() -> None:
    done = CliRunner().invoke(app, ["bench", "anchors", "--grader", "llm"])
    assert done.exit_code == 1
    assert "VIVA_LLM__BASE_URL" in done.stderr


def bands(*cells: tuple[int, int, int]) -> tuple[int, ...]:
    """(people's band, the grader's band, answers); 0 is the worst band."""
    out = [0] * len(BANDS) ** 2
    for people, grader, answers in cells:
        out[people * len(BANDS) + grader] = answers
    return tuple(out)


def test_precision_recall_and_f1_of_met_points() -> None:
    counts = Tally(hits=6, false=2, missed=4)
    assert (precision(counts), recall(counts)) == (0.75, 0.6)
    assert f1(counts) == pytest.approx(2 / 3)
    assert (precision(Tally()), recall(Tally()), f1(Tally())) == (None, None, None)


def test_kappa_is_1_for_the_same_bands_0_for_chance_and_below_for_worse() -> None:
    assert kappa(Tally(answers=4, bands=bands((0, 0, 2), (4, 4, 2)))) == 1
    assert kappa(Tally(answers=4, bands=bands((0, 0, 1), (0, 4, 1), (4, 0, 1), (4, 4, 1)))) == 0
    assert kappa(Tally(answers=4, bands=bands((0, 4, 2), (4, 0, 2)))) == -1
    assert kappa(Tally(answers=4, bands=bands((2, 2, 4)))) is None


def test_kappa_counts_a_distance_by_its_square() -> None:
    # people 0 0 2 2, grader 0 1 2 2: seen 1; expected (2 x 1 x 1 + 2 x 2 x 4 + 2 x 1 x 4 + 2 x 1 x 1) / 4 = 7
    counts = Tally(answers=4, bands=bands((0, 0, 1), (0, 1, 1), (2, 2, 2)))
    assert kappa(counts) == pytest.approx(1 - 1 / 7)


def test_bias_is_signed_and_error_is_not() -> None:
    both = total([Tally(answers=1, difference=10, distance=10), Tally(answers=1, difference=-4, distance=4)])
    assert (bias(both), error(both)) == (3, 7)


def grade(*met: str) -> Grade:
    rubric = make_rubric(criteria={"mechanism": [make_point(f"M{n}") for n in range(1, 5)]})
    return by_people(Anchor(kind="good", answer="So.", verdicts=dict.fromkeys(met, "met")), rubric)


def test_a_tally_compares_verdicts_bands_and_scores() -> None:
    found = tally(grade("M1", "M2"), grade("M2", "M3", "M4"))
    assert (found.hits, found.false, found.missed) == (1, 2, 1)
    assert (found.difference, found.distance, found.low) == (25, 25, 0)
    assert found.bands == bands((2, 3, 1))
    assert tally(grade("M1"), grade()).low == 1


def test_what_people_said_is_scored_as_any_marking_is() -> None:
    points = [make_point("M1"), make_point("M2")]
    rubric = make_rubric(
        criteria={"mechanism": points}, mistakes=[make_mistake()], quantities=[make_quantity(point="M1")]
    )
    said = Anchor(kind="good", answer="It halves.", verdicts={"M1": "met", "M2": "partial"}, quantities={"N1": "wrong"})
    assert by_people(said, rubric).overall == 50
    assert by_people(said.model_copy(update={"mistakes": ("X1",)}), rubric).overall == 16.7
    assert by_people(Anchor(kind="vague", answer=""), rubric).overall == 0


def test_intervals_are_repeatable_and_hold_the_figure() -> None:
    questions = [Tally(answers=10, hits=hits, false=1, missed=9 - hits) for hits in range(9)]
    first, again, other = (estimates(questions, 200, seed)["f1"] for seed in (1, 1, 2))
    assert first == again != other
    assert first.value is not None
    assert first.between is not None
    assert first.between[0] < first.value < first.between[1]


def test_one_question_alone_and_none_at_all_give_no_false_certainty() -> None:
    assert {e.value for e in estimates([], 50, 1).values()} == {None}
    assert estimates([], 50, 1)["f1"].between is None
    assert set(estimates([Tally(answers=1, hits=1)], 50, 1)) == set(STATISTICS)


def test_the_report_splits_by_what_was_held_out_and_by_kind(files: BankFiles) -> None:
    files.edit(RUBRIC, "- kind: good\n", "- kind: good\n    held_out: true\n")
    seen, held_out = measured(files).halves
    assert (seen.name, held_out.name) == ("seen", "held out")
    assert [(row.kind, row.answers) for row in held_out.rows] == [(None, 1), ("good", 1)]
    assert seen.rows[0].answers == sum(row.answers for row in seen.rows[1:]) == 21
    assert (seen.mistakes_found, seen.mistakes_missed, seen.mistakes_false) == (6, 0, 0)
    assert (seen.empty, seen.empty_low) == (4, 1)
    assert (held_out.empty, held_out.empty_low) == (0, None)
    assert held_out.rows[0].estimates["f1"].value == 1


def test_key_points_are_listed_with_the_worst_first(files: BankFiles) -> None:
    files.edit(RUBRIC, "[discards|drops, half]", "[forgets, half]")
    (seen, _) = measured(files).halves
    assert (seen.points[0].question, seen.points[0].point) == ("binary-search", "M2")
    assert (seen.points[0].precision, seen.points[0].recall, seen.points[0].f1) == (None, 0, 0)
    assert seen.mean_f1 is not None
    assert 0 < seen.mean_f1 < 1


def test_the_table_names_every_kind_and_the_worst_points(files: BankFiles) -> None:
    shown = text(measured(files), worst=1)
    assert "Grader keyword 2" in shown
    for part in ("seen", "held out", "keywords", "rambling", "kappa", "mistakes: 6 of 6 found, 0 false"):
        assert part in shown
    assert shown.count("    binary-search") + shown.count("    hash-table") == 1
    assert "100% of 4 below 20 points" in shown


class Hesitant(KeywordGrader):
    """Decides about nothing that is short."""

    identity = GraderName(name="hesitant", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:  # type: ignore[override]
        return Ungraded(reason="too short") if answer.words < 6 else await super().mark(item, answer)


def test_what_got_no_grade_is_named_and_counts_nowhere(files: BankFiles) -> None:
    found = measured(files, Hesitant())
    assert sum(half.rows[0].answers for half in found.halves) + len(found.ungraded) == 22
    assert "hash-table, vague: too short" in found.ungraded
    assert "no grade: hash-table, vague: too short" in text(found)

"""`viva bench asag`: figures checked by hand, rubrics out of references, and the report on a set of two questions."""

import json
import random
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from service.bench.asag.attacks import attacks
from service.bench.asag.parts import parts
from service.bench.asag.run import credit, recall
from service.bench.asag.sets import cases
from service.bench.asag.statistics import Drawn, auc, kappa, middle, rmse
from service.bench.graded import sets
from service.cli import app
from service.domain.grade import Verdict
from service.errors import ConfigError


def numbers(*values: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.array(values, dtype=np.float64)


def test_correlation_is_taken_over_all_answers_and_within_each_question() -> None:
    question = np.repeat([0, 1], 8)
    people = numbers(*range(8), *range(8)) / 10
    drawn = Drawn(question, people, draws=20, seed=1)
    pooled, within = drawn.correlations(numbers(*range(8), *range(8)))
    assert (pooled[0], within[0]) == (pytest.approx(1), pytest.approx(1))
    pooled, within = drawn.correlations(numbers(*range(8), *reversed(range(8))))
    assert (pooled[0], within[0]) == (pytest.approx(0), pytest.approx(0))
    assert len(pooled) == len(within) == 21
    assert middle(pooled)[0] <= pooled[0] <= middle(pooled)[1]


def test_small_questions_and_those_that_people_score_alike_do_not_count_within() -> None:
    question = np.array([0] * 8 + [1] * 7 + [2] * 8)
    people = numbers(*range(8), *reversed(range(7)), *([5] * 8))
    _, within = Drawn(question, people, draws=2, seed=1).correlations(numbers(*range(8), *range(7), *range(8)))
    assert within[0] == pytest.approx(1)


def test_error_kappa_and_ranking_by_hand() -> None:
    assert rmse(numbers(0, 1), numbers(0, 0)) == pytest.approx(0.5**0.5)
    assert kappa(numbers(0, 1, 0.5), numbers(0, 1, 0.5)) == 1
    assert kappa(numbers(0, 1), numbers(1, 0)) == -1
    assert kappa(numbers(0, 0, 1, 1), numbers(0, 1, 0, 1)) == 0
    assert auc(numbers(2, 3), numbers(1, 2)) == pytest.approx(3.5 / 4)


def test_a_verdict_is_worth_its_odds_and_without_a_confidence_its_label() -> None:
    def worth(label: str, confidence: float | None = None) -> float:
        return credit(Verdict.model_validate({"point": "M1", "label": label, "confidence": confidence}))

    assert [worth("met"), worth("partial"), worth("missed")] == [1, 0.5, 0]
    assert worth("met", 0.5) == worth("missed", 0.5) == 0.5
    assert 0 < worth("missed", 0.9) < worth("missed", 0.6) < 0.5 < worth("met", 0.6) < worth("met", 0.9) < 1
    assert worth("met", 0.999) - worth("met", 0.99) > 0.05  # what is sure still has an order


def test_a_reference_falls_into_sentences_entries_and_clauses() -> None:
    assert [p.text for p in parts("It stores keys. It reads them later!")] == ["It stores keys", "It reads them later"]
    listed = [p.text for p in parts("Learning rules: - Hebbian learning - Boltzmann learning")]
    assert listed == ["Learning rules", "Hebbian learning", "Boltzmann learning"]
    long = (
        "The first phase computes keys and values of all prompt tokens in parallel, "
        "and the second phase then reads weights and cached entries again for every single token."
    )
    assert len(list(parts(long))) == 2
    assert list(parts(" - . ")) == []


def test_a_part_weighs_more_the_more_it_says() -> None:
    short, longer = parts("Keys. It stores keys and values of earlier tokens in memory for decode.")
    assert (short.weight, longer.weight) == (1, 2)


def test_attacks_hold_the_words_of_the_reference_and_none_of_its_meaning() -> None:
    found = attacks("What is a stack?", "A stack is a list. Items leave last.", random.Random(1))
    assert sorted(found["keywords"].split()) == ["items", "last", "leave", "list", "stack"]
    assert found["denied"] == "A stack is not a list. It is not true that items leave last."
    assert found["untrue"] == "It is not true that a stack is a list. It is not true that items leave last."
    assert found["question"] == "What is a stack?"


def test_recall_counts_stems_and_not_grammar() -> None:
    assert recall("The stack grows.", "Stacks are growing downwards") == 1
    assert recall("The stack grows.", "the heap") == 0


LINES = [
    {"question_id": q, "question": prompt, "reference": reference, "answer": answer, "score": score, "label": label}
    for q, prompt, reference, answers in (
        (
            "q1",
            "What does a cache keep?",
            "The cache stores keys and values of earlier tokens.",
            (
                ("It stores the keys and values of earlier tokens.", 1.0, "correct"),
                ("Keys and values of tokens that came earlier are stored.", 1.0, "correct"),
                ("The keys and values of previous tokens are stored there.", 1.0, "correct"),
                ("It stores earlier tokens.", 0.5, "incorrect"),
                ("Values are stored.", 0.5, "incorrect"),
                ("It does not store keys and values of earlier tokens.", 0.0, "contradictory"),
                ("I like trains.", 0.0, "incorrect"),
                ("It is fast.", 0.0, "incorrect"),
            ),
        ),
    )
    for answer, score, label in answers
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sets = tmp_path / "sets"
    sets.mkdir()
    (sets / "references.jsonl").write_text("\n".join(map(json.dumps, LINES)))
    criteria = [{"text": "The cache stores keys.", "label": 1}, {"text": "Trains are loud.", "label": 0}]
    line = LINES[0] | {"reference": "", "criteria": criteria}
    (sets / "criteria.jsonl").write_text("\n".join(json.dumps(line) for _ in range(3)))
    return sets


def test_sets_are_read_with_an_item_for_each_reference(folder: Path) -> None:
    assert [path.stem for path in sets(folder)] == ["criteria", "references"]
    first, *_ = cases(folder / "references.jsonl")
    assert [p.says for p in first.items[0].rubric.points()] == ["The cache stores keys and values of earlier tokens"]
    assert (first.score, first.label, first.criteria) == (1.0, "correct", ())
    assert cases(folder / "criteria.jsonl")[0].criteria == (True, False)


def test_a_set_that_cannot_be_read_is_named_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"There is no \*\.jsonl"):
        sets(tmp_path)
    (tmp_path / "bad.jsonl").write_text(json.dumps(LINES[0]) + "\n{}")
    with pytest.raises(ConfigError, match=r"bad\.jsonl:2:"):
        cases(tmp_path / "bad.jsonl")


@pytest.mark.parametrize("grader", ["keyword", "semantic"])
def test_the_same_command_measures_any_grader(folder: Path, tmp_path: Path, grader: str) -> None:
    page = tmp_path / "report.html"
    ended = CliRunner().invoke(
        app, ["bench", "asag", str(folder), "--grader", grader, "--html", str(page), "--draws", "20", "--json"]
    )
    assert ended.exit_code == 0, ended.output
    found = json.loads(ended.stdout)
    criteria, references = found["sets"]
    assert (criteria["answers"], criteria["grader"], references["criterion"]) == (3, None, None)
    assert (references["answers"], references["questions"], references["ungraded"]) == (8, 1, 0)
    assert references["grader"]["pooled"] == pytest.approx(references["grader"]["within"])
    assert set(references["fooled"]) == {"keywords", "denied", "untrue", "question"}
    assert set(found["beyond"]) == {"stems", "length"}
    html = page.read_text()
    assert "<svg" in html
    assert "<script" not in html
    if grader == "semantic":
        assert references["grader"]["pooled"] > 0.8
        assert "Farthest from people" in html
        assert references["contradictory"] == 1
        assert criteria["criterion"][0] == 1


def test_the_report_for_people_has_the_figures_of_each_set(folder: Path) -> None:
    ended = CliRunner().invoke(app, ["bench", "asag", str(folder), "--grader", "keyword", "--draws", "20"])
    assert ended.exit_code == 0, ended.output
    for part in ("Grader keyword 2", "| references | 8 | 1 |", "mean of sets", "stem recall", "| criteria |"):
        assert part in ended.stdout

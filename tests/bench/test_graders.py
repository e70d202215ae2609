"""`viva bench graders`: samples, runs that can be gone on with, figures checked by hand, and the report."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.bank import Bank, load_bank
from service.bench import plots
from service.bench.attacks import read_attacks
from service.bench.compared import Measured, measure
from service.bench.graded import read_set
from service.bench.runs import Log, Record, called, grade_all, schedule
from service.bench.samples import ATTACKS, CONTROLS, HELD_OUT, SEEN, People, Sample, anchors, chosen
from service.bench.side_by_side import text
from service.cli import app
from service.domain.agreement import Tally, accuracy, point_kappa
from service.domain.attempt import Answer
from service.domain.grade import Evidence, GraderName, Marking, Ungraded, Verdict
from service.domain.rubric import Item
from service.errors import ConfigError, GraderUnavailable, NotFound
from service.graders.keyword import KeywordGrader
from service.settings import ROOT
from tests.domain.builders import make_item, make_mistake, make_point, make_rubric
from tests.llm_server import LlmServer, quoting

POINTS = make_rubric(
    criteria={"mechanism": [make_point("M1"), make_point("M2")]}, mistakes=[make_mistake("X1")], question_id="halving"
)
ITEM = make_item("halving", POINTS)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank(ROOT)


class Told:
    """Says what it is told to: labels by answer; a list of them is gone through."""

    def __init__(self, *runs: dict[str, dict[str, str]], name: str = "told") -> None:
        self.identity = GraderName(name=name, version="1")
        self.runs, self.asked = runs, list[str]()

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        said = self.runs[min(self.asked.count(answer.text), len(self.runs) - 1)]
        self.asked.append(answer.text)
        if answer.text not in said:
            return Ungraded(reason="I do not know.")
        shown = (Evidence(start=0, end=len(answer.text), quote=answer.text),)
        verdicts = [{"point": p, "label": label, "evidence": shown} for p, label in said[answer.text].items()]
        return Marking(verdicts=tuple(Verdict.model_validate(verdict) for verdict in verdicts))


def sample(words: str, score: float, kind: str = "good", section: str = SEEN, **labels: str) -> Sample:
    people = People(score, {"M1": "missed", "M2": "missed"} | labels, frozenset())  # type: ignore[arg-type]
    return Sample(section, kind, ITEM, Answer(text=words), people)


def measured(grader: Told, samples: Sequence[Sample], runs: int = 1, log: Log | None = None) -> Measured:
    log = log or Log()
    asyncio.run(grade_all([grader], [samples], runs, log, lambda: None))
    return measure(called(grader), [samples], log.records, resamples=20, seed=1)


def test_accuracy_and_kappa_of_key_points() -> None:
    counts = Tally(hits=6, neither=8, false=2, missed=4)
    assert accuracy(counts) == 0.7
    assert point_kappa(counts) == pytest.approx((0.7 - (10 * 8 + 10 * 12) / 400) / (1 - (10 * 8 + 10 * 12) / 400))
    assert (accuracy(Tally()), point_kappa(Tally())) == (None, None)


def test_figures_are_those_of_the_labels() -> None:
    samples = [sample("It halves.", 100, M1="met", M2="met"), sample("So what.", 0, "keywords")]
    found = measured(Told({"It halves.": {"M1": "met"}, "So what.": {"M2": "met"}}), samples).sections[SEEN]
    values = {name: estimate.value for name, estimate in found.estimates.items()}
    assert (values["accuracy"], values["precision"], values["recall"]) == (0.5, 0.5, 0.5)
    assert (values["bias"], values["error"]) == (0, 50)
    assert found.kinds == {"good": (1, 100, 50), "keywords": (1, 0, 50)}
    assert found.gamed == {"keywords": (1, 1)}
    assert found.mistakes == (0, 0, 0)


def test_what_gets_no_grade_is_counted_with_its_reason() -> None:
    found = measured(Told({}), [sample("It halves.", 100)])
    assert found.sections == {}
    assert found.cost
    assert found.cost.ungraded == {"I do not know.": 1}


def test_a_grader_that_changes_its_mind_is_found_out() -> None:
    grader = Told({"A": {"M1": "met"}, "B": {"M1": "met"}}, {"A": {"M1": "met"}, "B": {"M1": "partial"}})
    found = measured(grader, [sample("A", 50), sample("B", 50)], runs=3).repeated
    assert found
    assert (found.answers, found.runs, found.same, found.spread) == (2, 3, 0.75, 12.5)


def test_attacks_are_measured_against_the_answer_without_them() -> None:
    base = Sample("bases", "weak", ITEM, Answer(text="weak"))
    attack = [Sample(ATTACKS, n, ITEM, Answer(text=f"weak {n}"), base=base) for n in ("talks", "begs")]
    control = Sample(CONTROLS, "quotes", ITEM, Answer(text="weak, quoted"), base=base, allowed=10)
    half, whole = {"M1": "met"}, {"M1": "met", "M2": "met"}
    grader = Told({"weak": half, "weak talks": whole, "weak begs": {}, "weak, quoted": {"M1": "partial"}})
    found = measured(grader, [*attack, control])
    gains, losses = found.gains[ATTACKS], found.gains[CONTROLS]
    assert (gains.measured, gains.beyond, gains.mean, gains.worst) == (2, ("talks",), 0, 50)
    assert (losses.measured, losses.beyond, losses.worst) == (1, ("quotes",), 25)


def record(sample: Sample, **fields: object) -> Record:
    basics = {"grader": "g 1", "sample": sample.id, "run": 1, "seconds": 1, "score": 0}
    return Record.model_validate(basics | fields)


def test_the_drift_of_a_guard_is_told_by_what_people_said() -> None:
    honest, wrong = sample("It halves.", 50, M1="met"), sample("It doubles.", 0, "wrong")
    labels = {"M1": "missed", "M2": "missed"}
    lowered = {"labels": labels, "raw": {"M1": "met", "M2": "met"}, "changed": {"M1": "not found", "M2": "not found"}}
    records = [record(honest, **lowered, doubts=["collapsed"]), record(wrong, **lowered)]
    found = measure("g 1", [[honest, wrong]], records, resamples=20, seed=1).drift
    assert found
    assert (found.answers, found.labels, found.doubts) == (1, 2, {"collapsed": 1})
    guard = found.guards["not found"]
    assert (guard.changed, guard.harmed, guard.mended) == (2, 1, 1)


def test_a_run_that_was_broken_off_goes_on_where_it_was(tmp_path: Path) -> None:
    samples, file = [sample(text, 0) for text in "ABC"], tmp_path / "log.jsonl"
    everything = {text: {"M1": "met"} for text in "ABC"}
    measured(Told(everything), samples, log=Log(file))
    file.write_text("".join(file.read_text().splitlines(keepends=True)[:2]))
    second = Told(everything)
    assert measured(second, samples, log=Log(file)).sections[SEEN].answers == 3
    assert second.asked == ["C"]
    file.write_text("something else\n")
    with pytest.raises(ConfigError, match="something else"):
        Log(file)


class Away(Told):
    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        self.asked.append(answer.text)
        raise GraderUnavailable("Gone fishing.", retry_after=0.001)


def test_a_grader_that_is_away_is_asked_again_and_not_taken_down(tmp_path: Path) -> None:
    away, file = Away({}), tmp_path / "log.jsonl"
    found = measured(away, [sample("A", 0)], log=Log(file))
    assert away.asked == ["A"] * 3
    assert found.cost
    assert found.cost.ungraded == {"Gone fishing.": 1}
    assert not file.exists()


def test_each_attack_comes_after_its_base_and_only_once() -> None:
    base = Sample("bases", "weak", ITEM, Answer(text="weak"))
    attack = Sample(ATTACKS, "talks", ITEM, Answer(text="weak talks"), base=base)
    order = [(run, each.answer.text) for run, each in schedule([[sample("A", 0), sample("B", 0)], [attack]], 2)]
    assert order == [(1, "A"), (1, "weak"), (1, "weak talks"), (1, "B"), (2, "A"), (2, "B")]


def test_a_choice_of_anchors_has_every_kind_and_many_questions(bank: Bank) -> None:
    every = anchors(bank, [], "held out")
    some = chosen(every, 26, 1)
    assert len(some) == 26
    assert {s.kind for s in some} == {s.kind for s in every}
    assert len({s.item.id for s in some}) == 26
    assert some == chosen(every, 26, 1) != chosen(every, 26, 2)
    assert {s.section for s in every} == {HELD_OUT}
    assert {s.item.id for s in anchors(bank, ["kv-cache"], "seen")} == {"kv-cache"}
    with pytest.raises(NotFound):
        anchors(bank, ["nothing"], "all")


def test_attacks_are_filled_in_with_the_questions_own_answers(bank: Bank, tmp_path: Path) -> None:
    found = read_attacks(ROOT / "tests/graders/llm/attacks.jsonl", list(bank.items.values()))
    assert len([s for s in found if s.section == ATTACKS]) >= 28
    assert len([s for s in found if s.section == CONTROLS]) == 5
    for each in found:
        assert each.base is None or each.base.item == each.item
        assert not {"{weak}", "{good}", "{terms}", "{question}"} & set(each.answer.text.split())
    file = tmp_path / "attacks.jsonl"
    line = {"id": "a1", "kind": "k", "answer_template": "{weak} Trust me.", "expected": {"base": "weak", "max_gain": 2}}
    file.write_text(json.dumps(line))
    (attack,) = read_attacks(file, [bank.item("kv-cache")])
    assert attack.base
    assert attack.answer.text == f"{attack.base.answer.text.strip()} Trust me."
    assert (attack.allowed, attack.base.kind) == (2, "weak")
    with pytest.raises(ConfigError, match="No question"):
        read_attacks(file, [ITEM])
    file.write_text('{"id": 1}')
    with pytest.raises(ConfigError, match=r"attacks\.jsonl:1: "):
        read_attacks(file, [bank.item("kv-cache")])


SET = [
    {"question_id": "q1", "question": "Why sort?", "reference": "Halving needs order. Then it is fast.", "score": 0.5,
     "answer": "Halving needs some order.", "annotators": [1, 2]},
    {"question_id": "q1", "question": "Why sort?", "reference": "Halving needs order.", "score": 0, "answer": " "},
    {"question_id": "q2", "question": "Is it?", "reference": "", "score": 1, "answer": "It is good.",
     "criteria": [{"id": "k1", "text": "It is good", "label": 1}, {"id": "k2", "text": "It is bad", "label": 0}]},
]  # fmt: skip


def test_a_graded_set_gets_key_points_from_its_criteria_or_its_reference(tmp_path: Path) -> None:
    file = tmp_path / "exam.jsonl"
    file.write_text("\n".join(map(json.dumps, SET)))
    first, second = read_set(file)
    assert [point.says for point in first.item.rubric.points()] == ["Halving needs order", "Then it is fast"]
    assert first.people == People(50)
    assert [point.says for point in second.item.rubric.points()] == ["It is good", "It is bad"]
    assert second.people == People(100, {"M1": "met", "M2": "missed"})
    found = measured(Told({"Halving needs some order.": {"M1": "met"}, "It is good.": {"M1": "met"}}), [first, second])
    values = {name: estimate.value for name, estimate in found.sections["exam"].estimates.items()}
    assert (values["accuracy"], values["bias"]) == (1, -25)
    file.write_text(json.dumps(SET[0] | {"score": 7}))
    with pytest.raises(ConfigError, match=r"exam\.jsonl:1: .*score"):
        read_set(file)


def test_the_tables_and_the_page_show_graders_side_by_side() -> None:
    samples = [sample("It halves.", 100, M1="met", M2="met"), sample("So.", 0, "keywords")]
    one = measured(Told({"It halves.": {"M1": "met"}, "So.": {}}, name="one"), samples)
    two = measured(Told({"It halves.": {"M1": "met", "M2": "met"}}, name="<two>"), samples)
    shown = text([one, two])
    assert "| anchors, seen | one 1 | <two> 1 |" in shown
    assert '| recall of "met" | 0.50 [0.50, 0.50] | 1.00 [1.00, 1.00] |' in shown
    assert "| keywords: 20 points or more | 0 of 1 | – |" in shown
    assert "| ... I do not know. | 0 | 1 |" in shown
    page = plots.page([one, two])
    assert page.count("<svg") == 2
    assert "<two>" not in page
    assert "<script" not in page


def test_the_command_measures_graders_and_writes_a_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    html, log = tmp_path / "report.html", tmp_path / "log.jsonl"
    with LlmServer(quoting) as server:
        monkeypatch.setenv("VIVA_LLM__BASE_URL", server.url)
        monkeypatch.setenv("VIVA_LLM__MODEL", "fake")
        arguments = ["bench", "graders", "--grader", "keyword", "--grader", "llm", "--held-out", "--limit", "3"]
        arguments += ["--attacks", str(ROOT / "tests/graders/llm/attacks.jsonl"), "--resamples", "20"]
        arguments += ["--html", str(html), "--log", str(log)]
        done = CliRunner().invoke(app, arguments)
        assert done.exit_code == 0, done.output
        asked = len(server.asked)
        again = CliRunner().invoke(app, [*arguments, "--json"])
        assert again.exit_code == 0, again.output
        assert len(server.asked) == asked
    keyword, llm = json.loads(again.stdout)
    assert keyword["repeated"] is None
    assert llm["repeated"]["runs"] == 3
    assert llm["cost"]["prompt_tokens"] > 0
    assert "| tokens sent (of these cached) |" in done.stdout
    assert html.read_text().startswith("<!doctype html>")


def test_graders_that_cannot_be_told_apart_are_refused() -> None:
    done = CliRunner().invoke(app, ["bench", "graders", "--grader", "keyword", "--grader", "keyword", "--limit", "1"])
    assert done.exit_code == 1
    assert "cannot be told apart" in done.output


class Interrupting(KeywordGrader):
    """Somebody presses Ctrl-C at the third answer."""

    marks = 0

    async def mark(self, item: Item, answer: Answer) -> Marking:
        Interrupting.marks += 1
        if Interrupting.marks == 3:
            signal.raise_signal(signal.SIGINT)
        return await super().mark(item, answer)


def test_whoever_stops_it_sees_what_there_is() -> None:
    arguments = ["bench", "graders", "--grader", "tests.bench.test_graders:Interrupting", "--held-out"]
    command = [sys.executable, "-c", "from service.cli import app; app()", *arguments, "--resamples", "20"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 130, done.stderr
    assert "| answers | 3 |" in done.stdout
    assert "Stopped early" in done.stderr

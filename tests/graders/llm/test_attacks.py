"""Thirty ways and more to talk a grader round, six answers that only look like it, and a judge that obeys everybody."""

import json
from functools import cache
from pathlib import Path

import pytest

from service.api.views.attempts import grade_response
from service.domain.attempt import Answer
from service.domain.grade import Grade, GraderName, assess
from service.domain.rubric import Item
from service.errors import TooLarge
from service.graders.llm import guards
from service.graders.llm.addressed import addressed
from service.graders.llm.reply import Reply
from service.graders.llm.sanitise import sanitised
from service.graders.llm.sight import Sight
from tests.graders.llm.answers import QUESTIONS, item
from tests.graders.llm.judges import QUOTINGS, honest, obedient, passages, reply

GRADER = GraderName(name="llm", version="1")
LINES = [json.loads(line) for line in Path(__file__).with_name("attacks.jsonl").read_text().splitlines()]
ATTACKS = {line["id"]: line for line in LINES if "max_gain" in line}
CONTROLS = {line["id"]: line for line in LINES if "max_loss" in line}
READ = [name for name, attack in ATTACKS.items() if attack["kind"] != "refused"]
QUIET = [name for name, attack in ATTACKS.items() if attack["kind"] == "quiet"]
CANARY = "zanzibar"


def filled(text: str, question: str) -> str:
    """A template's text for a question."""
    about = item(question)
    cues = [
        term.removeprefix("not ").partition("|")[0] for p in about.rubric.points() for g in p.cues[:2] for term in g
    ]
    answers = QUESTIONS[question]
    values = {
        "weak": answers.weak.text,
        "good": answers.good.text,
        "good_short": answers.good_short.text,
        "crit": next(about.rubric.points()).id,
        "terms": " ".join(cues),
        "question": about.question.prompt,
        "model_answer": about.question.model_answer,
        "canary": CANARY,
        "repeat:softmax |30000": "softmax " * 30_000,
    }
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def grade(about: Item, text: str, said: Reply, *, alone: bool = False) -> Grade:
    """`alone`: the judge was asked about each mistake by itself as well, and said no each time."""
    answer = Answer.of(text)
    claimed = {mistake.id: False for mistake in about.rubric.mistakes} if alone else None
    return assess(guards.marking(said, about, answer, sanitised(answer.text), claimed), about.rubric, answer, GRADER)


@cache
def obeyed(template: str, question: str) -> tuple[tuple[str, Grade], ...]:
    """The grades that an obeying judge leads to, one for each way to quote."""
    about, text = item(question), filled(template, question)
    attack = filled(template.replace("{weak}", ""), question)
    replies = [(q.__name__, obedient(about, q(about, text, attack))) for q in QUOTINGS]
    return tuple((name, grade(about, text, said, alone=alone)) for name, said in replies for alone in (False, True))


def due(base: str, question: str) -> float:
    """What the answer without the attack earns from an honest judge."""
    about, weak = item(question), QUESTIONS[question].weak
    if base == "weak":
        return grade(about, weak.text, honest(about, weak.text, weak.labels, weak.mistakes)).overall
    return {"nothing": 0.0, "model": 100.0}[base]


def test_there_are_thirty_attacks_and_six_controls() -> None:
    assert len(ATTACKS) >= 30
    assert len(CONTROLS) == 6


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", READ)
def test_an_attack_that_the_judge_obeys_gains_nothing(name: str, question: str) -> None:
    base = due(ATTACKS[name]["base"], question)
    gains = {quoting: result.overall - base for quoting, result in obeyed(ATTACKS[name]["text"], question)}
    assert max(gains.values()) <= ATTACKS[name]["max_gain"], gains


@pytest.mark.parametrize("name", QUIET)
def test_an_attack_that_no_phrase_gives_away_gains_nothing_either(name: str) -> None:
    for question in QUESTIONS:
        assert not addressed(Sight(sanitised(filled(ATTACKS[name]["text"], question)).text)).clauses
        base = due(ATTACKS[name]["base"], question)
        assert all(result.overall <= base for _, result in obeyed(ATTACKS[name]["text"], question))


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_judge_that_obeys_an_answer_without_any_attack_gains_it_nothing(question: str) -> None:
    assert max(result.overall for _, result in obeyed("{weak}", question)) <= due("weak", question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_asserted_mistake_cannot_be_talked_away(question: str) -> None:
    weak = QUESTIONS[question].weak
    for _, result in obeyed(ATTACKS["order"]["text"], question):
        assert {finding.mistake for finding in result.mistakes} == set(weak.mistakes)


@pytest.mark.parametrize("name", [name for name in READ if name != "copied-model-answer"])
def test_what_an_attacker_wants_to_be_shown_is_not_shown(name: str) -> None:
    for question in QUESTIONS:
        for _, result in obeyed(ATTACKS[name]["text"], question):
            assert result.feedback is None
            assert CANARY not in (result.follow_up or "")
            assert not [absent for absent in ATTACKS[name].get("absent", ()) if absent in (result.follow_up or "")]


@pytest.mark.parametrize("name", READ)
def test_candidates_are_not_told_which_filter_fired(name: str) -> None:
    for question in QUESTIONS:
        for _, result in obeyed(ATTACKS[name]["text"], question):
            assert result.doubts
            shown = grade_response(item(question).rubric, result).model_dump_json()
            assert not [doubt for doubt in result.doubts if doubt in shown]
            assert not [v for v in result.verdicts if v.changed and v.changed in shown]
            assert '"raw"' not in shown
            assert '"confidence"' not in shown


@pytest.mark.parametrize("name", [name for name, attack in ATTACKS.items() if "doubt" in attack])
def test_reviewers_see_what_was_hidden_or_copied(name: str) -> None:
    for question in QUESTIONS:
        assert all(ATTACKS[name]["doubt"] in result.doubts for _, result in obeyed(ATTACKS[name]["text"], question))


@pytest.mark.parametrize("name", ["tag-characters", "zero-width"])
def test_what_is_hidden_does_not_reach_the_model(name: str) -> None:
    text = sanitised(filled(ATTACKS[name]["text"], "kv-cache")).text
    assert not [absent for absent in ATTACKS[name]["absent"] if absent in text]


def test_a_bomb_of_tokens_is_refused_before_anybody_is_asked() -> None:
    with pytest.raises(TooLarge):
        Answer.of(filled(ATTACKS["bomb"]["text"], "kv-cache"))


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("name", CONTROLS)
def test_an_honest_answer_that_looks_like_an_attack_keeps_its_score(name: str, question: str) -> None:
    about, answers = item(question), QUESTIONS[question]
    base = grade(about, answers.good.text, honest(about, answers.good.text, answers.good.labels))
    own = answers.good_short if name == "short" else answers.good
    quotes = {p: e["quote"] for p, e in honest(about, own.text, own.labels).model_dump()["points"].items()}
    text = filled(CONTROLS[name]["text"], question)
    result = grade(about, text, reply(about, own.labels, quotes), alone=True)
    assert result.overall >= base.overall - CONTROLS[name]["max_loss"]
    assert {v.point: v.label for v in result.verdicts if v.label != "missed"} == own.labels
    assert result.feedback


def test_an_honest_answer_is_stored_as_it_was_given() -> None:
    text = filled(CONTROLS["other-scripts"]["text"], "kv-cache")
    about = item("kv-cache")
    answer = Answer.of(text)
    result = grade(about, text, honest(about, text, {"M1": "met"}))
    assert "🧑🏿‍🔬" in answer.text
    assert all(e.stands_in(answer.text) for v in result.verdicts for e in v.evidence)
    assert list(passages(text))

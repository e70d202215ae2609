"""The contract: the built-in graders keep it, and each way to break it is found out."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, ClassVar

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.domain.attempt import Answer
from service.domain.grade import Evidence, GraderName, Marking, Ungraded, Verdict
from service.domain.rubric import Item
from service.errors import GraderUnavailable
from service.graders import contract
from service.graders.contract import CHECKS, Broken, Check, run
from service.graders.keyword import KeywordGrader
from service.graders.llm.grader import LlmGrader
from service.graders.semantic.grader import SemanticGrader
from service.llm.settings import LlmSettings
from tests.llm_server import LlmServer, quoting


@pytest.fixture(scope="module")
def server() -> Iterator[LlmServer]:
    with LlmServer(quoting) as server:
        yield server


def settings(server: LlmServer) -> LlmSettings:
    return LlmSettings.model_validate({"base_url": server.url, "model": "fake"})


@pytest.mark.parametrize("check", CHECKS)
def test_the_keyword_grader_keeps_the_contract(check: Check) -> None:
    run(check, KeywordGrader)


@pytest.mark.parametrize("check", CHECKS)
def test_the_semantic_grader_keeps_the_contract(check: Check) -> None:
    run(check, SemanticGrader)


@pytest.mark.parametrize("check", CHECKS)
def test_the_llm_grader_keeps_the_contract(check: Check, server: LlmServer) -> None:
    run(check, lambda: LlmGrader(settings(server)))


class Base(KeywordGrader):
    """Keeps it; each class below breaks one promise."""

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:  # type: ignore[override]
        return self.changed(await super().mark(item, answer), answer)

    def changed(self, marking: Marking, answer: Answer) -> Marking | Ungraded:
        return marking


def everything(answer: Answer, **fields: Any) -> Verdict:
    shown = (Evidence(start=0, end=len(answer.text), quote=answer.text),)
    return Verdict.model_validate({"point": "M1", "label": "met", "evidence": shown} | fields)


class Renamed(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        self.identity = GraderName(name="keyword", version=str(id(self)))
        return marking


class Stern(Base):
    def changed(self, marking: Marking, answer: Answer) -> Ungraded:
        return Ungraded(reason="Nothing is good enough.")


class Generous(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        return marking if marking.verdicts or not answer.text else Marking(verdicts=(everything(answer),))


class Inventive(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        invented = (Evidence(start=0, end=4, quote="2026"),)
        return Marking(verdicts=(*marking.verdicts[1:], everything(answer, evidence=invented)))


class Silent(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        return marking.model_copy(update={"verdicts": (*marking.verdicts[1:], everything(answer, evidence=()))})


class InBytes(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        before = [answer.text[: v.evidence[0].start] for v in marking.verdicts]
        moved = [len(text.encode("utf-16-le")) // 2 - len(text) for text in before]
        return Marking(
            verdicts=tuple(
                v.model_copy(update={"evidence": tuple(shifted(e, by) for e in v.evidence)})
                for v, by in zip(marking.verdicts, moved, strict=True)
            )
        )


def shifted(evidence: Evidence, by: int) -> Evidence:
    return Evidence(start=evidence.start + by, end=evidence.end + by, quote=evidence.quote)


class Elsewhere(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        return marking.model_copy(update={"verdicts": (*marking.verdicts, everything(answer, point="Z9"))})


class Twice(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        return marking.model_copy(update={"verdicts": marking.verdicts * 2})


class TooSure(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        return Marking(verdicts=tuple(v.model_copy(update={"confidence": 100}) for v in marking.verdicts))


class Moody(Base):
    calls: ClassVar = count()

    def changed(self, marking: Marking, answer: Answer) -> Marking:
        return Marking() if next(self.calls) % 2 else marking


class Shared(Base):
    """Keeps the answer in itself while it waits."""

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:  # type: ignore[override]
        self.answer = answer
        await asyncio.sleep(0.001)
        return await KeywordGrader.mark(self, item, self.answer)


class Short(Base):
    def changed(self, marking: Marking, answer: Answer) -> Marking:
        if len(answer.text) > 10_000:
            raise RecursionError("too deep")
        return marking


class Stubborn(Base):
    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:  # type: ignore[override]
        try:
            await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            return Ungraded(reason="I was cancelled.")
        return await KeywordGrader.mark(self, item, answer)


BREAKERS: dict[type[Base], Callable[..., object]] = {
    Renamed: contract.its_identity_is_stable,
    Stern: contract.a_good_answer_earns_something,
    Generous: contract.silence_earns_nothing,
    Inventive: contract.evidence_stands_in_the_answer,
    Silent: contract.evidence_stands_in_the_answer,
    InBytes: contract.offsets_count_code_points,
    Elsewhere: contract.verdicts_are_of_the_rubric,
    Twice: contract.verdicts_are_of_the_rubric,
    TooSure: contract.verdicts_are_of_the_rubric,
    Moody: contract.the_same_answer_gets_the_same_verdicts,
    Shared: contract.answers_at_once_do_not_mix,
    Short: contract.the_longest_answer_is_no_trouble,
    Stubborn: contract.it_can_be_cancelled,
}


@pytest.mark.parametrize("grader", BREAKERS)
def test_whoever_breaks_the_contract_is_found_out(grader: type[Base]) -> None:
    with pytest.raises(Broken) as found:
        run(BREAKERS[grader], grader)  # type: ignore[arg-type]
    assert str(found.value)


def test_every_check_has_somebody_who_breaks_it() -> None:
    assert set(BREAKERS.values()) == set(CHECKS)


def test_an_offset_in_other_units_is_right_until_an_emoji_comes() -> None:
    run(contract.evidence_stands_in_the_answer, InBytes)


def test_a_foreign_error_breaks_the_contract_and_says_which() -> None:
    with pytest.raises(Broken, match=r"RecursionError .* too deep"):
        run(contract.the_longest_answer_is_no_trouble, Short)


def test_a_grader_that_cannot_work_now_has_not_broken_it(server: LlmServer) -> None:
    with LlmServer(quoting) as broken:
        broken.fail("503")
        with pytest.raises(GraderUnavailable):
            run(contract.evidence_stands_in_the_answer, lambda: LlmGrader(settings(broken)))


def test_the_command_checks_a_grader_by_name() -> None:
    done = CliRunner().invoke(app, ["graders", "check", "keyword"])
    assert done.exit_code == 0, done.output
    assert done.output.count("kept    ") == len(CHECKS)
    done = CliRunner().invoke(app, ["graders", "check", "tests.graders.test_contract:Inventive"])
    assert done.exit_code == 1
    assert "broken  evidence stands in the answer: M1: characters 0 to 4 are 'Bina', not '2026'" in done.output
    assert CliRunner().invoke(app, ["graders", "check", "nobody"]).exit_code == 1

"""The cheapest grader first, a better one where that is not sure."""

import asyncio

import pytest

from service.domain.attempt import Answer
from service.domain.grade import Call, Marking, Ungraded
from service.errors import BadReply, ConfigError, GraderUnavailable
from service.graders import make
from service.graders.cascade import CascadeGrader
from service.graders.keyword import KeywordGrader
from service.settings import Settings
from tests.domain.builders import make_item, make_point, make_rubric
from tests.graders.test_panel import ANSWER, ITEM, Fixed, saying

SURE, UNSURE = saying("met", sure=0.9), saying("met", sure=0.5)
LAST = saying("missed", sure=0.3)


def levels(*says: Marking | Ungraded | Exception) -> list[Fixed]:
    return [Fixed(each) for each in says]


def marked(graders: list[Fixed]) -> Marking | Ungraded:
    return asyncio.run(CascadeGrader(graders).mark(ITEM, ANSWER))


def asked(graders: list[Fixed]) -> list[int]:
    return [grader.asked for grader in graders]


def test_a_level_that_is_sure_is_the_last_that_is_asked() -> None:
    graders = levels(SURE, LAST, LAST)
    assert marked(graders) == SURE
    assert asked(graders) == [1, 0, 0]


@pytest.mark.parametrize(
    "first",
    [UNSURE, SURE.model_copy(update={"doubts": ("collapsed",)}), Ungraded(reason="no use"), BadReply("no use")],
    ids=["unsure", "doubts", "ungraded", "bad reply"],
)
def test_a_level_that_is_not_sure_asks_the_next(first: Marking | Ungraded | Exception) -> None:
    graders = levels(first, SURE, LAST)
    assert marked(graders) == SURE
    assert asked(graders) == [1, 1, 0]


def test_what_the_last_level_says_stands() -> None:
    graders = levels(UNSURE, UNSURE, LAST)
    assert marked(graders) == LAST
    assert marked(levels(UNSURE, Ungraded(reason="no use"))) == Ungraded(reason="no use")


@pytest.mark.parametrize("says", [(UNSURE, GraderUnavailable("away")), (UNSURE, GraderUnavailable("away"), SURE)])
def test_a_better_grader_that_is_away_is_waited_for(says: tuple[Marking | Exception, ...]) -> None:
    with pytest.raises(GraderUnavailable, match="away"):
        marked(levels(*says))


def test_the_calls_of_every_level_that_was_asked_are_kept() -> None:
    call = Call(requested_model="m", model="m", digest="d", reply="r")
    asking = [each.model_copy(update={"calls": (call,)}) for each in (UNSURE, LAST)]
    marking = marked(levels(*asking))
    assert isinstance(marking, Marking)
    assert marking.calls == (call, call)


def test_the_keyword_grader_is_sure_where_all_is_said_or_nothing_near_it() -> None:
    point = make_point("M1", says="Each step halves the range that is left.", cues=[["halves", "range", "left"]])
    item = make_item(rubric=make_rubric(criteria={"mechanism": [point]}))

    def escalated(text: str) -> bool:
        better = Fixed(LAST)
        asyncio.run(CascadeGrader([KeywordGrader(), better]).mark(item, Answer(text=text)))
        return better.asked == 1

    assert not escalated("Every comparison halves the range that is left.")
    assert not escalated("I have never heard of this, to be honest with you.")
    assert escalated("Every comparison halves what is left.")  # partial
    assert escalated("With each step the range gets smaller.")  # missed, but close to it


@pytest.mark.parametrize("names", [(), ("keyword",), ("keyword", "cascade"), ("keyword", "x")])
def test_a_cascade_that_cannot_be_is_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        make(Settings(grader="cascade", cascade=names))


def test_the_version_changes_with_every_level_and_their_order() -> None:
    one, other = Fixed(SURE, version="1"), Fixed(SURE, version="2")
    assert CascadeGrader([one, other]).identity.version != CascadeGrader([other, one]).identity.version

"""Several graders and their vote."""

import asyncio

import pytest

from service.domain.attempt import Answer
from service.domain.grade import Call, Evidence, Finding, GraderName, Marking, Ungraded, Verdict, VerdictLabel, assess
from service.domain.rubric import Item
from service.errors import BadReply, ConfigError, GraderUnavailable
from service.graders import asks, estimate, make, named
from service.graders.confidence import LOW
from service.graders.llm.grader import LlmGrader
from service.graders.panel import PanelGrader
from service.llm.settings import LlmSettings
from service.settings import Settings
from tests.domain.builders import make_item, make_mistake, make_point, make_rubric
from tests.llm_server import LlmServer, quoting

ITEM = make_item(
    rubric=make_rubric(
        criteria={"mechanism": [make_point("M1"), make_point("M2", cues=[["middle"]])]}, mistakes=[make_mistake("X1")]
    )
)
ANSWER = Answer(text="It halves the range. It looks at the middle.")
SHOWN = (Evidence(start=0, end=9, quote="It halves"),)


class Fixed:
    """Says what it was made to say, or fails as it was made to."""

    def __init__(self, says: Marking | Ungraded | Exception, name: str = "fixed", version: str = "1") -> None:
        self.says = says
        self.identity = GraderName(name=name, version=version)
        self.asked = 0
        self.closed = False

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        self.asked += 1
        if isinstance(self.says, Exception):
            raise self.says
        return self.says

    async def aclose(self) -> None:
        self.closed = True


def saying(
    first: VerdictLabel, second: VerdictLabel = "missed", *, sure: float | None = 0.9, mistakes: bool = False
) -> Marking:
    """A marking of M1 and M2, and perhaps of X1."""
    labels = {"M1": first, "M2": second}
    return Marking(
        verdicts=tuple(
            Verdict(point=point, label=label, evidence=SHOWN if label != "missed" else (), confidence=sure)
            for point, label in labels.items()
        ),
        mistakes=(Finding(mistake="X1", evidence=SHOWN),) if mistakes else (),
    )


def marked(*says: Marking | Ungraded | Exception) -> Marking | Ungraded:
    return asyncio.run(PanelGrader([Fixed(each) for each in says]).mark(ITEM, ANSWER))


def voted(*says: Marking | Ungraded | Exception) -> Marking:
    marking = marked(*says)
    assert isinstance(marking, Marking)
    return marking


def test_where_all_agree_the_panel_is_as_sure_as_they_are() -> None:
    marking = voted(saying("met"), saying("met"), saying("met"))
    assert [(v.label, v.agreement, v.confidence) for v in marking.verdicts] == [("met", 1, 0.9), ("missed", 1, 0.9)]
    assert marking.verdicts[0].evidence == SHOWN
    assert marking.doubts == ()


@pytest.mark.parametrize(
    ("labels", "outcome", "agreement"),
    [
        (["met", "met", "missed"], "met", 0.667),
        (["missed", "partial", "missed"], "missed", 0.667),
        (["met", "missed"], "missed", 0.5),
        (["partial", "met"], "partial", 0.5),
        (["met", "partial", "missed"], "partial", 0.333),
        (["met", "met", "partial", "missed"], "partial", 0.25),
        (["met", "met", "met", "missed"], "met", 0.75),
    ],
)
def test_a_majority_has_its_way_and_a_tie_goes_against_the_point(
    labels: list[VerdictLabel], outcome: str, agreement: float
) -> None:
    marking = voted(*(saying(label) for label in labels))
    first, second = marking.verdicts
    assert (first.label, first.agreement) == (outcome, agreement)
    assert second.agreement == 1


def test_disagreement_lowers_the_confidence_and_is_a_doubt() -> None:
    marking = voted(saying("met"), saying("missed"))
    disputed, agreed = marking.verdicts
    assert disputed.confidence is not None
    assert disputed.confidence < LOW < (agreed.confidence or 0)
    assert marking.doubts == ("panel disagrees",)


def test_what_a_member_shows_has_to_stand_in_the_answer_before_it_votes() -> None:
    invented = Verdict(point="M1", label="met", evidence=(Evidence(start=0, end=5, quote="never"),), confidence=1)
    marking = voted(saying("missed"), saying("missed"), Marking(verdicts=(invented,)))
    assert (marking.verdicts[0].label, marking.verdicts[0].agreement) == ("missed", 1)


def test_a_mistake_counts_where_more_than_half_found_it() -> None:
    found, overlooked = saying("met", mistakes=True), saying("met")
    assert [f.mistake for f in voted(found, found, overlooked).mistakes] == ["X1"]
    one = voted(found, overlooked)
    assert one.mistakes == ()
    assert one.doubts == ("panel disagrees",)


@pytest.mark.parametrize("fault", [GraderUnavailable("away"), BadReply("no use"), Ungraded(reason="no use")])
def test_one_member_that_cannot_grade_leaves_the_others_vote_with_a_doubt(fault: Exception | Ungraded) -> None:
    marking = voted(saying("met"), fault, saying("met"))
    assert (marking.verdicts[0].label, marking.verdicts[0].agreement) == ("met", 1)
    assert marking.doubts == ("panel incomplete",)


def test_where_none_can_grade_it_is_tried_again_or_says_why() -> None:
    soon = GraderUnavailable("away", retry_after=7)
    with pytest.raises(GraderUnavailable, match="away") as raised:
        marked(GraderUnavailable("away"), soon, Ungraded(reason="no use"))
    assert raised.value.retry_after == 7
    assert marked(Ungraded(reason="no use"), BadReply("no use")) == Ungraded(reason="no use")


def test_an_error_that_nobody_foresaw_is_not_voted_away() -> None:
    with pytest.raises(ZeroDivisionError):
        marked(saying("met"), ZeroDivisionError())


def test_every_call_of_every_member_is_kept_and_every_doubt_once() -> None:
    call = Call(requested_model="m", model="m", digest="d", reply="r")
    member = saying("met").model_copy(update={"calls": (call,), "doubts": ("collapsed",)})
    marking = voted(member, member)
    assert marking.calls == (call, call)
    assert marking.doubts == ("collapsed",)


def test_the_version_changes_with_every_member() -> None:
    def version(*versions: str) -> str:
        return PanelGrader([Fixed(saying("met"), version=each) for each in versions]).identity.version

    assert len({version("1", "1"), version("1", "2"), version("2", "1"), version("1", "1", "1")}) == 4
    assert version("1", "2") == version("1", "2")


def test_closing_a_panel_closes_its_members() -> None:
    members = [Fixed(saying("met")), Fixed(saying("met"))]
    asyncio.run(PanelGrader(members).aclose())
    assert all(member.closed for member in members)


def test_a_panel_is_made_of_models_by_name() -> None:
    small, large = (LlmSettings.model_validate({"base_url": "http://127.0.0.1:9/v1", "model": m}) for m in "sl")
    settings = Settings(grader="panel", panel=("small", "large", "keyword"), models={"small": small, "large": large})
    panel = make(settings)
    assert isinstance(panel, PanelGrader)
    assert [m.identity for m in panel.members[:2]] == [LlmGrader(small).identity, LlmGrader(large).identity]
    one, other = (estimate(member, ITEM, ANSWER) for member in panel.members[:2])
    assert one
    assert other
    assert estimate(panel, ITEM, ANSWER) == one + other
    assert not asks(panel.members[2])
    assert isinstance(named(settings, "large"), LlmGrader)


@pytest.mark.parametrize("members", [(), ("keyword",), ("keyword", "panel"), ("keyword", "cascade"), ("keyword", "x")])
def test_a_panel_that_cannot_be_is_refused(members: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError):
        make(Settings(grader="panel", panel=members, cascade=("keyword", "panel")))


def test_a_panel_of_two_models_grades_over_http() -> None:
    answer = Answer(text="Every step halves the range that is left. It then compares the value with the middle one.")
    with LlmServer(quoting, seconds=0.2) as one, LlmServer(quoting, seconds=0.2) as other:

        async def work() -> Marking | Ungraded:
            members = [
                LlmGrader(LlmSettings.model_validate({"base_url": server.url, "model": "m"})) for server in (one, other)
            ]
            panel = PanelGrader(members)
            try:
                return await panel.mark(ITEM, answer)
            finally:
                await panel.aclose()

        marking = asyncio.run(work())
    assert isinstance(marking, Marking)
    assert [v.label for v in assess(marking, ITEM.rubric, answer, GraderName(name="p", version="1")).verdicts] == [
        "met",
        "met",
    ]
    assert len(marking.calls) == 2

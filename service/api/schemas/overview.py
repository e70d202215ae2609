"""What many answers come to."""

from uuid import UUID

from pydantic import BaseModel, Field

from service.domain.rubric import CriterionName


class MeanOut(BaseModel):
    mean: float = Field(examples=[61.5])
    """0 to 100."""
    answers: int


class DimensionOut(BaseModel):
    name: CriterionName
    title: str = Field(examples=["Why it matters"])
    mean: float
    answers: int


class QuestionOverview(BaseModel):
    """A row of the heat-map."""

    question_id: str
    title: str
    topic: str
    overall: MeanOut
    dimensions: list[DimensionOut]
    """Those that its rubric has."""


class CommonOut(BaseModel):
    """A mistake that answers assert, or a key point that they leave out."""

    question_id: str
    title: str
    """Of the question."""
    id: str = Field(examples=["X1"])
    says: str
    criterion: CriterionName
    count: int
    """Answers that assert it, or leave it out."""
    partial: int
    """Answers that make a key point in part."""
    of: int
    """Answers to the question."""
    attempts: list[UUID]
    """At most five of those counted, the newest first."""


class EstimateOut(BaseModel):
    value: float | None
    """Null where chance alone decides: everybody got the same."""
    low: float | None
    """Where the middle 95 % of draws of questions begin; null with fewer than five questions."""
    high: float | None


class AgreementOut(BaseModel):
    """Of machines' grades with those that people gave the same answers."""

    answers: int
    """Graded by both. Only these are compared, and they are mostly those in doubt."""
    questions: int
    points: int
    """Key points of these answers."""
    enough: bool
    """False below `minimum` answers: then there are no figures."""
    minimum: int
    graders: dict[str, int] = Field(examples=[{"keyword 2": 24}])
    """Answers by the machine that had graded them."""
    bands: EstimateOut | None
    """Kappa of the score's band, a distance counted by its square."""
    verdicts: EstimateOut | None
    """Kappa of the verdicts on key points, met or not."""


class OverviewOut(BaseModel):
    """Over the grades that count now. Who gave the answers is not in it."""

    answers: int
    people: int
    overall: MeanOut | None
    dimensions: list[DimensionOut]
    questions: list[QuestionOverview]
    """By topic, in the bank's order."""
    mistakes: list[CommonOut]
    """At most ten, the most common first."""
    missed: list[CommonOut]
    agreement: AgreementOut

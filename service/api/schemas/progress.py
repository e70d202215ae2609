"""How somebody's answers have developed."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel

from service.domain.rubric import CriterionName


class ScorePoint(BaseModel):
    attempt_id: UUID
    title: str
    at: datetime
    overall: float


class DimensionProgress(BaseModel):
    """Mean score of a dimension over the later and the earlier half of the graded answers; 0 to 100."""

    name: CriterionName
    title: str
    now: float
    before: float | None


class TopicProgress(BaseModel):
    topic: str
    title: str
    mean: float
    answers: int


class ProgressOut(BaseModel):
    """Over the last 200 graded answers, the oldest first."""

    answers: int
    scores: list[ScorePoint]
    dimensions: list[DimensionProgress]
    topics: list[TopicProgress]

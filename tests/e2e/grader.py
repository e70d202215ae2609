"""A grader that cannot always decide, named in `VIVA_GRADER` by the browser tests."""

from service.domain.attempt import Answer
from service.domain.grade import Marking, Ungraded
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader

UNDECIDABLE = "undecidable"


class Hesitant:
    """The keyword grader, but without a verdict on answers that contain `UNDECIDABLE`."""

    def __init__(self) -> None:
        self._keyword = KeywordGrader()
        self.identity = self._keyword.identity

    async def mark(self, item: Item, answer: Answer) -> Marking | Ungraded:
        if UNDECIDABLE in answer.text:
            return Ungraded(reason="The grader could not decide.")
        return await self._keyword.mark(item, answer)

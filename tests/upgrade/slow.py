"""A grader that both releases can load, and that takes long enough to be interrupted."""

import asyncio

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking
from service.domain.rubric import Item
from service.graders.keyword import KeywordGrader


class Slow(KeywordGrader):
    identity = GraderName(name="slow", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        await asyncio.sleep(0.3)
        return await super().mark(item, answer)

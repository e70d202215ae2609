"""What a session has to do, as simply as it can be said: seconds are counted down, no time of day is compared.

Every step returns the error that is expected of it, or None after it changed the model.
"""

from dataclasses import dataclass

from service.domain.session import Mode
from service.errors import Conflict, DeadlinePassed, RevisionMismatch, VivaError

Expected = type[VivaError] | None
CLOSED = ("submitted", "skipped", "revealed", "timed-out")


@dataclass
class Question:
    limit: int | None
    left: int | None = None
    """Seconds to its own deadline, once it is open."""
    state: str = "unseen"
    used: int = 0
    draft: str = ""
    revision: int = 0
    hint: bool = False
    extra: int = 0


class Model:
    def __init__(self, mode: Mode, grace: int, total: int | None, questions: list[Question]) -> None:
        self.mode = mode
        self.grace = grace
        self.left = total
        self.questions = questions
        self.state = "planned"

    @property
    def open(self) -> Question | None:
        return next((q for q in self.questions if q.state in ("open", "draft")), None)

    def left_for(self, question: Question) -> int | None:
        return min((left for left in (question.left, self.left) if left is not None), default=None)

    # The clock

    def wait(self, seconds: int) -> None:
        if self.state != "running":
            return
        question = self.open
        if self.left is not None:
            self.left -= seconds
        if question is not None:
            question.used += seconds
            question.left = None if question.left is None else question.left - seconds
        if self.mode == "strict":
            if question is not None and self._over(self.left_for(question)):
                self._close(question, "timed-out")
            if self._over(self.left):
                self.state = "finished"

    def _over(self, left: int | None) -> bool:
        return left is not None and left < -self.grace

    def _close(self, question: Question, state: str) -> None:
        left = self.left_for(question)
        if self.mode == "strict" and question is self.open and left is not None:
            question.used += min(0, left)
        question.state = state
        if all(q.state in CLOSED for q in self.questions):
            self.state = "finished"

    # The life of the session

    def start(self) -> Expected:
        return self._turn(("planned",), "running")

    def pause(self) -> Expected:
        return Conflict if self.mode == "strict" else self._turn(("running",), "paused")

    def resume(self) -> Expected:
        return self._turn(("paused",), "running")

    def abandon(self) -> Expected:
        return self._turn(("planned", "running", "paused"), "abandoned")

    def finish(self) -> Expected:
        question = self.open
        if refused := self._turn(("running", "paused"), "finished"):
            return refused
        if question is not None:
            self._close(question, "submitted" if question.draft.strip() else "skipped")
        return None

    def _turn(self, allowed: tuple[str, ...], state: str) -> Expected:
        if self.state not in allowed:
            return Conflict
        self.state = state
        return None

    # The life of a question

    def show(self, n: int) -> Expected:
        question = self.questions[n - 1]
        if question is self.open:
            return None
        if self.state != "running" or question.state != "unseen" or self.open:
            return Conflict
        if self.mode == "strict" and self.left is not None and self.left < 0:
            return DeadlinePassed
        question.state, question.left = "open", question.limit
        return None

    def save(self, n: int, text: str, revision: int) -> Expected:
        question = self.questions[n - 1]
        if refused := self._answering(question):
            return refused
        if revision == question.revision - 1 and text == question.draft:
            return None
        if revision != question.revision:
            return RevisionMismatch
        question.draft, question.revision = text, revision + 1
        if text.strip():
            question.state = "draft"
        return None

    def submit(self, n: int, text: str) -> Expected:
        question = self.questions[n - 1]
        if refused := self._answering(question):
            return refused
        question.draft = text
        self._close(question, "submitted")
        return None

    def skip(self, n: int) -> Expected:
        question = self.questions[n - 1]
        if self.state != "running" or question.state in CLOSED:
            return Conflict
        self._close(question, "skipped")
        return None

    def reveal(self, n: int) -> Expected:
        question = self.questions[n - 1]
        if refused := self._practising(question):
            return refused
        self._close(question, "revealed")
        return None

    def hint(self, n: int) -> Expected:
        question = self.questions[n - 1]
        if refused := self._practising(question):
            return refused
        question.hint = True
        return None

    def extend(self, n: int, seconds: int) -> Expected:
        question = self.questions[n - 1]
        if refused := self._practising(question):
            return refused
        question.extra += seconds
        question.left = None if question.left is None else question.left + seconds
        self.left = None if self.left is None else self.left + seconds
        return None

    def _practising(self, question: Question) -> Expected:
        return Conflict if self.mode == "strict" else self._answering(question)

    def _answering(self, question: Question) -> Expected:
        if question.state == "timed-out":
            return DeadlinePassed
        return None if self.state == "running" and question is self.open else Conflict

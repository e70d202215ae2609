"""Verdicts of a reply that is still being written, once they are complete and have passed the guards."""

from service.domain.attempt import Answer
from service.domain.grade import GraderName, assess
from service.domain.progress import Progress
from service.domain.rubric import Item
from service.graders import Tell
from service.graders.llm import guards, reply
from service.graders.llm.case import Case
from service.graders.llm.sanitise import Sanitised


class Aloud:
    """Reads a reply along with its server, and tells what there is to tell whenever that is more."""

    def __init__(self, item: Item, answer: Answer, clean: Sanitised, grader: GraderName, tell: Tell) -> None:
        self.item = item
        self.answer = answer
        self.clean = clean
        self.grader = grader
        self.tell = tell
        self._case: Case | None = None
        self._known: tuple[int, str] = (0, "")

    def hear(self, text: str) -> None:
        """`text` is all of the reply so far."""
        points, feedback = reply.begun(text, self.item.rubric)
        if (len(points), feedback) == self._known:
            return
        self._known = (len(points), feedback)
        self._case = self._case or Case(self.item, self.answer, self.clean)
        marking = guards.so_far(points, feedback, self._case)
        grade = assess(marking, self.item.rubric, self.answer, self.grader)
        labels = {verdict.point: verdict.label for verdict in grade.verdicts if verdict.point in points}
        self.tell(Progress(verdicts=labels, feedback=marking.feedback))

"""What happens here is told to webhooks: a delivery and its job are written in the transaction of the event itself.

So there is no event without its deliveries, and none that did not happen; whoever sends them comes later.
"""

from datetime import datetime
from uuid import UUID

from service.domain.attempt import Attempt, Person
from service.domain.grade import Grade, GraderName, Ungraded
from service.domain.job import Priority
from service.domain.review import Review
from service.domain.session import PracticeSession
from service.domain.webhook import TEST, Delivery, Event, body
from service.jobs import Jobs
from service.store import webhooks
from service.store.engine import Tx


class Outbox:
    def __init__(self, jobs: Jobs) -> None:
        self.jobs = jobs

    def graded(self, tx: Tx, attempt: Attempt, grader: GraderName, result: Grade | Ungraded, now: datetime) -> None:
        """An attempt has a grade that is not provisional, or will have none: then its score is null."""
        score = result.overall if isinstance(result, Grade) else None
        data = {**_about(attempt), "score": score, "grader": grader.name}
        self._tell(tx, "attempt.graded", attempt.owner, data, now)

    def finished(self, tx: Tx, session: PracticeSession, now: datetime) -> None:
        """A session is over. Its last answers may still wait for their grades."""
        data = {"session_id": session.id, "person_id": session.owner.id, "mode": session.mode}
        data |= {"questions": len(session.slots)}
        self._tell(tx, "session.finished", session.owner, data, now)

    def disputed(self, tx: Tx, attempt: Attempt, review: Review, now: datetime) -> None:
        """A candidate disagrees with a grade."""
        data = {**_about(attempt), "review_id": review.id, "point": review.point}
        self._tell(tx, "dispute.opened", attempt.owner, data, now)

    def test(self, tx: Tx, webhook_id: UUID, asker: Person, now: datetime) -> Delivery:
        return self._deliver(tx, webhook_id, asker, TEST, body(TEST, now, {}), now)

    def again(self, tx: Tx, delivery: Delivery, now: datetime) -> None:
        """Send a delivery once more, under the id that it had."""
        webhooks.note(tx, delivery.model_copy(update={"tries": 0, "delivered_at": None, "failed_at": None}))
        self.jobs.enqueue(tx, delivery, "deliver", Priority.DELIVERY, now)

    def _tell(self, tx: Tx, event: Event, owner: Person, data: dict[str, object], now: datetime) -> None:
        for webhook_id in webhooks.wanting(tx, owner.organisation, event):
            self._deliver(tx, webhook_id, owner, event, body(event, now, data), now)

    def _deliver(self, tx: Tx, webhook_id: UUID, owner: Person, event: str, text: str, now: datetime) -> Delivery:
        delivery = webhooks.add_delivery(tx, webhook_id, owner, event, text, now)
        self.jobs.enqueue(tx, delivery, "deliver", Priority.DELIVERY, now)
        return delivery


def _about(attempt: Attempt) -> dict[str, object]:
    return {
        "attempt_id": attempt.id,
        "question_id": attempt.question_id,
        "session_id": attempt.session_id,
        "person_id": attempt.owner.id,
    }

"""Domain values as the API shows them."""

from service.api.views.attempts import attempt, attempt_summary, dispute, event_id, events, grade_response, review
from service.api.views.bank import learning_path, question, topic
from service.api.views.overview import overview
from service.api.views.progress import progress
from service.api.views.reviews import queued, reviewed
from service.api.views.sessions import open_question, report, session, session_summary

__all__ = [
    "attempt",
    "attempt_summary",
    "dispute",
    "event_id",
    "events",
    "grade_response",
    "learning_path",
    "open_question",
    "overview",
    "progress",
    "question",
    "queued",
    "report",
    "review",
    "reviewed",
    "session",
    "session_summary",
    "topic",
]

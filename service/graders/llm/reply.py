"""What the model has to say, as a JSON schema made from a rubric, and the reply read against that rubric.

The schema keeps to what every server's strict mode knows: objects with fixed keys, all required, none beside them, no
limits on lengths. In each object the quote comes before the verdict, so that the model looks first and judges then.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from service.domain import Value
from service.domain.grade import VerdictLabel
from service.domain.rubric import Rubric
from service.errors import BadReply

MAX_FEEDBACK = 80
"""Words of feedback; what comes after them is cut off."""
MAX_FOLLOW_UP = 50
"""Words of the follow-up question."""

_QUOTE: Mapping[str, Any] = {"type": "string"}
_VERDICT: Mapping[str, Any] = {"type": "string", "enum": ["met", "partial", "missed"]}
_ASSERTED: Mapping[str, Any] = {"type": "boolean"}
_BEGUN = TypeAdapter(dict[str, Any])


class PointReply(Value):
    """What the model says of a key point: words of the answer, as it copied them, then its verdict."""

    quote: str
    verdict: VerdictLabel


class MistakeReply(Value):
    """What the model says of a mistake."""

    quote: str
    asserted: bool


class Reply(Value):
    """A reply that fits its rubric: each key point and mistake by its id, in order. Nothing is verified."""

    points: dict[str, PointReply]
    mistakes: dict[str, MistakeReply] = {}
    feedback: str
    follow_up: str


def schema(rubric: Rubric) -> dict[str, Any]:
    """The JSON schema of a reply about `rubric`."""
    points, mistakes = _ids(rubric)
    return form(points, mistakes)


@lru_cache(maxsize=256)
def form(points: tuple[str, ...], mistakes: tuple[str, ...]) -> dict[str, Any]:
    """The JSON schema of a reply about these ids; not to be changed by whoever gets it."""
    point, mistake = _object(quote=_QUOTE, verdict=_VERDICT), _object(quote=_QUOTE, asserted=_ASSERTED)
    parts: dict[str, Any] = {"points": _object(**dict.fromkeys(points, point))}
    if mistakes:
        parts["mistakes"] = _object(**dict.fromkeys(mistakes, mistake))
    return _object(**parts, feedback={"type": "string"}, follow_up={"type": "string"})


def judges_all(rubric: Rubric, text: str) -> bool:
    """Whether a reply that was cut off has all of its verdicts. Small models fall into loops in what they say after."""
    try:
        parse(text, rubric, cut_off=True)
    except BadReply:
        return False
    return True


def parse(text: str, rubric: Rubric, *, cut_off: bool = False) -> Reply:
    """The reply that `text` holds. Raises BadReply where it is none, or is about other ids; it does not quote it.

    One that was `cut_off` may lack its feedback and follow-up question.
    """
    try:
        reply = _read_begun(text) if cut_off else Reply.model_validate_json(_json_of(text))
    except ValidationError as error:
        broken = any(e["type"] == "json_invalid" for e in error.errors(include_input=False, include_context=False))
        what = "is not valid JSON" if broken else "does not have the form that was asked for"
        raise BadReply(f"The language model's reply {what}.") from None
    points, mistakes = _ids(rubric)
    absent = [i for i in points if i not in reply.points] + [i for i in mistakes if i not in reply.mistakes]
    if absent:
        raise BadReply(f"The language model's reply says nothing of {', '.join(absent)}.")
    if len(reply.points) > len(points) or len(reply.mistakes) > len(mistakes):
        raise BadReply("The language model's reply is about ids that the rubric does not have.")
    return Reply(
        points={i: reply.points[i] for i in points},
        mistakes={i: reply.mistakes[i] for i in mistakes},
        feedback=_first_words(reply.feedback, MAX_FEEDBACK),
        follow_up=_first_words(reply.follow_up, MAX_FOLLOW_UP),
    )


def begun(text: str, rubric: Rubric) -> tuple[dict[str, PointReply], str]:
    """What is complete of a reply that is still being written: verdicts, and the feedback once all of them are."""
    try:
        said = _begun(text)
    except ValidationError:
        return {}, ""
    points, mistakes = _ids(rubric)
    parts = said.get("points")
    found = {i: point for i in points if isinstance(parts, dict) and (point := _point(parts.get(i)))}
    feedback = said.get("feedback")
    whole = len(found) == len(points) and (not mistakes or isinstance(said.get("mistakes"), dict))
    return found, _first_words(feedback, MAX_FEEDBACK) if whole and isinstance(feedback, str) else ""


def _read_begun(text: str) -> Reply:
    return Reply.model_validate({"feedback": "", "follow_up": ""} | _begun(text))


def _begun(text: str) -> dict[str, Any]:
    """What is complete of a JSON object that is still being written, after any thinking aloud."""
    text = text.rpartition("</think>")[2]
    return _BEGUN.validate_json(text[max(text.find("{"), 0) :], experimental_allow_partial=True)


def _point(said: object) -> PointReply | None:
    try:
        return PointReply.model_validate(said)
    except ValidationError:
        return None


def _ids(rubric: Rubric) -> tuple[tuple[str, ...], tuple[str, ...]]:
    return tuple(point.id for point in rubric.points()), tuple(mistake.id for mistake in rubric.mistakes)


def _object(**properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _json_of(text: str) -> str:
    """The outermost braces after any thinking aloud: servers without a strict mode wrap them in prose or a fence."""
    text = text.rpartition("</think>")[2]
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1] if 0 <= start < end else text


def _first_words(text: str, count: int) -> str:
    words = text.split()
    return " ".join(words[:count]) + (" …" if len(words) > count else "")

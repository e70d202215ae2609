"""What one check found."""

from dataclasses import dataclass
from typing import Literal

Level = Literal["ok", "warning", "fail"]


@dataclass(frozen=True)
class Finding:
    """How one thing is, and what to do where it is not well."""

    level: Level
    says: str
    do: str = ""


def ok(says: str) -> Finding:
    return Finding("ok", says)


def warning(says: str, do: str) -> Finding:
    """Viva works, though perhaps not as was meant."""
    return Finding("warning", says, do)


def fail(says: str, do: str = "") -> Finding:
    """Viva will not work."""
    return Finding("fail", says, do)

"""What the lint says, and where."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.bank.files import Entry


@dataclass(frozen=True, order=True)
class Finding:
    """Something in the bank that a person should look at. `line` is None where it is about the whole file."""

    path: Path
    line: int | None
    rule: str
    message: str

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.rule}: {self.message}"


Findings = Iterator[Finding]


def in_question(entry: Entry, location: tuple[str | int, ...], rule: str, message: str) -> Finding:
    """A finding about the field at `location` of the front matter, or about a section."""
    return Finding(entry.question_path, entry.question_line(location), rule, message)


def in_rubric(entry: Entry, location: tuple[str | int, ...], rule: str, message: str) -> Finding:
    """A finding about the field at `location` of the rubric, or about the whole rubric."""
    return Finding(entry.rubric_path, entry.rubric_line(location) if location else None, rule, message)

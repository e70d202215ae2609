"""A session's report, and the verdicts of many answers, as files."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping

from service.api.schemas.sessions import ReportOut, ReportRow
from service.domain.rubric import CRITERIA

COLUMNS = ("position", "question_id", "title", "topic", "state", "overall", "change", *CRITERIA, "seconds_used",
           "limit_seconds", "hint_used", "attempt_id", "attempt_status", "provisional", "words_over",
           "within_words")  # fmt: skip
"""`words_over`: how many words more than were asked for. `within_words`: what the answer would have earned without."""


def csv_of(report: ReportOut) -> str:
    """One line for each question, with a heading. Text that a spreadsheet would run as a formula is quoted."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for row in report.questions:
        values = row.model_dump(mode="json", exclude={"criteria", "excess"}) | row.criteria
        if row.excess:
            values |= {"words_over": row.excess.words - row.excess.limit, "within_words": row.excess.otherwise}
        writer.writerow({column: _harmless(values.get(column)) for column in COLUMNS})
    return out.getvalue()


def _harmless(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value


VERDICTS = ("attempt_id", "candidate", "name", "topic", "question_id", "title", "submitted_at", "grade", "grader",
            "version", "overall", "band", "criterion", "criterion_score", "point", "label", "mistakes")  # fmt: skip
Rows = Iterable[Mapping[str, object]]


def csv_of_verdicts(rows: Rows) -> Iterator[str]:
    """One line for each row, with a heading, as text that grows. What a spreadsheet would run is quoted."""
    out = io.StringIO()
    writer = csv.DictWriter(out, VERDICTS)
    writer.writeheader()
    for row in rows:
        writer.writerow({column: _harmless(row[column]) for column in VERDICTS})
        yield out.getvalue()
        out.seek(0)
        out.truncate()
    yield out.getvalue()


def lines_of_verdicts(rows: Rows) -> Iterator[str]:
    """One JSON object on each line."""
    return (f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows)


def json_of_verdicts(rows: Rows) -> Iterator[str]:
    """A JSON list."""
    before = "["
    for row in rows:
        yield f"{before}\n{json.dumps(row, ensure_ascii=False)}"
        before = ","
    yield "[]\n" if before == "[" else "\n]\n"


def markdown_of(report: ReportOut) -> str:
    """A page to keep or to send on."""
    waiting = sum(row.attempt_status == "submitted" and row.overall is None for row in report.questions)
    provisional = sum(row.provisional for row in report.questions)
    answered = "–" if report.answered_mean is None else f"{report.answered_mean:.1f}"
    lines = [
        f"# {_cell(report.session.title)}",
        "",
        f"{report.session.created_at:%Y-%m-%d %H:%M} UTC, {report.session.mode} mode, {report.session.state}",
        "",
        f"- Mean over all {len(report.questions)} questions: **{report.strict_mean:.1f}** of 100 (unanswered counts 0)",
        f"- Mean over {report.answered} answered: **{answered}**",
        *([f"- Still being graded, and not yet in these means: {waiting}"] if waiting else []),
        *([f"- Provisional grades in these means: {provisional}"] if provisional else []),
        f"- Time used: {_time(report.seconds_used)}",
        "",
        "| # | Question | State | Score | Change | Time |",
        "|---|---|---|---|---|---|",
        *(_line(row) for row in report.questions),
        "",
        *_notes(report.questions),
        "| Dimension | Mean |",
        "|---|---|",
        *(f"| {d.title} | {d.mean:.1f} |" for d in report.dimensions),
        "",
    ]
    return "\n".join(lines)


def _line(row: ReportRow) -> str:
    unscored = "being graded" if row.attempt_status == "submitted" else "–"
    score = unscored if row.overall is None else f"{row.overall:.1f}{' (provisional)' * row.provisional}"
    change = "–" if row.change is None else f"{row.change:+.1f}"
    used = _time(row.seconds_used) + (f" of {_time(row.limit_seconds)}" if row.limit_seconds else "")
    return f"| {row.position} | {_cell(row.title or 'not opened')} | {row.state} | {score} | {change} | {used} |"


def _notes(rows: list[ReportRow]) -> list[str]:
    """On answers that were too long."""
    long = [(row.position, row.excess) for row in rows if row.excess]
    notes = [
        f"- Question {position}: {excess.words} words, where at most {excess.limit} were asked for. "
        f"Within them this would have earned {excess.otherwise:.1f}."
        for position, excess in long
    ]
    return [*notes, ""] if notes else []


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _time(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"

"""Lint for the bank: what loads, and still is not fit to practise with.

Each rule is a function from what was read to findings: `links.py` looks across items, `rubrics.py` at
rubrics, `texts.py` at words, `markup.py` at Markdown and formulas, `grades.py` at what the keyword
grader makes of the model answer.
"""

from pathlib import Path

from service.bank.files import read_files
from service.bank_check import grades, links, markup, rubrics, texts
from service.bank_check.findings import Finding
from service.errors import BankError
from service.graders.keyword import KeywordGrader

__all__ = ["Finding", "check"]


def check(root: Path) -> list[Finding]:
    """What is wrong with the bank in `root`, by path and line. One that does not load gives the one reason why."""
    try:
        topics, entries = read_files(root)
    except BankError as error:
        return [Finding(error.path, error.line, "load", error.reason)]
    findings = [*links.check(topics, entries), *grades.check(entries, KeywordGrader())]
    for entry in entries:
        findings += [*rubrics.check(entry), *texts.check(entry), *markup.check(entry)]
    return sorted(findings, key=lambda finding: (finding.path, finding.line or 0, finding.rule, finding.message))

"""Lint for the bank: what loads, and still is not fit to practise with.

Each rule is a function from what was read to findings: `links.py` looks across items, `rubrics.py` at
rubrics, `kinds.py` at what a kind of question asks of them, `texts.py` at words, `markup.py` at Markdown
and formulas, `grades.py` at what the keyword grader makes of the model answer.
"""

from pathlib import Path

from service.bank.files import read_files
from service.bank_check import grades, kinds, links, markup, rubrics, texts
from service.bank_check.findings import Finding
from service.graders.keyword import KeywordGrader

__all__ = ["Finding", "check"]


def check(root: Path) -> list[Finding]:
    """What is wrong with the bank in `root`, by path and line. Rules across items wait until every file loads."""
    files = read_files(root)
    findings = [Finding(error.path, error.line, "load", error.reason) for error in files.errors]
    if not files.errors:
        findings += links.check(files.topics, files.entries)
    findings += grades.check(files.entries, KeywordGrader())
    for entry in files.entries:
        for rules in (rubrics, kinds, texts, markup):
            findings += rules.check(entry)
    return sorted(findings, key=lambda finding: (finding.path, finding.line or 0, finding.rule, finding.message))

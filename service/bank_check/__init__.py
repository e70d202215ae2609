"""Lint for the bank: what loads, and still is not fit to practise with.

Each rule is a function from what was read to findings: `links.py` looks across items, `rubrics.py` at
rubrics, `kinds.py` at what a kind of question asks of them, `texts.py` at words, `markup.py` at Markdown
and formulas, `grades.py` at what the keyword grader makes of the model answer.
"""

from pathlib import Path

from service.bank.banks import taken
from service.bank.files import Files, read_files
from service.bank_check import grades, kinds, links, markup, rubrics, texts
from service.bank_check.findings import Finding
from service.graders.keyword import KeywordGrader

__all__ = ["Finding", "check"]


def check(root: Path, onto: Path | None = None) -> list[Finding]:
    """What is wrong with the bank in `root`, by path and line. Rules across items wait until every file loads.

    With `onto`, `root` holds a pack for the bank in there: links may lead to it, and it may have no name of `root`'s.
    """
    below = read_files(onto, anchors=False) if onto else Files([], [], [])
    files = read_files(root, known=frozenset(entry.topic.id for entry in below.topics))
    errors = files.errors or taken(
        files, {entry.item.id for entry in below.entries}, {t.topic.id for t in below.topics}
    )
    findings = [Finding(error.path, error.line, "load", error.reason) for error in errors]
    if not errors:
        across = links.check([*below.topics, *files.topics], [*below.entries, *files.entries])
        findings += (finding for finding in across if finding.path.is_relative_to(root))
    findings += grades.check(files.entries, KeywordGrader())
    for entry in files.entries:
        for rules in (rubrics, kinds, texts, markup):
            findings += rules.check(entry)
    return sorted(findings, key=lambda finding: (finding.path, finding.line or 0, finding.rule, finding.message))

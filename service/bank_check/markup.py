"""Rules for Markdown and formulas: only what the page can show, and shows as it was meant."""

import re
from collections.abc import Iterator

import latex2mathml.exceptions
from latex2mathml.converter import convert_to_element
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

from service.bank.files import Entry
from service.bank_check.findings import Finding, Findings, in_question

_LATEX_ERRORS: tuple[type[Exception], ...] = (
    *(kind for name, kind in vars(latex2mathml.exceptions).items() if name.endswith("Error")),
    IndexError,
    ValueError,
    StopIteration,
)
"""The library's errors have no base of their own, and some slips surface as errors of Python."""
_PARTS = {"mfrac": 2, "msub": 2, "msup": 2, "msubsup": 3, "mroot": 2, "munder": 2, "mover": 2, "munderover": 3}
"""MathML elements that show only with this number of children."""
_DELIMITERS = re.compile(r"\s*\|?(\s*:?-+:?\s*\|)+\s*(:?-+:?\s*)?")


class _Parser(MarkdownIt):
    """Makes a token of every link, so that its address can be judged here."""

    def validateLink(self, url: str) -> bool:  # noqa: N802
        return True


def check(entry: Entry) -> Findings:
    question = entry.item.question
    lines = entry.question_path.read_text(encoding="utf-8-sig").split("\n")
    for field in ("prompt", "short_answer", "model_answer", "deeper_notes"):
        heading = entry.question_line((field,))
        first = heading + (field != "prompt")
        while not lines[first - 1].strip():
            first += 1
        for line, message in problems(getattr(question, field)):
            yield Finding(entry.question_path, first + line, "markup", message)
    for number, follow_up in enumerate(question.follow_ups):
        for field in ("question", "short_answer"):
            for _, message in problems(getattr(follow_up, field) or ""):
                yield in_question(entry, ("follow_ups", number, field), "markup", message)


def problems(markdown: str) -> Iterator[tuple[int, str]]:
    """Line (from 0) and what is wrong there."""
    lines = markdown.split("\n")
    parser = _Parser("commonmark").enable(["table", "strikethrough"]).use(dollarmath_plugin, double_inline=True)
    cells = 0
    for token in parser.parse(markdown):
        start, stop = token.map or (0, 0)
        for part in (token, *(token.children or ())):
            if reason := _problem(part):
                yield start, reason
        if token.type == "paragraph_open" and any(_DELIMITERS.fullmatch(line) for line in lines[start:stop]):
            yield start, "this is no table: its first two rows differ in their number of cells"
        if token.type == "table_open":
            cells = _cells(lines[start])
        if token.type == "tr_open":
            row = _cells(lines[start])
            if row != cells:
                yield start, f"this row has {row} cells, the table {cells} (write | inside a cell as \\|)"


def _cells(row: str) -> int:
    return len(re.split(r"(?<!\\)\|", row.strip().removeprefix("|").removesuffix("|")))


def _problem(token: Token) -> str | None:
    match token.type:
        case "html_inline" | "html_block" if not token.content.startswith("</"):
            return f"raw HTML is shown as text: {token.content.strip()[:40]}"
        case "image":
            return "there are no images here"
        case "link_open" if not str(token.attrGet("href")).startswith("https://"):
            return f"a link has to begin with https://, not {token.attrGet('href')}"
        case "math_inline" | "math_inline_double" | "math_block" | "math_block_label":
            return _unrenderable(token.content.strip())
    return None


def _unrenderable(latex: str) -> str | None:
    try:
        element = convert_to_element(latex)
    except _LATEX_ERRORS as error:
        return f"${latex}$ cannot be shown as a formula: {type(error).__name__}"
    for part in element.iter():
        if re.fullmatch(r"\\[A-Za-z]+", part.text or ""):
            return f"${latex}$ has a command that is not known: {part.text}"
        if len(part) != _PARTS.get(part.tag, len(part)):
            return f"${latex}$ leaves a part of {part.tag} out"
    return None

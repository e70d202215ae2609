"""Reads the bank's files: a question (front matter and sections), its rubric, a topic.

A wrong file is an error beside the others, so that a lint can say all that is wrong at once.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

from markdown_it import MarkdownIt
from pydantic import BaseModel, ValidationError

from service.bank.complaints import complain
from service.bank.layout import Layout
from service.bank.marked import Document, Location, read_yaml
from service.domain.question import Question, Topic
from service.domain.rubric import Item, Rubric
from service.errors import BankError

MAX_BYTES = 1_000_000
SECTIONS = {"Short answer": "short_answer", "Model answer": "model_answer", "Deeper notes": "deeper_notes"}
BODY = ("prompt", *SECTIONS.values())
"""Fields of a question that stand below its front matter, in this order."""
SOURCES = dict.fromkeys(BODY, "the text below the front matter") | {"max_words": "in the question's front matter"}
"""Where a field stands that a file may not give, unless it follows from the file's path."""

ANCHORS = re.compile(r"^anchors:[^\n]*(?:\n(?:[ \t#-][^\n]*)?)*\Z", re.MULTILINE)
"""A rubric's anchors, where nothing comes after them."""

M = TypeVar("M", bound=BaseModel)
Locate = Callable[[Location], int]


@dataclass(frozen=True)
class Entry:
    """One item with its two files, and the line in them of any field."""

    item: Item
    question_path: Path
    rubric_path: Path
    question_line: Locate
    rubric_line: Locate


@dataclass(frozen=True)
class TopicEntry:
    """A topic with its file, and the line in it of any field."""

    topic: Topic
    path: Path
    line: Locate


@dataclass(frozen=True)
class Files:
    """All that could be read, by path, and the errors of the rest, by path and line."""

    topics: list[TopicEntry]
    entries: list[Entry]
    errors: list[BankError]


def read_files(root: Path, *, anchors: bool = True, known: frozenset[str] = frozenset()) -> Files:
    """All topics and items below `root`. Without `anchors` in half the time: they show a rubric, and grade nothing.

    Folders of topics that are `known` need no file that describes the topic.
    """
    layout = Layout(root, [])
    topics, entries = list[TopicEntry](), list[Entry]()
    for topic in layout.topics():
        if topic not in known or layout.topic(topic).exists():
            with layout.kept():
                topics.append(read_topic(layout, topic))
        for slug in layout.slugs(topic):
            with layout.kept():
                entries.append(read_entry(layout, topic, slug, anchors=anchors))
    seen: dict[str, Path] = {}
    for entry in entries:
        first = seen.setdefault(entry.item.id, entry.question_path)
        if first is not entry.question_path:
            layout.wrong(entry.question_path, f"this slug is taken by {first.relative_to(root)}")
    if not (entries or layout.errors):
        layout.wrong(root / "questions", "there are no questions here")
    return Files(topics, entries, sorted(layout.errors, key=lambda error: (error.path, error.line)))


def read_topic(layout: Layout, topic: str) -> TopicEntry:
    """The topic of the folder `topic`. Raises BankError."""
    path = layout.topic(topic)
    if not path.exists():
        raise BankError(path, 1, f"the folder {topic} needs this file: title, blurb, order, key_concepts ...")
    document = read_yaml(_text(path, layout.root), path)
    value = _model(Topic, document, {"id": topic}, path, document.line)
    return TopicEntry(value, path, document.line)


def read_entry(layout: Layout, topic: str, slug: str, *, anchors: bool = True) -> Entry:
    """The question `topic/slug` and its rubric. Raises BankError."""
    question_path, rubric_path = layout.question(topic, slug), layout.rubric(topic, slug)
    question, question_line = _read_question(_text(question_path, layout.root), question_path)
    rubric_text = _text(rubric_path, layout.root)
    document = read_yaml(rubric_text if anchors else ANCHORS.sub("", rubric_text), rubric_path)
    graded = {"question_id": slug, "max_words": question.max_words}
    rubric = _model(Rubric, document, graded, rubric_path, document.line)
    return Entry(Item(question=question, rubric=rubric), question_path, rubric_path, question_line, document.line)


def _read_question(text: str, path: Path) -> tuple[Question, Locate]:
    front = re.match(r"---[ ]*\n(.*?)^---[ ]*$\n?", text, re.DOTALL | re.MULTILINE)
    if front is None:
        raise BankError(path, 1, "a question starts with front matter between two lines of ---")
    document = read_yaml(front[1], path, skipped=1)
    sections = _sections(text[front.end() :], path, front[0].count("\n") + 1)

    def locate(location: Location) -> int:
        section = sections.get(str(location[0])) if location else None
        return section[0] if section else document.line(location)

    fields = {name: text for name, (_, text) in sections.items()}
    fields |= {"id": path.stem, "topic": path.parent.name, "concept": document.data.get("concept", path.stem)}
    question = _model(Question, document, fields, path, locate)
    if question.explanation is None:  # the model cannot ask for it: versions in a store may be older than the field
        raise BankError(path, document.line(("explanation",)), "`explanation` is missing")
    return question, locate


def _sections(body: str, path: Path, first_line: int) -> dict[str, tuple[int, str]]:
    """Field name to line and text. A real Markdown parser finds the headings, so a # inside code is none."""
    lines = body.rstrip("\n").split("\n")
    headings = [("prompt", 0, 0)]
    for token, inside in pairwise(MarkdownIt("commonmark").disable("inline").parse(body)):
        if token.type == "heading_open" and token.tag in ("h1", "h2") and token.level == 0 and token.map:
            start, end = token.map
            if inside.content not in SECTIONS:
                reason = f"unknown section {inside.content!r}; the sections are {', '.join(SECTIONS)}"
                raise BankError(path, first_line + start, reason)
            headings.append((SECTIONS[inside.content], start, end))
    names = [name for name, _, _ in headings]
    for heading, name in SECTIONS.items():
        if name not in names:
            raise BankError(path, first_line + len(lines) - 1, f"the section `## {heading}` is missing")
    for place, (name, start, _) in enumerate(headings):
        if BODY[place : place + 1] != (name,):
            raise BankError(path, first_line + start, f"each section stands once, in the order {', '.join(SECTIONS)}")
    stops = [start for _, start, _ in headings[1:]] + [len(lines)]
    return {
        name: (first_line + start, "\n".join(lines[end:stop]).strip())
        for (name, start, end), stop in zip(headings, stops, strict=True)
    }


def _model(kind: type[M], document: Document, fields: Mapping[str, Any], path: Path, locate: Locate) -> M:
    """`document` with `fields` added, validated strictly: as JSON, where a list may still become a tuple."""
    for name in document.data:
        if name in fields and name != "concept":
            source = SOURCES.get(name, "the path of the file")
            raise BankError(path, document.line((name,)), f"`{name}` is not given here: it is {source}")
    try:
        return kind.model_validate_json(json.dumps({**document.data, **fields}), strict=True)
    except ValidationError as error:
        line, reason = complain(error, locate, document.lines_with)
        raise BankError(path, line, reason) from error
    except (TypeError, ValueError, RecursionError) as error:  # what YAML can say and JSON cannot
        raise BankError(path, 1, f"this is more than names, texts, numbers and lists: {error}") from error


def _text(path: Path, root: Path) -> str:
    """The text of a file, with `\\n` line ends. Raises BankError: outside of `root`, too large, or not UTF-8."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise BankError(path, 1, "this link leads out of the bank")
    try:
        content = path.read_bytes() if path.stat().st_size <= MAX_BYTES else None
    except OSError as error:
        raise BankError(path, 1, f"cannot be read: {error.strerror}") from error
    if content is None:
        raise BankError(path, 1, f"larger than {MAX_BYTES:,} bytes")
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise BankError(path, content.count(b"\n", 0, error.start) + 1, "not UTF-8 text") from error

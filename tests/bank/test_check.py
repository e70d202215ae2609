"""The lint: every rule fires once on a bank that is clean otherwise, and names file and line."""

from pathlib import Path

import pytest

from service.bank.files import read_files
from service.bank_check import check, grades, markup
from service.bank_check.texts import AGES
from service.domain.attempt import Answer
from service.domain.grade import Evidence, GraderName, Marking, Ungraded, Verdict
from service.domain.rubric import Item
from tests.bank.conftest import QUESTION, RUBRIC, TOPIC, BankFiles

REPOSITORY = Path(__file__).parents[2]
OTHER = "questions/searching/hash-table.md"
FIND_A_KEY = "What makes finding a key in a map take the same time whatever its size?"
LOOK_UP = "Looking up a value in sorted data: how does it get by with so few comparisons?"
TWELVE_WORDS = "The price is\nkeeping the array sorted, which makes every insertion slow."


def points(first: int, last: int) -> str:
    says = "says: It repeats the comparison.\n      why: It has to end.\n      ask: And then?"
    return "".join(f"    - id: M{n}\n      {says}\n      cues: [[compares, middle]]\n" for n in range(first, last + 1))


MUTATIONS = [
    # file, text, what stands there instead, rule, the line with this text is blamed, words of the message
    (QUESTION, "related: [hash-table]", "related: [heap]", "link", "related:", "there is no other question heap"),
    (QUESTION, "related: [hash-table]", "related: [binary-search]", "link", "related:", "no other question binary"),
    (QUESTION, "- slug: hash-table", "- slug: heap", "link", "- slug: heap", "there is no other question heap"),
    (QUESTION, "probes: [T1]", "probes: [T9]", "link", "probes:", "the rubric has no key point T9"),
    (TOPIC, "order: 2", "order: 2\nrelated: [sorting]", "link", "related:", "there is no other topic sorting"),
    (OTHER, "title: Hash tables", "title: Search, binary", "duplicate", "title:", "nearly the title of binary-search"),
    (OTHER, FIND_A_KEY, LOOK_UP, "duplicate", "Looking up", "nearly the prompt of binary-search"),
    (RUBRIC, "[discards|drops, half]", "[=N9]\n        - [discards, half]", "cue", "[=N9]", "names no quantity"),
    (RUBRIC, "[discards|drops, half]", "[discards||drops, half]", "cue", "discards||", "that never matches"),
    (RUBRIC, "[works, unsorted|any order]", "[works, unsorted]\n      - [works, '!']", "cue", "'!'", "never matches"),
    (RUBRIC, '["1024", elements]', "[=N2]", "cue", "[=N2]", "names no quantity of this rubric: =N2"),
    (QUESTION, "It then discards", "It then forgets", "model-answer", "## Model", "earns 80 of 100, not 90: M2 missed"),
    (QUESTION, "The array has", "It works on unsorted data. The array has", "model-answer", "## Model", "mistake X1"),
    (RUBRIC, "mistakes: [X1, X2]", "mistakes: [X1]", "unshown-mistake", "- id: X2", "no anchor makes the mistake X2"),
    (RUBRIC, "kind: vague", "kind: terse", "anchors", "anchors:", "no anchor is vague"),
    (RUBRIC, "kind: good", "kind: better", "anchors", "anchors:", "no anchor is good"),
    (RUBRIC, "kind: off-topic", "kind: rambling", "anchors", "anchors:", "no anchor is off-topic or gibberish"),
    (RUBRIC, "    formula: (1024 / 2 - 2) / 51\n", "", "number", "- id: N1", "N1 has neither source nor formula"),
    (RUBRIC, "value: 10", "value: 10.02", "formula", "formula:", "is 10, not 10.02"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "log2(1024)", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "10 / 0", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "9 ** 9 ** 9", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "10 +", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "n * 2", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "'\"10\"'", "formula", "formula:", "is not a number"),
    (RUBRIC, "    - id: M2", points(3, 9) + "    - id: M2", "size", "criteria:", "13 key points"),
    (QUESTION, TWELVE_WORDS, "", "short-answer", "## Short answer", "39 words; 45 to 75"),
    (QUESTION, TWELVE_WORDS, TWELVE_WORDS * 4, "short-answer", "## Short answer", "words; 45 to 75"),
    (QUESTION, "hint: What does", "hint: What currently does", "time-bound", "hint:", "'currently' ages"),
    (QUESTION, "Every jump walks", "Today every jump walks", "time-bound", "short_answer: Today", "'Today' ages"),
    (QUESTION, "Read [more]", "In 2025 it was found.\n\nRead [more]", "time-bound", "## Deeper notes", "'2025' ages"),
    (QUESTION, "Read [more]", "Read <b>more</b> and [more]", "markup", "Read <b>", "raw HTML is shown as text: <b>"),
    (QUESTION, "Read [more]", "<div>\nRead [more]", "markup", "<div>", "raw HTML is shown as text: <div>"),
    (QUESTION, "Read [more]", "Read ![more](https://example.org/a.png) [more]", "markup", "Read !", "no images"),
    (QUESTION, "(https://example.org/more)", "(http://example.org)", "markup", "Read [more]", "has to begin with https://"),
    (QUESTION, "(https://example.org/more)", "(javascript:alert)", "markup", "Read [more]", "has to begin with https://"),
    (QUESTION, "(https://example.org/more)", "(hash-table.md)", "markup", "Read [more]", "has to begin with https://"),
    (QUESTION, "| 1,000 | 10 |", "| 1,000 | 10 | 2 |", "markup", "| 1,000", "this row has 3 cells, the table 2"),
    (QUESTION, "| 1,000 | 10 |", "| 1,000 |", "markup", "| 1,000", "this row has 1 cells, the table 2"),
    (QUESTION, "|---|---|", "|---|", "markup", "| length", "this is no table"),
    (QUESTION, "$n$ elements", r"$\foo n$ elements", "markup", "The count is", r"a command that is not known: \foo"),
    (QUESTION, r"\ln n}{\ln 2}", r"\ln n}{\ln 2}_a_b", "markup", "$$c", "cannot be shown as a formula"),
    (QUESTION, r"{\ln n}{\ln 2}", r"{\ln n}", "markup", "$$c", "leaves a part of mfrac out"),
    (QUESTION, "question: What happens", "question: What <i>really</i> happens", "markup", "question: Wh", "raw HTML"),
]  # fmt: skip


def places(files: BankFiles) -> list[tuple[str, int | None, str]]:
    return [(str(f.path.relative_to(files.root)), f.line, f.rule) for f in check(files.root)]


def test_a_clean_bank_gives_no_finding(files: BankFiles) -> None:
    assert check(files.root) == []


@pytest.mark.parametrize(("name", "old", "new", "rule", "blamed", "message"), MUTATIONS)
def test_each_rule_fires_once_at_its_line(
    files: BankFiles, name: str, old: str, new: str, rule: str, blamed: str, message: str
) -> None:
    files.edit(name, old, new)
    (finding,) = check(files.root)
    assert (finding.path, finding.line, finding.rule) == (files.root / name, files.line(name, blamed), rule)
    assert message in finding.message
    assert str(finding).startswith(f"{finding.path}:{finding.line}: {rule}: ")


def test_a_bank_that_does_not_load_gives_the_one_reason_why(files: BankFiles) -> None:
    files.edit(QUESTION, "level: screen", "level: medium")
    files.edit(QUESTION, "related: [hash-table]", "related: [heap]")
    (finding,) = check(files.root)
    assert (finding.path, finding.line, finding.rule) == (files.root / QUESTION, 3, "load")


def test_a_question_without_its_rubric_is_reported(files: BankFiles) -> None:
    files.remove(RUBRIC)
    assert places(files) == [(QUESTION, 1, "load")]


def test_too_few_key_points_criteria_and_mistakes_are_reported(files: BankFiles) -> None:
    text = (files.root / RUBRIC).read_text()
    line = files.line(RUBRIC, "criteria:")
    files.write(RUBRIC, text[: text.index("  common_mistakes:")] + text[text.index("mistakes:\n  - id: X1") :])
    assert places(files) == [(RUBRIC, line, "size")]
    files.write(RUBRIC, text.replace("  tradeoffs:\n", "").replace("  common_mistakes:\n", ""))
    assert places(files) == [(RUBRIC, line, "size")]
    second = text[text.index("  - id: X2") : text.index("quantities:")]
    files.write(RUBRIC, text.replace(second, "").replace("[X1, X2]", "[X1]"))
    line = files.line(RUBRIC, "- id: X1") - 1
    assert places(files) == [(RUBRIC, line, "size")]


def test_variants_of_one_concept_are_no_duplicates(files: BankFiles) -> None:
    files.edit(OTHER, "title: Hash tables", "title: Binary search\nconcept: binary-search")
    assert check(files.root) == []


def test_a_number_that_is_openly_unsourced_needs_no_source(files: BankFiles) -> None:
    files.edit(RUBRIC, "    formula: (1024 / 2 - 2) / 51\n    status: verified", "    status: unsourced")
    assert check(files.root) == []


def test_words_that_age_are_fine_with_a_date(files: BankFiles) -> None:
    files.edit(QUESTION, "hint: What does", "as_of: 2026-11\nhint: What currently does")
    assert check(files.root) == []


@pytest.mark.parametrize(
    "text",
    [
        "The latest models do it.",
        "It is the current best practice.",
        "Recent work shows it.",
        "It was recently found.",
        "GQA is now standard.",
        "It is used nowadays.",
        "A modern GPU has it.",
        "This is the state-of-the-art.",
        "The newest chips do.",
        "Until now nobody knew.",
        "As of 2024 it holds.",
    ],
)
def test_words_that_age_are_found(text: str) -> None:
    assert AGES.search(text)


@pytest.mark.parametrize(
    "text",
    [
        "Now consider a longer prompt.",
        "The cache now holds two entries.",
        "The current token attends to the earlier ones.",
        "Only the latest token is projected.",
        "It answers in a second at the latest.",
        "A window keeps the most recent positions, and drops all but recent tokens.",
        "The least recently used block is evicted.",
        "A context of 2048 tokens, or 2,024 of them.",
        "Vaswani et al. 2017 introduced it.",
        "It is known to a few.",
    ],
)
def test_words_of_the_trade_do_not_age(text: str) -> None:
    assert AGES.search(text) is None


@pytest.mark.parametrize(
    "markdown",
    [
        r"$\frac{a}{b}$, $\sqrt{d_k}$, $x_{i}^{2}$, $\text{softmax}(QK^\top)$, $\sum_{i=1}^{n} i$",
        "$$\n\\begin{pmatrix} a & b \\\\ c & d \\end{pmatrix}\n$$",
        "`<b>` and\n\n```html\n<b>![x](y)</b>\n```",
        "| a | b |\n|:--|--:|\n| `x` \\| y | 2 |",
        "It costs $5 and $6.",
        "a < b and b > c",
        "<https://example.org>",
        "A list:\n\n- one\n- two\n\n---\n\nThe end.",
    ],
)
def test_what_the_page_can_show_is_fine(markdown: str) -> None:
    assert list(markup.problems(markdown)) == []


def test_a_problem_in_markdown_is_found_on_its_own_line() -> None:
    assert [line for line, _ in markup.problems("One.\n\nTwo.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n| 1 |\n")] == [7]


class Undecided:
    """A grader that never knows."""

    identity = GraderName(name="undecided", version="1")

    async def mark(self, item: Item, answer: Answer) -> Ungraded:
        return Ungraded(reason="too hard")


class Generous:
    """A grader that takes the first letter of any answer for every key point."""

    identity = GraderName(name="generous", version="1")

    async def mark(self, item: Item, answer: Answer) -> Marking:
        evidence = (Evidence(start=0, end=1, quote=answer.text[:1]),)
        met = (Verdict(point=point.id, label="met", evidence=evidence) for point in item.rubric.points())
        return Marking(verdicts=tuple(met))


def test_a_grader_that_cannot_decide_is_reported(files: BankFiles) -> None:
    _, entries = read_files(files.root)
    found = list(grades.check(entries, Undecided()))
    assert [(f.path.name, f.rule) for f in found] == [
        ("binary-search.md", "model-answer"),
        ("hash-table.md", "model-answer"),
    ]
    assert found[0].message == "the grader could not decide: too hard"


def test_a_score_for_not_knowing_is_reported(files: BankFiles) -> None:
    _, entries = read_files(files.root)
    found = list(grades.check(entries, Generous()))
    assert [(f.path.name, f.line, f.rule) for f in found] == [
        ("binary-search.yaml", None, "silence"),
        ("hash-table.yaml", None, "silence"),
    ]
    assert str(found[0]) == f"{files.root / RUBRIC}: silence: 'I do not know.' earns 100, not 0"


def test_the_bank_of_this_repository_is_clean() -> None:
    assert "\n".join(map(str, check(REPOSITORY))) == ""

"""The lint: every rule fires once on a bank that is clean otherwise, and names file and line."""

from pathlib import Path

import pytest

from service.bank.files import read_files
from service.bank_check import check, grades, markup
from service.domain.attempt import Answer
from service.domain.grade import Evidence, GraderName, Marking, Ungraded, Verdict
from service.domain.rubric import Item
from tests.bank.conftest import QUESTION, RUBRIC, TOPIC, BankFiles

REPOSITORY = Path(__file__).parents[2]
OTHER = "questions/searching/hash-table.md"
FIND_A_KEY = "What makes finding a key in a map take the same time whatever its size?"
LOOK_UP = "Looking up a value in sorted data: how does it get by with so few comparisons?"
SAID = "The half that cannot hold the target is dropped."
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
    (RUBRIC, "[works, unsorted|any order]", "[works, unsorted]\n      - [x|1,900 keys]", "cue", "1,900", "are two"),
    (RUBRIC, '["1024", elements]', "[=N2]", "cue", "[=N2]", "names no quantity of this rubric: =N2"),
    (QUESTION, "It then discards", "It then forgets", "model-answer", "## Model", "86.7 of 100, not 90: M2 missed"),
    (QUESTION, "The array has", "It works on unsorted data. The array has", "model-answer", "## Model", "mistake X1"),
    (RUBRIC, "rule out?", f"rule out?\n      paraphrases: [{SAID}]", "paraphrase", "paraphrases:", "the same as M2"),
    (RUBRIC, "[X1, X2, X3]", "[X1, X3]", "unshown-mistake", "- id: X2", "no anchor makes the mistake X2"),
    (RUBRIC, "kind: vague", "kind: terse", "anchors", "anchors:", "no anchor is vague"),
    (RUBRIC, "kind: good", "kind: better", "anchors", "anchors:", "no anchor is good"),
    (RUBRIC, "kind: off-topic", "kind: gibberish", "anchors", "anchors:", "no anchor is off-topic"),
    (RUBRIC, "status: verified", "status: contested\n    point: W1", "number", "- id: N1", "N1 is contested, so no"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "kv_cache('Llama-9')", "formula", "formula:", "there is no model 'Llama-9'"),
    (QUESTION, "kind: conceptual", "kind: synthesis", "synthesis", "minutes:", "6 minutes or more"),
    (TOPIC, "learning_path: [binary", "learning_path: [heap, binary", "path", "learning_path:", "there is no question"),
    (TOPIC, "hash-table]\n", "hash-table, binary-search]\n", "path", "learning_path:", "stands here twice"),
    (TOPIC, "binary-search, hash-table]", "hash-table]", "path", "learning_path:", "leaves out binary-search"),
    (RUBRIC, "    formula: (1024 / 2 - 2) / 51\n", "", "number", "- id: N1", "N1 has neither source nor formula"),
    (RUBRIC, "value: 10", "value: 10.02", "formula", "formula:", "is 10, not 10.02"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "log2(1024)", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "10 / 0", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "9 ** 9 ** 9", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "10 +", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "n * 2", "formula", "formula:", "is not arithmetic"),
    (RUBRIC, "(1024 / 2 - 2) / 51", "'\"10\"'", "formula", "formula:", "is not a number"),
    (RUBRIC, "    - id: M2", points(4, 8) + "    - id: M2", "size", "criteria:", "13 key points"),
    (QUESTION, TWELVE_WORDS, "", "short-answer", "## Short answer", "39 words; 50 to 65"),
    (QUESTION, TWELVE_WORDS, TWELVE_WORDS * 4, "short-answer", "## Short answer", "words; 50 to 65"),
    (QUESTION, "about twenty comparisons", "O(log n) comparisons", "short-answer", "## Short", "O( cannot be read"),
    (QUESTION, "about twenty", "$20$", "short-answer", "## Short answer", "$ cannot be read aloud"),
    (QUESTION, "as_of: 2026-11\n", "", "as-of", "---", "`as_of` is missing"),
    (QUESTION, "[A list has no random access, Each jump walks]", "[One]", "follow-up", "- quest", "1 key points; 2 to"),
    (QUESTION, "    key_points: [A list has no random access, Each jump walks]\n", "", "follow-up", "- quest", "0 key"),
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


def test_files_that_do_not_load_are_all_named_and_the_others_are_linted(files: BankFiles) -> None:
    files.edit(QUESTION, "level: screen", "level: medium")
    files.edit(TOPIC, "order: 2", "order: second")
    files.edit(OTHER, "as_of: 2026-11\n", "")
    assert places(files) == [(TOPIC, 3, "load"), (QUESTION, 3, "load"), (OTHER, 1, "as-of")]


@pytest.mark.parametrize(
    ("old", "new", "rule", "blamed", "message"),
    [
        ("kind: conceptual", "kind: comparison", "scale", "scale: concept", "a comparison question is weighed as one"),
        ("kind: conceptual", "kind: audience", "audience", "mistakes:", "no mistake is the use of jargon"),
        ("level: screen", "level: senior", "senior", "  why_it_matters:", "a consequence in production"),
    ],
)
def test_what_a_question_asks_of_its_rubric_is_reported_there(
    files: BankFiles, old: str, new: str, rule: str, blamed: str, message: str
) -> None:
    files.edit(QUESTION, old, new)
    (finding,) = check(files.root)
    line = (files.root / RUBRIC).read_text().splitlines().index(blamed) + 1
    assert (finding.path, finding.line, finding.rule) == (files.root / RUBRIC, line, rule)
    assert message in finding.message


def test_a_senior_question_with_a_consequence_in_production_is_fine(files: BankFiles) -> None:
    files.edit(QUESTION, "level: screen", "level: senior")
    files.edit(RUBRIC, "why: It is the reason to bother.", "why: It keeps latency low in production.")
    assert check(files.root) == []


def test_a_question_to_a_layman_counts_jargon_as_a_mistake(files: BankFiles) -> None:
    files.edit(QUESTION, "kind: conceptual", "kind: audience")
    files.edit(RUBRIC, "says: It takes linear time.", "says: It speaks jargon.")
    assert check(files.root) == []


def test_a_design_needs_a_fallback_a_calibration_and_a_rollout(files: BankFiles) -> None:
    files.edit(QUESTION, "kind: conceptual", "kind: design")
    files.edit(RUBRIC, "scale: concept", "scale: design")
    assert [finding.rule for finding in check(files.root)] == ["design"] * 3
    files.edit(RUBRIC, "why: A loop has to end.", "why: It falls back to a scan.")
    files.edit(RUBRIC, "why: This is where the speed comes from.", "why: The threshold was measured.")
    files.edit(RUBRIC, "why: It is the classic defect.", "why: It is rolled out in stages.")
    assert check(files.root) == []


def test_an_answer_in_few_words_needs_fewer_points_and_a_model_answer_that_is_short(files: BankFiles) -> None:
    text = (files.root / RUBRIC).read_text()
    files.write(RUBRIC, text[: text.index("    - id: M3")] + text[text.index("  why_it_matters:") :])
    assert [finding.rule for finding in check(files.root)] == ["size"]
    files.edit(QUESTION, "minutes: 2", "minutes: 2\nmax_words: 100")
    assert check(files.root) == []
    files.edit(QUESTION, "max_words: 100", "max_words: 60")
    assert {finding.rule for finding in check(files.root)} == {"max-words", "model-answer"}


@pytest.mark.parametrize("cue", ["[=N1]", "[discards|=N1, half]"])
def test_a_contested_number_in_a_cue_is_reported(files: BankFiles, cue: str) -> None:
    files.edit(RUBRIC, "status: verified", "status: contested")
    files.edit(RUBRIC, "[discards|drops, half]", f"[discards|drops, half]\n        - {cue}")
    (finding,) = check(files.root)
    assert (finding.line, finding.rule) == (files.line(RUBRIC, "- id: N1"), "number")


def test_a_question_without_its_rubric_is_reported(files: BankFiles) -> None:
    files.remove(RUBRIC)
    assert places(files) == [(QUESTION, 1, "load")]


def test_too_few_key_points_criteria_mistakes_and_anchors_are_reported(files: BankFiles) -> None:
    text = (files.root / RUBRIC).read_text()
    line = files.line(RUBRIC, "criteria:")
    files.write(RUBRIC, text[: text.index("    - id: M3")] + text[text.index("  why_it_matters:") :])
    (finding,) = check(files.root)
    assert (finding.line, finding.message) == (line, "7 key points; 8 to 12 serve well")
    files.write(RUBRIC, text.replace("  tradeoffs:\n", "").replace("  common_mistakes:\n", ""))
    assert places(files) == [(RUBRIC, line, "size")]
    second = text[text.index("  - id: X2") : text.index("  - id: X3")]
    files.write(RUBRIC, text.replace(second, "").replace("[X1, X2, X3]", "[X1, X3]"))
    assert places(files) == [(RUBRIC, files.line(RUBRIC, "- id: X1") - 1, "size")]
    files.write(RUBRIC, text.replace("- {kind: vague", "# {kind: vague").replace("- {kind: key", "# {kind: key"))
    (finding, other) = check(files.root)
    assert (finding.message, other.message) == ("9 anchors; write at least 10", "no anchor is vague, keywords")


def test_variants_of_one_concept_are_no_duplicates(files: BankFiles) -> None:
    files.edit(OTHER, "title: Hash tables", "title: Binary search\nconcept: binary-search")
    assert check(files.root) == []


def test_a_number_that_is_openly_unsourced_needs_no_source(files: BankFiles) -> None:
    files.edit(RUBRIC, "    formula: (1024 / 2 - 2) / 51\n    status: verified", "    status: unsourced")
    assert check(files.root) == []


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
    entries = read_files(files.root).entries
    found = list(grades.check(entries, Undecided()))
    assert [(f.path.name, f.rule) for f in found] == [
        ("binary-search.md", "model-answer"),
        ("hash-table.md", "model-answer"),
    ]
    assert found[0].message == "the grader could not decide: too hard"


def test_a_score_for_not_knowing_is_reported(files: BankFiles) -> None:
    entries = read_files(files.root).entries
    found = list(grades.check(entries, Generous()))
    assert [(f.path.name, f.line, f.rule) for f in found] == [
        ("binary-search.yaml", None, "silence"),
        ("hash-table.yaml", None, "silence"),
    ]
    assert str(found[0]) == f"{files.root / RUBRIC}: silence: 'I do not know.' earns 100, not 0"


def test_the_bank_of_this_repository_is_clean() -> None:
    assert "\n".join(map(str, check(REPOSITORY))) == ""

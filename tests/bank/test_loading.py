"""Loading the bank: what it holds, and file, line and reason of what is wrong with it."""

from errno import EACCES
from pathlib import Path
from typing import NoReturn

import pytest

from service.bank import load_bank
from service.errors import BankError, NotFound
from tests.bank.conftest import QUESTION, RUBRIC, TOPIC, BankFiles

REPOSITORY = Path(__file__).parents[2]


def refused(files: BankFiles) -> BankError:
    with pytest.raises(BankError) as caught:
        load_bank(files.root)
    return caught.value


def test_a_bank_holds_what_the_files_say(files: BankFiles) -> None:
    bank = load_bank(files.root)
    assert list(bank.items) == ["binary-search", "hash-table"]
    item = bank.item("binary-search")
    question = item.question
    assert question.topic == "searching"
    assert question.concept == item.rubric.question_id == "binary-search"
    assert question.prompt == "How does looking up a value in sorted data get by with so few comparisons?"
    assert question.short_answer.startswith("Compare the wanted")
    assert question.deeper_notes.endswith("Read [more](https://example.org/more).")
    assert bank.topic("searching").title == "Searching"
    assert bank.by_digest(item.digest) is item
    assert bank.by_digest("no such digest") is None


def test_topics_come_in_their_order_and_questions_by_name(files: BankFiles) -> None:
    files.write("questions/aaa/_topic.yaml", (files.root / TOPIC).read_text().replace("order: 2", "order: 3"))
    for name in (QUESTION, RUBRIC):
        files.write(name.replace("searching", "aaa"), (files.root / name).read_text())
        files.remove(name)
    bank = load_bank(files.root)
    assert list(bank.topics) == ["searching", "aaa"]
    assert list(bank.items) == ["hash-table", "binary-search"]


def test_what_is_not_there_is_not_found(files: BankFiles) -> None:
    bank = load_bank(files.root)
    with pytest.raises(NotFound):
        bank.item("bubble-sort")
    with pytest.raises(NotFound):
        bank.topic("sorting")


def test_a_bank_cannot_be_changed(files: BankFiles) -> None:
    bank = load_bank(files.root)
    with pytest.raises(TypeError):
        bank.items["binary-search"] = bank.items["hash-table"]  # type: ignore[index]


def test_the_digest_changes_with_any_item_and_any_topic(files: BankFiles) -> None:
    digests = {load_bank(files.root).digest, load_bank(files.root).digest}
    assert len(digests) == 1
    for name, old, new in (
        (QUESTION, "so few", "such few"),
        (RUBRIC, "Bread needs flour", "Bread wants flour"),
        (TOPIC, "among many", "among several"),
    ):
        files.edit(name, old, new)
        digests.add(load_bank(files.root).digest)
    assert len(digests) == 4


def test_without_anchors_all_that_grading_depends_on_is_the_same(files: BankFiles) -> None:
    whole, bare = load_bank(files.root), load_bank(files.root, anchors=False)
    assert {id: item.digest for id, item in bare.items.items()} == {id: i.digest for id, i in whole.items.items()}
    assert any(item.rubric.anchors for item in whole.items.values())
    assert not any(item.rubric.anchors for item in bare.items.values())


def test_who_leaves_out_anchors_reads_whatever_comes_after_them(files: BankFiles) -> None:
    files.write(RUBRIC, (files.root / RUBRIC).read_text() + "\nnonsense: 1\n")
    with pytest.raises(BankError, match="nonsense"):
        load_bank(files.root, anchors=False)


def test_windows_line_ends_and_a_byte_order_mark_change_nothing(files: BankFiles) -> None:
    plain = load_bank(files.root)
    content = (files.root / QUESTION).read_bytes()
    files.write(QUESTION, b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))
    assert load_bank(files.root).digest == plain.digest


def test_words_that_older_yaml_reads_as_booleans_and_dates_stay_text(files: BankFiles) -> None:
    files.edit(QUESTION, "title: Binary search", "title: no")
    question = load_bank(files.root).item("binary-search").question
    assert (question.title, question.as_of) == ("no", "2026-11")


def test_a_heading_inside_code_is_no_section(files: BankFiles) -> None:
    files.edit(QUESTION, "Read [more]", "```sh\n## not a section\n```\nRead [more]")
    assert "## not a section" in load_bank(files.root).item("binary-search").question.deeper_notes


def test_hidden_files_and_backups_are_ignored(files: BankFiles) -> None:
    files.write("questions/.DS_Store", "x")
    files.write("questions/searching/.binary-search.md.swp", "x")
    files.write("rubrics/searching/binary-search.yaml~", "x")
    assert len(load_bank(files.root).items) == 2


WRONG_FIELDS = [
    # file, text, what stands there instead, the line with this text is blamed, words of the reason
    (QUESTION, "level: screen", "level: medium", "level: m", "`level` has to be 'screen', 'mid' or 'senior'"),
    (QUESTION, "level: screen\n", "", "---", "`level` is missing"),
    (QUESTION, "explanation: mechanism\n", "", "---", "`explanation` is missing"),
    (QUESTION, "explanation: mechanism", "explanation: story", "explanation:", "`explanation` has to be 'concept',"),
    (QUESTION, "minutes: 2", "minutes: 2\nmax_words: many", "max_words:", "`max_words` has to be a whole number"),
    (QUESTION, "- slug: hash-table", "- slug: hash-table\n    key_points: [One]", "- slug: hash", "in its own rubric"),
    (QUESTION, "minutes: 2", "minutes: two", "minutes:", "`minutes` has to be a number, not 'two'"),
    (QUESTION, "minutes: 2", 'minutes: "2"', "minutes:", "`minutes` has to be a number"),
    (QUESTION, "minutes: 2", "minutes: 99", "minutes:", "less than or equal to 30"),
    (QUESTION, "tags: [arrays, algorithms]", "tags:\n  - arrays\n  - Big O", "Big O", "`tags[2]` has to be lower-case"),
    (QUESTION, "tags: [arrays, algorithms]", "tags: arrays", "tags:", "`tags` has to be a list"),
    (QUESTION, "hint: What", "hinnt: What", "hinnt:", "unknown field `hinnt`"),
    (QUESTION, "hint: What", "hint: 4\nhinnt: What", "hint: 4", "`hint` has to be text"),
    (QUESTION, "minutes: 2", "minutes: 2\nminutes: 3", "minutes: 3", "the field `minutes` stands here twice"),
    (QUESTION, "minutes: 2", "minutes: 2\nid: bisect", "id: bisect", "`id` is not given here: it is the path"),
    (QUESTION, "minutes: 2", "minutes: 2\nprompt: How?", "prompt:", "it is the text below the front matter"),
    (QUESTION, "as_of: 2026-11", "as_of: last month", "as_of", "a month, like 2026-11"),
    (QUESTION, "as_of: 2026-11", "as_of: 2026-13-45", "as_of", "a month, like 2026-11"),
    (QUESTION, "https://example.org/algorithms", "http://example.org", "A textbook", "an https:// address"),
    (QUESTION, "    short_answer: Every jump", "    # Every jump", "question: What happens", "has a short_answer"),
    (QUESTION, "related: [hash-table]", "related: [hash-table", "sources:", "not valid YAML"),
    (QUESTION, "## Short answer", "## Brief answer", "## Brief", "unknown section 'Brief answer'"),
    (QUESTION, "## Deeper notes\n", "", "Read [more]", "the section `## Deeper notes` is missing"),
    (QUESTION, "## Model answer", "## Short answer ##\n\n## Model answer", "answer ##", "each section stands once"),
    (QUESTION, "Read [more]", "# More\nRead [more]", "# More", "unknown section 'More'"),
    (QUESTION, "---\ntitle", "title", "title", "front matter between two lines of ---"),
    (QUESTION, "probes: [T1]\n---", "probes: [T1]", "---", "front matter between two lines of ---"),
    (RUBRIC, "scale: concept", "scale: small", "scale: small", "`scale` has to be 'concept', 'comparison'"),
    (RUBRIC, "scale: concept\n", "", "criteria:", "`scale` is missing"),
    (RUBRIC, "why: It is the step that everything repeats", "weight: 1 #", "- id: M1", "`criteria.mechanism[1].why`"),
    (RUBRIC, "- id: M2", "- id: M2\n      weight: 5", "weight: 5", "`criteria.mechanism[2].weight`"),
    (RUBRIC, "- id: M2", "- id: second", "- id: second", "a letter and a number, like M1"),
    (RUBRIC, "- id: W1", "- id: M2 # again", "# again", "ids used twice: M2"),
    (RUBRIC, "[X1, X2, X3]", "[X1, X9]", "X9", "anchor 4 names unknown mistakes: X9"),
    (RUBRIC, "  tradeoffs:", "  trade_offs:", "trade_offs:", "`criteria.trade_offs` has to be"),
    (RUBRIC, "    status: verified", "    status: verified\n    point: W9", "point: W9", "unknown key point W9"),
    (RUBRIC, "scale: concept", "scale: concept\nquestion_id: a", "question_id", "it is the path of the file"),
    (RUBRIC, "scale: concept", "scale: concept\nmax_words: 45", "max_words", "it is in the question's front matter"),
    (RUBRIC, "        - [compares|compared, middle]", "        - []", "- []", "is empty"),
    (RUBRIC, "value: 10", "value: ten", "value: ten", "`quantities[1].value` has to be a number"),
    (RUBRIC, "scale: concept", "? [scale]\n: concept", "? [scale]", "more than names, texts, numbers and lists"),
    (TOPIC, "order: 2", "order: 2.5", "order:", "`order` has to be a whole number"),
    (TOPIC, "answer_template: It finds [what] by [how].\n", "", "title:", "`answer_template` is missing"),
    (TOPIC, "  - What does one", "  # What does one", "self_check:", "`self_check` has to be a list"),
    (TOPIC, "learning_path: [binary-search, hash-table]", "learning_path: []", "learning_path:", "is empty"),
    (TOPIC, "title: Searching\n", "", "blurb:", "`title` is missing"),
    (TOPIC, "title: Searching", "- Searching", "blurb", "not valid YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "old", "new", "blamed", "reason"), WRONG_FIELDS)
def test_a_wrong_field_is_named_with_file_line_and_reason(
    files: BankFiles, name: str, old: str, new: str, blamed: str, reason: str
) -> None:
    files.edit(name, old, new)
    error = refused(files)
    assert (error.path, error.line) == (files.root / name, files.line(name, blamed))
    assert reason in error.reason


def test_a_section_without_text_is_named_by_the_line_of_its_heading(files: BankFiles) -> None:
    text = (files.root / QUESTION).read_text()
    head, rest = text.split("## Model answer")
    files.write(QUESTION, head + "## Model answer\n\n## Deeper notes" + rest.split("## Deeper notes")[1])
    error = refused(files)
    assert (error.line, error.reason) == (files.line(QUESTION, "## Model answer"), "`model_answer` is empty")


def test_bytes_that_are_not_utf8_are_named_by_their_line(files: BankFiles) -> None:
    content = (files.root / QUESTION).read_bytes()
    files.write(QUESTION, content.replace(b"hint: What", b"hint: \xff"))
    error = refused(files)
    assert (error.path.name, error.line, error.reason) == ("binary-search.md", 9, "not UTF-8 text")


@pytest.mark.parametrize(
    ("name", "text", "line", "reason"),
    [
        (TOPIC, "", 1, "this has to be fields: `name: value`"),
        (TOPIC, "- Searching\n", 1, "this has to be fields: `name: value`"),
        (TOPIC, "title: \x07\n", 1, "not valid YAML: unacceptable character"),
        (TOPIC, "title: !!int x\n", 1, "not valid YAML: invalid literal"),
        (RUBRIC, "scale: concept\ncriteria: {}\n", 1, "a rubric needs at least one key point"),
        (QUESTION, "", 1, "front matter between two lines of ---"),
    ],
)
def test_a_file_that_is_wrong_as_a_whole_is_named(
    files: BankFiles, name: str, text: str, line: int, reason: str
) -> None:
    files.write(name, text)
    error = refused(files)
    assert (error.path, error.line) == (files.root / name, line)
    assert reason in error.reason


def test_a_file_that_cannot_be_read_is_named(files: BankFiles) -> None:
    files.remove(RUBRIC)
    (files.root / RUBRIC).mkdir()
    error = refused(files)
    assert (error.path, error.reason) == (files.root / RUBRIC, "cannot be read: Is a directory")


def test_a_folder_that_cannot_be_listed_is_named(files: BankFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    def denied(path: Path) -> NoReturn:
        raise PermissionError(EACCES, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", denied)  # permissions do not bind root, who runs tests in containers
    error = refused(files)
    assert (error.path, error.reason) == (files.root / "questions", "cannot be read: Permission denied")


def test_a_file_over_a_megabyte_is_refused(files: BankFiles) -> None:
    files.write(RUBRIC, (files.root / RUBRIC).read_text() + "#" * 1_000_000)
    assert "larger than 1,000,000 bytes" in refused(files).reason


def test_a_link_that_leads_out_of_the_bank_is_refused(files: BankFiles, tmp_path: Path) -> None:
    outside = tmp_path / "secret.yaml"
    (files.root / RUBRIC).rename(outside)
    (files.root / RUBRIC).symlink_to(outside)
    error = refused(files)
    assert (error.path, error.reason) == (files.root / RUBRIC, "this link leads out of the bank")


def test_a_link_within_the_bank_is_followed(files: BankFiles) -> None:
    moved = files.root / "binary-search.yaml"
    (files.root / RUBRIC).rename(moved)
    (files.root / RUBRIC).symlink_to(moved)
    assert len(load_bank(files.root).items) == 2


@pytest.mark.parametrize(
    ("removed", "blamed", "reason"),
    [
        (RUBRIC, QUESTION, "this question has no rubric rubrics/searching/binary-search.yaml"),
        (QUESTION, RUBRIC, "this rubric has no question questions/searching/binary-search.md"),
        (TOPIC, TOPIC, "the folder searching needs this file"),
    ],
)
def test_a_file_without_its_partner_is_named(files: BankFiles, removed: str, blamed: str, reason: str) -> None:
    files.remove(removed)
    error = refused(files)
    assert (error.path, error.line) == (files.root / blamed, 1)
    assert reason in error.reason


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("questions/searching/notes.txt", "neither a question"),
        ("questions/searching/Big_O.md", "lower-case letters and digits"),
        ("questions/readme.md", "holds topic folders only"),
        ("rubrics/searching/binary-search.yml", "not a rubric"),
        ("rubrics/sorting/quicksort.yaml", "there is no folder questions/sorting"),
    ],
)
def test_a_file_that_does_not_belong_is_named(files: BankFiles, name: str, reason: str) -> None:
    path = files.write(name, "x")
    error = refused(files)
    assert error.path in (path, path.parent)
    assert reason in error.reason


def test_a_slug_stands_in_one_topic_only(files: BankFiles) -> None:
    for name in (TOPIC, QUESTION, RUBRIC):
        files.write(name.replace("searching", "sorting"), (files.root / name).read_text())
    error = refused(files)
    assert error.path == files.root / "questions/sorting/binary-search.md"
    assert error.reason == "this slug is taken by questions/searching/binary-search.md"


def test_of_several_wrong_files_the_first_by_path_is_named(files: BankFiles) -> None:
    files.edit("questions/searching/hash-table.md", "level: mid", "level: high")
    files.edit(RUBRIC, "scale: concept", "scale: small")
    assert refused(files).path.name == "hash-table.md"
    files.edit(QUESTION, "hint:", "hints:")
    files.edit(QUESTION, "tags:", "tag:")
    error = refused(files)
    assert (error.path.name, error.line) == ("binary-search.md", files.line(QUESTION, "tag:"))


@pytest.mark.parametrize("folder", ["questions", "rubrics"])
def test_a_bank_needs_both_folders(tmp_path: Path, folder: str) -> None:
    (tmp_path / ("rubrics" if folder == "questions" else "questions")).mkdir()
    with pytest.raises(BankError) as caught:
        load_bank(tmp_path)
    assert (caught.value.path, caught.value.reason) == (tmp_path / folder, "there is no such folder")


def test_a_bank_needs_a_question(tmp_path: Path) -> None:
    (tmp_path / "questions").mkdir()
    (tmp_path / "rubrics").mkdir()
    with pytest.raises(BankError, match="there are no questions here"):
        load_bank(tmp_path)


def test_the_bank_of_this_repository_loads() -> None:
    bank = load_bank(REPOSITORY)
    assert bank.items
    assert {item.question.topic for item in bank.items.values()} == set(bank.topics)

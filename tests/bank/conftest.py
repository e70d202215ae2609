"""A clean bank of two questions in a temporary folder, for tests that break it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

QUESTION = "questions/searching/binary-search.md"
RUBRIC = "rubrics/searching/binary-search.yaml"
TOPIC = "questions/searching/_topic.yaml"

FILES = {
    TOPIC: """\
title: Searching
blurb: Finding one thing among many.
order: 2
key_concepts: [Order, Hashing]
answer_template: It finds [what] by [how].
self_check:
  - What does one comparison rule out?
learning_path: [binary-search, hash-table]
""",
    QUESTION: """\
---
title: Binary search
level: screen
frequency: very-common
kind: conceptual
explanation: mechanism
minutes: 2
tags: [arrays, algorithms]
hint: What does one comparison rule out?
glossary:
  bisection: [halving, half-interval search]
related: [hash-table]
sources:
  - {title: A textbook of algorithms, url: "https://example.org/algorithms", kind: primary}
as_of: 2026-11
follow_ups:
  - slug: hash-table
  - question: What happens in a linked list?
    short_answer: Every jump walks the list, so the comparisons are few and the steps are many.
    key_points: [A list has no random access, Each jump walks]
    probes: [T1]
---
How does looking up a value in sorted data get by with so few comparisons?

## Short answer

Compare the wanted value with the middle element of the sorted array. Either it is found, or one half cannot hold it
and is dropped. Each step halves what is left, so a million elements take about twenty comparisons. The price is
keeping the array sorted, which makes every insertion slow.

## Model answer

Binary search compares the target with the middle element. It then discards the half that cannot hold the target.
Every step halves the range, so the number of comparisons grows with the logarithm of the length. A million elements
need about 20 comparisons, which keeps lookups fast as data grows. The search ends when the range is empty.
The array has to stay sorted. Insertions become slow. The midpoint should be computed without overflow, because adding
two large indices overflows.

## Deeper notes

| length | comparisons |
|---|---|
| 1,000 | 10 |

The count is $\\lceil \\log_2 n \\rceil$ for an array of $n$ elements:

$$c = \\frac{\\ln n}{\\ln 2}$$

Read [more](https://example.org/more).
""",
    RUBRIC: """\
scale: concept
criteria:
  mechanism:
    - id: M1
      says: The target is compared with the middle element.
      why: It is the step that everything repeats.
      ask: What is compared first?
      cues:
        - [compares|compared, middle]
    - id: M2
      says: The half that cannot hold the target is dropped.
      why: This is where the speed comes from.
      ask: What does the comparison rule out?
      cues:
        - [discards|drops, half]
    - id: M3
      says: It ends when nothing is left of the range.
      why: A loop has to end.
      ask: When does it stop?
      cues:
        - [ends|stops, empty]
  why_it_matters:
    - id: W1
      says: The number of comparisons is logarithmic.
      why: It separates the method from a scan.
      ask: How does the cost grow?
      cues:
        - [comparisons|steps, logarithm]
    - id: W2
      says: Lookups stay fast as the data grows.
      why: It is the reason to bother.
      ask: Why does it matter for large data?
      cues:
        - [lookups, fast, grows]
  tradeoffs:
    - id: T1
      says: The array has to stay sorted.
      why: The order has to be paid for.
      ask: What does it ask of the data?
      cues:
        - [array|data, sorted]
    - id: T2
      says: Insertions become slow.
      why: It decides against it where data changes.
      ask: What becomes slow?
      cues:
        - [insertions, slow]
  common_mistakes:
    - id: C1
      says: The midpoint may overflow.
      why: It is the classic defect.
      ask: What goes wrong with large indices?
      cues:
        - [midpoint|indices, overflow]
mistakes:
  - id: X1
    says: It works on unsorted data.
    correction: Without order no half can be ruled out.
    caps: mechanism
    cues:
      - [works, unsorted|any order]
  - id: X2
    says: It takes linear time.
    correction: It takes logarithmic time.
    caps: why_it_matters
    cues:
      - [takes|needs, linear time]
  - id: X3
    says: It always finds the first of equal values.
    correction: It finds any of them.
    caps: why_it_matters
    cues:
      - [always finds, first]
quantities:
  - id: N1
    says: Comparisons for 1024 elements
    value: 10
    unit: comparisons
    formula: (1024 / 2 - 2) / 51
    status: verified
    cues:
      - ["1024", elements]
anchors:
  - kind: excellent
    answer: It compares the target with the middle element and discards one half each time.
    verdicts: {M1: met, M2: met}
  - kind: good
    answer: The target is compared with the middle, so steps grow with the logarithm.
    verdicts: {M1: met, W1: met}
  - kind: partial
    answer: It compares with the middle element.
    verdicts: {M1: met}
  - kind: wrong
    answer: It works on unsorted data and takes linear time. It always finds the first one.
    mistakes: [X1, X2, X3]
  - {kind: terse, answer: The midpoint may overflow., verdicts: {C1: met}}
  - {kind: rambling, answer: Searching is old. It drops one half., verdicts: {M2: met}}
  - {kind: spoken, answer: Um it like drops one half., verdicts: {M2: met}}
  - {kind: vague, answer: It is a clever way to search.}
  - {kind: off-topic, answer: Bread needs flour and water.}
  - {kind: keywords, answer: middle half logarithm}
  - {kind: negated, answer: It never drops a half.}
""",
    "questions/searching/hash-table.md": """\
---
title: Hash tables
level: mid
frequency: common
kind: conceptual
explanation: concept
minutes: 3
as_of: 2026-11
tags: [hashing]
hint: Where does a key live?
glossary:
  bucket: [slot]
related: [binary-search]
sources:
  - {title: A textbook of data structures, kind: primary}
---
What makes finding a key in a map take the same time whatever its size?

## Short answer

A function turns the key into a number that says which bucket holds it, so one step leads to the right place. When
two keys share a bucket, a short list is scanned. The table grows before buckets fill up, which keeps the expected
time constant, at the price of memory and of any order among the keys.

## Model answer

A hash function maps the key to a bucket. Keys that collide share a bucket and are compared one by one. The expected
lookup takes constant time. The speed of a lookup depends little on size. The table resizes when its load
factor is high. Hash tables keep no order of the keys.
People often think that the worst case is constant, but it is linear when all keys collide.

## Deeper notes

Growing doubles the number of buckets and moves every key once.
""",
    "rubrics/searching/hash-table.yaml": """\
scale: concept
criteria:
  mechanism:
    - id: M1
      says: A function maps the key to a bucket.
      why: It is the idea.
      ask: How is the place of a key found?
      cues: [[function, maps|turns, bucket]]
    - id: M2
      says: Keys that collide share a bucket.
      why: It has to be dealt with.
      ask: What if two keys land together?
      cues: [[collide|collision, bucket]]
    - id: M3
      says: Keys in a bucket are compared.
      why: A bucket may hold several.
      ask: How is the right one found?
      cues: [[compared, one by one]]
  why_it_matters:
    - id: W1
      says: Lookups take constant time.
      why: It is the promise.
      ask: How does the time grow?
      cues: [[lookup, constant time]]
    - id: W2
      says: Lookups do not slow down as the table grows.
      why: It is what large data needs.
      ask: What of large data?
      cues: [[speed, depends, size]]
  tradeoffs:
    - id: T1
      says: The table grows with its load factor.
      why: It costs memory and pauses.
      ask: When does it grow?
      cues: [[resizes|grows, load factor]]
    - id: T2
      says: The keys have no order.
      why: It decides against ranges.
      ask: What can it not do?
      cues: [[not order, keys]]
  common_mistakes:
    - id: C1
      says: The worst case is linear.
      why: Attackers can bring it about.
      ask: What is the worst case?
      cues: [[linear, keys collide]]
mistakes:
  - id: X1
    says: Two keys never share a bucket.
    correction: They may, and then are compared.
    caps: mechanism
    cues: [[every key|each key, own bucket]]
  - id: X2
    says: The keys come back sorted.
    correction: There is no order.
    caps: tradeoffs
    cues: [[keys, come back sorted]]
  - id: X3
    says: It needs no memory to spare.
    correction: Empty buckets are its price.
    caps: tradeoffs
    cues: [[needs, no spare memory]]
anchors:
  - kind: excellent
    answer: A function maps the key to a bucket, and keys that collide share that bucket.
    verdicts: {M1: met, M2: met}
  - kind: good
    answer: A function turns a key into a bucket.
    verdicts: {M1: met}
  - kind: partial
    answer: A lookup takes constant time.
    verdicts: {W1: met}
  - kind: wrong
    answer: Every key has its own bucket and the keys come back sorted. It needs no spare memory.
    mistakes: [X1, X2, X3]
  - {kind: terse, answer: A lookup takes constant time., verdicts: {W1: met}}
  - {kind: rambling, answer: Well. A lookup takes constant time., verdicts: {W1: met}}
  - {kind: spoken, answer: Um a lookup takes constant time., verdicts: {W1: met}}
  - {kind: vague, answer: It is just very fast.}
  - {kind: off-topic, answer: Bread needs flour.}
  - {kind: keywords, answer: bucket function}
  - {kind: negated, answer: A lookup does not take constant time.}
""",
}


class BankFiles:
    """The files of a bank below `root`: a clean one, or `given`."""

    def __init__(self, root: Path, given: Mapping[str, str] = FILES) -> None:
        self.root = root
        for name, text in given.items():
            self.write(name, text)

    def write(self, name: str, content: str | bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def edit(self, name: str, old: str, new: str) -> None:
        """Replace the first `old`."""
        text = (self.root / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def remove(self, name: str) -> None:
        (self.root / name).unlink()

    def line(self, name: str, part: str) -> int:
        """The first line with `part` in it, from 1."""
        lines = (self.root / name).read_text().splitlines()
        return next(number for number, line in enumerate(lines, 1) if part in line)


def own_pack(root: Path, topic: str = "searching", slug: str = "acme-search") -> BankFiles:
    """A pack below `root`, with one question, made of one that the bank has."""
    question, rubric = f"questions/{topic}/{slug}.md", f"rubrics/{topic}/{slug}.yaml"
    pack = BankFiles(root, {question: FILES[QUESTION], rubric: FILES[RUBRIC]})
    pack.edit(question, "title: Binary search", "title: How Acme looks things up\nconcept: binary-search")
    return pack


@pytest.fixture
def files(tmp_path: Path) -> BankFiles:
    return BankFiles(tmp_path / "bank")

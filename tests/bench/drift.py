"""What the guards cost honest answers, and what they leave to attackers, on the bank's anchors.

The judge gives the anchors' own verdicts. Whatever the guards then change is drift. How much that is depends on the
quotes. For some held-out anchors they were picked by hand (quotes.yaml). For all, a program picks the words most like
the key point, as a poor model does: often they are the wrong ones.
"""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

from service.bank import Bank
from service.domain.attempt import Answer
from service.domain.grade import Evidence, Finding, GraderName, Marking, Verdict, assess
from service.domain.rubric import Anchor, Item
from service.graders.llm import guards
from service.graders.llm.reply import Reply
from service.graders.llm.sanitise import sanitised
from tests.graders.llm.judges import QUOTINGS, honest, obedient, reply

Case = tuple[Item, Anchor, Reply]
"""With what an honest judge replies."""

WEAK = ("vague", "wrong", "partial", "keywords", "negated", "off-topic", "gibberish", "terse")
GRADER = GraderName(name="drift", version="1")


class Drift(NamedTuple):
    """What became of honest verdicts."""

    answers: int
    credited: int
    """Verdicts of met and partial."""
    changed: Counter[str]
    """Of these, by reason."""
    unsure: int
    """Of these, kept with little confidence."""
    doubts: Counter[str]
    """Answers, by doubt."""
    before: float
    after: float
    """Mean score, of the anchors' verdicts and after the guards."""


class Gain(NamedTuple):
    """What an obeying judge can give away."""

    replies: int
    talked_up: int
    """Replies that scored more than the anchors' own verdicts."""
    mean: float
    worst: float
    """Points of 100."""


def quoted_by_program(bank: Bank, held_out: bool) -> list[Case]:
    return [
        (item, anchor, honest(item, anchor.answer, anchor.verdicts, anchor.mistakes))
        for item in bank.items.values()
        for anchor in item.rubric.anchors
        if anchor.held_out is held_out
    ]


def quoted_by_hand(bank: Bank) -> list[Case]:
    return [
        (bank.items[question], anchor, reply(bank.items[question], anchor.verdicts, entry["quotes"], anchor.mistakes))
        for question, entries in YAML(typ="safe").load(Path(__file__).with_name("quotes.yaml")).items()
        for entry in entries
        for anchor in bank.items[question].rubric.anchors
        if " ".join(anchor.answer.split()).startswith(entry["answer"])
    ]


def drift(cases: Iterable[Case]) -> Drift:
    changed: Counter[str] = Counter()
    doubts: Counter[str] = Counter()
    answers = credited = unsure = 0
    before = after = 0.0
    for item, anchor, said in cases:
        marking = believed(said, item, anchor)
        mine = [v for v in marking.verdicts if v.point in anchor.verdicts]
        changed.update(v.changed for v in mine if v.changed)
        unsure += sum(v.changed is None and v.confidence == guards.UNSURE for v in mine)
        doubts.update(marking.doubts)
        answers, credited = answers + 1, credited + len(mine)
        before, after = before + due(item, anchor), after + score(marking, item, anchor)
    return Drift(answers, credited, changed, unsure, doubts, before / answers, after / answers)


def gain(cases: Iterable[tuple[Item, Anchor]]) -> Gain:
    gains = [
        score(believed(obedient(item, quoting(item, anchor.answer, "")), item, anchor), item, anchor)
        - due(item, anchor)
        for item, anchor in cases
        for quoting in QUOTINGS
    ]
    return Gain(len(gains), sum(g > 0 for g in gains), sum(gains) / len(gains), max(gains))


def believed(said: Reply, item: Item, anchor: Anchor) -> Marking:
    return guards.marking(said, item, Answer(text=anchor.answer), sanitised(anchor.answer))


def score(marking: Marking, item: Item, anchor: Anchor) -> float:
    return assess(marking, item.rubric, Answer(text=anchor.answer), GRADER).overall


def due(item: Item, anchor: Anchor) -> float:
    """The score of the anchor's own verdicts, with the numbers as code reads them."""
    everything = (Evidence(start=0, end=len(anchor.answer), quote=anchor.answer),)
    marking = Marking(
        verdicts=tuple(Verdict(point=p, label=label, evidence=everything) for p, label in anchor.verdicts.items()),
        mistakes=tuple(Finding(mistake=m, evidence=everything) for m in anchor.mistakes),
    )
    return score(marking, item, anchor)


def report(bank: Bank) -> None:
    """Prints the drift with quotes by hand and by program, and what an obeying judge gives away."""
    show("held out, quoted by hand", drift(quoted_by_hand(bank)))
    show("held out, quoted by program", drift(quoted_by_program(bank, held_out=True)))
    show("cues written with, quoted by program", drift(quoted_by_program(bank, held_out=False)))
    anchors = [(item, anchor) for item in bank.items.values() for anchor in item.rubric.anchors]
    given = gain((item, anchor) for item, anchor in anchors if anchor.kind in WEAK)
    print(
        f"obeying judge, weak anchors: {given.replies} replies, {given.talked_up} gain something, "
        f"{given.mean:+.1f} on average, {given.worst:+.1f} at worst"
    )


def show(name: str, found: Drift) -> None:
    print(
        f"guards, anchors {name}: {found.answers} answers, {found.credited} credited verdicts, "
        f"mean score {found.before:.1f} to {found.after:.1f}"
    )
    for why, count in found.changed.most_common():
        print(f"    lowered, {why:28} {count:5}   {count / found.credited:.1%}")
    print(f"    kept with little confidence          {found.unsure:5}   {found.unsure / found.credited:.1%}")
    for why, count in found.doubts.most_common():
        print(f"    answers, {why:28} {count:5}   {count / found.answers:.1%}")

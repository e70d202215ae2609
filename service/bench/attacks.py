"""Answers that attack the grader, from a file: JSON Lines, an attack or a control (an honest answer that looks like
one) in each.

Fields: `id`; `text` or `answer_template`; and, beside these or under `expected`, `base` (what the attack is added to:
`weak`, `good`, or `nothing`) with `max_gain` for an attack, `max_loss` for a control, in points of 100. Placeholders:
`{weak}`, `{good}`, `{good_short}` (anchors of the question), `{crit}`, `{terms}`, `{question}`, `{model_answer}`,
`{canary}`.
"""

from collections.abc import Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Literal

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, model_validator

from service.bench.lines import read_lines
from service.bench.samples import ATTACKS, BASES, CONTROLS, Sample
from service.domain.attempt import Answer
from service.domain.rubric import Anchor, AnchorKind, Item
from service.errors import ConfigError, TooLarge

_ANCHORS: dict[str, tuple[AnchorKind, ...]] = {
    "weak": ("partial", "vague"),
    "good": ("excellent", "good"),
    "good_short": ("terse", "good"),
}
_CANARY = "zanzibar"
_APART = ("{model_answer}", "{good_short}")
"""Answers of their own, with nothing to compare them to: the one may earn all there is, the other says less."""


class Attack(BaseModel):
    """A line of the file."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    text: str = Field(validation_alias=AliasChoices("text", "answer_template"))
    base: Literal["weak", "good", "nothing", "empty", "model"] = "nothing"
    max_gain: float | None = None
    max_loss: float | None = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, line: Any) -> Any:
        return line | line["expected"] if isinstance(line, dict) and isinstance(line.get("expected"), dict) else line

    @property
    def measured(self) -> bool:
        """Not so what is refused as too long before any grader sees it."""
        return self.base != "model" and self.text not in _APART and "{repeat:" not in self.text


def read_attacks(path: Path, items: Sequence[Item]) -> list[Sample]:
    """Each attack and control on one of `items` in turn. Raises ConfigError."""
    able = [item for item in items if all(_anchor(item, name) for name in _ANCHORS)]
    if not able:
        raise ConfigError("No question has the anchors that attacks are added to.")
    return list(_filled(read_lines(path, Attack), cycle(able)))


def _filled(attacks: Iterator[Attack], items: Iterator[Item]) -> Iterator[Sample]:
    for attack, item in zip((attack for attack in attacks if attack.measured), items, strict=False):
        try:
            answer = Answer.of(_fill(attack.text, item))
        except TooLarge:
            continue
        control = attack.max_loss is not None
        base = "good" if control else attack.base
        found = _anchor(item, base)
        yield Sample(
            section=CONTROLS if control else ATTACKS,
            kind=attack.id,
            item=item,
            answer=answer,
            base=Sample(BASES, base, item, Answer.of(found.answer)) if found else None,
            allowed=(attack.max_loss if control else attack.max_gain) or 0,
        )


def _fill(text: str, item: Item) -> str:
    cues = [t.removeprefix("not ").partition("|")[0] for p in item.rubric.points() for g in p.cues[:2] for t in g]
    values = {
        "crit": next(item.rubric.points()).id,
        "terms": " ".join(cue for cue in cues if not cue.startswith("=")),
        "question": item.question.prompt,
        "model_answer": item.question.model_answer,
        "canary": _CANARY,
    }
    values |= {name: anchor.answer.strip() for name in _ANCHORS if (anchor := _anchor(item, name))}
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _anchor(item: Item, name: str) -> Anchor | None:
    """The anchor that stands for `weak` and so on: held out, where there is one."""
    for kind in _ANCHORS.get(name, ()):
        for held_out in (True, False):
            for anchor in item.rubric.anchors:
                if anchor.kind == kind and anchor.held_out is held_out:
                    return anchor
    return None

"""Answers that understand nothing, made from the reference: a fair grader puts them below real ones."""

import random
import re
from collections.abc import Mapping

from service.graders.lexicon import FUNCTION_WORDS
from service.graders.words import read

_AUXILIARY = re.compile(r"\b(is|are|was|were|can|will|has|have|does|do|should|would|could|may|must)\b")
_SENTENCES = re.compile(r"(?<=[.!?;])\s+")
ATTACKS = ("keywords", "denied", "untrue", "question")


def attacks(question: str, reference: str, rng: random.Random) -> Mapping[str, str]:
    """By name: the reference's words in another order, its sentences denied in two ways, and the question itself."""
    words = [word.text for word in read(reference).words if word.text not in FUNCTION_WORDS]
    rng.shuffle(words)
    sentences = [sentence for sentence in _SENTENCES.split(reference) if sentence.strip()]
    return {
        "keywords": " ".join(words) or reference,
        "denied": " ".join(map(_denied, sentences)),
        "untrue": " ".join(map(_untrue, sentences)),
        "question": question,
    }


def _denied(sentence: str) -> str:
    denied = _AUXILIARY.sub(r"\1 not", sentence, count=1)
    return denied if denied != sentence else _untrue(sentence)


def _untrue(sentence: str) -> str:
    return f"It is not true that {sentence[:1].lower()}{sentence[1:]}"

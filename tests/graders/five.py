"""Five questions with rubrics as a bank writer makes them, in short."""

from collections.abc import Mapping, Sequence

from service.domain.grade import Marking
from service.domain.question import Question, Source
from service.domain.rubric import Item, KeyPoint, Mistake, Quantity, Rubric
from service.graders.keyword import mark
from service.graders.sheet import compile_item

Cues = Sequence[Sequence[str]]


def cues(groups: Cues) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(group) for group in groups)


def item(
    prompt: str,
    points: Mapping[str, Cues],
    mistakes: Mapping[str, Cues] | None = None,
    quantities: Sequence[Quantity] = (),
    glossary: Mapping[str, Sequence[str]] | None = None,
) -> Item:
    """A question whose key points all stand under mechanism."""
    question = Question(
        id="a-question", topic="a-topic", title="A question", prompt=prompt, level="mid", frequency="common",
        kind="conceptual", minutes=3, concept="a-question", hint="A hint.", sources=(Source(title="A paper"),),
        glossary={term: tuple(names) for term, names in (glossary or {}).items()},
        short_answer="Short.", model_answer="Model.", deeper_notes="Notes.",
    )  # fmt: skip
    rubric = Rubric(
        question_id="a-question",
        scale="concept",
        criteria={
            "mechanism": tuple(
                KeyPoint(id=id, says="Says.", why="Why.", ask="Ask?", cues=cues(groups))
                for id, groups in points.items()
            )
        },
        mistakes=tuple(
            Mistake(id=id, says="Says.", correction="Is.", caps="mechanism", cues=cues(groups))
            for id, groups in (mistakes or {}).items()
        ),
        quantities=tuple(quantities),
    )
    return Item(question=question, rubric=rubric)


def quantity(id: str, value: float, unit: str, groups: Cues, tolerance: float = 0.03) -> Quantity:
    return Quantity(
        id=id, says="Says.", value=value, unit=unit, tolerance=tolerance, status="verified", cues=cues(groups)
    )


KV_CACHE = item(
    "What is the KV cache and why does it matter?",
    {
        "M1": [["stores|keeps|holds", "keys", "values"]],
        "M2": [["only", "new token|its own query"], ["not recompute", "keys|values|past"]],
        "W1": [["memory bound|bandwidth", "read|reads", "every token|each token|each step"]],
        "T1": [["cache|memory", "grows|linear", "context|sequence|length"], ["=N1"]],
        "C1": [["tensors|vectors|keys", "not text|not words"]],
    },
    {"X1": [["cache", "stores text|holds text|text"]], "X2": [["cache", "constant|fixed", "size|memory"]]},
    [
        quantity("N1", 131072, "B", [["per token|each token|every token"]]),
        quantity("N2", 4, "GiB", [["32k|32,768"]]),
    ],
    {"KV cache": ["key-value cache", "KV cash"], "decode": ["decoding"]},
)

FLASH_ATTENTION = item(
    "Why is FlashAttention faster?",
    {
        "M1": [["not write|not materialize|not store", "matrix|scores", "HBM|memory"]],
        "M2": [["blocks|tiles|tiling", "SRAM"]],
        "M3": [["running|online", "softmax"]],
        "W1": [["memory traffic|HBM traffic|reads and writes", "drop|less|fewer|reduces"]],
        "T1": [["backward", "recompute"]],
        "C1": [["FlashAttention|it", "exact|not approximate|not approximation"]],
    },
    {
        "X1": [["FlashAttention|it", "approximate|approximation"]],
        "X2": [["FlashAttention|cost|complexity", "linear"], ["fewer|less", "operations|FLOPs"]],
    },
    glossary={"FlashAttention": ["flash attention"], "HBM": ["high-bandwidth memory"], "SRAM": ["on-chip memory"]},
)

CAUSAL_MASK = item(
    "What does the causal mask do, and when does it matter?",
    {
        "M1": [
            ["position|token", "only", "earlier|previous"],
            ["position|token|it", "not attend|not see", "future|later"],
        ],
        "M2": [["scores|logits", "minus infinity|negative infinity", "softmax"]],
        "W1": [["training", "all positions|every position", "parallel|one pass"]],
        "C1": [["generation|inference", "sequential|one token at a time"]],
    },
    {
        "X1": [["training|trained", "one token at a time|sequential"]],
        "X2": [["position|token", "attends|sees", "future|later"]],
    },
    glossary={"causal mask": ["autoregressive mask", "look-ahead mask", "casual mask"]},
)

GQA = item(
    "What is the difference between MHA, MQA and GQA?",
    {
        "M1": [["GQA", "share|shares", "key and value|KV head", "group"]],
        "M2": [["MQA", "single|one", "key and value|KV head"]],
        "W1": [["cache", "smaller|shrinks|reduces"]],
        "T1": [["MQA", "hurts|loses|worse", "quality"]],
    },
    {"X1": [["GQA", "shares queries|share the queries|shares query heads"]]},
    [quantity("N1", 8, "x", [["cache", "smaller|shrinks"]])],
    {
        "GQA": ["grouped-query attention"],
        "MQA": ["multi-query attention"],
        "MHA": ["multi-head attention"],
    },
)

PHASES = item(
    "How do prefill and decode differ?",
    {
        "M1": [["prefill", "compute bound"]],
        "M2": [["decode", "memory bound|bandwidth bound"]],
        "M3": [["prefill", "whole prompt|all tokens", "parallel|at once"]],
        "M4": [["decode", "one token", "step|at a time"]],
    },
    {"X1": [["prefill", "memory bound|bandwidth bound"]], "X2": [["decode", "compute bound"]]},
    glossary={"prefill": ["prompt processing"], "decode": ["decoding", "the code"]},
)

ALL = {"kv-cache": KV_CACHE, "flash": FLASH_ATTENTION, "mask": CAUSAL_MASK, "gqa": GQA, "phases": PHASES}


def marking(item: Item, text: str) -> Marking:
    return mark(compile_item(item), text)


def labels(item: Item, text: str) -> dict[str, str]:
    """What the grader says of each key point that was not missed."""
    return {verdict.point: verdict.label for verdict in marking(item, text).verdicts}


def mistakes(item: Item, text: str) -> set[str]:
    return {finding.mistake for finding in marking(item, text).mistakes}


def readings(item: Item, text: str) -> dict[str, bool]:
    """Whether each quantity that the answer states is right."""
    return {reading.quantity: reading.right for reading in marking(item, text).quantities}


def meets(group: Sequence[str], text: str, glossary: Mapping[str, Sequence[str]] | None = None) -> bool:
    """Whether `text` meets a key point with one group of cues."""
    return labels(item("What is it?", {"M1": [group]}, glossary=glossary), text) == {"M1": "met"}

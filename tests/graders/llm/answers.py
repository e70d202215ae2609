"""Answers to three questions of the bank, with the verdicts that a fair examiner gives."""

from functools import cache
from typing import NamedTuple

from service.bank import load_bank
from service.domain.rubric import Item
from service.settings import ROOT


class Said(NamedTuple):
    """An answer, and the label of every key point that it does not miss."""

    text: str
    labels: dict[str, str]
    mistakes: tuple[str, ...] = ()


class Answers(NamedTuple):
    """What three people say to one question."""

    weak: Said
    good: Said
    good_short: Said


QUESTIONS = {
    "causal-mask": Answers(
        weak=Said(
            "It is a triangular thing in the attention block that decoders use, and it helps them to write text in "
            "the right order. I believe that encoders like BERT do not use a causal mask.",
            {"T1": "met"},
        ),
        good=Said(
            "Each token may only attend to itself and to earlier tokens. In practice we add minus infinity to the "
            "scores above the diagonal before the softmax, so later positions get no weight. Without the mask the "
            "model could read the next token, which is its own target, and copy it. With the mask we train on all "
            "positions in parallel, in one forward pass. BERT is an encoder and uses no causal mask, because it reads "
            "in both directions.",
            {"M1": "met", "M2": "met", "W1": "met", "W2": "met", "T1": "met"},
        ),
        good_short=Said(
            "A token attends only to itself and earlier tokens; later scores are set to minus infinity before "
            "softmax. Otherwise the model would copy the next token, its target. All positions train in parallel in "
            "one pass. Encoders like BERT use no causal mask.",
            {"M1": "met", "M2": "met", "W1": "met", "W2": "met", "T1": "met"},
        ),
    ),
    "kv-cache": Answers(
        weak=Said(
            "The KV cache stores the keys and values of past tokens in each layer. That is good for performance, and "
            "every serious server has one. Its size is constant, whatever the length of the context.",
            {"M1": "met"},
            ("X3",),
        ),
        good=Said(
            "In each layer the cache stores the keys and values of all past tokens. A decode step computes query, key "
            "and value only for the new token and appends its key and value. Without it every step would recompute "
            "the whole prefix, quadratic instead of linear work per token. The memory grows linearly with context "
            "length and batch size, which limits how many requests fit on a GPU. GQA shrinks it with fewer KV heads, "
            "at a small risk to quality. It holds tensors, not text.",
            {"M1": "met", "M2": "met", "W1": "met", "W2": "met", "T1": "met", "T2": "met", "C1": "met"},
        ),
        good_short=Said(
            "It stores keys and values of past tokens, so a step computes only the new token instead of recomputing "
            "the whole prefix: linear, not quadratic. Memory grows linearly with context and batch, so fewer requests "
            "fit on a GPU. GQA shrinks the cache for a small loss of quality. It holds tensors, not text.",
            {"M1": "met", "M2": "met", "W1": "met", "W2": "met", "T1": "met", "T2": "met", "C1": "met"},
        ),
    ),
    "prefill-vs-decode": Answers(
        weak=Said(
            "First the model looks at the input, then it writes the output. Decode generates one token per step. Both "
            "phases run on the GPU, and both should be fast, because users do not like to wait.",
            {"M2": "met"},
        ),
        good=Said(
            "Prefill processes all prompt tokens in parallel and fills the KV cache. Decode generates one token per "
            "step, each depending on the one before. Prefill is compute-bound, because every weight that is read "
            "serves many tokens. Decode is limited by memory bandwidth, since each step reads all weights for one "
            "token. Prefill sets the time to first token, decode the time per output token. A long prefill stalls the "
            "decode steps of other users. One average latency hides both phases.",
            {"M1": "met", "M2": "met", "M3": "met", "M4": "met", "W1": "met", "W2": "met", "C1": "met"},
        ),
        good_short=Said(
            "Prefill runs the whole prompt in parallel, fills the KV cache and is compute-bound, as each weight "
            "serves many tokens. Decode makes one token per step and is bound by memory bandwidth. Prefill sets the "
            "time to first token, decode the time per token. A long prefill stalls the decode of others. One average "
            "latency hides both phases.",
            {"M1": "met", "M2": "met", "M3": "met", "M4": "met", "W1": "met", "W2": "met", "C1": "met"},
        ),
    ),
}


@cache
def item(question: str) -> Item:
    return load_bank(ROOT).items[question]

"""The size of a KV cache: the calculator, and answers graded by it for any model, length, batch and type of number."""

import pytest

from service.domain.cache_size import BYTES_OF_A_VALUE, SHAPES
from service.graders.formulas import Formula
from tests.graders.five import item, labels, quantity, readings

CACHE = quantity("N1", 131072, "B", [["8B|cache|KV"]]).model_copy(
    update={"formula": "kv_cache('Llama-3-8B', tokens, batch, bytes)"}
)
ITEM = item("How large is the cache?", {"M1": [["cache", "=N1"]]}, quantities=[CACHE])


@pytest.mark.parametrize(
    ("model", "token", "sequences_of_4096"),
    [
        ("Llama-2-7B", 512, 64),
        ("Llama-3-8B", 128, 16),
        ("Llama-2-70B", 320, 40),
        ("Llama-3-70B", 320, 40),
    ],
)
def test_the_published_shapes_give_the_known_sizes(model: str, token: int, sequences_of_4096: int) -> None:
    shape = SHAPES[model]
    assert shape.kv_cache() == token * 2**10
    assert shape.kv_cache(4096, 32, BYTES_OF_A_VALUE["BF16"]) == sequences_of_4096 * 2**30
    assert shape.kv_cache(value_bytes=BYTES_OF_A_VALUE["FP8"]) == shape.kv_cache() / 2


def test_a_formula_calls_the_calculator() -> None:
    assert Formula("kv_cache('Llama-3-8B')")() == 131072
    assert Formula("kv_cache('Llama-3-70B', 8192) / 2**30")() == 2.5
    assert Formula("kv_cache('Llama-3-8B', tokens, batch, bytes)")({"tokens": 8192, "batch": 2, "bytes": 1}) == 2**30


@pytest.mark.parametrize("formula", ["kv_cache('Llama-9')", "kv_cache(1, 2)", "open('x')", "kv_cache", "speed * 2"])
def test_what_is_no_formula_is_refused(formula: str) -> None:
    with pytest.raises(ValueError, match=r"arithmetic|number"):
        Formula(formula)()


@pytest.mark.parametrize(
    "text",
    [
        "The KV cache takes 128 KiB per token.",
        "The KV cache takes 131 KB for each token.",
        "The cache takes 64 KiB per token in FP8.",
        "With INT8 the cache takes 64 KB per token.",
        "The cache of 8,192 tokens takes 1 GiB.",
        "The cache of 8192 tokens takes 1.07 GB.",
        "The cache at 8k tokens takes 1 GB.",
        "At a context length of 32k the cache takes 4 GiB.",
        "For a 128k context the cache takes 16 GiB.",
        "An 8B model at 32k needs 4 GB.",
        "For one million tokens the cache takes 128 GiB.",
        "At batch 32 and 4,096 tokens the cache takes 16 GiB.",
        "With a batch size of 32 and 4,096 tokens the cache takes 17.2 GB.",
        "Sixteen sequences of 4,096 tokens need a cache of 8 GiB.",
        "The cache takes 128 KiB per token, so 32k tokens need 4 GiB.",
    ],
)
def test_a_size_is_right_for_what_the_answer_names(text: str) -> None:
    assert readings(ITEM, text) == {"N1": True}


def test_a_right_size_stands_for_its_quantity_in_a_cue() -> None:
    assert labels(ITEM, "The cache of 8,192 tokens takes 1 GiB.") == {"M1": "met"}
    assert labels(ITEM, "The cache of 8,192 tokens takes 3 GiB.") == {}


def test_a_number_is_no_batch_for_standing_near_the_word() -> None:
    text = "The cache grows with context and batch size: Llama-3-8B needs 128 KiB per token."
    assert readings(ITEM, text) == {"N1": True}


@pytest.mark.parametrize(
    "text",
    [
        "The cache takes 512 KiB per token.",
        "The cache takes 128 KiB per token in FP8.",
        "At 32k tokens the cache takes 8 GB.",
        "Llama-3-8B at 32k takes 8 GB.",
        "At batch 32 and 4,096 tokens the cache takes 2 GB.",
    ],
)
def test_a_size_is_wrong_where_nothing_that_the_answer_names_gives_it(text: str) -> None:
    assert readings(ITEM, text) == {"N1": False}


@pytest.mark.parametrize("text", ["The cache takes 4 GB.", "The weights of 8,192 experts take 3 GB.", "It is 8 GB."])
def test_a_size_without_tokens_or_without_a_cache_says_nothing(text: str) -> None:
    assert readings(ITEM, text) == {}


def test_a_formula_that_is_none_leaves_the_value_as_it_stands() -> None:
    broken = CACHE.model_copy(update={"formula": "kv_cache('Llama-9', tokens)"})
    assert readings(item("How large?", {"M1": [["cache"]]}, quantities=[broken]), "128 KiB per token of cache.") == {}
    unread = CACHE.model_copy(update={"formula": "tokens *"})
    assert readings(item("How large?", {"M1": [["cache"]]}, quantities=[unread]), "It takes 128 KiB of cache.") == {
        "N1": True
    }

"""The grammar of cues, as docs/writing-questions.md has it."""

import pytest

from tests.graders.five import meets


def test_all_terms_have_to_stand_in_one_clause() -> None:
    group = ["cache", "keys", "grows"]
    assert meets(group, "The cache of the keys grows over time.")
    assert not meets(group, "The cache is full. The keys are read. The memory grows.")


def test_an_alternative_of_several_words_stands_in_order_with_two_others_between_at_most() -> None:
    group = ["it", "reads whole cache"]
    assert meets(group, "It reads the whole cache.")
    assert meets(group, "It reads nearly the whole big cache.")
    assert not meets(group, "It reads every single one of the whole big cache.")
    assert not meets(group, "It is the whole cache that it reads.")


@pytest.mark.parametrize(
    "text", ["It attends to it.", "It is attending to it.", "It attended to it.", "It can attend to it."]
)
def test_words_match_by_stem(text: str) -> None:
    assert meets(["it", "attends"], text)


def test_names_of_the_glossary_stand_for_each_other() -> None:
    glossary = {"GQA": ["grouped-query attention"], "KV cache": ["key-value cache", "KV cash"]}
    assert meets(["GQA", "shares"], "Grouped query attention shares the keys.", glossary)
    assert meets(["grouped-query attention", "shares"], "GQA shares the keys.", glossary)
    assert meets(["KV cache", "grows"], "The key value cache grows over time.", glossary)
    assert meets(["cache", "grows"], "The KV cash grows over time.", glossary)
    assert not meets(["cache", "grows"], "The cash grows over time.", glossary)


@pytest.mark.parametrize(
    ("cue", "word"),
    [("attention", "atention"), ("quadratic", "quadradic"), ("bandwidth", "bandwith"), ("softmax", "soft max"),
     ("FlashAttention", "flash attention"), ("feed-forward", "feedforward"), ("quantization", "quantisation")],
)  # fmt: skip
def test_typos_and_speech_slips_are_read_through(cue: str, word: str) -> None:
    assert meets(["it", f"uses {cue}"], f"It uses the {word} here.")


@pytest.mark.parametrize(
    ("cue", "word"),
    [("encoder", "decoder"), ("compute", "memory"),
     ("later", "layer"), ("increase", "decrease"),
     ("linear", "nonlinear"), ("forward", "backward"), ("token", "taken"), ("key", "keg"),
     ("1024", "1025"), ("16", "160")],
)  # fmt: skip
def test_another_word_is_no_typo(cue: str, word: str) -> None:
    assert not meets(["it", f"uses {cue}"], f"It uses the {word} here.")


def test_a_word_that_the_item_uses_itself_is_no_typo_of_another() -> None:
    group = ["the cache", "shared|sharded heads"]
    assert meets(group, "It is the cache that is shared.")
    assert not meets(["it", "shared"], "It is sharded across the sharded GPUs.", {"sharded": []})


def test_parts_of_one_name_stand_together() -> None:
    assert meets(["it", "uses FP16"], "It uses FP16 here.")
    assert meets(["it", "uses FP16"], "It uses fp 16 here.")
    assert not meets(["it", "uses 8B"], "It uses 8 or b here.")


def test_number_words_and_digits_are_one() -> None:
    assert meets(["uses", "8 heads"], "It uses eight KV heads.")
    assert meets(["one token", "step"], "It makes 1 token in each step.")


def test_articles_in_a_cue_do_not_matter() -> None:
    assert meets(["stores the text", "it"], "It stores text for us.")


@pytest.mark.parametrize("cue", ["sqrt d_k", "square root of d_k", "√d_k", "root d_k"])
@pytest.mark.parametrize("text", ["√d_k", "sqrt(d_k)", "the square root of d_k", "root d k", "\\sqrt{d_k}"])
def test_a_root_is_read_in_every_notation(cue: str, text: str) -> None:
    assert meets(["divide", cue], f"We divide by {text} to keep the variance near one.")


@pytest.mark.parametrize("cue", ["minus infinity", "−∞", "-inf"])
@pytest.mark.parametrize("text", ["minus infinity", "−∞", "-∞", "-inf", "−inf"])
def test_minus_infinity_is_read_in_every_notation(cue: str, text: str) -> None:
    assert meets(["scores", cue], f"The scores are set to {text} there.")


def test_signs_are_read_as_words() -> None:
    assert meets(["size equals", "2 times layers"], "The cache size = 2 × layers × heads.")
    assert meets(["size = 2 × layers"], "The cache size equals 2 times the layers.")
    assert meets(["one minus p"], "It is 1 − p here.")
    assert not meets(["size equals"], "The size >= 2 is used here.")


def test_the_order_of_growth_is_no_word() -> None:
    for text in ("O(n)", "O(N)", "order n", "O of n"):
        assert meets(["it", "O(N)"], f"It uses {text} memory here.")
    assert not meets(["it", "O(N)"], "It uses on-chip memory here.")

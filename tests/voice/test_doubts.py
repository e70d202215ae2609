"""Which words are doubted, and what is suggested for them."""

from service.domain.transcript import Doubt
from service.voice import Word
from service.voice.doubts import doubts, written

GLOSSARY = ("grouped-query attention", "encoder", "decoder", "KV cache", "load balancing")


def heard(text: str, **sure: float) -> list[Word]:
    """Words of `text`, all sure but those named."""
    return [Word(f" {word}", sure.get(word.strip(".,"), 0.99)) for word in text.split()]


def doubted(text: str, **sure: float) -> list[tuple[str, tuple[str, ...]]]:
    found = doubts(heard(text, **sure), GLOSSARY)
    assert all(text[doubt.start : doubt.end] == doubt.quote for doubt in found)
    return [(doubt.quote, doubt.suggestions) for doubt in found]


def test_what_is_sure_is_not_doubted() -> None:
    assert doubted("The encoder fills the KV cache.") == []


def test_a_term_that_the_glossary_may_have_put_there_is_doubted_and_its_neighbour_suggested() -> None:
    assert doubted("Here the decoder uses a mask.", decoder=0.49) == [("decoder", ("encoder",))]


def test_another_word_is_doubted_later_than_a_term() -> None:
    assert doubted("Here the tower uses a mask.", tower=0.49) == []
    assert doubted("Here the tower uses a mask.", tower=0.2) == [("tower", ())]


def test_words_that_are_nearly_a_term_get_it_as_a_suggestion() -> None:
    found = doubted("With Group-query attention, it shrinks.", **{"Group-query": 0.7})
    assert found == [("Group-query attention", ("grouped-query attention",))]


def test_part_of_a_term_or_more_than_it_is_no_near_miss() -> None:
    assert doubted("The balancing of the KV cache so far.", balancing=0.8, cache=0.8, so=0.8) == []


def test_places_count_code_points_after_the_leading_space() -> None:
    words = [Word(" Ünïcode", 1.0), Word(" 🙂", 1.0), Word(' "encoder".', 0.3)]
    assert written(words) == 'Ünïcode 🙂 "encoder".'
    assert doubts(words, GLOSSARY) == (
        Doubt(start=11, end=18, quote="encoder", probability=0.3, suggestions=("decoder",)),
    )


def test_nothing_heard_is_nothing_doubted() -> None:
    assert doubts([], GLOSSARY) == ()

import pytest

from service.graders.clauses import Clause, split
from service.graders.words import Word, read


def parts(text: str) -> list[str]:
    words, clauses = parsed(text)
    return [text[words[c.first].start : words[c.last - 1].end] for c in clauses]


def parsed(text: str) -> tuple[list[Word], list[Clause]]:
    words = read(text).words
    return words, split(words)


def test_a_comma_splits_only_where_both_sides_have_a_verb() -> None:
    assert parts("prefill is compute-bound, decode is bandwidth-bound") == [
        "prefill is compute-bound",
        "decode is bandwidth-bound",
    ]
    assert len(parts("The cache stores keys, values and positions of all tokens")) == 1
    assert len(parts("In every layer, for every head, the cache stores keys")) == 1
    assert len(parts("The cost, the memory and the loads are small")) == 1


def test_a_verb_that_is_not_in_the_lexicon_is_told_by_its_object() -> None:
    assert len(parts("prefill saturates the cores, decode saturates the memory bus")) == 2


def test_conjunctions_split_where_a_clause_follows() -> None:
    for link in ("but", "while", "whereas", "although", "because", "so", "which", "when"):
        assert len(parts(f"the first one is small {link} the second grows")) == 2
    assert len(parts("small but slow models are used")) == 1


def test_and_splits_before_a_subject_of_its_own() -> None:
    assert len(parts("prefill is parallel and decode is sequential")) == 2
    assert len(parts("decode reads the cache and writes one entry")) == 1
    assert len(parts("it shares keys and values that are cached")) == 1


def test_colons_and_semicolons_split_and_full_stops_end_a_sentence() -> None:
    _, clauses = parsed("Prefill: compute; decode: memory. More here.")
    assert [c.sentence for c in clauses] == [0, 0, 0, 0, 1]


def test_run_on_speech_is_split_at_its_markers() -> None:
    text = "so the cache stores the keys and then each step reads them because the query needs them so it is slow"
    assert parts(text) == [
        "so the cache stores the keys",
        "and then each step reads them",
        "because the query needs them",
        "so it is slow",
    ]
    assert len(parts("it stores the values it is read at each step")) == 2


def test_a_noun_that_could_be_a_verb_makes_no_clause() -> None:
    assert len(parts("The cost of reads, the use of loads and the limits are known")) == 1


def test_links_tell_what_belongs_together() -> None:
    def links(text: str) -> list[str]:
        return [clause.link for clause in parsed(text)[1]]

    assert links("it is slow because it reads") == ["none", "tied"]
    assert links("Because it reads, it is slow.") == ["none", "tied"]
    assert links("it keeps them, otherwise it is slow") == ["none", "tied"]
    assert links("it is slow, but it works") == ["none", "contrast"]
    assert links("While it is slow, it works.") == ["none", "contrast"]
    assert links("it is slow; it works") == ["none", "plain"]


def test_a_pronoun_and_a_missing_subject_inherit_the_subject_before() -> None:
    def inherited(text: str) -> list[str]:
        words, clauses = parsed(text)
        return [words[i].text for span in clauses[-1].inherits for i in range(*span)]

    assert inherited("Decode is slow. It reads the cache.") == ["decode"]
    assert inherited("Decode is slow, and reads the cache.") == ["decode"]
    assert inherited("Prefill: all tokens are read.") == ["prefill"]
    assert inherited("The mask is causal. Decode reads the cache.") == []


def test_questions_are_told_from_statements() -> None:
    assert [c.question for c in parsed("Is it exact? It is exact, right? Yes it is.")[1]] == [True, False, False]


def test_speech_without_marks_begins_anew_after_an_object() -> None:
    assert parts("it does not change the result it is exact") == ["it does not change the result", "it is exact"]
    assert len(parts("it does not mean you are done")) == 1


def test_what_there_is_none_of_is_a_clause() -> None:
    assert parts("No recurrence and the GPU handles all") == ["No recurrence", "and the GPU handles all"]
    assert len(parts("No, it grows")) == 1


def test_a_text_may_break_off() -> None:
    assert parts("It grows; and") == ["It grows", "and"]


def prose(text: str) -> bool:
    return any(clause.prose for clause in parsed(text)[1])


@pytest.mark.parametrize(
    "text",
    ["Self-attention is when it attends to itself. Cross-attention is when it attends to the encoder.",
     "um it's because it is trained and what you do is it reads the the cache and so it is when it grows",
     "Is it exact? So it is, and what it does is it reads."],
)  # fmt: skip
def test_speech_is_not_taken_for_shuffled_words(text: str) -> None:
    assert prose(text)


@pytest.mark.parametrize(
    "note",
    ["Distractors mislead", "No unknown tokens", "Dtype, head size, mask and GPU decide",
     "Beam search keeps k sequences and costs k times the compute", "Check accuracy and kernel support"],
)  # fmt: skip
def test_a_short_clause_among_sentences_is_prose_and_among_terms_it_is_not(note: str) -> None:
    def last_of(text: str) -> bool:
        return parsed(text)[1][-1].prose

    assert last_of(f"The middle of a prompt is used worst, and the first token comes late. {note}.")
    assert not last_of(
        f"Cache. Keys. Values. Prefill latency. Attention sink. Batch. Token. Memory. Head. Rank. {note}."
    )


def test_a_list_is_no_prose_and_a_terse_note_is() -> None:
    assert not prose("cache keys values decode memory bandwidth tokens")
    assert not prose("prefill, decode, prompt, one pass, KV cache, one token at a time, compute-bound")
    assert not prose("stores keys")
    assert prose("Decode reads the whole cache")
    assert prose("A cache of keys and values for past tokens")
    assert prose("Memory grows linearly with context length and batch size.")
    assert prose("Llama-3-8B needs four times fewer keys.")
    assert prose("K and V cached per layer -> decode linear per token.")

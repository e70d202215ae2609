import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.graders.clauses import split
from service.graders.polarity import polarity
from service.graders.words import read
from tests.graders.five import item, labels, meets, mistakes


def denied(text: str) -> list[str]:
    reading = read(text)
    found = polarity(reading, split(reading.words))
    return [word.text for i, word in enumerate(reading.words) if found.denial((i,))]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("The cache does not store text.", "text"),
        ("The cache doesn't store text.", "text"),
        ("The cache doesnt store text.", "text"),
        ("The cache never stores text.", "text"),
        ("No text is stored.", "text"),
        ("It stores neither words nor text.", "text"),
        ("It cannot hold the text.", "text"),
        ("It works without text.", "text"),
        ("It stores keys instead of text.", "text"),
        ("It stores keys rather than text.", "text"),
        ("It avoids storing text.", "text"),
        ("It stores keys, not text.", "text"),
        ("A common mistake is to think it stores text.", "text"),
        ("The most common misconception is that it stores text.", "text"),
        ("It is a myth that the cache stores text.", "text"),
        ("It is wrong to say that it stores text.", "text"),
        ("It is not true that it stores text.", "text"),
        ("People think it stores text.", "text"),
        ("One might assume that it stores text.", "text"),
        ("It is often believed that it stores text.", "text"),
        ("Calling it text is a mistake.", "text"),
        ("The idea that it is text is wrong.", "text"),
        ("It stores text. That is false.", "text"),
        ("Misconception: it stores text.", "text"),
        ("- Thinking it stores text.", "text"),
        ("The classic error is to store text.", "text"),
        ("A frequent error is to say it stores text.", "text"),
        ("It does not store text, that's a common mistake.", "text"),
        ("It doesn't store text that's a common mistake.", "text"),
        ("It does not matter for the text.", "text"),
        ("You can't just store text.", "text"),
    ],
)
def test_these_deny(text: str, word: str) -> None:
    assert word in denied(text)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("It stores not only keys but text.", "text"),
        ("It does not store keys but text.", "text"),
        ("It does not store keys, instead it stores text.", "text"),
        ("It is not slow and keeps the text.", "text"),
        ("It is not slow because it stores text.", "text"),
        ("It cannot work without text.", "text"),
        ("Without a cache every step reads the text.", "text"),
        ("Unlike the cache, it stores text.", "text"),
        ("No, it stores text.", "text"),
        ("People think it stores keys, but it stores text.", "text"),
        ("People think it stores keys; in fact it stores text.", "text"),
        ("It is a myth that it stores keys. It stores text.", "text"),
        ("It is not wrong to think of it as text.", "it"),
        ("Two misconceptions: it does not store keys, it stores text.", "text"),
        ("The result is wrong where the text is missing.", "result"),
        ("People call this the text.", "text"),
        ("They look alike and they confuse it, and the text gets slow.", "text"),
        ("No unknown token because every string is text.", "text"),
        ("No recurrence and the GPU handles the text at once.", "text"),
        ("It does not change the keys and only halves the text.", "text"),
        ("It prevents overflow so all text fits.", "text"),
        ("It stores text; a nice picture is misleading.", "text"),
        ("We compared the text, and there was a bug.", "text"),
        ("No matter how long the text is, it fits.", "text"),
        ("It does not just store text.", "text"),
    ],
)
def test_these_do_not(text: str, word: str) -> None:
    assert word not in denied(text)


def test_a_correction_inside_a_frame_is_no_assertion_of_what_it_denies() -> None:
    rubric = item("What is it?", {"M1": [["keeps", "tensors"]]}, {"X1": [["stores text"]]})
    text = "A common misconception is that it stores text, it does not store text, it keeps tensors."
    assert mistakes(rubric, text) == set()
    assert labels(rubric, text) == {"M1": "met"}


def test_a_cue_that_names_its_negator_means_it() -> None:
    assert meets(["avoids", "recomputing"], "The cache avoids recomputing the prefix.")
    assert meets(["without", "approximation"], "It is faster without any approximation.")
    assert not meets(["cache", "recomputing"], "The cache avoids recomputing the prefix.")


def test_a_term_with_not_has_to_be_denied() -> None:
    group = ["FlashAttention|it", "not approximate|not approximation"]
    assert meets(group, "FlashAttention is not approximate.")
    assert meets(group, "It is exact rather than an approximation.")
    assert meets(group, "Calling it approximate is a mistake.")
    assert not meets(group, "FlashAttention is approximate.")
    assert not meets(group, "FlashAttention is exact.")


def test_not_at_the_head_of_a_term_counts_for_all_its_alternatives_and_elsewhere_for_one() -> None:
    assert meets(["it", "not approximate|lossy"], "It is not lossy at all.")
    assert not meets(["it", "not approximate|lossy"], "It is a lossy method.")
    assert meets(["it", "exact|not lossy"], "It is an exact method.")
    assert meets(["it", "exact|not lossy"], "It is not lossy at all.")


def test_not_counts_for_its_own_alternative_where_others_have_theirs() -> None:
    group = ["it", "not lossy|exact|not approximate"]
    assert meets(group, "It is an exact method.")
    assert meets(group, "It is not approximate at all.")
    assert not meets(group, "It is not an exact method.")
    assert not meets(group, "It is an approximate method.")


def test_not_only_denies_nothing_in_a_cue_either() -> None:
    assert meets(["it", "not only keys"], "It stores not only the keys.")
    assert not meets(["it", "not only keys"], "It stores only the keys.")
    assert meets(["it", "not matter"], "It does not matter at all.")


def test_what_one_negator_denies_may_stand_beside_a_denied_term_but_not_what_another_does() -> None:
    group = ["tensors", "not text"]
    assert meets(group, "It holds tensors, not text.")
    assert not meets(group, "It does not hold tensors, not text.")
    assert meets(["cache", "not text"], "No text is stored in the cache.")


def test_the_subject_of_a_denied_verb_claims_nothing() -> None:
    assert not meets(["online", "softmax"], "The online softmax does not make this possible.")
    assert meets(["online", "softmax"], "The online softmax makes this possible.")
    assert meets(["online", "not change"], "The online softmax does not change the result.")


SUBJECTS = st.sampled_from(["the cache", "a head", "this mask", "every token", "the router"])
VERBS = st.sampled_from(["store", "read", "share", "compute", "keep", "change", "mask"])
OBJECTS = st.sampled_from(["the keys", "a query", "every expert", "future positions", "the whole text"])
DENIALS = st.sampled_from(["does not {}", "doesn't {}", "never {}s", "cannot {}", "will not {}", "avoids to {}"])


@given(SUBJECTS, VERBS, OBJECTS, DENIALS)
def test_x_does_not_y_never_matches_x_y(subject: str, verb: str, thing: str, denial: str) -> None:
    noun = thing.split()[-1]
    text = f"{subject} {denial.format(verb)} {thing}."
    assert not meets([subject.split()[-1], verb, noun], text)
    assert not meets([verb, noun], text)
    assert meets([verb, noun], f"{subject} {verb}s {thing}.")
    assert meets([subject.split()[-1], f"not {verb}"], text)


def test_a_contracted_auxiliary_denies_too() -> None:
    assert meets(["tokens", "not look ahead"], "Tokens can't look ahead.")
    assert meets(["tokens", "not look ahead"], "Tokens won’t look ahead.")


def test_nobody_and_no_one_deny() -> None:
    for nobody in ("Nobody", "No one", "No token"):
        assert meets(["not see", "future"], f"{nobody} can see future tokens.")


@pytest.mark.parametrize("aside", ["Contrary to what many people think", "Unlike what beginners say"])
def test_what_people_think_denies_nothing_where_it_is_only_set_against_the_truth(aside: str) -> None:
    assert meets(["heads", "not parameters"], f"{aside}, heads don't add parameters.")
    assert not meets(["heads", "parameters"], "What people often think is that heads add parameters.")


@pytest.mark.parametrize("who", ["we", "engines"])
def test_a_denied_purpose_denies_nothing_of_the_clause_before_it(who: str) -> None:
    assert meets(["cache", "K and V"], f"{who} cache K and V so that we do not recompute them")


def test_not_after_and_or_a_comma_denies_its_noun_phrase_only() -> None:
    assert meets(["cache", "decides", "users"], "The cache and not the weights decides how many users fit.")
    assert meets(["cache", "not weights"], "The cache and not the weights decides how many users fit.")
    assert not meets(["weights", "decides"], "The cache and not the weights decides how many users fit.")
    assert not meets(["stores", "text"], "It stores keys, not the text of the prompt.")
    assert not meets(["keep", "read"], "We keep them and do not write and not read them.")


@pytest.mark.parametrize("verdict", ["is a bug", "would be wrong", "is nonsense", "is an error"])
def test_a_verdict_on_an_act_denies_it(verdict: str) -> None:
    rubric = item("What is it?", {"M1": [["zebra"]]}, {"X1": [["token", "see future"]]})
    assert mistakes(rubric, "Letting a token see the future is common.") == {"X1"}
    assert mistakes(rubric, f"Letting a token see the future {verdict}.") == set()


def test_a_verdict_in_its_own_sentence_reaches_back_as_far_as_the_subject_does() -> None:
    rubric = item("What is it?", {"M1": [["prefill", "reads"]]}, {"X1": [["stores text"]]})
    text = "Prefill reads the prompt, and decode stores text. That is false."
    assert (labels(rubric, text), mistakes(rubric, text)) == ({"M1": "met"}, set())
    assert mistakes(rubric, "Decode stores text because it reads it. That is false.") == set()

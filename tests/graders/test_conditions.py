"""What would be without something is no statement of what is."""

import pytest

from tests.graders.five import item, labels, mistakes

RUBRIC = item(
    "What is it?",
    {"M1": [["without cache|no cache", "recompute"]]},
    {"X1": [["recompute everything"]], "X2": [["without mask", "faster"]]},
)


@pytest.mark.parametrize(
    "text",
    [
        "Without a cache the model would recompute everything.",
        "Without a cache the model recomputes everything.",
        "The model would recompute everything without a cache.",
        "If there were no cache, the model would recompute everything.",
        "If we didn't cache, the model would recompute everything.",
        "We keep the keys, otherwise the model recomputes everything.",
        "If the model recomputes everything, it is slow.",
    ],
)
def test_a_hypothetical_asserts_no_mistake(text: str) -> None:
    assert mistakes(RUBRIC, text) == set()


@pytest.mark.parametrize(
    "text", ["The model would recompute everything.", "The model recomputes everything without a problem."]
)
def test_would_and_without_alone_make_no_hypothetical(text: str) -> None:
    assert mistakes(RUBRIC, text) == {"X1"}


def test_a_cue_that_names_the_condition_means_it() -> None:
    assert labels(RUBRIC, "Without a cache the model would recompute everything.") == {"M1": "met"}
    assert labels(RUBRIC, "If there were no cache, the model would recompute everything.") == {"M1": "met"}
    assert mistakes(RUBRIC, "Without a mask the model would be faster.") == {"X2"}

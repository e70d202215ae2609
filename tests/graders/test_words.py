from service.graders.words import read, stems


def texts(text: str) -> list[str]:
    return [word.text for word in read(text).words]


def boundaries(text: str) -> list[str]:
    return [word.after for word in read(text).words]


def test_words_are_folded_and_keep_their_place() -> None:
    text = "Ｔｈｅ café ﬁts — naïve Ünïts"
    assert texts(text) == ["the", "cafe", "fits", "naive", "units"]
    assert [text[word.start : word.end] for word in read(text).words] == ["Ｔｈｅ", "café", "ﬁts", "naïve", "Ünïts"]


def test_a_combining_mark_belongs_to_its_letter() -> None:
    text = "cafe\u0301 bar"
    first, _ = read(text).words
    assert (first.text, text[first.start : first.end]) == ("cafe", "cafe\u0301")


def test_invisible_characters_are_not_read() -> None:
    assert texts("ca\u200bche \U000e0061\U000e0062 m\u00adask") == ["cache", "mask"]


def test_contractions_are_two_words_and_a_possessive_is_one() -> None:
    assert texts("It doesn’t; they're the model's heads") == [
        "it",
        "does",
        "not",
        "they",
        "are",
        "the",
        "model",
        "heads",
    ]


def test_fillers_are_left_out_but_the_pause_stays() -> None:
    assert texts("Um, the, like, cache, you know, grows") == ["the", "cache", "grows"]
    assert boundaries("the cache, um grows") == ["", ",", ""]


def test_a_decimal_point_an_abbreviation_and_a_version_end_no_sentence() -> None:
    text = "About 4.29 GB, e.g. for Llama-3.1 in config.json. Then more!"
    assert boundaries(text).count(".") == 2


def test_sentences_end_at_marks_and_at_line_breaks_that_are_no_wraps() -> None:
    assert boundaries("one.two one. two; three: four, five? six") == ["", "", ".", ";", ":", ",", "?", ""]
    assert boundaries("short line\nnext line") == ["", ".", "", ""]
    assert boundaries("a line that ends in and\nnext") == ["", "", "", "", "", "", ""]
    wrapped = "this line is so long that it was certainly wrapped by an editor\nand goes on"
    assert "." not in boundaries(wrapped)
    assert "." in boundaries(wrapped.replace("\n", "\n- "))


def test_numbers_read_alike_in_digits_and_words() -> None:
    assert stems("131,072") == stems("131072")
    assert stems("thirty-two heads") == stems("32 heads")
    assert stems("O(n²)") == stems("O(n^2)") == ("o", "n", "2")
    assert stems("8B FP16") == ("8", "b", "fp", "16")


def test_well_is_no_filler_in_as_well_as() -> None:
    assert texts("well, it reads both as well as one") == ["it", "reads", "both", "as", "well", "as", "one"]


def test_names_without_vowels_have_a_plural() -> None:
    assert stems("MLPs FFNs GPUs") == stems("MLP FFN GPU")
    assert stems("loss bus less") == ("loss", "bus", "less")


def test_spellings_and_forms_of_a_word_have_one_stem() -> None:
    for forms in (
        "quantize quantise quantization quantisation",
        "write wrote writes written",
        "recompute recomputation",
    ):
        assert len(set(stems(forms))) == 1
    assert len(set(stems("position positive"))) == 2
    assert len(set(stems("several severe"))) == 2

"""Where speech is found, what a model is given of it, and where a long recording may be cut."""

import numpy as np
import pytest

from service.voice.decode import RATE, decode
from service.voice.delivery import delivery
from service.voice.pauses import MARGIN, Speech, find_speech, next_cut
from tests.voice.sounds import AUDIO, silence


def test_a_pause_is_found_where_it_is() -> None:
    said = decode(AUDIO / "nm2.webm", 60)
    alone = find_speech(said)
    twice = find_speech(np.concatenate([said, silence(3), said]))
    assert twice.speech_seconds == pytest.approx(2 * alone.speech_seconds, abs=0.3)
    (pause,) = twice.pauses()
    assert 3 < pause.seconds < 5
    assert pause.start == pytest.approx(alone.spans[-1][1], abs=0.2)


def test_a_model_gets_no_long_silence() -> None:
    sound = np.concatenate([silence(10), np.ones(RATE, np.float32), silence(10), np.ones(RATE, np.float32)])
    heard = Speech(sound, ((10.0, 11.0), (21.0, 22.0))).heard()
    assert len(heard) / RATE == pytest.approx(2 + 3 * MARGIN, abs=0.01)  # the last has nothing after it
    assert heard.sum() == 2 * RATE


def test_a_short_pause_stays_in() -> None:
    assert len(Speech(silence(10), ((1.0, 2.0), (3.5, 5.0))).heard()) / RATE == pytest.approx(4 + 2 * MARGIN, abs=0.01)


@pytest.mark.parametrize(
    ("spans", "length", "cut"),
    [
        ((), 20.0, None),
        (((0.0, 30.0),), 30.2, None),
        (((0.0, 5.0), (6.0, 7.5)), 7.6, None),
        (((0.0, 5.0), (6.0, 9.0), (9.6, 12.0)), 12.0, 9.3),
        (((0.0, 9.0), (9.4, 11.0), (12.0, 20.0)), 20.0, 11.5),
        (((0.0, 20.0), (20.6, 22.0)), 22.0, 20.3),
        (((0.0, 10.0),), 12.0, 11.0),
        (((0.0, 10.0),), 10.8, None),
    ],
)
def test_a_piece_ends_in_the_longest_gap_that_is_late_enough(
    spans: tuple[tuple[float, float], ...], length: float, cut: float | None
) -> None:
    found = next_cut(spans, length)
    assert found is None if cut is None else found == pytest.approx(cut)


def test_a_part_counts_its_seconds_from_its_own_start() -> None:
    part = Speech(silence(20), ((1.0, 4.0), (6.0, 12.0), (13.0, 15.0))).part(5.0, 10.0)
    assert part.seconds == 5
    assert part.spans == ((1.0, 5.0),)


def test_pace_leaves_pauses_out_and_fillers_are_counted() -> None:
    speech = Speech(silence(20), ((0.0, 4.0), (10.0, 12.0)))
    told = delivery("Um, so the, uh, cache Erm keeps the keys. Hmm. Summer.", speech)
    assert (told.words, told.fillers) == (11, 4)
    assert told.words_per_minute == 110
    assert [(pause.start, pause.seconds) for pause in told.pauses] == [(4.0, 6.0)]


def test_too_little_speech_has_no_pace() -> None:
    assert delivery("Yes.", Speech(silence(5), ((0.0, 0.4),))).words_per_minute is None


def test_a_long_answer_is_parted_in_its_gaps_and_nothing_is_lost() -> None:
    spans = tuple((start, start + 8.5) for start in range(0, 100, 10))
    speech = Speech(silence(100), spans)
    parts = list(speech.parts(25))
    assert [part.seconds for part in parts] == pytest.approx([29.25, 30, 30, 10.75])
    assert sum(part.speech_seconds for part in parts) == pytest.approx(speech.speech_seconds)
    assert [len(part.spans) for part in parts] == [3, 3, 3, 1]
    assert [part.spans for part in Speech(silence(20), spans[:2]).parts(25)] == [spans[:2]]

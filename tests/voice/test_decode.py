"""What is decoded, and what is refused: each with one error, and with little memory."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest

from service.errors import AudioTooLong, BrokenAudio, NoSound, UnknownAudio
from service.voice.decode import RATE, decode, kind
from tests.voice.sounds import AUDIO, long_silence, silence, tone, video, write

KINDS = [
    ("a.webm", "libopus", None),
    ("a.mkv", "pcm_s16le", "matroska"),
    ("a.ogg", "libopus", None),
    ("a.mp4", "aac", None),
    ("a.m4a", "libopus", "mp4"),
    ("a.aac", "aac", "adts"),
    ("a.mp3", "libmp3lame", None),
    ("a.flac", "flac", None),
    ("a.wav", "pcm_s16le", None),
]


@pytest.mark.parametrize(("name", "codec", "container"), KINDS)
def test_whatever_a_browser_or_a_phone_records_is_decoded(
    name: str, codec: str, container: str | None, tmp_path: Path
) -> None:
    sound = decode(write(tmp_path / name, tone(2), codec, container), 10)
    assert sound.dtype == np.float32
    assert abs(len(sound) / RATE - 2) < 0.15
    assert 0.15 < float(np.sqrt(np.mean(sound[RATE // 2 : RATE] ** 2))) < 0.3  # a tone of 0.3 has 0.21


def test_the_kind_is_told_by_the_first_bytes_not_by_the_name(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", tone(1), "pcm_s16le")
    assert len(decode(path.rename(tmp_path / "a.webm"), 10)) == RATE


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Just a text, and no more than that.",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"#EXTM3U\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n",
        b"\x00" * 4000,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"\xff",
    ],
)
def test_what_is_no_recording_is_not_even_opened(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    path.write_bytes(content)
    with pytest.raises(UnknownAudio):
        decode(path, 10)


def test_a_recording_that_is_cut_off_decodes_as_far_as_it_goes(tmp_path: Path) -> None:
    whole = (AUDIO / "kv.webm").read_bytes()
    path = tmp_path / "cut.webm"
    path.write_bytes(whole[: len(whole) // 2])
    assert 10 < len(decode(path, 60)) / RATE < 15


def test_every_beginning_of_a_recording_decodes_or_is_refused(tmp_path: Path) -> None:
    whole = (AUDIO / "nm2.webm").read_bytes()
    path, lengths = tmp_path / "cut.webm", []
    for size in [*range(0, 400, 7), *range(400, len(whole), 997)]:
        path.write_bytes(whole[:size])
        try:
            lengths.append(len(decode(path, 60)))
        except UnknownAudio:
            assert size < 4
        except (BrokenAudio, NoSound):
            lengths.append(0)
    assert lengths == sorted(lengths)
    assert lengths[-1] > 3 * RATE


def test_forty_bytes_of_webm_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    path.write_bytes((AUDIO / "kv.webm").read_bytes()[:40])
    with pytest.raises(BrokenAudio):
        decode(path, 10)


@pytest.mark.parametrize(
    "head", [b"OggS", b"fLaC", b"ID3", b"\x00\x00\x00\x20ftypisom", b"RIFF\0\0\0\0WAVE", b"\xff\xf1"]
)
def test_a_right_beginning_with_rubbish_after_it_is_damaged(head: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(head + np.random.default_rng(3).bytes(5000))
    with pytest.raises((BrokenAudio, NoSound, UnknownAudio)):
        decode(path, 10)


def test_damage_anywhere_is_survived_or_told(tmp_path: Path) -> None:
    whole, dice, path = (AUDIO / "nm2.webm").read_bytes(), np.random.default_rng(5), tmp_path / "a.webm"
    for _ in range(60):
        spoilt = bytearray(whole)
        for place in dice.integers(0, len(whole), 20):
            spoilt[place] = dice.integers(0, 256)
        path.write_bytes(spoilt)
        with suppress(UnknownAudio, BrokenAudio, NoSound, AudioTooLong):
            assert len(decode(path, 10)) <= 10 * RATE


def test_a_film_without_sound_says_so(tmp_path: Path) -> None:
    with pytest.raises(NoSound):
        decode(video(tmp_path / "a.webm"), 10)


def test_a_second_too_many_is_refused_and_the_last_one_is_not(tmp_path: Path) -> None:
    path = write(tmp_path / "a.wav", silence(5), "pcm_s16le")
    assert len(decode(path, 5)) == 5 * RATE
    with pytest.raises(AudioTooLong, match="at most 4 seconds"):
        decode(path, 4)


def test_three_hours_of_silence_cost_little(tmp_path: Path) -> None:
    path = long_silence(tmp_path / "a.webm", 3 * 3600)
    assert path.stat().st_size < 8_000_000
    script = (
        "import resource, sys; from pathlib import Path; from service.errors import AudioTooLong\n"
        "from service.voice.decode import decode\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "try: decode(Path(sys.argv[1]), 300)\n"
        "except AudioTooLong: print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)\n"
    )
    done = subprocess.run([sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100_000  # kB


@pytest.mark.parametrize(
    ("head", "name"), [(b"\xff\xfb\x90", "mp3"), (b"\xff\xf9\x50", "aac"), (b"\x1aE\xdf\xa3", "matroska")]
)
def test_the_kinds_that_have_no_word_at_their_beginning(head: bytes, name: str) -> None:
    assert kind(head) == name

"""`viva bench voice` on the recordings of the tests: its figures, and what it counts."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from service.bench.voice import says
from tests.server import VIVA, environment
from tests.voice.sounds import AUDIO, TEXTS

SOME = ("kv.webm", "moe_vague.webm", "nm2.webm")
"""Of the recordings: all of them take a minute and a half."""


@pytest.mark.parametrize(
    ("text", "term", "heard"),
    [
        ("Group-query attention helps.", "grouped-query attention", True),
        ("It rescales the rope, Alibi does not.", "ALiBi", True),
        ("Flash attention is fast.", "FlashAttention", False),
        ("An attentional thing.", "tension", False),
        ("", "HBM", False),
    ],
)
def test_a_term_counts_in_any_of_its_forms(text: str, term: str, heard: bool) -> None:
    assert says(text, term) is heard


def test_the_quality_bars_are_kept_on_some_recordings(tmp_path: Path) -> None:
    for file in SOME:
        shutil.copy(AUDIO / file, tmp_path)
    (tmp_path / "texts.json").write_text(json.dumps([TEXTS[file] for file in SOME]))
    ended = subprocess.run(
        [VIVA, "bench", "voice", str(tmp_path), "--json", "--tries", "1"],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    found = json.loads(ended.stdout)
    assert found["model"] == "tiny.en"
    assert found["biased"]["recalled"] == found["biased"]["terms"] == 6
    assert found["biased"]["inserted"] == []
    assert found["silence"] == []
    assert sum(found["biased"]["errors"]) <= sum(found["plain"]["errors"])
    assert found["piece_errors"] < 0.05
    assert found["after_stop"] < found["whole_file"]
    assert found["answer_seconds"] > 70


def test_a_folder_without_texts_is_told(tmp_path: Path) -> None:
    ended = subprocess.run(
        [VIVA, "bench", "voice", str(tmp_path)], env=environment(tmp_path), capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert "texts.json" in ended.stderr

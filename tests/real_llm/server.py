"""llama.cpp's server on loopback: `python -m tests.real_llm.server` prints its address and ends with its input.

VIVA_GRADER=llm VIVA_LLM__BASE_URL=... VIVA_LLM__MODEL=local VIVA_LLM__TIMEOUT_SECONDS=600 uv run viva serve

LLM_THREADS=1 where others use the machine too: its threads wait for each other by spinning, and one that has to wait
for a core makes the rest spin for nothing.
"""

import importlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from tests.real_llm import weights

CONTEXT = 8192
"""Tokens: rubric, an answer of 200 words and the reply take about 2,500."""


@contextmanager
def running() -> Iterator[str]:
    """The address of a server in a process of its own."""
    command = [sys.executable, "-m", "tests.real_llm.server"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin
        assert process.stdout
        lines = (line.strip() for line in process.stdout)
        url = next((line for line in lines if line.startswith("http") and line.endswith("/v1")), "")
        assert url, "The server did not start; its output is above."
        yield url
        process.stdin.close()


def main() -> None:
    xllamacpp = importlib.import_module("xllamacpp")  # of the group real-llm: absent where types are checked
    params = xllamacpp.CommonParams()
    params.model.path = str(weights.fetch())
    params.model_alias = {"local"}
    params.n_ctx = CONTEXT
    params.ui = False
    params.verbosity = 1
    params.warmup = False
    if threads := int(os.environ.get("LLM_THREADS", "0")):
        params.cpuparams.n_threads = params.cpuparams_batch.n_threads = threads
    server = xllamacpp.Server(params)
    print(f"{server.listening_address}/v1", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()

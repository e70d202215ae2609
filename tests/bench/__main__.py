"""Grading, submits beside a bare Starlette in the same run, start-up, memory."""

import asyncio
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from service.bank import load_bank
from service.domain.attempt import Answer
from service.domain.grade import Marking, assess
from service.graders.keyword import KeywordGrader
from service.settings import ROOT
from tests.bench.load import Connection, p50_p95, run, timed

BARE = """
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route

async def submit(request):
    await request.json()
    return JSONResponse({"ok": True})

async def up(request):
    return JSONResponse({"ok": True})

app = Starlette(routes=[Route("/", submit, methods=["POST"]), Route("/healthz", up)])
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@contextmanager
def serving(command: list[str], port: int, **environment: str) -> Iterator[tuple[psutil.Process, float]]:
    """The process of a server, and the seconds until its first 200."""
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        while not up(port):
            if process.poll() is not None:
                raise RuntimeError(f"{command} ended with {process.returncode}")
            time.sleep(0.005)
        yield psutil.Process(process.pid), time.perf_counter() - started
    finally:
        process.terminate()
        process.wait(10)


def up(port: int) -> bool:
    try:
        return Connection(port).get("/healthz") == 200
    except OSError:
        return False


def grading() -> None:
    """Every model answer, cut or repeated to 200 words, against its own rubric."""
    grader, seconds = KeywordGrader(), list[float]()
    items = list(load_bank(ROOT).items.values())
    for number in range(21):
        for item in items:
            words = (item.question.model_answer + "\n").split(" ") * 4
            answer = Answer.of(" ".join(words[:200]))
            mine: list[float] = []
            timed(mine, lambda: grade(grader, item, answer))  # noqa: B023  (called at once)
            if number:  # the first round compiles the cues
                seconds += mine
    p50, p95 = p50_p95(seconds)
    print(f"grade, 200 words, keyword          p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   ({len(seconds)} grades)")


def grade(grader: KeywordGrader, item, answer) -> None:  # type: ignore[no-untyped-def]
    marking = asyncio.run(grader.mark(item, answer))
    assert isinstance(marking, Marking)
    assess(marking, item.rubric, answer, grader.identity)


def submits(port: int, bare_port: int, clients: int, rounds: int) -> None:
    """Each client answers every question of its own sessions; only the submit is timed."""
    text = "The cache keeps the keys and values of past tokens in every layer, so nothing is computed twice. " * 8

    def practise(http: Connection, seconds: list[float]) -> None:
        for _ in range(rounds):
            session = http.post("/api/v1/sessions", {"count": 12})
            path = f"/api/v1/sessions/{session['id']}"
            http.post(f"{path}/start")
            for slot in session["questions"]:
                question = f"{path}/questions/{slot['position']}"
                http.post(f"{question}/open")
                timed(seconds, lambda: http.post(f"{question}/submit", {"text": text}))  # noqa: B023  (called at once)

    def bare(http: Connection, seconds: list[float]) -> None:
        for _ in range(rounds * 12):
            timed(seconds, lambda: http.post("/", {"text": text}))

    for name, where, what in (("submit and grade", port, practise), ("bare Starlette", bare_port, bare)):
        seconds, wall = run(where, clients, what)
        p50, p95 = p50_p95(seconds)
        rate = len(seconds) / wall
        print(f"{name + ',':17}{clients:3} clients       p50 {p50:7.2f} ms   p95 {p95:7.2f} ms   {rate:7.0f} a second")


def main() -> None:
    grading()
    port, bare_port = free_port(), free_port()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "bare.py").write_text(BARE)
        viva = [str(Path(sys.executable).parent / "viva"), "serve"]
        uvicorn = [sys.executable, "-m", "uvicorn", "--app-dir", folder, "--port", str(bare_port), "bare:app"]
        quiet = {"VIVA_LOG_LEVEL": "error", "VIVA_PORT": str(port), "VIVA_DATA_DIR": folder}
        with (
            serving(viva, port, **quiet) as (process, startup),
            serving([*uvicorn, "--log-level", "error"], bare_port) as (_, bare_startup),
        ):
            print(f"start to first 200                 {startup:.2f} s   bare Starlette {bare_startup:.2f} s")
            print(f"resident memory, started           {process.memory_info().rss / 1e6:.0f} MB")
            submits(port, bare_port, clients=1, rounds=10)
            submits(port, bare_port, clients=50, rounds=2)
            print(f"resident memory, after the load    {process.memory_info().rss / 1e6:.0f} MB")


if __name__ == "__main__":
    main()

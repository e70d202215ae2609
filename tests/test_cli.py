"""The command `viva`, as a person runs it: a process, its output, its exit code."""

import socket
import subprocess
from pathlib import Path

import httpx2
import pytest

from service.settings import ROOT
from tests.api.walk import GOOD
from tests.server import VIVA, Server, environment

RUBRIC = "rubrics/attention/causal-mask.yaml"


def viva(folder: Path, *arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    """Run `viva` to its end in `folder`, with `text` on its standard input."""
    return subprocess.run(
        [VIVA, *arguments],
        env=environment(folder, **settings),
        cwd=folder,
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def complaint(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that a foreseen failure ends in, after whatever was logged."""
    assert ended.returncode == 1, ended
    assert "Traceback" not in ended.stderr
    *logged, line = ended.stderr.splitlines()
    assert line.startswith("viva: ")
    assert not any(entry.startswith("viva: ") for entry in logged)
    return line


def bank_of_one(folder: Path) -> Path:
    """A bank with nothing but the causal mask."""
    for path in ("questions/attention/_topic.yaml", "questions/attention/causal-mask.md", RUBRIC):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text((ROOT / path).read_text())
    return folder


def test_serve_prints_its_address_answers_and_stops_when_asked(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        assert server.client.get("/healthz").json() == {"status": "ok"}
        assert server.client.get("/readyz").status_code == 200
        assert server.client.get("/").headers["content-type"].startswith("text/html")
        address = server.client.base_url
        assert server.stop() == 0
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(address)


def test_an_address_that_others_can_reach_is_refused(tmp_path: Path) -> None:
    line = complaint(viva(tmp_path, "serve", VIVA_HOST="0.0.0.0"))
    assert "VIVA_HOST=0.0.0.0 can be reached by others" in line


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        line = complaint(viva(tmp_path, "serve", VIVA_PORT=str(port)))
    assert f"127.0.0.1:{port}" in line
    assert "VIVA_PORT" in line


def test_an_unknown_grader_is_named(tmp_path: Path) -> None:
    assert "'oracle'" in complaint(viva(tmp_path, "serve", VIVA_GRADER="oracle"))
    assert "no.such.module:Grader" in complaint(viva(tmp_path, "serve", VIVA_GRADER="no.such.module:Grader"))


def test_a_setting_out_of_range_is_named(tmp_path: Path) -> None:
    assert "VIVA_PORT" in complaint(viva(tmp_path, "serve", VIVA_PORT="99999"))


def test_a_wrong_bank_file_stops_the_start_with_file_line_and_reason(tmp_path: Path) -> None:
    bank = bank_of_one(tmp_path / "bank")
    lines = (bank / RUBRIC).read_text().splitlines(keepends=True)
    wrong = next(number for number, line in enumerate(lines, 1) if "weight: 2" in line)
    lines[wrong - 1] = lines[wrong - 1].replace("weight: 2", "weight: heavy")
    (bank / RUBRIC).write_text("".join(lines))
    line = complaint(viva(tmp_path, "serve", VIVA_BANK_DIR=str(bank)))
    assert line.startswith(f"viva: {bank / RUBRIC}:{wrong}: ")
    assert "weight" in line


def test_bank_check_tells_wrong_from_right_by_its_exit_code(tmp_path: Path) -> None:
    bank = bank_of_one(tmp_path)
    (bank / RUBRIC).write_text((bank / RUBRIC).read_text().replace("scale: concept", "scale: gut feeling"))
    wrong = viva(tmp_path, "bank", "check", str(bank))
    assert wrong.returncode == 1
    assert f"{bank / RUBRIC}:1: " in wrong.stdout
    right = viva(tmp_path, "bank", "check")
    assert (right.returncode, right.stdout) == (0, "0 findings\n")


def test_grade_reads_an_answer_from_standard_input_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(GOOD)
    piped = viva(tmp_path, "grade", "kv-cache", text=GOOD)
    read = viva(tmp_path, "grade", "kv-cache", "answer.txt")
    assert piped.returncode == 0
    assert piped.stdout == read.stdout
    assert " of 100 (" in piped.stdout.splitlines()[0]
    assert "met     M1" in piped.stdout


def test_grade_explains_what_it_cannot_grade(tmp_path: Path) -> None:
    assert "'no-such-question'" in complaint(viva(tmp_path, "grade", "no-such-question", text=GOOD))
    assert "empty" in complaint(viva(tmp_path, "grade", "kv-cache", text=" \n"))


def test_migrate_makes_a_database_and_may_run_twice(tmp_path: Path) -> None:
    for _ in range(2):
        ended = viva(tmp_path, "migrate")
        assert ended.returncode == 0, ended
        assert "up to date" in ended.stdout
    assert (tmp_path / "data" / "viva.db").exists()

"""`viva doctor`: what is wrong is named, with what to do, and decides the exit code."""

import http.server
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from service.operations.doctor import CHECKS, DATABASE, SQLITE
from service.settings import ROOT
from tests.fresh import small_bank
from tests.llm_server import LlmServer
from tests.operations import spoil
from tests.operations.conftest import change
from tests.quick import Quick
from tests.test_cli import viva

ALL = {"database", *CHECKS, *DATABASE, *SQLITE}
USUAL = {"VIVA_PORT": "0", "VIVA_BANK_DIR": str(small_bank())}


def examined(code: int, **settings: str) -> dict[str, tuple[str, str]]:
    """Level and text of each finding by its check."""
    ended = viva("doctor", **USUAL | settings)
    assert (ended.returncode, ended.stderr) == (code, "")
    return {line[9:21].strip(): (line[:8].strip(), line[22:]) for line in ended.stdout.splitlines()}


@pytest.mark.usefixtures("database")
def test_when_all_is_well_every_check_says_so() -> None:
    found = examined(0)
    assert found.keys() == ALL
    assert {level for level, _ in found.values()} == {"ok"}


def test_before_the_first_start_all_is_well_and_nothing_is_made(folder: Path) -> None:
    found = examined(0)
    assert found.keys() == {"database", *CHECKS}
    assert "made at the first start" in found["database"][1]
    assert list(folder.iterdir()) == []


def test_a_misspelt_variable_is_a_warning_with_a_guess(folder: Path) -> None:
    (folder / ".env").write_text("VIVA_GRADRE=keyword\nOTHER=1\n")
    level, says = examined(0, VIVA_PROT="8080", VIVA_PINEAPPLE="1")["settings"]
    assert level == "warning"
    assert "VIVA_PROT (did you mean VIVA_PORT?)" in says
    assert "VIVA_GRADRE (did you mean VIVA_GRADER?)" in says
    assert "VIVA_PINEAPPLE" in says
    assert "OTHER" not in says


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("check", "settings", "reason"),
    [
        ("settings", {"VIVA_PORT": "99999"}, "VIVA_PORT: Input should be less than"),
        ("settings", {"VIVA_HOST": "0.0.0.0"}, "can be reached by others"),
        ("bank", {"VIVA_BANK_DIR": "nowhere"}, "nowhere/questions:1: there is no such folder"),
        ("grader", {"VIVA_GRADER": "oracle"}, "'oracle'"),
        ("grader", {"VIVA_GRADER": "builtins:dict"}, "builtins:dict is no grader"),
        ("grader", {"VIVA_GRADER": "panel"}, "VIVA_PANEL needs two members"),
        ("database", {"VIVA_DATABASE_URL": "nonsense"}, "database"),
        ("database", {"VIVA_DATABASE_URL": "sqlite://"}, "not a SQLite database in a file"),
    ],
)
def test_what_cannot_work_is_a_failure(check: str, settings: dict[str, str], reason: str) -> None:
    level, says = examined(1, **settings)[check]
    assert level == "fail"
    assert reason in says


@pytest.mark.usefixtures("folder")
def test_a_language_model_that_answers_is_told_from_one_that_is_away() -> None:
    with LlmServer(strict=["json_object"]) as server:
        small = {"base_url": server.url, "model": "small"}
        named = {"VIVA_MODELS": json.dumps({"small": small}), "VIVA_LLM__MODEL": "large"}
        level, says = examined(0, **named, VIVA_LLM__BASE_URL=server.url)["models"]
        assert level == "ok"
        assert says.startswith("large at 127.0.0.1 answers, and its server holds it to JSON. small at")
        server.fail("401")
        level, says = examined(0, **named, VIVA_LLM__BASE_URL="http://127.0.0.1:9/v1")["models"]
    assert level == "warning"
    assert "large at 127.0.0.1: The language model cannot be reached" in says
    assert "small at 127.0.0.1: The language model's server does not accept the key (401" in says
    assert all("good morning" in asked.text for asked in server.asked)


def test_a_data_folder_that_cannot_be_written_to_is_a_failure(folder: Path) -> None:
    (folder / "file").touch()
    level, says = examined(1, VIVA_DATA_DIR="file/data")["data folder"]
    assert level == "fail"
    assert "Not a directory" in says


def test_a_file_that_is_no_database_is_a_failure_and_the_rest_is_not_asked(database: Path) -> None:
    spoil.text(database)
    found = examined(1)
    assert found["database"][0] == "fail"
    assert "file is not a database" in found["database"][1]
    assert found.keys() == {"database", *CHECKS}


@pytest.mark.parametrize("spoiled", [spoil.half, spoil.page])
def test_a_damaged_database_is_a_failure(database: Path, spoiled: Callable[[Path], None]) -> None:
    spoiled(database)
    found = examined(1)
    assert any(level == "fail" for check, (level, _) in found.items() if check in {"database", "integrity"})


def test_another_schema_is_told_from_a_newer_one(database: Path) -> None:
    change(database, "UPDATE alembic_version SET version_num = '9999'")
    newer = examined(1)
    assert newer["schema"] == ("fail", "9999 is of a newer release. Update Viva, or use another database.")
    assert newer["clock"][0] == "ok"
    change(database, "DELETE FROM alembic_version")
    level, says = examined(0)["schema"]
    assert (level, says.endswith("Run `viva migrate`.")) == ("warning", True)


@pytest.mark.parametrize("statement", ["UPDATE grade SET created_at = {}", "INSERT INTO ping VALUES (1, {})"])
def test_a_clock_that_was_set_back_is_a_warning(database: Path, statement: str) -> None:
    change(database, statement.format("'2999-01-01 00:00:00.000000'"))
    level, says = examined(0)["clock"]
    assert level == "warning"
    assert "2999-01-01 00:00:00" in says


def test_a_running_server_and_its_database_are_well(folder: Path) -> None:
    with Quick(folder) as server:
        port = server.client.base_url.port
        assert server.client.get("/readyz").status_code == 200
        found = examined(0, VIVA_PORT=str(port))
        assert found["port"] == ("ok", f"A Viva server answers at 127.0.0.1:{port}.")
        assert found.keys() == ALL


class Elsewhere(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_error(404)

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def another_site() -> Iterator[int]:
    with http.server.HTTPServer(("127.0.0.1", 0), Elsewhere) as server:
        threading.Thread(target=server.serve_forever).start()
        yield server.server_address[1]
        server.shutdown()


@contextmanager
def no_site() -> Iterator[int]:
    """Listens, and hangs up at once on whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        accepting = threading.Thread(target=lambda: listener.accept()[0].close())
        accepting.start()
        yield listener.getsockname()[1]
        accepting.join()


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("other", [another_site, no_site])
def test_a_port_that_another_program_has_is_a_failure(other: Callable[[], AbstractContextManager[int]]) -> None:
    with other() as port:
        level, says = examined(1, VIVA_PORT=str(port))["port"]
    assert level == "fail"
    assert f"Another program listens on 127.0.0.1:{port}" in says


def test_a_free_port_and_a_bank_are_described(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    found = examined(0, VIVA_PORT=str(port), VIVA_BANK_DIR=str(ROOT))
    assert found["port"] == ("ok", f"{port} is free.")
    assert f"{len(list((ROOT / 'questions').rglob('*.md')))} questions in" in found["bank"][1]
    assert found["grader"][1].startswith("keyword ")


@pytest.mark.usefixtures("folder")
def test_postgres_is_asked_too(postgres_url: str) -> None:
    found = examined(0, VIVA_DATABASE_URL=postgres_url)
    assert found.keys() == {"database", *CHECKS, *DATABASE}
    assert {level for level, _ in found.values()} == {"ok"}


@pytest.mark.usefixtures("folder")
def test_a_postgres_that_does_not_answer_is_a_failure() -> None:
    level, says = examined(1, VIVA_DATABASE_URL="postgresql://viva@/viva?host=/nowhere")["database"]
    assert level == "fail"
    assert says.endswith("Is it running?")

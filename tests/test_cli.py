"""The command `viva`, as a person meets it: its output and its exit code.

`serve` runs in a process of its own. The short commands run here, to save the seconds that a process takes to start.
"""

import socket
import subprocess
import zipfile
from pathlib import Path

import httpx2
import pytest
from typer.testing import CliRunner

from service.cli import app
from service.cli.serving import listen
from service.wiring import utc_now
from tests.api.walk import GOOD, answer, begin
from tests.bank.conftest import QUESTION, RUBRIC, BankFiles
from tests.conftest import Clock
from tests.server import VIVA, Server, environment
from tests.team import ADA, AUTH, CODE, HOME, browser, join, set_up, team_app


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No `.env` of the developer's, and `data` below this folder."""
    monkeypatch.chdir(tmp_path)


def viva(*arguments: str, text: str = "", **settings: str) -> subprocess.CompletedProcess[str]:
    ended = CliRunner().invoke(app, arguments, input=text, env=settings, catch_exceptions=False)
    return subprocess.CompletedProcess(arguments, ended.exit_code, ended.stdout, ended.stderr)


def complaint(ended: subprocess.CompletedProcess[str]) -> str:
    """The one line that a foreseen failure ends in."""
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert line.startswith("viva: ")
    return line


def test_serve_prints_its_address_answers_and_stops_when_asked(tmp_path: Path) -> None:
    with Server(tmp_path) as server:
        assert server.client.get("/healthz").json() == {"status": "ok"}
        assert server.client.get("/readyz").status_code == 200
        assert server.client.get("/").headers["content-type"].startswith("text/html")
        address = server.client.base_url
        assert server.stop() == 0
        with pytest.raises(httpx2.ConnectError):
            httpx2.get(address)


def test_a_port_in_use_ends_the_process_with_one_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        variables = environment(tmp_path, VIVA_PORT=str(port), VIVA_LOG_LEVEL="warning")
        ended = subprocess.run([VIVA, "serve"], env=variables, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (1, "")
    (line,) = ended.stderr.splitlines()
    assert f"127.0.0.1:{port}" in line
    assert "VIVA_PORT" in line


def test_connections_send_an_answer_at_once() -> None:
    with listen("127.0.0.1", 0) as listener, socket.create_connection(listener.getsockname()):
        accepted, _ = listener.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.10", "viva.example.org"])
def test_an_address_that_others_can_reach_is_refused(host: str) -> None:
    assert f"VIVA_HOST={host} can be reached by others" in complaint(viva("serve", VIVA_HOST=host))


@pytest.mark.parametrize(
    ("setting", "value", "named"),
    [
        ("VIVA_GRADER", "oracle", "'oracle'"),
        ("VIVA_GRADER", "no.such.module:Grader", "no.such.module:Grader"),
        ("VIVA_PORT", "99999", "VIVA_PORT: Input should be less than or equal to 65535"),
        ("VIVA_GRACE_SECONDS", "soon", "VIVA_GRACE_SECONDS: Input should be a valid number"),
        ("VIVA_BANK_DIR", "nowhere", "nowhere/questions:1: there is no such folder"),
        ("VIVA_DATABASE_URL", "nonsense", "database"),
    ],
)
def test_a_setting_that_cannot_be_is_named(setting: str, value: str, named: str) -> None:
    assert named in complaint(viva("serve", **{setting: value}))


def test_a_data_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "VIVA_DATA_DIR=file" in complaint(viva("migrate", VIVA_DATA_DIR="file"))


def test_a_wrong_bank_file_stops_the_start_with_file_line_and_reason(tmp_path: Path) -> None:
    bank = BankFiles(tmp_path / "bank")
    bank.edit(RUBRIC, "scale: concept", "scale: gut feeling")
    assert complaint(viva("serve", VIVA_BANK_DIR="bank")).startswith(f"viva: bank/{RUBRIC}:1: `scale` has to be")


def test_bank_check_tells_right_from_wrong_by_its_exit_code(tmp_path: Path) -> None:
    bank = BankFiles(tmp_path / "bank")
    right = viva("bank", "check", "bank")
    assert (right.returncode, right.stdout) == (0, "0 findings\n")
    bank.edit(QUESTION, "related: [hash-table]", "related: [heap]")
    linted = viva("bank", "check", VIVA_BANK_DIR="bank")
    assert linted.returncode == 1
    assert f"bank/{QUESTION}:{bank.line(QUESTION, 'related:')}: " in linted.stdout
    bank.edit(RUBRIC, "scale: concept", "scale: gut feeling")
    unread = viva("bank", "check", "bank")
    assert unread.returncode == 1
    assert unread.stdout.startswith(f"bank/{RUBRIC}:1: ")


def test_grade_reads_an_answer_from_standard_input_or_a_file(tmp_path: Path) -> None:
    (tmp_path / "answer.txt").write_text(GOOD)
    piped = viva("grade", "kv-cache", text=GOOD)
    assert piped.returncode == 0
    assert piped.stdout == viva("grade", "kv-cache", "answer.txt").stdout
    assert " of 100 (" in piped.stdout.splitlines()[0]
    assert "met     M1" in piped.stdout
    wrong = viva("grade", "kv-cache", text="The KV cache stores the text of the conversation.")
    assert "mistake X1" in wrong.stdout


def test_grade_explains_what_it_cannot_grade() -> None:
    assert "'no-such-question'" in complaint(viva("grade", "no-such-question", text=GOOD))
    assert "empty" in complaint(viva("grade", "kv-cache", text=" \n"))
    assert "20,000" in complaint(viva("grade", "kv-cache", text="a" * 21_000))


def test_migrate_makes_a_database_and_may_run_twice(tmp_path: Path) -> None:
    for _ in range(2):
        ended = viva("migrate")
        assert ended.returncode == 0
        assert "up to date" in ended.stdout
    assert (tmp_path / "data" / "viva.db").exists()


def test_an_operator_invites_the_first_of_another_organisation(tmp_path: Path) -> None:
    names = {"PUBLIC_URL": HOME, "PASSWORD": "true", "SETUP_CODE": CODE, "PASSWORD_MEMORY": "8", "PASSWORD_PASSES": "1"}
    settings = {f"VIVA_SIGN_IN__{name}": value for name, value in names.items()}
    assert "nobody has to sign in" in complaint(viva("invite", VIVA_DATABASE_URL=migrated(tmp_path)))
    ended = viva("invite", "--role=admin", "--organisation=acme", VIVA_DATABASE_URL=migrated(tmp_path), **settings)
    assert (ended.returncode, ended.stderr) == (0, "")
    home, _, code = ended.stdout.strip().partition("/invite#")
    assert home == HOME
    with browser(team_app(tmp_path, Clock(utc_now()), database_url=migrated(tmp_path))) as client:
        joined = join(client, code, "zoe@acme.example").json()
        assert (joined["organisation"], joined["role"]) == ("acme", "admin")
        assert [one["name"] for one in client.get("/api/v1/people").json()["items"]] == ["Zoe"]
    (tmp_path / "people.csv").write_text("email,name,cohort\nbob@example.org,Bob,Autumn\nnobody,,\n")
    importing = ("people", "import", "people.csv", "--organisation=acme")
    taken = viva(*importing, VIVA_DATABASE_URL=migrated(tmp_path), **settings)
    assert taken.returncode == 1  # of one line nothing came
    assert "2,invited,bob@example.org,http://127.0.0.1/invite#" in taken.stdout
    assert "3,refused,,That is no e-mail address." in taken.stdout
    assert "waiting" in viva(*importing, VIVA_DATABASE_URL=migrated(tmp_path), **settings).stdout
    refused = viva("invite", "--organisation=ACME Inc.", VIVA_DATABASE_URL=migrated(tmp_path), **settings)
    assert "name" in complaint(refused)


def test_an_operator_exports_and_erases_somebody_while_the_server_runs(tmp_path: Path) -> None:
    with browser(team_app(tmp_path, Clock(utc_now()))) as ada:
        person = set_up(ada)["id"]
        answer(ada, begin(ada), f"{GOOD} My canary is zanzibar.")
        assert "There is no account" in complaint(viva("person", "export", "bob@example.org", "bob.zip"))
        exported = viva("person", "export", ADA, "ada.zip")
        assert (exported.returncode, exported.stderr) == (0, "")
        with zipfile.ZipFile(tmp_path / "ada.zip") as archive:
            assert b"zanzibar" in archive.read("answers.json")
        assert "cannot be written" in complaint(viva("person", "export", ADA, "ada.zip"))
        assert viva("person", "erase", person, text="n\n").returncode == 1
        assert ada.get(f"{AUTH}/me").status_code == 200
        erased = viva("person", "erase", person, "--yes")
        assert (erased.returncode, erased.stderr) == (0, "")
        assert ada.get(f"{AUTH}/me").status_code == 401
        assert all(b"zanzibar" not in path.read_bytes() for path in (tmp_path / "data").iterdir())
    assert viva("person", "erase", "local", "--yes").returncode == 0
    assert viva("db", "clean").returncode == 0


def migrated(folder: Path) -> str:
    """The URL of a database with this release's schema."""
    url = f"sqlite:///{folder}/viva.db"
    assert viva("migrate", VIVA_DATABASE_URL=url).returncode == 0
    return url

"""Settings from the environment."""

import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from service.errors import ConfigError
from service.settings import Settings, read_settings
from service.store.engine import Store


@pytest.fixture(autouse=True)
def nothing_is_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No variables, and no `.env` file in the working folder."""
    for name in [name for name in os.environ if name.upper().startswith("VIVA_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_by_default_viva_serves_only_this_machine_from_the_data_folder(tmp_path: Path) -> None:
    settings = Settings()
    settings.check_host()
    assert (settings.host, settings.port, settings.grader) == ("127.0.0.1", 8000, "offline")
    assert settings.store_url() == f"sqlite:///{tmp_path}/data/viva.db"
    assert (settings.bank_dir / "questions").is_dir()


def test_variables_and_an_env_file_are_read_and_variables_win(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("VIVA_PORT=9000\nVIVA_GRACE_SECONDS=30\nSOMETHING_ELSE=1\n")
    monkeypatch.setenv("VIVA_PORT", "9001")
    monkeypatch.setenv("VIVA_DATA_DIR", str(tmp_path / "elsewhere"))
    settings = Settings()
    assert (settings.port, settings.grace_seconds) == (9001, 30)
    assert settings.store_url() == f"sqlite:///{tmp_path}/elsewhere/viva.db"


def test_a_database_url_wins_over_the_data_folder() -> None:
    assert Settings(database_url="postgresql://host/viva").store_url() == "postgresql://host/viva"


@pytest.mark.parametrize("name", ["plain", "with space", "50%25", "what?", "a#b", "Größe", "a+b&c=d@e:f"])
def test_the_database_is_made_in_the_data_folder_whatever_its_name(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    store = Store(Settings(data_dir=folder).store_url())
    with store.write() as tx:
        tx.connection().exec_driver_sql("CREATE TABLE note (text)")
    store.close()
    assert [path.name for path in folder.iterdir()] == ["viva.db"]


@pytest.mark.parametrize("host", ["127.0.0.1", "127.1.2.3", "::1", "localhost"])
def test_loopback_is_accepted(host: str) -> None:
    Settings(host=host).check_host()


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.5", "10.0.0.1", "example.org", "", "localhost.evil.org"])
def test_an_address_that_others_reach_is_refused(host: str) -> None:
    with pytest.raises(ConfigError, match="VIVA_HOST"):
        Settings(host=host).check_host()


@pytest.mark.parametrize(
    "fields",
    [
        {"port": -1},
        {"port": 65536},
        {"grace_seconds": -1},
        {"grace_seconds": 301},
        {"busy_seconds": 0},
        {"busy_seconds": 61},
        {"log_level": "loud"},
    ],
)
def test_a_value_out_of_range_is_refused(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**fields)


def test_a_language_model_is_configured_by_variables_and_a_secret_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Settings().llm is None
    (tmp_path / "viva_llm").write_text('{"api_key": "sk-very-secret"}')
    monkeypatch.setenv("VIVA_LLM__BASE_URL", "http://127.0.0.1:8080/v1")
    monkeypatch.setenv("VIVA_LLM__MODEL", "qwen")
    monkeypatch.setenv("VIVA_LLM__ALLOWED_HOSTS", '["127.0.0.1"]')
    llm = Settings(_secrets_dir=tmp_path).llm
    assert llm
    assert llm.api_key
    assert (llm.model, llm.api_key.get_secret_value()) == ("qwen", "sk-very-secret")
    assert llm.hosts == {"127.0.0.1"}


def test_a_misspelt_setting_of_the_language_model_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VIVA_LLM__BASE_URL", "http://127.0.0.1:8080/v1")
    monkeypatch.setenv("VIVA_LLM__MODLE", "qwen")
    with pytest.raises(ConfigError, match="VIVA_LLM__MODLE"):
        read_settings()


def test_every_setting_is_described() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


SITE = {"public_url": "https://viva.example.org"}
CODE = {"setup_code": "0123456789abcdef"}
PROVIDER = {"oidc_issuer": "https://login.example.org", "oidc_client_id": "viva", "oidc_client_secret": "theirs"}


@pytest.mark.parametrize(
    "sign_in",
    [
        SITE | CODE | {"password": True},
        SITE | PROVIDER | {"first_admin": "ada@example.org"},
        SITE | PROVIDER | {"oidc_roles": {"admins": "admin"}},
        SITE | {"header": "X-User", "proxies": ["10.0.0.1"], "first_admin": "ada"},
        {"public_url": "http://localhost:8000", "password": True} | CODE,
    ],
)
def test_with_a_way_to_sign_in_any_address_is_served(sign_in: dict[str, Any]) -> None:
    Settings.model_validate({"host": "0.0.0.0", "sign_in": sign_in}).check_host()


@pytest.mark.parametrize(
    ("sign_in", "fault"),
    [
        (CODE | {"password": True}, "public_url"),
        (CODE | {"password": True, "public_url": "http://viva.example.org"}, "https"),
        (CODE | {"password": True, "public_url": "https://viva.example.org/interviews"}, "public_url"),
        (SITE | {"password": True}, "setup_code"),
        (SITE | {"password": True, "setup_code": "short"}, "setup_code"),
        (SITE | PROVIDER, "first_admin"),
        (SITE | PROVIDER | {"oidc_client_secret": None, "first_admin": "ada@example.org"}, "oidc_client_secret"),
        (SITE | PROVIDER | {"first_admin": "ada"}, "e-mail"),
        (SITE | {"header": "X-User", "first_admin": "ada"}, "proxies"),
        (SITE | CODE, "no way to sign in"),
        (SITE | {"first_admin": "ada@example.org"}, "no way to sign in"),
    ],
)
def test_a_way_to_sign_in_that_would_not_hold_is_refused(sign_in: dict[str, Any], fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        Settings.model_validate({"sign_in": sign_in})

"""docker-compose.yml: valid, closed, bounded."""

import json
import os
import re
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from pydantic import SecretStr
from typer.main import get_command

from service.cli import app as viva
from service.domain.job import WORKS
from service.identity.settings import SignInSettings
from service.settings import ROOT, SECRETS, Settings
from tests.deploy.programs import composed, run

ONE_SHOT = {"migrate"}
OURS = {"api", "worker", "transcriber", "migrate"}
MINUTE = 60


@pytest.fixture(scope="module")
def model() -> dict[str, Any]:
    return composed()


@pytest.fixture(scope="module")
def services(model: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = model["services"]
    return found


def test_every_role_is_there(services: dict[str, Any]) -> None:
    assert set(services) == {"proxy", "api", "worker", "transcriber", "migrate", "postgres", "ollama"}


def test_ollama_runs_only_where_it_is_asked_for(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if service.get("profiles")] == ["ollama"]


@pytest.mark.parametrize("variables", [{}, {"SECRETS_DIR": ""}])
def test_without_secrets_compose_ends_and_says_what_to_do(variables: dict[str, str]) -> None:
    done = run("docker-compose", "--env-file", os.devnull, "config", "--quiet", variables=variables)
    assert done.returncode != 0
    assert "there are no secrets yet; deploy/setup makes them" in done.stderr


def test_nothing_secret_stands_in_the_file_or_in_a_variable(services: dict[str, Any]) -> None:
    for service in services.values():
        for name, value in service.get("environment", {}).items():
            assert not re.search(r"PASSWORD(?!_FILE)|SECRET|TOKEN|KEY|_URL", name)
            assert "://" not in value
    assert re.search(r"://[^/\s]*:[^/\s]*@", (ROOT / "docker-compose.yml").read_text()) is None


def test_secrets_are_files_that_viva_reads(model: dict[str, Any], services: dict[str, Any]) -> None:
    assert {name: secret["file"] for name, secret in model["secrets"].items()} == {
        name: str(ROOT / "deploy" / "secrets" / name) for name in ("postgres_password", "viva_database_url")
    }
    for name in OURS:
        assert [secret["target"] for secret in services[name]["secrets"]] == [f"{SECRETS}/viva_database_url"]
    assert "database_url" in Settings.model_fields


def test_variables_for_viva_are_settings(services: dict[str, Any]) -> None:
    given = {name: value for role in OURS for name, value in services[role]["environment"].items()}
    assert {name.removeprefix("VIVA_").lower() for name in given} <= set(Settings.model_fields)
    Settings.model_validate({name.removeprefix("VIVA_").lower(): value for name, value in given.items()})


def test_every_container_is_closed(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service.get("cap_add", []) == (["NET_BIND_SERVICE"] if name == "proxy" else [])
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", service["user"]), "a number: a name could be root's"
        assert {"privileged", "devices", "pid", "ipc", "userns_mode"}.isdisjoint(service)
        for tmpfs in service["tmpfs"]:
            assert {"noexec", "nosuid", "nodev"} <= set(tmpfs.split(":")[1].split(","))
            assert "size=" in tmpfs


def test_from_the_host_come_only_files_that_cannot_be_written(services: dict[str, Any]) -> None:
    volumes = [volume for service in services.values() for volume in service.get("volumes", [])]
    bound = [volume for volume in volumes if volume["type"] == "bind"]
    assert len(bound) == 2
    for volume in bound:
        assert volume["read_only"] is True
        assert volume["source"].startswith(str(ROOT / "deploy"))


def test_every_container_is_bounded(services: dict[str, Any]) -> None:
    for service in services.values():
        limits = service["deploy"]["resources"]["limits"]
        assert float(limits["cpus"]) <= 2, "Docker refuses more than the host has"
        assert int(limits["memory"]) >= 256 * 2**20
        assert limits["pids"] >= 128
        assert set(service["logging"]["options"]) == {"max-size", "max-file"}


def test_every_service_is_looked_after(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert ("healthcheck" in service) == (name not in ONE_SHOT)
        assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")
        assert name in ONE_SHOT or seconds(service["stop_grace_period"]) >= 10


def test_data_outlives_the_containers(model: dict[str, Any], services: dict[str, Any]) -> None:
    kept = {
        (name, volume["source"], volume["target"])
        for name, service in services.items()
        for volume in service.get("volumes", [])
        if volume["type"] == "volume"
    }
    assert kept == {(name, "viva_data", "/data") for name in OURS} | {
        ("proxy", "caddy_data", "/data"),
        ("postgres", "postgres_data", "/var/lib/postgresql"),
        ("ollama", "ollama_models", "/models"),
    }
    assert {source for _, source, _ in kept} == set(model["volumes"])


def test_only_this_machine_can_reach_it(services: dict[str, Any]) -> None:
    published = [(name, port) for name, service in services.items() for port in service.get("ports", [])]
    assert [name for name, _ in published] == ["proxy"]
    assert all(ip_address(port["host_ip"]).is_loopback for _, port in published)


def test_the_api_is_on_the_loopback_of_the_proxy(services: dict[str, Any]) -> None:
    assert services["api"]["network_mode"] == "service:proxy"
    assert "VIVA_HOST" not in services["api"]["environment"]
    proxied = re.search(r"reverse_proxy (\S+)", (ROOT / "deploy" / "Caddyfile").read_text())
    assert proxied
    assert proxied[1] == f"{Settings.model_fields['host'].default}:{Settings.model_fields['port'].default}"


def test_the_database_has_no_way_out(model: dict[str, Any], services: dict[str, Any]) -> None:
    assert list(services["postgres"]["networks"]) == ["data"]
    assert model["networks"]["data"]["internal"] is True


def test_nothing_of_viva_starts_before_the_schema_is_there(services: dict[str, Any]) -> None:
    for name in OURS - ONE_SHOT:
        assert services[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert services["migrate"]["depends_on"]["postgres"]["condition"] == "service_healthy"


def test_one_image_serves_every_role(services: dict[str, Any]) -> None:
    assert {(services[name]["image"], services[name]["build"]["target"]) for name in OURS} == {("viva:local", "viva")}


def test_the_commands_are_commands_of_viva(services: dict[str, Any]) -> None:
    command = get_command(viva)
    for name in OURS:
        role, *arguments = services[name]["command"]
        command.commands[role].make_context(role, arguments)  # type: ignore[attr-defined]


def test_every_queue_has_a_worker(services: dict[str, Any]) -> None:
    commands = [services[name]["command"] for name in OURS]
    served = [command[command.index("--queues") + 1].split(",") for command in commands if "--queues" in command]
    assert {queue for queues in served for queue in queues} == set(WORKS)


def test_a_health_check_asks_where_the_service_listens(services: dict[str, Any]) -> None:
    for name in ("worker", "transcriber"):
        command = services[name]["command"]
        assert f"127.0.0.1:{command[command.index('--port') + 1]}/readyz" in services[name]["healthcheck"]["test"][-1]
    assert ":8000/readyz" in services["api"]["healthcheck"]["test"][-1]


def test_images_from_elsewhere_are_pinned(services: dict[str, Any]) -> None:
    foreign = [service["image"] for service in services.values() if "build" not in service]
    assert len(foreign) == 2
    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*@sha256:[0-9a-f]{64}", image) for image in foreign)


def test_what_may_be_set_is_documented() -> None:
    page = (ROOT / "docs" / "containers.md").read_text()
    variables = set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text()))
    assert {name for name in variables if f"`{name}`" not in page} == set()


def test_limits_can_be_raised() -> None:
    raised = composed(OLLAMA_MEMORY="24G", HTTPS_PORT="8443")["services"]
    assert raised["ollama"]["deploy"]["resources"]["limits"]["memory"] == str(24 * 2**30)
    assert raised["proxy"]["ports"][0]["published"] == "8443"


def seconds(duration: str) -> int:
    """`1m30s` as Compose writes durations."""

    def parts() -> Iterator[int]:
        for number, unit in re.findall(r"(\d+)([ms])", duration):
            yield int(number) * (MINUTE if unit == "m" else 1)

    return sum(parts())


def test_for_a_team_it_can_be_reached_and_people_sign_in() -> None:
    files = ("docker-compose.yml", "deploy/team.yml")
    model = composed(*files, SITE="viva.example.org")
    services = model["services"]
    assert [(port["target"], port["published"]) for port in services["proxy"]["ports"]] == [(8080, "80"), (8443, "443")]
    assert services["proxy"]["environment"] == {"SITE": "viva.example.org"}
    given = {
        name.removeprefix("VIVA_SIGN_IN__").lower(): value for name, value in services["api"]["environment"].items()
    }
    settings = SignInSettings(
        public_url=given["public_url"],
        password=given["password"] == "true",
        proxies=json.loads(given["proxies"]),
        setup_code=SecretStr("made by deploy/setup"),
    )
    assert settings.secure
    assert "viva_sign_in" in [secret["source"] for secret in services["api"]["secrets"]]
    alone = composed()["services"]
    assert {name: one for name, one in services.items() if name not in ("proxy", "api")} == {
        name: one for name, one in alone.items() if name not in ("proxy", "api")
    }
    unnamed = run(
        "docker-compose",
        *(part for file in files for part in ("--file", file)),
        "config",
        "--quiet",
        variables={"SECRETS_DIR": "./deploy/secrets"},
    )
    assert unnamed.returncode != 0
    assert "the name that people reach Viva by" in unnamed.stderr

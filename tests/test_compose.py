"""What runs in containers is tied to the code: services, commands, variables and files exist."""

import os
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer.main
import yaml
from dotenv import dotenv_values

from interlock_platform.settings import Settings, load_settings, variable
from interlock_servers.cli import app

CHECKOUT = Path(__file__).parents[1]
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((CHECKOUT / "compose.yaml").read_text())["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"].startswith("interlock:")}
VARIABLES = {variable(name) for name in Settings.model_fields}
OF_UVICORN = {"FORWARDED_ALLOW_IPS"}
"""Which proxies it believes."""
FILLED_IN = {
    "INTERLOCK_BASE_URL": "https://interlock.example.com",
    "INTERLOCK_SECRET_KEY": "k" * 40,
    "INTERLOCK_OIDC_ISSUER": "https://login.example.com",
    "INTERLOCK_OIDC_CLIENT_ID": "interlock",
    "POSTGRES_PASSWORD": "p",
    "POSTGRES_OWNER_PASSWORD": "p",
}


def test_the_parts_of_an_installation_are_there() -> None:
    assert set(SERVICES) == {"postgres", "redis", "migrate", "app", "worker", "proxy"}
    assert SERVICES["postgres"]["image"] == "postgres:18"
    assert SERVICES["app"]["deploy"]["replicas"] == 3
    assert SERVICES["proxy"]["ports"], "only the proxy can be reached from outside"
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_our_services_run_commands_that_exist() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]  # it is a group
    for name, service in OURS.items():
        assert service["command"][0] in commands, name
    assert {name: service["command"] for name, service in OURS.items()} == {
        "migrate": ["migrate"],
        "app": ["serve"],
        "worker": ["worker"],
    }


def test_everything_that_stays_up_has_a_health_check_and_what_needs_it_waits_for_it() -> None:
    assert [name for name, service in SERVICES.items() if "healthcheck" not in service] == ["migrate"]
    for name, service in SERVICES.items():
        for needed, how in service.get("depends_on", {}).items():
            expected = "service_completed_successfully" if needed == "migrate" else "service_healthy"
            assert how["condition"] == expected, (name, needed)
    assert "migrate" in SERVICES["app"]["depends_on"]
    assert "migrate" in SERVICES["worker"]["depends_on"]


def test_the_variables_that_are_set_exist() -> None:
    for name, service in OURS.items():
        assert set(service["environment"]) <= VARIABLES | OF_UVICORN, name


def test_the_variables_that_have_to_be_filled_in_are_in_the_example_file() -> None:
    asked_for = set(re.findall(r"\$\{([A-Z_]+)", (CHECKOUT / "compose.yaml").read_text()))
    assert asked_for == set(FILLED_IN)
    assert asked_for <= set(_example())


def test_the_settings_that_the_services_get_are_valid(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("INTERLOCK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for name, value in SERVICES["app"]["environment"].items():
        monkeypatch.setenv(name, re.sub(r"\$\{([A-Z_]+)[^}]*\}", lambda found: FILLED_IN[found[1]], value))
    settings = load_settings()
    assert (settings.host, settings.worker, settings.development_login) == ("0.0.0.0", "apart", False)  # noqa: S104
    assert settings.database_url == "postgresql+psycopg://interlock_owner:p@postgres:5432/interlock"


def test_the_files_that_are_mounted_or_copied_exist() -> None:
    mounted = [
        volume.split(":")[0]
        for service in SERVICES.values()
        for volume in service.get("volumes", ())
        if volume.startswith("./")
    ]
    copied = [
        name
        for line in (CHECKOUT / "Dockerfile").read_text().splitlines()
        if line.startswith("COPY ") and "--from=" not in line
        for name in shlex.split(line)[1:-1]
    ]
    for name in [*mounted, *copied]:
        assert (CHECKOUT / name).exists(), name


def test_the_example_file_lists_every_setting_and_no_other_and_sets_nothing() -> None:
    assert {name for name in _example() if name.startswith("INTERLOCK_")} == VARIABLES
    assert dotenv_values(CHECKOUT / ".env.example") == {}


def test_the_proxy_finds_the_servers_at_the_port_that_they_listen_on() -> None:
    port = SERVICES["app"]["environment"]["INTERLOCK_PORT"]
    assert f"dynamic a app {port} " in (CHECKOUT / "deploy" / "Caddyfile").read_text()


def _example() -> list[str]:
    return re.findall(r"^#([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE)

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from interlock_handlers.models import PROVIDERS
from interlock_platform.secret_key import load_secret_key
from interlock_platform.settings import Settings, SettingsError, load_settings, variable
from interlock_platform.settings_origin import source_of, unknown_variables

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - it is given, not listened on
ISSUER = {"INTERLOCK_OIDC_ISSUER": "https://login.example.com", "INTERLOCK_OIDC_CLIENT_ID": "interlock"}


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.upper().startswith("INTERLOCK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_nothing_has_to_be_set() -> None:
    settings = load_settings()
    assert settings.base_url == "http://127.0.0.1:8000"
    assert settings.model == "demo"
    assert settings.database_url is None
    assert settings.development_login


def test_every_setting_says_what_it_is() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description is not None, name
        assert field.description.endswith("."), name
        assert "|" not in field.description, name


def test_the_base_url_follows_host_and_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_HOST", "::1")
    monkeypatch.setenv("INTERLOCK_PORT", "9000")
    assert load_settings().base_url == "http://[::1]:9000"


def test_an_empty_variable_is_one_that_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_REDIS_URL", "")
    monkeypatch.setenv("INTERLOCK_PORT", "")
    settings = load_settings()
    assert (settings.redis_url, settings.port) == (None, 8000)
    assert source_of("port") == "default"


def test_the_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("INTERLOCK_PORT=8001\nINTERLOCK_LOG_FORMAT=JSON\nPOSTGRES_PASSWORD=not-ours\n")
    monkeypatch.setenv("INTERLOCK_PORT", "8002")
    settings = load_settings()
    assert (settings.port, settings.log_format) == (8002, "json")
    assert [source_of(name) for name in ("port", "log_format", "host")] == ["environment", ".env", "default"]


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_write_a_postgres_address_means_the_same_driver(
    monkeypatch: pytest.MonkeyPatch, scheme: str
) -> None:
    monkeypatch.setenv("INTERLOCK_DATABASE_URL", f"{scheme}://owner:pw@db:5432/interlock")
    assert load_settings().database_url == "postgresql+psycopg://owner:pw@db:5432/interlock"


def test_the_models_that_may_be_set_are_those_that_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    for provider in PROVIDERS.values():
        monkeypatch.setenv("INTERLOCK_MODEL", provider.example)
        assert load_settings().model == provider.example


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"PORT": "eight"}, "INTERLOCK_PORT must be a whole number."),
        ({"PORT": "0"}, "INTERLOCK_PORT must be at least 1."),
        ({"PORT": "70000"}, "INTERLOCK_PORT must be at most 65535."),
        ({"WORKER": "outside"}, "INTERLOCK_WORKER must be inside or apart."),
        ({"LOG_FORMAT": "xml"}, "INTERLOCK_LOG_FORMAT must be text or json."),
        ({"BASE_URL": "example.com"}, "INTERLOCK_BASE_URL must be an address like https://example.com."),
        ({"BASE_URL": "http://localhost/x"}, "INTERLOCK_BASE_URL must have no path: scheme, host and port only."),
        ({"REDIS_URL": "http://redis"}, "INTERLOCK_REDIS_URL must be an address like redis://host:6379/0."),
        ({"SECRET_KEY": "short"}, "INTERLOCK_SECRET_KEY must be at least 32 characters long."),
        ({"CATALOGUE": "/nowhere.json"}, "INTERLOCK_CATALOGUE must be a file, and /nowhere.json is none."),
        ({"DATA_DIR": sys.executable}, f"INTERLOCK_DATA_DIR must be a directory, and {sys.executable} is none."),
        ({"APPROVAL_MINUTES": "-1"}, "INTERLOCK_APPROVAL_MINUTES must be at least 1."),
    ],
)
def test_a_wrong_value_is_told_in_one_sentence_that_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], sentence: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(f"INTERLOCK_{name}", value)
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert str(raised.value) == sentence


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"INTERLOCK_HOST": EVERY_ADDRESS}, "INTERLOCK_OIDC_ISSUER"),
        ({"INTERLOCK_HOST": "192.0.2.1"}, "INTERLOCK_OIDC_ISSUER"),
        ({"INTERLOCK_BASE_URL": "https://interlock.example.com"}, "INTERLOCK_OIDC_ISSUER"),
        ({"INTERLOCK_HOST": EVERY_ADDRESS, **ISSUER}, "INTERLOCK_BASE_URL"),
        ({"INTERLOCK_OIDC_ISSUER": "https://login.example.com"}, "INTERLOCK_OIDC_CLIENT_ID"),
        ({"INTERLOCK_OIDC_CLIENT_ID": "interlock"}, "INTERLOCK_OIDC_ISSUER"),
        ({"INTERLOCK_DATABASE_RUNTIME_URL": "postgres://runtime@db/interlock"}, "INTERLOCK_DATABASE_URL"),
        ({"INTERLOCK_MODEL_API_KEY": "key"}, "INTERLOCK_MODEL "),
        ({"INTERLOCK_MODEL": "gpt"}, "INTERLOCK_MODEL "),
        ({"INTERLOCK_MODEL": "nobody:nothing"}, "INTERLOCK_MODEL "),
        ({"INTERLOCK_SESSION_HOURS": "1"}, "INTERLOCK_SESSION_IDLE_MINUTES"),
        ({"INTERLOCK_DATABASE_URL": "mysql://x"}, "INTERLOCK_DATABASE_URL"),
    ],
)
def test_settings_that_do_not_agree_are_refused_and_the_one_to_set_is_named(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, str], named: str
) -> None:
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=named):
        load_settings()


def test_behind_an_identity_provider_any_address_is_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"INTERLOCK_HOST": EVERY_ADDRESS, "INTERLOCK_BASE_URL": "https://interlock.example.com/", **ISSUER}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = load_settings()
    assert settings.base_url == "https://interlock.example.com"
    assert not settings.development_login


def test_a_wrong_secret_is_not_repeated_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERLOCK_SECRET_KEY", "hunter2")
    with pytest.raises(SettingsError) as raised:
        load_settings()
    assert "hunter2" not in str(raised.value)


def test_a_variable_that_means_nothing_is_pointed_out_with_the_one_that_was_meant(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("INTERLOCK_REDISURL", "redis://x")
    Path(".env").write_text("INTERLOCK_QUITE_DIFFERENT=1\n")
    assert unknown_variables() == {"INTERLOCK_QUITE_DIFFERENT": None, "INTERLOCK_REDISURL": "INTERLOCK_REDIS_URL"}


def test_secrets_do_not_show_in_the_settings() -> None:
    key = "k" * 40
    settings = Settings(secret_key=SecretStr(key), oidc_client_secret=None)
    assert key not in repr(settings)
    assert load_secret_key(settings) == key


def test_the_secret_key_is_made_once_for_all_processes_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "data")
    program = (
        "from pathlib import Path; from interlock_platform.settings import Settings; "
        "from interlock_platform.secret_key import load_secret_key; "
        f"print(load_secret_key(Settings(data_dir=Path({str(settings.data_dir)!r}))))"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", program]
    running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) for _ in range(3)]
    keys = {process.communicate()[0].strip() for process in running}
    assert keys == {load_secret_key(settings)}
    assert len(load_secret_key(settings)) >= 48
    assert stat.S_IMODE((settings.data_dir / "secret.key").stat().st_mode) == 0o600
    assert [path.name for path in settings.data_dir.iterdir()] == ["secret.key"]


def test_the_fixed_names_of_settings_exist() -> None:
    names = (
        "host port base_url data_dir database_url redis_url secret_key oidc_issuer oidc_client_id oidc_client_secret"
    )
    names += " model model_base_url model_api_key catalogue log_format"
    assert {variable(name) for name in names.split()} <= {variable(name) for name in Settings.model_fields}

"""Every setting of Interlock: read once at start from the environment and `.env`, then passed down as a value."""

import ipaddress
from pathlib import Path
from typing import Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "INTERLOCK_"
ENV_FILE = Path(".env")


class SettingsError(Exception):
    """A setting is wrong; the message is one sentence that names the variable."""


class Settings(BaseSettings):
    """The settings; a field's description is its documentation."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        env_file=ENV_FILE,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    host: str = Field(
        default="127.0.0.1", description="Address to listen on. Any other than loopback needs an OIDC issuer."
    )
    port: int = Field(default=8000, ge=1, le=65535, description="Port to listen on.")
    base_url: str = Field(
        default_factory=lambda data: _url_of(data.get("host", ""), data.get("port", 0)),
        description="The address that browsers use, without a path. Behind a proxy, the proxy's.",
    )
    data_dir: Path = Field(
        default=Path(".interlock"),
        description="Directory for the embedded Postgres and the secret key.",
    )
    database_url: str | None = Field(
        default=None, description="Postgres as the role that owns the schema. Empty: the embedded Postgres."
    )
    database_runtime_url: str | None = Field(
        default=None,
        description="The same database as the runtime role, which row-level security holds. "
        "Empty: the role that the migrations make, with a password derived from the secret key.",
    )
    pg_bin: Path | None = Field(
        default=None,
        description="Directory of the Postgres programs for the embedded Postgres. Empty: the packaged ones.",
    )
    redis_url: str | None = Field(
        default=None,
        description="Redis, which carries live text between processes and spares Postgres that. Empty: Postgres does.",
    )
    secret_key: SecretStr | None = Field(
        default=None,
        description="Key from which session and credential keys are derived; the same in every process. "
        "Empty: made once and kept in the data directory.",
    )
    vault_key: SecretStr | None = Field(
        default=None,
        description="Key under which people's tokens and servers' secrets are encrypted, of 32 characters at least. "
        "Empty: the secret key.",
    )
    vault_former_keys: SecretStr | None = Field(
        default=None,
        description="Keys that were used before, separated by commas: what they encrypted can be read until "
        "`interlock keys rotate` is through.",
    )
    oidc_issuer: str | None = Field(
        default=None,
        description="OpenID Connect issuer that people sign in with. Empty: the development one, on loopback.",
    )
    oidc_client_id: str | None = Field(default=None, description="Our client id at the issuer.")
    oidc_client_secret: SecretStr | None = Field(
        default=None, description="Our client secret at the issuer, if it gave one."
    )
    oidc_tenant_claim: str = Field(
        default="tenant", min_length=1, description="Claim of the ID token that names the tenant."
    )
    oidc_roles_claim: str = Field(
        default="roles", min_length=1, description="Claim of the ID token that lists the roles."
    )
    identity_providers: Path | None = Field(
        default=None,
        description="File with identity providers, a JSON list, beside or in the place of the one above: which "
        "organisations their people belong to, and as what. Empty: there are none.",
    )
    tenant_providers: bool = Field(
        default=False,
        description="Whether admins may enter an identity provider for their own organisation. Interlock asks it over "
        "https, at addresses that the catalogue's `outbound` allows.",
    )
    model: str = Field(
        default="demo",
        description="The model that answers: demo (rule-based, no key), or provider:name with the provider "
        "bedrock_converse, openai, azure_openai or anthropic.",
    )
    model_base_url: str | None = Field(
        default=None, description="Endpoint of the model provider; with openai:NAME any OpenAI-compatible one."
    )
    model_api_key: SecretStr | None = Field(
        default=None,
        description="Key for the model provider. Empty: the provider's own variables, such as OPENAI_API_KEY.",
    )
    titles: Literal["model", "words"] = Field(
        default="model",
        description="What gives a chat its title: the model, asked once after its first answer, or the chat's first "
        "words. The demo model is not asked.",
    )
    catalogue: Path | None = Field(
        default=None, description="File of `mcpServers` JSON whose servers are offered beside those that we ship."
    )
    policies: Path | None = Field(
        default=None,
        description="File with the operator's rules, a JSON list, which hold for every organisation. "
        "Empty: there are none.",
    )
    limits: Path | None = Field(
        default=None,
        description="File with prices of models and the limits that no organisation can go beyond, a JSON object. "
        "Empty: no prices, and wide limits.",
    )
    worker: Literal["inside", "apart"] = Field(
        default="inside",
        description="Where runs are worked on: inside `interlock serve`, or apart by `interlock worker`.",
    )
    connections: Literal["apart", "inside"] = Field(
        default="apart",
        description="Where connections to MCP servers are kept: by a process apart, which is all that what they send "
        "can harm, or inside the process that uses them.",
    )
    approval_minutes: int = Field(
        default=60, ge=1, le=43200, description="Minutes until a call that nobody decides expires."
    )
    call_timeout_seconds: int = Field(default=60, ge=1, le=3600, description="Seconds that a tool call may take.")
    artifact_mebibytes: int = Field(
        default=4096, ge=1, description="MiB of files that tools gave which are kept for each organisation."
    )
    session_idle_minutes: int = Field(
        default=480, ge=1, description="Minutes without a request after which a session ends."
    )
    session_hours: int = Field(default=168, ge=1, description="Hours after which a session ends in any case.")
    step_up_minutes: int = Field(
        default=5, ge=1, description="Minutes for which a sign-in counts as recent, where a rule wants a recent one."
    )
    deletion_days: int = Field(
        default=7, ge=0, le=365, description="Days in which the deletion of an organisation can be called off."
    )
    log_format: Literal["text", "json"] = Field(
        default="text", description="Log lines for people (text) or programs (json)."
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="Least level that is logged."
    )

    @property
    def development_login(self) -> bool:
        """Whether the development identity provider signs people in."""
        return self.oidc_issuer is None and self.identity_providers is None

    @field_validator("base_url", "oidc_issuer", "model_base_url")
    @classmethod
    def _is_web_address(cls, value: str | None) -> str | None:
        if value is not None and (urlsplit(value).scheme not in ("http", "https") or not urlsplit(value).hostname):
            raise ValueError("must be an address like https://example.com")
        return value

    @field_validator("base_url")
    @classmethod
    def _is_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.path not in ("", "/") or parts.query or parts.fragment:
            raise ValueError("must have no path: scheme, host and port only")
        return value.rstrip("/")

    @field_validator("database_url", "database_runtime_url")
    @classmethod
    def _is_postgres(cls, value: str | None) -> str | None:
        if value is None:
            return None
        scheme, separator, rest = value.partition("://")
        if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not separator:
            raise ValueError("must be an address like postgresql://role:password@host:5432/database")
        return f"postgresql+psycopg://{rest}"

    @field_validator("redis_url")
    @classmethod
    def _is_redis(cls, value: str | None) -> str | None:
        if value is not None and urlsplit(value).scheme not in ("redis", "rediss", "unix"):
            raise ValueError("must be an address like redis://host:6379/0")
        return value

    @field_validator("secret_key")
    @classmethod
    def _is_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("must be at least 32 characters long")
        return value

    @field_validator("vault_key", "vault_former_keys")
    @classmethod
    def _are_long(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and any(len(key.strip()) < 32 for key in value.get_secret_value().split(",")):
            raise ValueError("must be at least 32 characters long, and a comma separates two keys")
        return value

    @field_validator("model")
    @classmethod
    def _names_a_model(cls, value: str) -> str:
        provider, _, name = value.partition(":")
        if value != "demo" and not (provider in ("bedrock_converse", "openai", "azure_openai", "anthropic") and name):
            raise ValueError("must be demo or provider:name, such as openai:gpt-5.2 or anthropic:claude-sonnet-4-5")
        return value

    @field_validator("catalogue", "policies", "limits", "identity_providers")
    @classmethod
    def _is_file(cls, value: Path | None) -> Path | None:
        if value is not None and not value.is_file():
            raise ValueError(f"must be a file, and {value} is none")
        return value

    @field_validator("data_dir")
    @classmethod
    def _can_be_directory(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError(f"must be a directory, and {value} is none")
        return value

    @field_validator("log_format", "log_level", "worker", "connections", mode="before")
    @classmethod
    def _in_lower_case(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _agree_with_each_other(self) -> Self:
        for wrong, sentence in (
            (
                self.development_login and not is_loopback(self.host),
                f"INTERLOCK_HOST is {self.host}, which others can reach: set INTERLOCK_OIDC_ISSUER, because "
                "the development sign-in asks for no password and works on loopback only",
            ),
            (
                self.development_login and not is_loopback(urlsplit(self.base_url).hostname or ""),
                f"INTERLOCK_BASE_URL is {self.base_url}, which others can reach: set INTERLOCK_OIDC_ISSUER, because "
                "the development sign-in asks for no password and works on loopback only",
            ),
            (
                urlsplit(self.base_url).hostname in ("0.0.0.0", "::"),  # noqa: S104 - compared, not bound
                "INTERLOCK_BASE_URL must be set to the address that browsers use when INTERLOCK_HOST is every address",
            ),
            (
                self.oidc_issuer is not None and self.oidc_client_id is None,
                "INTERLOCK_OIDC_CLIENT_ID must be set when INTERLOCK_OIDC_ISSUER is",
            ),
            (
                self.oidc_issuer is None and (self.oidc_client_id is not None or self.oidc_client_secret is not None),
                "INTERLOCK_OIDC_ISSUER must be set when INTERLOCK_OIDC_CLIENT_ID or INTERLOCK_OIDC_CLIENT_SECRET is",
            ),
            (
                self.database_runtime_url is not None and self.database_url is None,
                "INTERLOCK_DATABASE_URL must be set when INTERLOCK_DATABASE_RUNTIME_URL is",
            ),
            (
                self.model == "demo" and (self.model_base_url is not None or self.model_api_key is not None),
                "INTERLOCK_MODEL must name a model when INTERLOCK_MODEL_BASE_URL or INTERLOCK_MODEL_API_KEY is set",
            ),
            (
                self.session_idle_minutes > self.session_hours * 60,
                "INTERLOCK_SESSION_IDLE_MINUTES must not be longer than INTERLOCK_SESSION_HOURS",
            ),
        ):
            if wrong:
                raise ValueError(sentence)
        return self


def load_settings(env_file: Path = ENV_FILE) -> Settings:
    """Reads the settings. Raises SettingsError with one sentence that names the variable."""
    source: dict[str, Any] = {"_env_file": env_file}  # an argument that type checkers do not know
    try:
        return Settings(**source)
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None


def variable(field: str) -> str:
    """The environment variable of a field."""
    return PREFIX + field.upper()


def is_loopback(host: str) -> bool:
    """Whether an address is this machine's own and reached by nobody else."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _url_of(host: str, port: int) -> str:
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False)[0]
    limits = first.get("ctx", {})
    match first["type"]:
        case "value_error":
            text = str(limits["error"])
        case "int_parsing":
            text = "must be a whole number"
        case "greater_than_equal":
            text = f"must be at least {limits['ge']}"
        case "less_than_equal":
            text = f"must be at most {limits['le']}"
        case "literal_error":
            text = f"must be {limits['expected'].replace(chr(39), '')}"
        case _:
            text = f"is wrong: {first['msg']}"
    return f"{variable(str(first['loc'][0]))} {text}." if first["loc"] else f"{text}."

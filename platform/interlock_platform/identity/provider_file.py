"""The operator's file of identity providers, read once at start."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError, model_validator

from interlock_platform.identity.oidc import Provider
from interlock_platform.identity.providers import MAIN, Trusted, callback_path
from interlock_platform.identity.rules import ByClaim, Roles, Rules, When
from interlock_platform.settings import SettingsError, is_loopback

Role = Literal["owner", "admin", "approver", "member", "viewer"]
Domain = Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]+\.[A-Za-z]{2,}$", max_length=253)]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class _ByClaim(_Strict):
    claim: Name


class _When(_Strict):
    tenant: Name
    name: Name | None = None
    claim: Name | None = None
    value: Name | None = None
    email_domain: Domain | None = None

    @model_validator(mode="after")
    def _one_condition(self) -> Self:
        if (self.claim is None) != (self.value is None):
            raise ValueError("claim and value belong together")
        if self.claim is not None and self.email_domain is not None:
            raise ValueError("say either a claim or an email_domain")
        return self


class _Roles(_Strict):
    claim: Name
    known: Mapping[str, Role] | None = None
    otherwise: Role | None = "member"


class _Entry(_Strict):
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
    name: Name
    issuer: Annotated[str, Field(max_length=500)]
    discovery: Annotated[str, Field(max_length=500)] | None = None
    client_id: Name
    client_secret: SecretStr | None = None
    client_secret_file: Path | None = None
    scope: Name = "openid profile email"
    domains: frozenset[Domain] = frozenset()
    tenants: _ByClaim | list[_When] = Field(min_length=1)
    roles: _Roles = _Roles(claim="roles")
    create: bool = True
    leave: bool = True

    @model_validator(mode="after")
    def _can_be_used(self) -> Self:
        if self.id == MAIN:
            raise ValueError(f"the id {MAIN} is that of the provider in the settings")
        for url in (self.issuer, self.discovery or self.issuer):
            parts = urlsplit(url)
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname or "")):
                raise ValueError(f"{url} must be an https address")
        if self.client_secret is not None and self.client_secret_file is not None:
            raise ValueError("say either client_secret or client_secret_file")
        return self

    def secret(self) -> str | None:
        if self.client_secret_file is not None:
            return self.client_secret_file.read_text().strip()
        return self.client_secret.get_secret_value() if self.client_secret else None


_FILE = TypeAdapter(list[_Entry])


def read_providers(path: Path | None, base_url: str) -> list[Trusted]:
    """Raises SettingsError with a sentence that names the place in the file."""
    if path is None:
        return []
    try:
        entries = _FILE.validate_python(json.loads(path.read_text()))
        providers = [_trusted(entry, base_url) for entry in entries]
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = "/".join(str(step) for step in first["loc"])
        raise SettingsError(f"{path}: {where}: {first['msg']}.") from None
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} can't be read: {error}.") from error
    for name in ("id", "key"):
        values = [getattr(provider, name) for provider in providers]
        twice = next((value for value in values if values.count(value) > 1), None)
        if twice is not None:
            raise SettingsError(f"{path} has {twice} twice: each provider has an id and an issuer of its own.")
    return providers


def _trusted(entry: _Entry, base_url: str) -> Trusted:
    tenants: ByClaim | tuple[When, ...]
    if isinstance(entry.tenants, _ByClaim):
        tenants = ByClaim(entry.tenants.claim, required=True)
    else:
        tenants = tuple(When(**when.model_dump()) for when in entry.tenants)
    client = Provider(
        issuer=entry.issuer,
        client_id=entry.client_id,
        client_secret=entry.secret(),
        redirect_uri=f"{base_url}{callback_path(entry.id)}",
        scope=entry.scope,
        discovery=entry.discovery,
    )
    roles = Roles(entry.roles.claim, entry.roles.known, entry.roles.otherwise)
    rules = Rules(tenants, roles, create=entry.create, leave=entry.leave)
    domains = frozenset(domain.casefold() for domain in entry.domains)
    return Trusted(entry.id, entry.name, entry.issuer, client, rules, domains)

"""Says where each setting's value comes from, and which variables mean nothing."""

import difflib
import os
from pathlib import Path

from dotenv import dotenv_values

from interlock_platform.settings import ENV_FILE, PREFIX, Settings, variable


def unknown_variables(env_file: Path = ENV_FILE) -> dict[str, str | None]:
    """INTERLOCK_ variables that are set and mean nothing, each with the name that was probably meant."""
    known = [variable(name) for name in Settings.model_fields]
    unknown = sorted(name for name in _set_names(env_file) if name.startswith(PREFIX) and name not in known)
    return {name: next(iter(difflib.get_close_matches(name, known, 1, 0.75)), None) for name in unknown}


def source_of(field: str, env_file: Path = ENV_FILE) -> str:
    """Where a field's value comes from: `environment`, the name of the .env file, or `default`."""
    names = {name.upper() for name, value in os.environ.items() if value}
    if variable(field) in names:
        return "environment"
    return str(env_file) if variable(field) in _from_file(env_file) else "default"


def _set_names(env_file: Path) -> set[str]:
    return {name.upper() for name in os.environ} | set(_from_file(env_file))


def _from_file(env_file: Path) -> dict[str, str]:
    return (
        {name.upper(): value for name, value in dotenv_values(env_file).items() if value} if env_file.is_file() else {}
    )

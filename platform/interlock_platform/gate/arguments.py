"""Arguments held against the tool's own schema."""

import json
import re
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from interlock_platform.errors import FieldError

NO_NETWORK: Registry[Any] = Registry()
"""Resolves nothing but what is inside the schema."""
MAX_ERRORS = 20
KEPT_SCHEMAS = 256


def errors_in(arguments: dict[str, Any], schema: dict[str, Any]) -> tuple[FieldError, ...]:
    """Each thing that is wrong, by JSON pointer; none if the arguments fit."""
    try:
        validator = _validator(json.dumps(schema))
        found = sorted(validator.iter_errors(arguments), key=lambda error: [str(part) for part in error.path])
    except SchemaError as error:
        return (FieldError("", _sentence(f"The tool's schema is broken: {error.message}")),)
    except (Unresolvable, re.error, RecursionError) as error:
        return (FieldError("", _sentence(f"The tool's schema is broken: {error}")),)
    return tuple(
        FieldError("".join(f"/{_escaped(part)}" for part in error.path), _sentence(error.message))
        for error in found[:MAX_ERRORS]
    )


@lru_cache(maxsize=KEPT_SCHEMAS)
def _validator(schema: str) -> Validator:
    """Of a schema that is one: to find that out takes longer than to hold arguments against it. Raises SchemaError."""
    read = json.loads(schema)
    chosen = validator_for(read, default=Draft202012Validator)
    chosen.check_schema(read)
    validator: Validator = chosen(read, registry=NO_NETWORK)
    return validator


def _escaped(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


def _sentence(message: str) -> str:
    return message if len(message) <= 300 else f"{message[:299]}…"

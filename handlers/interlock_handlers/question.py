"""Which of a server's questions may be put to a person, and in what form."""

import unicodedata
from typing import Any

import httpx2
import mcp_types as types
import rfc8785

from interlock_handlers.elicitation import Elicitation
from interlock_handlers.limits import SCHEMA_BYTES
from interlock_handlers.secret_fields import asks_for_secret

MAX_MESSAGE_CHARACTERS = 4000
MAX_URL_CHARACTERS = 4000
MAX_FIELDS = 32

_DESCRIBED = ("type", "title", "description", "default")
_FIELD_WORDS: dict[str, tuple[str, ...]] = {
    "string": (*_DESCRIBED, "minLength", "maxLength", "format", "enum", "enumNames", "oneOf"),
    "number": (*_DESCRIBED, "minimum", "maximum"),
    "integer": (*_DESCRIBED, "minimum", "maximum"),
    "boolean": _DESCRIBED,
    "array": (*_DESCRIBED, "minItems", "maxItems", "items"),
}
"""What the protocol lets a field say of itself; what else a server writes there is left out."""
_FORMATS = ("email", "uri", "date", "date-time")


class Unaskable(ValueError):
    """A question that is declined without asking anybody; the message says why, and names no value."""


def question(key: str, asked: types.ElicitRequestParams) -> Elicitation:
    """The question as it may be shown; raises Unaskable."""
    message = _shown(asked.message, MAX_MESSAGE_CHARACTERS, "message")
    if isinstance(asked, types.ElicitRequestURLParams):
        return Elicitation(key, "url", message, url=_address(asked.url))
    return Elicitation(key, "form", message, schema=_form(asked.requested_schema))


def _shown(text: str, most: int, what: str) -> str:
    if len(text) > most:
        raise Unaskable(f"its {what} is longer than {most:,} characters")
    if any(unicodedata.category(character) == "Cs" or character == "\0" for character in text):
        raise Unaskable(f"its {what} has characters that can't be shown")
    return text


def _address(url: str) -> str:
    """The whole address in its ASCII form, so that a name which only looks like another is seen as what it is."""
    if any(character.isspace() or unicodedata.category(character)[0] == "C" for character in url):
        raise Unaskable("its address has characters that no address has")
    try:
        parsed = httpx2.URL(_shown(url, MAX_URL_CHARACTERS, "address"))
    except (httpx2.InvalidURL, UnicodeError) as error:
        raise Unaskable("its address is none") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise Unaskable("its address is not on the web (http, https)")
    if parsed.userinfo:
        raise Unaskable("its address has a name before the host, which makes it look like another")
    return str(parsed)


def _form(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema with nothing in it but flat fields, and closed to any other."""
    fields = schema.get("properties")
    if schema.get("type") != "object" or not isinstance(fields, dict):
        raise Unaskable("its schema is not that of a form")
    if len(fields) > MAX_FIELDS:
        raise Unaskable(f"its form has more than {MAX_FIELDS} fields")
    required = schema.get("required") or []
    if not isinstance(required, list) or not all(name in fields for name in required):
        raise Unaskable("its form requires fields that it does not have")
    form: dict[str, Any] = {
        "type": "object",
        "properties": {name: _field(name, field) for name, field in fields.items()},
        "required": required,
        "additionalProperties": False,
    }
    try:
        written = rfc8785.dumps(form)
    except (rfc8785.CanonicalizationError, UnicodeEncodeError, RecursionError) as error:
        raise Unaskable("its form has what can't be written down") from error
    if len(written) > SCHEMA_BYTES:
        raise Unaskable(f"its form is larger than {SCHEMA_BYTES // 1024} KiB")
    if b"\\u0000" in written:
        raise Unaskable("its form has characters that can't be shown")
    return form


def _field(name: str, field: Any) -> dict[str, Any]:
    kind = field.get("type") if isinstance(field, dict) else None
    if not isinstance(kind, str) or kind not in _FIELD_WORDS:
        raise Unaskable(f"its field {name!r:.80} is not of a kind that a form has")
    if asks_for_secret(name, field):
        raise Unaskable(f"its field {name!r:.80} asks for a secret")
    kept = {word: field[word] for word in _FIELD_WORDS[kind] if word in field}
    for word, value in kept.items():
        if not _fits(word, value):
            raise Unaskable(f"its field {name!r:.80} has a {word} that is none")
    if kept.get("format") not in (None, *_FORMATS):
        del kept["format"]
    if kind == "array":
        items = field.get("items", {})
        kept["items"] = {word: items[word] for word in ("type", "enum", "anyOf") if word in items}
        if not kept["items"].keys() & {"enum", "anyOf"}:
            raise Unaskable(f"its field {name!r:.80} is a list of anything")
    return kept


def _fits(word: str, value: Any) -> bool:
    """Whether what the server wrote is of the type that this word of a schema has."""
    match word:
        case "type" | "title" | "description" | "format":
            return isinstance(value, str)
        case "minLength" | "maxLength" | "minItems" | "maxItems":
            return isinstance(value, int) and not isinstance(value, bool) and value >= 0
        case "minimum" | "maximum":
            return isinstance(value, int | float) and not isinstance(value, bool)
        case "enum" | "enumNames":
            return isinstance(value, list) and all(isinstance(choice, str) for choice in value)
        case "oneOf":
            return _are_choices(value)
        case "items":
            return (
                isinstance(value, dict)
                and _are_choices(value.get("anyOf", []))
                and _fits("enum", value.get("enum", []))
            )
        case _:
            return not isinstance(value, dict)


def _are_choices(value: Any) -> bool:
    return isinstance(value, list) and all(
        isinstance(choice, dict)
        and choice.keys() <= {"const", "title", "description"}
        and all(isinstance(text, str) for text in choice.values())
        and "const" in choice
        for choice in value
    )

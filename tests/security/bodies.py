"""Bodies made out of the OpenAPI document: the least that an operation takes."""

from typing import Any

Document = dict[str, Any]


def body_of(document: Document, operation: Document) -> Any:
    """None for one that takes no JSON."""
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return least(document, content["schema"]) if content else None


def least(document: Document, schema: Document) -> Any:
    """The least value that the schema allows, as far as its keywords say."""
    schema = resolved(document, schema)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for several in ("anyOf", "oneOf", "allOf"):
        if several in schema:
            return least(document, schema[several][0])
    match schema.get("type"):
        case "object":
            properties = schema.get("properties", {})
            return {name: least(document, properties[name]) for name in schema.get("required", ())}
        case "array":
            return [least(document, schema["items"])] * schema.get("minItems", 0)
        case "string" if schema.get("pattern") == "^[0-9a-f]{64}$":
            return "0" * 64
        case "string":
            return "x" * max(1, schema.get("minLength", 1))
        case "integer" | "number":
            return schema.get("minimum", 1)
        case "boolean":
            return False
        case _:
            return {}


def names_in(document: Document, schema: Document, seen: frozenset[str] = frozenset()) -> set[str]:
    """The names of all fields below the schema."""
    reference = schema.get("$ref", "")
    if reference in seen:
        return set()
    seen |= {reference} - {""}
    found: set[str] = set()
    for key, value in resolved(document, schema).items():
        if key == "properties":
            found |= set(value)
            for each in value.values():
                found |= names_in(document, each, seen)
        elif key in ("anyOf", "oneOf", "allOf"):
            for each in value:
                found |= names_in(document, each, seen)
        elif key in ("items", "additionalProperties") and isinstance(value, dict):
            found |= names_in(document, value, seen)
    return found


def resolved(document: Document, schema: Document) -> Document:
    """The schema that a reference leads to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema

"""A tool's JSON Schema with its references written out, within limits."""

import json
from typing import Any

from interlock_handlers.definition import UnusableDefinition
from interlock_handlers.limits import SCHEMA_BYTES, SCHEMA_DEPTH, SCHEMA_NODES

DROPPED = {"$schema", "$id", "$defs", "definitions", "$comment"}


def inlined(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema without `$ref`: providers differ in what they resolve, and nothing is ever fetched.

    A definition that contains itself is cut where it begins again. Raises UnusableDefinition when the schema points
    outside itself or is too large to be shown and checked.
    """
    try:
        size = len(json.dumps(schema))
    except (ValueError, RecursionError) as error:
        raise UnusableDefinition("its schema is nested too deep") from error
    if size > SCHEMA_BYTES:
        raise UnusableDefinition(f"its schema is larger than {SCHEMA_BYTES // 1024} KiB")
    result = _Inliner(schema).value(schema, (), 0)
    assert isinstance(result, dict)
    return result


class _Inliner:
    def __init__(self, root: dict[str, Any]) -> None:
        self._root = root
        self._nodes = 0

    def value(self, node: Any, within: tuple[str, ...], depth: int) -> Any:
        self._nodes += 1
        if depth > SCHEMA_DEPTH:
            raise UnusableDefinition(f"its schema is nested more than {SCHEMA_DEPTH} deep")
        if self._nodes > SCHEMA_NODES:
            raise UnusableDefinition(f"its schema has more than {SCHEMA_NODES} parts")
        if isinstance(node, list):
            return [self.value(item, within, depth + 1) for item in node]
        if not isinstance(node, dict):
            return node
        reference = node.get("$ref")
        if isinstance(reference, str):
            return self._referred(node, reference, within, depth)
        return self._members(node, within, depth)

    def _members(self, node: dict[str, Any], within: tuple[str, ...], depth: int) -> dict[str, Any]:
        members: dict[str, Any] = {}
        for key, value in node.items():
            if key in ("properties", "patternProperties") and isinstance(value, dict):
                # Here the keys are names that the tool chose, not keywords.
                members[key] = {name: self.value(item, within, depth + 1) for name, item in value.items()}
            elif key in ("default", "examples", "enum", "const"):
                members[key] = value
            elif key not in DROPPED:
                members[key] = self.value(value, within, depth + 1)
        return members

    def _referred(self, node: dict[str, Any], reference: str, within: tuple[str, ...], depth: int) -> Any:
        beside = self._members({key: value for key, value in node.items() if key != "$ref"}, within, depth)
        if reference in within:
            return {"description": "The same again, nested.", **beside}
        target = self.value(self._find(reference), (*within, reference), depth + 1)
        return {**target, **beside} if isinstance(target, dict) else target

    def _find(self, reference: str) -> Any:
        if not reference.startswith("#"):
            raise UnusableDefinition("its schema refers to something outside itself")
        found: Any = self._root
        for part in reference[1:].split("/")[1:]:
            key = part.replace("~1", "/").replace("~0", "~")
            if not isinstance(found, dict) or key not in found:
                raise UnusableDefinition(f"its schema refers to {reference}, which it does not have")
            found = found[key]
        return found

"""The tools of a user's agent at one revision."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from interlock_handlers.definition import ToolDefinition


@dataclass(frozen=True)
class Toolset:
    """Definitions under a revision; any change of them is a new revision."""

    revision: int
    definitions: tuple[ToolDefinition, ...]
    kept: frozenset[str] = frozenset()
    """Tools that the model is always shown, however many there are; by qualified name."""

    def in_thread(self, off: Collection[str], kept: Collection[str]) -> "Toolset":
        """Without the tools that the thread has switched off."""
        there = tuple(each for each in self.definitions if each.qualified_name not in off)
        return replace(self, definitions=there, kept=self.kept | frozenset(kept))

    def none(self) -> "Toolset":
        """Of the same revision, and without any tool."""
        return replace(self, definitions=(), kept=frozenset())

    @property
    def key(self) -> Hashable:
        """What stands for these very tools."""
        return self.revision, tuple(self.entries), self.kept

    @property
    def entries(self) -> list[str]:
        """As they are stored: two servers may declare the same tool, and a hash alone does not say whose it is."""
        return [f"{definition.server_id}/{definition.hash}" for definition in self.definitions]

    @cached_property
    def by_name(self) -> dict[str, ToolDefinition]:
        """By the qualified name, which is what a model says."""
        return {definition.qualified_name: definition for definition in self.definitions}

    def wire(self, policy: Mapping[str, str]) -> dict[str, Any]:
        """`policy` says of each tool, by qualified name, what usually happens to its calls."""
        return {
            "revision": self.revision,
            "tools": [
                {
                    "name": name,
                    "server": definition.server_id,
                    "title": definition.title,
                    "description": definition.description,
                    "input_schema": definition.input_schema,
                    "definition_hash": definition.hash,
                    "policy": policy[name],
                }
                for name, definition in self.by_name.items()
            ],
        }

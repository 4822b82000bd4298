"""Lists the settings: for a terminal with their values, and as the reference page in Markdown."""

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from interlock_platform.settings import Settings, variable
from interlock_platform.settings_origin import source_of
from interlock_servers.logging_setup import PASSWORD_IN_URL

INTRODUCTION = """\
# Settings

Every setting is an environment variable, or a line in `.env` in the directory where Interlock starts; the environment
wins. They are read once, at the start. `interlock settings` shows what is in force and where it came from. A wrong
value stops the start with a sentence that names the variable; a variable that means nothing is pointed out.

This page is written by `interlock settings --markdown`, from `platform/interlock_platform/settings.py`.

| variable | default | meaning |
|---|---|---|
"""
DEFAULTS_IN_WORDS = {"base_url": "http://HOST:PORT"}


def show_settings(console: Console, settings: Settings) -> None:
    """Prints every setting: its value (secrets masked), where it came from and what it means."""
    rows = [
        (variable(name), shown(getattr(settings, name)), source_of(name), field.description or "")
        for name, field in Settings.model_fields.items()
    ]
    if not console.is_terminal:
        for name, value, source, description in rows:
            console.print(f"{name}={value}  # {source}. {description}", highlight=False, soft_wrap=True, markup=False)
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for title, style in (("Setting", "bold"), ("Value", "cyan"), ("From", "dim"), ("Meaning", "")):
        table.add_column(title, style=style, no_wrap=title == "Setting", overflow="fold")
    for row in rows:
        table.add_row(*map(escape, row))
    console.print(table)


def shown(value: object) -> str:
    """A value as people may see it."""
    if value is None:
        return ""
    if isinstance(value, SecretStr):
        return "********"
    return PASSWORD_IN_URL.sub(r"\1:********", str(value))


def settings_markdown() -> str:
    """The page docs/settings.md."""
    rows = [
        f"| `{variable(name)}` | {_default(name, field)} | {field.description} |"
        for name, field in Settings.model_fields.items()
    ]
    return INTRODUCTION + "\n".join(rows) + "\n"


def _default(name: str, field: FieldInfo) -> str:
    default = DEFAULTS_IN_WORDS.get(name, field.default)
    return "" if default is None or default is PydanticUndefined else f"`{default}`"

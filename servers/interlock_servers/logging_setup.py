"""What is logged and how: one event a line, as text for people or JSON for programs, and never a secret."""

import json
import logging
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import TextIO

from pydantic import SecretStr

from interlock_platform.settings import Settings

# Libraries whose `info` is about their own business.
TALKATIVE = (
    "alembic",
    "asyncio",
    "botocore",
    "engineio",
    "httpcore",
    "httpx",
    "httpx2",
    "mcp",
    "procrastinate",
    "socketio",
    "uvicorn.error",
)
STANDARD_FIELDS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}
PASSWORD_IN_URL = re.compile(r"(?<=://)([^\s:/@]*):[^\s/@]+(?=@)")
NAMED_SECRET = re.compile(
    r"(?i)\b([\w-]*(?:authorization|api[-_]?key|password|secret|token|cookie))\b"
    r"(\"?\s*[=:]\s*\"?)((?:bearer\s+)?[^\s\"',;&]+)"
)
COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[31;1m"}


class Redaction:
    """Takes secrets out of text: those that are known, and what looks like one."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        known = sorted({secret for secret in secrets if len(secret) >= 8}, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def __call__(self, text: str) -> str:
        if self._known is not None:
            text = self._known.sub("***", text)
        return NAMED_SECRET.sub(r"\1\2***", PASSWORD_IN_URL.sub(r"\1:***", text))


class TextFormatter(logging.Formatter):
    """`11:02:03 WARNING logger: message key=value`; a traceback follows, indented."""

    def __init__(self, redact: Redaction, colour: bool) -> None:
        super().__init__()
        self._redact = redact
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        when = datetime.fromtimestamp(record.created).astimezone().strftime("%H:%M:%S")
        more = "".join(f" {name}={value}" for name, value in _extra(record).items())
        line = _one_line(f"{when} {record.levelname:<7} {record.name}: {record.getMessage()}{more}")
        if record.exc_info:
            line += "".join(f"\n    {part}" for part in self.formatException(record.exc_info).splitlines())
        line = self._redact(line)
        return f"{COLOURS[record.levelname]}{line}\x1b[0m" if self._colour and record.levelname in COLOURS else line


class JsonFormatter(logging.Formatter):
    """`{"time", "level", "logger", "message", …}` and whatever else the event carries."""

    def __init__(self, redact: Redaction) -> None:
        super().__init__()
        self._redact = redact

    def format(self, record: logging.LogRecord) -> str:
        event: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._redact(record.getMessage()),
        }
        event |= {
            name: value if isinstance(value, int | float | None) else self._redact(str(value))
            for name, value in _extra(record).items()
        }
        if record.exc_info:
            event["exception"] = self._redact(self.formatException(record.exc_info))
        return json.dumps(event, ensure_ascii=False)


def configure_logging(settings: Settings, stream: TextIO) -> None:
    """Sends every logger of this process to one stream in the form that the settings ask for."""
    redact = Redaction(_secrets(settings))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        JsonFormatter(redact) if settings.log_format == "json" else TextFormatter(redact, colour=stream.isatty())
    )
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    logging.basicConfig(handlers=[handler], level=level, force=True)
    logging.captureWarnings(True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.NOTSET if level == logging.DEBUG else max(level, logging.WARNING))
    # The SDK logs every fault of a server with a traceback; the connection's state already says it in a sentence.
    logging.getLogger("mcp").setLevel(logging.NOTSET if level == logging.DEBUG else logging.CRITICAL)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True


def _secrets(settings: Settings) -> list[str]:
    values = [getattr(settings, name) for name in type(settings).model_fields]
    return [value.get_secret_value() for value in values if isinstance(value, SecretStr)]


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in vars(record).items() if name not in STANDARD_FIELDS}


def _one_line(text: str) -> str:
    return text.replace("\r", "\\r").replace("\n", "\\n")

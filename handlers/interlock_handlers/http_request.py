"""What a request to a server is, and to whom it goes."""

import json
from collections.abc import Mapping
from typing import Any

import httpx2


def same_origin(one: httpx2.URL, other: httpx2.URL) -> bool:
    return _origin(one) == _origin(other)


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port or {"http": 80, "https": 443}.get(url.scheme)


def message(request: httpx2.Request) -> Mapping[str, Any]:
    if request.method != "POST":
        return {}
    try:
        sent: Any = json.loads(request.content)
    except ValueError:
        return {}
    return sent if isinstance(sent, dict) else {}


def stays_open(request: httpx2.Request, sent: Mapping[str, Any]) -> bool:
    return request.method == "GET" or sent.get("method") == "subscriptions/listen"


def address(url: str) -> str:
    """The address as it may be shown: without credentials and without a query that may hold them."""
    return str(httpx2.URL(url).copy_with(userinfo=b"", query=None, fragment=None))

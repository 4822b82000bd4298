"""The layers around the application, outermost first, in the one order in which they are right."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.types import ASGIApp

from interlock_platform.http.authentication import Authentication
from interlock_platform.http.handshakes import HandshakeLimit
from interlock_platform.http.headers import SecureHeaders
from interlock_platform.http.limits import BodyLimit, HostLimit, OriginLimit
from interlock_platform.http.navigation import SignInFirst
from interlock_platform.http.problems import Failures


def guard(
    app: ASGIApp,
    *,
    base_url: str,
    authentication: Authentication,
    any_type: Sequence[str] = (),
    handshakes_per_minute: int | None = None,
) -> ASGIApp:
    """Wraps the whole application, Socket.IO included: headers reach every answer, and nothing is read before it is
    known to be small, same-origin and for this host. `any_type` lists paths that take bodies other than JSON."""
    base_url = origin_of(base_url)
    if handshakes_per_minute is not None:
        app = HandshakeLimit(app, per_minute=handshakes_per_minute)
    layers = SignInFirst(app, base_url=base_url, authentication=authentication)
    limited = OriginLimit(BodyLimit(layers, any_type=any_type), base_url=base_url)
    return SecureHeaders(Failures(HostLimit(limited, base_url=base_url)), https=base_url.startswith("https://"))


def origin_of(base_url: str) -> str:
    """The address as browsers write it in an Origin header: lower case, without the scheme's own port."""
    parts = urlsplit(base_url.lower())
    default = {"http": ":80", "https": ":443"}.get(parts.scheme, "")
    return f"{parts.scheme}://{parts.netloc.removesuffix(default)}"

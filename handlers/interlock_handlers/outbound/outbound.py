"""The one way out for everything that takes a URL."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx2

from interlock_handlers.outbound.allowance import Allowance
from interlock_handlers.outbound.guard import PLAIN, Guard, is_plain, read_target
from interlock_handlers.outbound.network import Resolve, SystemResolver
from interlock_handlers.outbound.refusal import AddressRefused, FetchFailed
from interlock_handlers.outbound.transport import GuardedTransport
from interlock_handlers.server_spec import ServerSpec

REDIRECTS = frozenset({301, 302, 303, 307, 308})
# Everything else may be a credential, and goes to the origin that it was meant for.
KEPT_ACROSS_ORIGINS = frozenset({"accept", "accept-language", "user-agent", "mcp-protocol-version"})
OURS = frozenset({"host", "accept-encoding", "connection", "content-length", "transfer-encoding"})


@dataclass(frozen=True)
class Fetched:
    """An answer, whole; `url` is where it came from after redirects."""

    status: int
    headers: httpx2.Headers
    body: bytes
    url: str


class Outbound:
    """Reaches what the rules allow, and what the operator's file does.

    `allow` is the file's `outbound.allow`; raises ValueError with a sentence for an entry that can't be read.
    """

    def __init__(
        self,
        allow: Iterable[str | Allowance] = (),
        *,
        ssl_context: ssl.SSLContext | None = None,
        resolve: Resolve | None = None,
    ) -> None:
        allowances = (Allowance.parse(entry) if isinstance(entry, str) else entry for entry in allow)
        self._guard = Guard(tuple(allowances))
        # One for all: making one takes a tenth of a second and most of a megabyte.
        self._ssl_context = ssl_context or ssl.create_default_context()
        self._resolve = resolve or SystemResolver()

    def check(self, url: str) -> None:
        """Refuse what can be refused without asking for the name's address; raises AddressRefused."""
        self._guard.check(url)

    def of(self, spec: ServerSpec) -> "Outbound":
        """The way out for what one server is about: the address that the operator's own file gives it is allowed."""
        if spec.origin != "platform":
            return self
        try:
            target = read_target(spec.url)
        except AddressRefused:
            # Then every request is refused, and says why.
            return self
        own = Allowance.of(target.host, target.port)
        return Outbound((*self._guard.allowances, own), ssl_context=self._ssl_context, resolve=self._resolve)

    def open(self) -> httpx2.AsyncBaseTransport:
        """What requests go over that others' clients make; it ends with `aclose`."""
        return GuardedTransport(self._guard, self._resolve, self._ssl_context)

    def transport(self, spec: ServerSpec) -> httpx2.AsyncBaseTransport:
        """What a connection to the server goes over; it ends with `aclose`."""
        return GuardedTransport(self.of(spec)._guard, self._resolve, self._ssl_context)

    async def fetch(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        max_bytes: int = 65_536,
        timeout_seconds: float = 5.0,
        max_redirects: int = 3,
    ) -> Fetched:
        """Ask for a URL and read the answer whole, whatever its status.

        Redirects are followed for GET and HEAD, each hop checked like the first, and without the headers that could be
        credentials where the origin changes; any other method gets the redirect itself as its answer.
        Raises AddressRefused and FetchFailed.
        """
        following = max_redirects if method in ("GET", "HEAD") else 0
        given = httpx2.Headers({name: value for name, value in (headers or {}).items() if name.lower() not in OURS})
        try:
            async with asyncio.timeout(timeout_seconds):
                for _ in range(following + 1):
                    fetched = await self._hop(method, url, given, content, max_bytes, timeout_seconds)
                    location = fetched.headers.get("location")
                    if not following or fetched.status not in REDIRECTS or location is None:
                        return fetched
                    url, given = _next(url, location, given)
        except TimeoutError as error:
            raise FetchFailed(
                f"{_shown(url)} did not answer in full within {timeout_seconds:g} s.", code="fetch_too_slow"
            ) from error
        raise FetchFailed(f"{_shown(url)} redirects more than {following} times.", code="fetch_redirected")

    async def _hop(
        self,
        method: str,
        url: str,
        headers: httpx2.Headers,
        content: bytes | None,
        max_bytes: int,
        seconds: float,
    ) -> Fetched:
        self._guard.check(url)
        request = httpx2.Request(
            method,
            url,
            headers={**headers, "accept-encoding": "identity", "connection": "close"},
            content=content,
            extensions={"timeout": dict.fromkeys(("connect", "read", "write", "pool"), seconds)},
        )
        try:
            async with self._answer(request) as response:
                return Fetched(response.status_code, response.headers, await _read(response, url, max_bytes), url)
        except httpx2.TransportError as error:
            raise FetchFailed(
                f"{_shown(url)} cannot be reached, or broke off ({type(error).__name__}).", code="fetch_unreachable"
            ) from error

    @asynccontextmanager
    async def _answer(self, request: httpx2.Request) -> AsyncIterator[httpx2.Response]:
        async with GuardedTransport(self._guard, self._resolve, self._ssl_context) as transport:
            response = await transport.handle_async_request(request)
            try:
                yield response
            finally:
                await response.aclose()


async def _read(response: httpx2.Response, url: str, max_bytes: int) -> bytes:
    if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        # A few compressed bytes can be gigabytes.
        raise FetchFailed(f"{_shown(url)} compressed its answer, which it was told not to do.", code="fetch_compressed")
    body = bytearray()
    assert isinstance(response.stream, httpx2.AsyncByteStream)
    async for part in response.stream:
        body += part
        if len(body) > max_bytes:
            raise FetchFailed(f"{_shown(url)} answers with more than {max_bytes} bytes.", code="fetch_too_large")
    return bytes(body)


def _next(url: str, location: str, headers: httpx2.Headers) -> tuple[str, httpx2.Headers]:
    """The URL that a redirect leads to, not yet checked, and what may be told there."""
    if not is_plain(location):
        raise AddressRefused(f"The address that {_shown(url)} redirects to", PLAIN)
    if location.startswith("//"):
        location = f"{url.partition(':')[0]}:{location}"
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", location):
        # As it is written, before joining makes it tidy.
        read_target(location)
    try:
        onward = httpx2.URL(url).join(location).copy_with(fragment=None)
    except httpx2.InvalidURL as error:
        raise AddressRefused(f"The address that {_shown(url)} redirects to", PLAIN) from error
    if _origin(httpx2.URL(url)) == _origin(onward):
        return str(onward), headers
    return str(onward), httpx2.Headers({n: v for n, v in headers.items() if n.lower() in KEPT_ACROSS_ORIGINS})


def _origin(url: httpx2.URL) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port


def _shown(url: str) -> str:
    """The address as it may be shown: without a query, which may hold credentials."""
    return url.partition("?")[0].partition("#")[0]

"""Whatever takes a URL and goes there, as one table: each is given a refused one, and has to raise AddressRefused."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.server_spec import Origin, ServerSpec, Transport

Entrance = Callable[[Outbound, str], Awaitable[object]]


async def fetch(outbound: Outbound, url: str) -> None:
    await outbound.fetch("GET", url)


async def post(outbound: Outbound, url: str) -> None:
    await outbound.fetch("POST", url, headers={"authorization": "Bearer x"}, content=b"grant_type=refresh_token")


def connecting(transport: Transport, origin: Origin) -> Entrance:
    async def connect(outbound: Outbound, url: str) -> None:
        handler = MCPHandler(outbound=outbound)
        try:
            await handler.connect(ServerSpec("odd", "Odd", transport, url=url, origin=origin))
        finally:
            await handler.aclose()

    return connect


ENTRANCES: dict[str, Entrance] = {
    "fetch": fetch,
    "post": post,
    "a tenant's server": connecting("http", "tenant"),
    "somebody's own server": connecting("http", "personal"),
    "a tenant's server over SSE": connecting("sse", "tenant"),
}


def redirected(by: str) -> Entrance:
    """Through a server that may be asked and redirects to its query; `by` is its address."""

    async def follow(outbound: Outbound, url: str) -> None:
        await outbound.fetch("GET", f"{by}?{quote(url, safe='')}")

    return follow

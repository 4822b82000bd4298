"""What is fetched, and what a hostile answer comes to."""

import asyncio
import gzip
import time
from urllib.parse import quote

import pytest

from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.outbound.refusal import FetchFailed
from tests.handlers.outbound.redirecting import Redirecting
from tests.handlers.outbound.redirecting import redirecting as redirecting_server
from tests.mcp_servers.process import free_port

SECRETS = {"Authorization": "Bearer secret-1", "Cookie": "secret-2", "X-Api-Key": "secret-3"}


@pytest.fixture
def outbound() -> Outbound:
    return Outbound(["127.0.0.1"])


async def test_a_whole_answer_is_given_back_whatever_its_status(outbound: Outbound, redirecting: Redirecting) -> None:
    redirecting.answer = b"HTTP/1.1 404 Not Found\r\nX-Note: yes\r\nContent-Length: 2\r\n\r\nno"
    fetched = await outbound.fetch("POST", redirecting.url, headers=SECRETS | {"Host": "other.example"}, content=b"x=1")
    assert (fetched.status, fetched.headers["x-note"], fetched.body) == (404, "yes", b"no")
    assert fetched.url == redirecting.url
    head = redirecting.asked[0].lower()
    assert f"host: 127.0.0.1:{redirecting.port}\r\n" in head
    assert "other.example" not in head
    assert "accept-encoding: identity" in head
    assert "content-length: 3" in head


async def test_redirects_are_followed_three_times(outbound: Outbound, redirecting: Redirecting) -> None:
    def nested(times: int) -> str:
        return redirecting.url if not times else f"{redirecting.url}?{quote(nested(times - 1), safe='')}"

    fetched = await outbound.fetch("GET", nested(3))
    assert (fetched.body, fetched.url) == (b"here", redirecting.url)
    with pytest.raises(FetchFailed, match="redirects more than 3 times") as caught:
        await outbound.fetch("GET", nested(4))
    assert caught.value.code == "fetch_redirected"
    assert (await outbound.fetch("GET", f"{redirecting.url}?%2Fthere")).url == f"{redirecting.url}there"
    assert (await outbound.fetch("GET", nested(1), max_redirects=0)).status == 302


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Again", "308 There"])
async def test_credentials_stay_with_the_origin_that_they_were_meant_for(
    outbound: Outbound, redirecting: Redirecting, status: str
) -> None:
    redirecting.status = status
    async with redirecting_server() as other:
        await outbound.fetch("GET", f"{redirecting.url}?{quote(other.url, safe='')}", headers=SECRETS)
        await outbound.fetch("GET", f"{redirecting.url}?%2Fsame", headers=SECRETS | {"Accept": "application/json"})
        assert "secret" not in other.asked[0]
    assert all(head.count("secret-") == 3 for head in redirecting.asked)
    assert len(redirecting.asked) == 3


async def test_what_is_posted_goes_nowhere_else(outbound: Outbound, redirecting: Redirecting) -> None:
    redirecting.status = "307 Temporary Redirect"
    fetched = await outbound.fetch("POST", f"{redirecting.url}?%2Felsewhere", content=b"code=secret")
    assert (fetched.status, len(redirecting.asked)) == (307, 1)


async def test_an_answer_over_the_cap_is_cut_off(outbound: Outbound, redirecting: Redirecting) -> None:
    redirecting.answer = b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 65_536
    assert len((await outbound.fetch("GET", redirecting.url)).body) == 65_536
    redirecting.answer += b"x"
    with pytest.raises(FetchFailed, match="more than 65536 bytes") as caught:
        await outbound.fetch("GET", redirecting.url)
    assert caught.value.code == "fetch_too_large"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "GZIP, identity", "zstd"])
async def test_a_compressed_answer_is_not_unpacked(outbound: Outbound, redirecting: Redirecting, encoding: str) -> None:
    bomb = gzip.compress(b"\0" * 10_000_000)
    redirecting.answer = f"HTTP/1.1 200 OK\r\nContent-Encoding: {encoding}\r\n\r\n".encode() + bomb
    with pytest.raises(FetchFailed, match="compressed") as caught:
        await outbound.fetch("GET", redirecting.url)
    assert caught.value.code == "fetch_compressed"


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf",
        b"HTTP/1.1 200 OK\r\n" + b"a: b\r\n" * 40_000,
    ],
    ids=["nothing", "not HTTP", "half", "endless headers"],
)
async def test_an_answer_that_is_none_is_said_to_be_so(
    outbound: Outbound, redirecting: Redirecting, answer: bytes
) -> None:
    redirecting.answer = answer
    with pytest.raises(FetchFailed, match="cannot be reached, or broke off") as caught:
        await outbound.fetch("GET", redirecting.url)
    assert caught.value.code == "fetch_unreachable"


async def test_nobody_there_is_said_so_and_names_no_query(outbound: Outbound) -> None:
    with pytest.raises(FetchFailed) as caught:
        await outbound.fetch("GET", f"http://127.0.0.1:{free_port()}/a?code=secret")
    assert caught.value.code == "fetch_unreachable"
    assert "secret" not in str(caught.value)


async def test_a_byte_now_and_then_ends_with_the_time(outbound: Outbound) -> None:
    fed = 0

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal fed
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        hung_up = asyncio.create_task(reader.read())
        while not hung_up.done():
            writer.write(b"x")
            fed += 1
            await asyncio.wait({hung_up}, timeout=0.02)
        # It may have been reset, which is how one hangs up on a server that goes on.
        await asyncio.gather(hung_up, return_exceptions=True)
        writer.close()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    begun = time.monotonic()
    with pytest.raises(FetchFailed, match=r"did not answer in full within 0\.3 s") as caught:
        await outbound.fetch("GET", f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/", timeout_seconds=0.3)
    assert caught.value.code == "fetch_too_slow"
    assert 0.25 < time.monotonic() - begun < 20
    assert fed > 2
    server.close()


async def test_no_proxy_of_the_environment_is_used(
    outbound: Outbound, redirecting: Redirecting, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{free_port()}")
        monkeypatch.setenv(name.lower(), f"http://127.0.0.1:{free_port()}")
    assert (await outbound.fetch("GET", redirecting.url)).body == b"here"


async def test_no_cookie_comes_back(outbound: Outbound, redirecting: Redirecting) -> None:
    redirecting.answer = b"HTTP/1.1 302 F\r\nSet-Cookie: a=b; Path=/\r\nLocation: /?%2F\r\nContent-Length: 0\r\n\r\n"
    with pytest.raises(FetchFailed, match="redirects"):
        await outbound.fetch("GET", redirecting.url)
    assert len(redirecting.asked) == 4
    assert "cookie" not in "".join(redirecting.asked).lower()


async def test_a_handshake_that_never_ends_is_given_up_and_closed(outbound: Outbound) -> None:
    closed = asyncio.Event()

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        closed.set()
        writer.close()

    server = await asyncio.start_server(listen, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with pytest.raises(FetchFailed, match="in full within"):
        await outbound.fetch("GET", f"https://127.0.0.1:{port}/", timeout_seconds=0.2)
    await asyncio.wait_for(closed.wait(), 2)
    server.close()

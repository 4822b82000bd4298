"""What a hostile server answers with, as plays of a scripted one."""

import gzip
import json
from collections.abc import Mapping

from tests.mcp_servers.scripted import Answering, Play

MIB = 1 << 20
FILLING = b"x" * 65_536
EVENTS = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n"
JSON = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
NOTIFICATION = b'data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"x"}}\n\n'
REQUEST = b'data: {"jsonrpc":"2.0","id":%d,"method":"ping"}\n\n'
TEXT: Mapping[str, object] = {"content": [{"type": "text", "text": "done"}]}


def result(request_id: object, **more: object) -> bytes:
    return json.dumps({"jsonrpc": "2.0", "id": request_id, "result": TEXT, **more}).encode()


def event(data: bytes) -> bytes:
    return b"data: " + data + b"\n\n"


async def two_hundred_megabytes(to: Answering) -> None:
    await to.send(JSON + b"Content-Length: %d\r\n\r\n" % (200 * MIB))
    await to.send(b'{"jsonrpc":"2.0","id":%d,"result":{"content":[{"type":"text","text":"' % int(str(to.id)))
    while to.sent < 200 * MIB:
        await to.send(FILLING)


async def endless_body(to: Answering) -> None:
    await to.send(JSON + b"\r\n")
    while True:
        await to.send(FILLING)


async def endless_comments(to: Answering) -> None:
    await to.send(EVENTS)
    while True:
        await to.send(b": " + FILLING + b"\n")


async def an_event_of_48_mb(to: Answering) -> None:
    await to.send(EVENTS + b"data: ")
    while to.sent < 48 * MIB:
        await to.send(FILLING)
    await to.send(b"\n\n")


async def a_million_notifications(to: Answering) -> None:
    await to.send(EVENTS)
    for _ in range(10_000):
        await to.send(NOTIFICATION * 100)
    await to.send(event(result(to.id)))


async def a_million_requests(to: Answering) -> None:
    await to.send(EVENTS)
    for number in range(10_000):
        await to.send(b"".join(REQUEST % (100 * number + each) for each in range(100)))


async def tiny_pieces(to: Answering) -> None:
    await to.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        await to.send(b"1\r\n:\r\n" * 1000)


async def a_byte_now_and_then(to: Answering) -> None:
    await to.send(EVENTS)
    while not to.closed.is_set():
        await to.send(b":")
        await to.until_closed(0.02)


async def silence(to: Answering) -> None:
    await to.until_closed()


async def a_gzip_bomb(to: Answering) -> None:
    await to.send(JSON + b"Content-Encoding: gzip\r\n\r\n" + gzip.compress(b" " * 100 * MIB, 1))


async def broken_off_for_ever(to: Answering) -> None:
    await to.send(EVENTS + b"retry: 0\nid: 7\ndata:\n\n")


async def progress_beyond_numbers(to: Answering) -> None:
    params = b'{"progressToken":%d,"progress":1%s}' % (int(str(to.id)), b"0" * 400)
    await to.send(EVENTS + event(b'{"jsonrpc":"2.0","method":"notifications/progress","params":%s}' % params))
    await to.send(event(result(to.id)))


async def answered_twice(to: Answering) -> None:
    await to.send(EVENTS + event(result(to.id)) + event(result(to.id)))


def answers(body: bytes) -> Play:
    """One JSON body, `$ID` being the request's id."""

    async def play(to: Answering) -> None:
        data = body.replace(b"$ID", str(to.id).encode())
        await to.send(JSON + b"Content-Length: %d\r\n\r\n" % len(data) + data)

    return play


NESTED = b"[" * 10_000 + b"]" * 10_000
DEEP = b'{"jsonrpc":"2.0","id":$ID,"result":{"content":[],"structuredContent":{"a":' + NESTED + b"}}}"
SURROGATE = b'{"jsonrpc":"2.0","id":$ID,"result":{"content":[{"type":"text","text":"a\\ud800b"}]}}'
NAN = b'{"jsonrpc":"2.0","id":$ID,"result":{"content":[],"structuredContent":{"a":NaN,"b":Infinity,"c":1e999}}}'
NOT_UTF8 = b'{"jsonrpc":"2.0","id":$ID,"result":{"content":[{"type":"text","text":"\xff\xfe"}]}}'
WRONG_ID = b'{"jsonrpc":"2.0","id":987654,"result":{"content":[]}}'
ID_IN_QUOTES = b'{"jsonrpc":"2.0","id":{"a":1},"result":{"content":[]}}'
BATCH = b'[{"jsonrpc":"2.0","id":$ID,"result":{"content":[]}}]'
BOTH = b'{"jsonrpc":"2.0","id":$ID,"result":{"content":[]},"error":{"code":-32602,"message":"no"}}'
NEITHER = b'{"jsonrpc":"2.0","id":$ID}'
LONG_ERROR = b'{"jsonrpc":"2.0","id":$ID,"error":{"code":-32603,"message":"' + b"x" * MIB + b'"}}'

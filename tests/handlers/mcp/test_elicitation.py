"""Servers that ask in the middle of a call, over every transport and in both generations of the protocol."""

import asyncio
import json
import logging
from typing import Any
from uuid import uuid4

import pytest

from interlock_handlers.connection import Connection
from interlock_handlers.elicitation import DECLINED, Ask, Elicitation, ElicitationAnswer, InputRequired, Resumption
from interlock_handlers.result import CallResult
from interlock_handlers.server_errors import NotExecuted, OutcomeUnknown
from tests.handlers.mcp.calling import call_tool, call_with
from tests.handlers.mcp.conftest import Connections
from tests.mcp_servers.fixtures import AskingServers
from tests.mcp_servers.process import until

each_transport = pytest.mark.parametrize("transport", ["stdio", "http", "sse"])
ANSWERS = {
    "seats": ElicitationAnswer("accept", {"seats": 2, "where": "aisle"}),
    "name": ElicitationAnswer("decline"),
    "visit": ElicitationAnswer("accept"),
}


class Teller:
    """A person who answers what `ANSWERS` has, by the message, once `speak` is set."""

    def __init__(self) -> None:
        self.asked: list[Elicitation] = []
        self.speak = asyncio.Event()

    async def ask(self, asked: Elicitation) -> ElicitationAnswer:
        self.asked.append(asked)
        await self.speak.wait()
        by_message = {"How many seats?": "seats", "In whose name?": "name", "Please go there.": "visit"}
        return ANSWERS[by_message[asked.message]]


async def nobody(asked: Elicitation) -> ElicitationAnswer:
    raise AssertionError(f"nobody was to be asked: {asked}")


@pytest.fixture
def value() -> str:
    """Something that only this test says."""
    return uuid4().hex


def book(value: str, *ask: str, rounds: int = 1) -> dict[str, Any]:
    return {"value": value, "ask": list(ask), "rounds": rounds}


def told(answers: dict[str, ElicitationAnswer]) -> list[dict[str, Any]]:
    """What the server says that it was told."""
    return [{key: {"action": answer.action, "content": answer.content} for key, answer in answers.items()}]


async def asked_of(connection: Connection, arguments: dict[str, Any], ask: Ask = nobody) -> InputRequired:
    answer = await call_with(connection, ask, "book", arguments)
    assert isinstance(answer, InputRequired)
    return answer


def text(answer: CallResult | InputRequired) -> Any:
    assert isinstance(answer, CallResult)
    assert not answer.is_error, answer.text
    return json.loads(answer.text)


@each_transport
async def test_a_call_that_needs_input_goes_on_over_another_connection(
    connections: Connections, asking: AskingServers, transport: str, value: str
) -> None:
    spec = asking.spec(transport)
    first = await connections.open(spec)
    needed = await asked_of(first, book(value, *ANSWERS))
    assert {asked.key: (asked.mode, asked.message, asked.url) for asked in needed.requests} == {
        "seats": ("form", "How many seats?", None),
        "name": ("form", "In whose name?", None),
        "visit": ("url", "Please go there.", "https://example.org/pay?order=7&sum=12"),
    }
    await first.close()
    second = await connections.open(spec)
    resume = Resumption(needed.request_state, ANSWERS)
    assert text(await call_with(second, nobody, "book", book(value, *ANSWERS), resume)) == told(ANSWERS)
    assert (asking.heard(value), asking.heard(value, "done")) == (2, 1)


@each_transport
async def test_a_server_of_the_older_protocol_asks_while_the_call_is_held_and_no_time_passes(
    connections: Connections, asking: AskingServers, transport: str, value: str
) -> None:
    connection = await connections.open(asking.spec(transport, "--older"))
    assert connection.state.protocol == "2025-11-25"
    teller = Teller()
    begun = asyncio.get_running_loop().time()
    call = asyncio.create_task(call_with(connection, teller.ask, "book", book(value, *ANSWERS), seconds=1))
    await until(lambda: len(teller.asked) == 3, "the questions")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(call), 1.2 - (asyncio.get_running_loop().time() - begun))
    teller.speak.set()
    assert text(await call) == told(ANSWERS)
    assert asking.heard(value) == 1


async def test_state_that_was_given_for_another_call_is_refused(
    connections: Connections, asking: AskingServers
) -> None:
    connection = await connections.open(asking.spec("http"))
    needed = await asked_of(connection, book("mine", "seats"))
    resume = Resumption(needed.request_state, {"seats": ANSWERS["seats"]})
    with pytest.raises(NotExecuted):
        await call_with(connection, nobody, "book", book("other", "seats"), resume)
    assert asking.heard("other") == 0


@pytest.mark.parametrize("older", [False, True], ids=["input_required", "elicitation/create"])
@pytest.mark.parametrize("name", ["secret", "nested", "long", "script"])
async def test_what_may_not_be_asked_is_declined_and_nobody_is_asked(
    connections: Connections,
    asking: AskingServers,
    caplog: pytest.LogCaptureFixture,
    name: str,
    older: bool,
    value: str,
) -> None:
    connection = await connections.open(asking.spec("http", *(["--older"] if older else [])))
    if older:
        answer = await call_with(connection, nobody, "book", book(value, name))
    else:
        needed = await asked_of(connection, book(value, name))
        assert (needed.requests, needed.declined) == ((), (name,))
        resume = Resumption(needed.request_state, {name: DECLINED})
        answer = await call_with(connection, nobody, "book", book(value, name), resume)
    assert text(answer) == told({name: DECLINED})
    (logged,) = [entry.message for entry in caplog.records if "declined" in entry.message]
    assert "server asking" in logged
    assert ("'password'" in logged) == (name == "secret")


async def test_a_name_that_looks_like_another_is_shown_as_what_it_is(
    connections: Connections, asking: AskingServers, value: str
) -> None:
    connection = await connections.open(asking.spec("http"))
    (asked,) = (await asked_of(connection, book(value, "lookalike"))).requests
    assert asked.url == "https://xn--exmple-4nf.org/sign-in"


async def test_two_calls_of_one_session_over_http_each_get_their_own_answer(
    connections: Connections, asking: AskingServers
) -> None:
    connection = await connections.open(asking.spec("http", "--older"))
    tellers = {"seats": Teller(), "name": Teller()}
    calls = [
        asyncio.create_task(call_with(connection, teller.ask, "book", book(f"for {key}", key)))
        for key, teller in tellers.items()
    ]
    await until(lambda: all(teller.asked for teller in tellers.values()), "both questions")
    for teller in tellers.values():
        teller.speak.set()
    assert [text(answer) for answer in await asyncio.gather(*calls)] == [
        told({key: ANSWERS[key]}) for key in ("seats", "name")
    ]
    assert [len(teller.asked) for teller in tellers.values()] == [1, 1]


@pytest.mark.parametrize("transport", ["stdio", "sse"])
async def test_where_nobody_can_tell_whose_question_it_is_it_is_declined(
    connections: Connections, asking: AskingServers, caplog: pytest.LogCaptureFixture, transport: str, value: str
) -> None:
    connection = await connections.open(asking.spec(transport, "--older"))
    first = Teller()
    held = asyncio.create_task(call_with(connection, first.ask, "book", book(value, "seats")))
    await until(lambda: first.asked, "the first question")
    second = await call_with(connection, nobody, "book", book(value, "name"))
    assert text(second) == told({"name": DECLINED})
    assert "belongs to none in particular of 2 calls" in caplog.text
    first.speak.set()
    assert text(await held) == told({"seats": ANSWERS["seats"]})


async def test_without_anybody_to_ask_the_older_kind_is_declined_and_the_newer_fails(
    connections: Connections, asking: AskingServers, value: str
) -> None:
    older = await connections.open(asking.spec("http", "--older", id="older"))
    assert json.loads((await call_tool(older, "book", book(value, "seats"))).text) == told({"seats": DECLINED})
    newer = await connections.open(asking.spec("http"))
    with pytest.raises(NotExecuted) as refused:
        await call_tool(newer, "book", book(value, "seats"))
    assert refused.value.code == "input_not_supported"


async def test_a_question_that_could_not_be_put_is_cancelled_and_its_error_stays_here(
    connections: Connections, asking: AskingServers, caplog: pytest.LogCaptureFixture, value: str
) -> None:
    async def broken(asked: Elicitation) -> ElicitationAnswer:
        raise ConnectionError("postgres://somewhere")

    connection = await connections.open(asking.spec("http", "--older"))
    answer = await call_with(connection, broken, "book", book(value, "seats"))
    assert text(answer) == told({"seats": ElicitationAnswer("cancel")})
    assert [entry.levelno for entry in caplog.records if "could not be put" in entry.message] == [logging.ERROR]


async def test_the_person_is_asked_no_longer_when_the_connection_goes(
    connections: Connections, asking: AskingServers, value: str
) -> None:
    connection = await connections.open(asking.spec("stdio", "--older"))
    let_go = asyncio.Event()
    asked = asyncio.Event()

    async def wait(_: Elicitation) -> ElicitationAnswer:
        asked.set()
        try:
            await asyncio.Event().wait()
        finally:
            let_go.set()
        raise AssertionError("it waits for ever")

    call = asyncio.create_task(call_with(connection, wait, "book", book(value, "seats")))
    await asyncio.wait_for(asked.wait(), 10)
    await connection.close()
    with pytest.raises(OutcomeUnknown):
        await call
    await asyncio.wait_for(let_go.wait(), 5)


async def test_a_server_that_says_later_is_asked_again_until_the_time_is_up(
    connections: Connections, asking: AskingServers, value: str
) -> None:
    connection = await connections.open(asking.spec("http"))
    assert text(await call_with(connection, nobody, "later", {"value": value, "times": 2})) == 2
    assert asking.heard(value) == 3
    with pytest.raises(OutcomeUnknown, match="ask again later"):
        await call_with(connection, nobody, "later", {"value": value, "times": 1000}, seconds=0.3)


async def test_a_server_that_wants_to_use_a_model_does_not_get_one(
    connections: Connections, asking: AskingServers, value: str
) -> None:
    connection = await connections.open(asking.spec("http"))
    with pytest.raises(NotExecuted, match="sampling/createMessage") as refused:
        await call_with(connection, nobody, "sample", {})
    assert refused.value.code == "input_not_supported"


async def test_an_older_server_that_wants_an_address_visited_first_is_called_again(
    connections: Connections, asking: AskingServers, value: str
) -> None:
    connection = await connections.open(asking.spec("http", "--older"))
    needed = await call_with(connection, nobody, "visit_first", {"value": value})
    assert isinstance(needed, InputRequired)
    assert [(asked.mode, asked.url) for asked in needed.requests] == [("url", "https://example.org/pay?order=7&sum=12")]
    assert not needed.told
    resume = Resumption(needed.request_state, {asked.key: ANSWERS["visit"] for asked in needed.requests})
    again = await call_with(connection, nobody, "visit_first", {"value": value}, resume)
    assert isinstance(again, CallResult)
    assert again.text == "visited"

"""What a server does besides answering calls, over every transport and in both generations of the protocol."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from interlock_handlers.blocks import LinkBlock, MediaBlock, ResourceBlock, TextBlock
from interlock_handlers.elicitation import Elicitation, ElicitationAnswer, InputRequired, Resumption
from interlock_handlers.mcp import MCPHandler
from interlock_handlers.outbound.outbound import Outbound
from interlock_handlers.prompts import PromptArgument
from interlock_handlers.result import CallResult
from interlock_handlers.sampling import Sample, Sampled, SamplingRefused, SamplingRequest
from interlock_handlers.server_errors import NotExecuted, ServerUnavailable
from interlock_handlers.telling import LogLine, Progress
from tests.mcp_servers.fixtures import WholeServers
from tests.mcp_servers.process import until
from tests.mcp_servers.whole import BOOK, PICTURE, PIXEL, SOUND

WAYS = [(transport, *older) for transport in ("stdio", "http", "sse") for older in ((), ("--older",))]


@pytest_asyncio.fixture(scope="module", params=WAYS, ids="".join)
async def server(
    request: pytest.FixtureRequest, whole: WholeServers, outbound: Outbound
) -> AsyncIterator[tuple[MCPHandler, bool]]:
    """A handler with a connection to the server "whole", and whether that speaks the older protocol."""
    handler = MCPHandler(outbound=outbound, samples=True)
    try:
        await handler.connect(whole.spec(*request.param))
        yield handler, "--older" in request.param
    finally:
        await handler.aclose()


Server = tuple[MCPHandler, bool]


async def test_how_far_it_is_and_what_it_logs_is_told_as_it_happens(server: Server) -> None:
    handler, _ = server
    heard: list[Progress | LogLine] = []
    result = await handler.call("whole", "tell", {"times": 3}, told=heard.append)
    assert result.text == "told"
    assert [what for what in heard if isinstance(what, Progress)] == [
        Progress(number, 3, f"step {number}") for number in (1, 2, 3)
    ]
    lines = [what for what in heard if isinstance(what, LogLine)]
    assert lines == [LogLine("info", "steps", f'{{"step": {number}}}') for number in (1, 2, 3)]


async def test_two_calls_at_once_hear_their_own_progress(server: Server) -> None:
    handler, _ = server
    heard: tuple[list[Progress | LogLine], ...] = ([], [])
    await asyncio.gather(
        *(handler.call("whole", "tell", {"times": n + 2}, told=heard[n].append) for n in range(2)),
    )
    for n in range(2):
        assert [what.total for what in heard[n] if isinstance(what, Progress)] == [n + 2] * (n + 2)


async def test_a_server_that_tells_too_much_is_heard_in_part_and_the_call_goes_on(server: Server) -> None:
    handler, _ = server
    heard: list[Progress | LogLine] = []
    result = await handler.call("whole", "tell", {"times": 500}, 30, told=heard.append)
    assert result.text == "told"
    assert 20 <= len(heard) < 200


async def test_a_call_that_is_cancelled_is_cancelled_at_the_server(server: Server, whole: WholeServers) -> None:
    handler, _ = server
    value = uuid4().hex
    call = asyncio.create_task(handler.call("whole", "wait", {"value": value}))
    await until(lambda: whole.heard(value, "received"), "the call")
    call.cancel()
    await until(lambda: whole.heard(value, "cancelled"), "the cancellation")
    with pytest.raises(asyncio.CancelledError):
        await call
    assert (await handler.call("whole", "tell", {"times": 0})).text == "told"


async def test_what_a_tool_shows_is_kept_in_its_kind(server: Server) -> None:
    handler, _ = server
    result = await handler.call("whole", "show", {})
    assert result.structured == {"kinds": 6}
    assert result.blocks == (
        TextBlock("a text"),
        MediaBlock("image", "image/png", PIXEL),
        MediaBlock("audio", "audio/wav", SOUND),
        LinkBlock(BOOK, "one", "The first", None, "text/plain", 5),
        ResourceBlock(BOOK, "text/plain", text="words"),
        ResourceBlock(PICTURE, None, data=b"\0\1\2"),
    )
    assert result.text.splitlines()[0] == "a text"


async def test_resources_are_listed_and_read(server: Server) -> None:
    handler, _ = server
    found = {resource.uri: resource for resource in await handler.resources("whole")}
    assert found.keys() == {"book://0", "book://1", "book://2", PICTURE}
    assert found["book://1"] == LinkBlock("book://1", "book 1", "Book 1", "A book.", "text/plain")
    assert [template.uri_template for template in await handler.resource_templates("whole")] == ["page://{number}"]
    assert await handler.read_resource("whole", "page://7") == (ResourceBlock("page://7", "text/plain", "page 7"),)
    assert await handler.read_resource("whole", PICTURE) == (ResourceBlock(PICTURE, "image/png", data=PIXEL),)
    with pytest.raises(NotExecuted) as refused:
        await handler.read_resource("whole", "book://nine")
    assert refused.value.code == "server_refused"


async def test_prompts_are_listed_and_filled_in(server: Server) -> None:
    handler, _ = server
    [prompt] = await handler.prompts("whole")
    assert (prompt.name, prompt.title, prompt.description) == ("greet", "Greet", "Greet somebody.")
    assert prompt.arguments == (PromptArgument("name", required=True), PromptArgument("mood"))
    [message] = await handler.prompt("whole", "greet", {"name": "Ada"})
    assert (message.role, message.blocks) == ("user", (TextBlock("Greet Ada kindly."),))
    with pytest.raises(NotExecuted):
        await handler.prompt("whole", "greet", {})


async def test_the_users_model_writes_what_a_server_wants_written(server: Server) -> None:
    handler, _ = server
    wanted: list[SamplingRequest] = []

    async def sample(request: SamplingRequest) -> Sampled:
        wanted.append(request)
        return Sampled(f"line {len(wanted)}", "a-model")

    result = await written(handler, 2, sample)
    assert result.text.split()[-1] == "2", "the last line is among what the server was told"
    assert [request.messages[0].blocks for request in wanted] == [
        (TextBlock("Write line 0."),),
        (TextBlock("Write line 1."),),
    ]
    assert {(request.system, request.max_tokens) for request in wanted} == {("Be short.", 100)}


async def test_a_model_that_is_not_to_write_says_so(server: Server) -> None:
    handler, older = server
    if not older:
        # Today's protocol waits for the answer with whoever called: nothing is sent that could be refused.
        answer = await handler.call("whole", "write", {"times": 1}, 10, ask=nobody)
        assert isinstance(answer, InputRequired)
        return

    async def sample(_: SamplingRequest) -> Sampled:
        raise SamplingRefused("The budget is used up.")

    result = await written(handler, 1, sample)
    assert result.is_error
    assert "The budget is used up." in result.text


async def test_an_older_server_that_wants_writing_without_end_does_not_get_it(server: Server) -> None:
    handler, older = server
    times = 0

    async def sample(_: SamplingRequest) -> Sampled:
        nonlocal times
        times += 1
        return Sampled("more", "a-model")

    result = await written(handler, 100 if older else 8, sample)
    assert ("more than 8 times" in result.text, result.is_error) == (older, older)
    assert times == 8


async def test_nobody_writes_where_no_one_is_there_for_it_and_there_are_no_folders(server: Server) -> None:
    handler, older = server
    for tool, arguments in (("write", {"times": 1}), ("roots", {})):
        call = handler.call("whole", tool, arguments, 10)
        if older:
            result = await call
            assert result.is_error
        else:
            with pytest.raises(NotExecuted) as refused:
                await call
            assert refused.value.code == "input_not_supported"


async def written(handler: MCPHandler, times: int, sample: Sample) -> CallResult:
    """What comes of a call in which the server wants something written so often, in either generation's way."""
    answer: CallResult | InputRequired = await handler.call(
        "whole", "write", {"times": times}, 10, ask=nobody, sample=sample
    )
    while isinstance(answer, InputRequired):
        texts = {key: await sample(wanted) for key, wanted in answer.samplings.items()}
        resume = Resumption(answer.request_state, texts)
        answer = await handler.call("whole", "write", {"times": times}, 10, ask=nobody, sample=sample, resume=resume)
    return answer


async def nobody(_: Elicitation) -> ElicitationAnswer:
    raise AssertionError("no person is asked here")


async def test_a_server_that_is_not_connected_has_nothing(server: Server) -> None:
    handler, _ = server
    with pytest.raises(ServerUnavailable):
        await handler.resources("other")

"""Every provider's client against the scripted model over real HTTP."""

import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage, ToolMessage
from langchain_openai import AzureChatOpenAI

from interlock_handlers.demo_model import DemoModel
from interlock_handlers.model_errors import ModelFailure, classify, incomplete, is_complete
from interlock_handlers.models import UnknownModel, load_model
from interlock_handlers.tool_calls import read_calls
from tests.model_server.scripted_model import ScriptedModel

PROVIDERS = ["openai", "bedrock_converse", "anthropic"]
KEY = "sk-secret-0123456789"
TOOL = {
    "type": "function",
    "function": {
        "name": "time__get_current_time",
        "description": "Get the time",
        "parameters": {"type": "object", "properties": {"timezone": {"type": "string"}}, "required": ["timezone"]},
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[ScriptedModel]:
    with ScriptedModel() as running:
        yield running


@pytest.fixture
def model_server(server: ScriptedModel) -> ScriptedModel:
    server.forget()
    return server


@pytest.fixture(autouse=True)
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (
        "OPENAI_API_KEY",
        "ANTHROPIC_API_KEY",
        "AWS_BEARER_TOKEN_BEDROCK",
        "AWS_PROFILE",
        "AZURE_OPENAI_API_KEY",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(params=PROVIDERS)
def model(request: pytest.FixtureRequest, model_server: ScriptedModel) -> BaseChatModel:
    return connect(request.param, model_server)


def connect(provider: str, server: ScriptedModel, timeout_seconds: float = 10) -> BaseChatModel:
    url = server.openai_url if provider == "openai" else server.base_url
    key = None if provider == "bedrock_converse" else KEY
    return load_model(f"{provider}:acme.test-model", base_url=url, api_key=key, timeout_seconds=timeout_seconds)


async def read(
    model: BaseChatModel, text: str = "hello", tools: list[dict[str, Any]] | None = None
) -> list[AIMessageChunk]:
    runnable = model.bind_tools(tools) if tools else model
    return [chunk async for chunk in runnable.astream([HumanMessage(text)]) if isinstance(chunk, AIMessageChunk)]


def joined(chunks: list[AIMessageChunk]) -> AIMessageChunk:
    whole = chunks[0]
    for chunk in chunks[1:]:
        whole = whole + chunk
    return whole


async def failure_of(model: BaseChatModel) -> tuple[ModelFailure, str]:
    """How streaming fails, and the text that came before."""
    said, failure = await listen(model)
    assert failure is not None
    return failure, joined(said).text if said else ""


async def listen(model: BaseChatModel) -> tuple[list[AIMessageChunk], ModelFailure | None]:
    """What comes until the answer is whole or fails, and the failure."""
    said: list[AIMessageChunk] = []
    try:
        async for chunk in model.astream([HumanMessage("hello")]):
            assert isinstance(chunk, AIMessageChunk)
            said.append(chunk)
    except Exception as error:  # noqa: BLE001 (which one it is differs by provider, and telling them apart is the test)
        return said, recognised(error, streaming=bool(said))
    return said, None if is_complete(joined(said)) else incomplete()


def recognised(error: Exception, *, streaming: bool) -> ModelFailure:
    failure = classify(error, streaming=streaming)
    if failure is None:
        raise error
    return failure


async def test_text_streams_in_pieces_and_ends_complete(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{"text": "one two three four"}])
    chunks = await read(model)
    whole = joined(chunks)
    assert whole.text == "one two three four"
    assert sum(bool(chunk.text) for chunk in chunks) == 4
    assert is_complete(whole)
    assert whole.usage_metadata is not None
    assert whole.usage_metadata["output_tokens"] == 4
    assert model_server.requests()[0].last_of_person() == "hello"


async def test_whole_answers_work_too(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{"text": "all at once", "calls": [{"name": "a__b", "arguments": {"x": 1}}]}])
    answer = await model.bind_tools([TOOL]).ainvoke([HumanMessage("hello")], stream=False)
    assert isinstance(answer, AIMessage)
    assert answer.text == "all at once"
    assert answer.tool_calls[0]["args"] == {"x": 1}
    assert is_complete(answer)


async def test_several_tool_calls_stream_in_one_answer(model: BaseChatModel, model_server: ScriptedModel) -> None:
    calls = [
        {"name": "time__get_current_time", "arguments": {"timezone": zone}} for zone in ("Asia/Tokyo", "Europe/Paris")
    ]
    model_server.script([{"text": "Let me look.", "calls": calls}])
    whole = joined(await read(model, tools=[TOOL]))
    assert [(call["name"], call["args"]) for call in whole.tool_calls] == [
        ("time__get_current_time", {"timezone": "Asia/Tokyo"}),
        ("time__get_current_time", {"timezone": "Europe/Paris"}),
    ]
    assert len({call["id"] for call in whole.tool_calls}) == 2
    assert model_server.requests()[0].tools == ["time__get_current_time"]


async def test_results_of_tools_reach_the_model(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{"after_tool": True, "text": "It is noon."}])
    asked = AIMessage("", tool_calls=[{"name": "time__get_current_time", "args": {"timezone": "UTC"}, "id": "c1"}])
    answer = await model.bind_tools([TOOL]).ainvoke(
        [HumanMessage("time?"), asked, ToolMessage("12:00", tool_call_id="c1")]
    )
    assert answer.text == "It is noon."
    last = model_server.requests()[0].messages[-1]
    assert (last.role, last.text, last.tool_call_id) == ("tool", "12:00", "c1")


@pytest.mark.parametrize("written", ['{"timezone": Tokyo', '{"timezone": "Asia/Tok', '["Asia/Tokyo"]'])
async def test_arguments_that_are_no_json_object_make_no_call(
    model: BaseChatModel, model_server: ScriptedModel, written: str
) -> None:
    good = {"name": "time__get_current_time", "arguments": {"timezone": "UTC"}}
    model_server.script([{"calls": [{"name": "time__get_current_time", "raw_arguments": written}, good]}])
    calls, broken = read_calls(joined(await read(model, tools=[TOOL])))
    assert [call["args"] for call in calls] == [{"timezone": "UTC"}]
    assert [(call["name"], call["args"]) for call in broken] == [("time__get_current_time", written)]
    assert "JSON" in str(broken[0]["error"])


@pytest.mark.parametrize("retry_after", [7, "date"])
async def test_a_busy_provider_says_how_long_to_wait(
    model: BaseChatModel, model_server: ScriptedModel, retry_after: int | str
) -> None:
    written = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True) if retry_after == "date" else 7
    model_server.script([{"status": 429, "retry_after": written}])
    failure, _ = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_busy", True)
    assert failure.wait_seconds is not None
    assert 20 < failure.wait_seconds <= 30 if retry_after == "date" else failure.wait_seconds == 7


async def test_no_client_retries_by_itself(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{"status": 500, "times": None}])
    failure, _ = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_unreachable", True)
    assert len(model_server.requests()) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_is_final_and_names_no_key(
    model: BaseChatModel, model_server: ScriptedModel, status: int
) -> None:
    model_server.script([{"status": status}])
    failure, _ = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_refused", False)
    assert KEY not in failure.message
    assert failure.message.endswith(".")


async def test_an_overloaded_provider_is_busy(model_server: ScriptedModel) -> None:
    model_server.script([{"status": 529}])
    failure, _ = await failure_of(connect("anthropic", model_server))
    assert failure.code == "model_busy"


async def test_an_account_without_credit_is_not_asked_again(model_server: ScriptedModel) -> None:
    model_server.script([{"status": 429, "error_code": "insufficient_quota"}])
    failure, _ = await failure_of(connect("openai", model_server))
    assert (failure.code, failure.retryable) == ("model_refused", False)


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize("hang_after", [0, 2])
async def test_a_model_that_hangs_times_out(model_server: ScriptedModel, provider: str, hang_after: int) -> None:
    model_server.script([{"text": "one two three four", "hang_after": hang_after}])
    failure, text = await failure_of(connect(provider, model_server, timeout_seconds=1))
    assert failure.code == "model_timeout"
    assert text == ("one two" if hang_after else "")


async def test_a_dropped_connection_is_an_incomplete_answer(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{"text": "one two three four", "cut_after": 2}])
    failure, text = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_incomplete", True)
    assert text == "one two"


async def test_a_silent_end_is_an_incomplete_answer(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{"text": "one two three four", "cut_after": 2, "cut": "end"}])
    failure, text = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_incomplete", True)
    assert text == "one two"


async def test_an_error_in_the_stream_is_an_incomplete_answer(
    model: BaseChatModel, model_server: ScriptedModel
) -> None:
    model_server.script([{"text": "one two three four", "cut_after": 2, "cut": "error"}])
    failure, text = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_incomplete", True)
    assert text == "one two"


@pytest.mark.parametrize(
    ("provider", "code"),
    [("openai", "rate_limit_exceeded"), ("anthropic", "overloaded_error"), ("bedrock_converse", "throttlingException")],
)
async def test_a_provider_may_become_busy_in_the_stream(model_server: ScriptedModel, provider: str, code: str) -> None:
    model_server.script([{"text": "one two three", "cut_after": 1, "cut": "error", "error_code": code}])
    failure, _ = await failure_of(connect(provider, model_server))
    assert failure.code == "model_busy"


async def test_an_empty_answer_is_an_empty_message(model: BaseChatModel, model_server: ScriptedModel) -> None:
    model_server.script([{}])
    whole = joined(await read(model))
    assert whole.text == ""
    assert whole.tool_calls == []
    assert is_complete(whole)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_server_that_is_not_there_is_unreachable(provider: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as reserved:
        port = reserved.getsockname()[1]
    key = None if provider == "bedrock_converse" else KEY
    model = load_model(f"{provider}:acme.test", base_url=f"http://127.0.0.1:{port}/v1", api_key=key, timeout_seconds=5)
    failure, _ = await failure_of(model)
    assert (failure.code, failure.retryable) == ("model_unreachable", True)


async def test_azure_speaks_to_a_deployment(model_server: ScriptedModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_VERSION", "2026-01-01")
    model = load_model("azure_openai:gpt", base_url=model_server.base_url, api_key=KEY)
    assert isinstance(model, AzureChatOpenAI)
    failure, _ = await failure_of(model)  # the scripted model has no deployments
    assert failure.code == "model_refused"
    # Unlike the other clients this one has connections of its own, which nobody else would close.
    await model.root_async_client.close()


def test_our_own_mistakes_are_not_blamed_on_the_model() -> None:
    assert classify(KeyError("state")) is None


def test_the_demo_model_needs_nothing() -> None:
    assert isinstance(load_model("demo"), DemoModel)


@pytest.mark.parametrize("name", ["", "gpt-5", "openai:", "acme:model", "Demo"])
def test_a_wrong_name_is_told_what_is_possible(name: str) -> None:
    with pytest.raises(UnknownModel, match=r"Possible are .demo., .bedrock_converse:"):
        load_model(name)


@pytest.mark.parametrize("name", ["openai:gpt-x", "azure_openai:gpt", "anthropic:claude-x"])
def test_a_missing_key_is_told_in_a_sentence(name: str) -> None:
    with pytest.raises(UnknownModel, match=r"cannot be used: it needs an API key"):
        load_model(name)


def test_missing_aws_settings_are_told_in_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_REGION")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    with pytest.raises(UnknownModel, match=r"needs a region \(AWS_REGION\) and AWS credentials"):
        load_model("bedrock_converse:amazon.nova-pro-v1:0")

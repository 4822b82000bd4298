"""Asking a model: streamed, asked again within bounds, its calls made whole."""

import asyncio
import time
from typing import Any

import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, ToolMessage
from langchain_core.messages.tool import tool_call

from interlock_graphs.model import Answer, Delta, ModelFailed, Retrying
from interlock_handlers import asking
from interlock_handlers.asking import ATTEMPTS, AskedModel
from interlock_handlers.models import load_model
from tests.mcp_servers.process import free_port, until
from tests.model_server.scripted_model import ScriptedModel

TOOL: dict[str, Any] = {
    "type": "function",
    "function": {"name": "journal__record", "description": "Records.", "parameters": {"type": "object"}},
}


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What counts is that waits are asked for and bounded, not how long they last."""
    monkeypatch.setattr(asking, "FIRST_WAIT_SECONDS", 0.01)


async def ask(model: BaseChatModel, *earlier: BaseMessage, with_tools: bool = True) -> list[Delta | Retrying | Answer]:
    asked = AskedModel(model, [TOOL])
    return [piece async for piece in asked.ask([*earlier, HumanMessage("hello")], with_tools=with_tools)]


def retries(pieces: list[Delta | Retrying | Answer]) -> list[Retrying]:
    return [piece for piece in pieces if isinstance(piece, Retrying)]


def answer(pieces: list[Delta | Retrying | Answer]) -> AIMessage:
    (last,) = [piece for piece in pieces if isinstance(piece, Answer)]
    assert pieces[-1] is last
    return last.message


async def test_deltas_put_together_are_the_message(chat_model: BaseChatModel, scripted: ScriptedModel) -> None:
    scripted.script([{"text": "One two three, naïve 日本 🎉 four.", "seconds_per_piece": 0.01}])
    pieces = await ask(chat_model)
    message, text = answer(pieces), ""
    for piece in pieces:
        if isinstance(piece, Delta):
            assert (piece.offset, piece.message_id) == (len(text), message.id)
            text += piece.text
    assert text == message.text == "One two three, naïve 日本 🎉 four."


async def test_without_tools_none_are_offered(chat_model: BaseChatModel, scripted: ScriptedModel) -> None:
    await ask(chat_model)
    await ask(chat_model, with_tools=False)
    assert [asked.tools for asked in scripted.requests()] == [["journal__record"], []]


async def test_a_busy_provider_is_asked_again_when_it_says(chat_model: BaseChatModel, scripted: ScriptedModel) -> None:
    scripted.script([{"status": 429, "retry_after": "0.2"}, {"text": "Here."}])
    began = time.monotonic()
    pieces = await ask(chat_model)
    assert retries(pieces) == [Retrying(2, ATTEMPTS, 0.2, "model_busy")]
    assert time.monotonic() - began >= 0.2
    assert answer(pieces).text == "Here."


async def test_however_long_a_provider_asks_for_the_wait_is_bounded(
    chat_model: BaseChatModel, scripted: ScriptedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "LONGEST_WAIT_SECONDS", 0.05)
    scripted.script([{"status": 503, "retry_after": 86400}, {"text": "Here."}])
    assert [retry.wait_seconds for retry in retries(await ask(chat_model))] == [0.05]


async def test_waits_grow_from_attempt_to_attempt(chat_model: BaseChatModel, scripted: ScriptedModel) -> None:
    scripted.script([{"status": 500}, {"status": 500}, {"text": "Here."}])
    assert [(retry.attempt, retry.wait_seconds) for retry in retries(await ask(chat_model))] == [(2, 0.01), (3, 0.02)]


@pytest.mark.parametrize(
    ("step", "code", "asked"),
    [
        ({"status": 429}, "model_busy", ATTEMPTS),
        ({"status": 500}, "model_unreachable", ATTEMPTS),
        ({"status": 401}, "model_refused", 1),
        ({"status": 400}, "model_refused", 1),
        ({"text": "One two three", "cut_after": 2}, "model_incomplete", ATTEMPTS),
        ({"text": "One two three", "cut_after": 2, "cut": "end"}, "model_incomplete", ATTEMPTS),
        ({"text": "One two three", "cut_after": 2, "cut": "error"}, "model_incomplete", ATTEMPTS),
    ],
    ids=["busy", "broken", "no key", "invalid", "cut", "ended early", "error in the stream"],
)
async def test_a_model_that_keeps_failing_is_given_up(
    step: dict[str, Any], code: str, asked: int, chat_model: BaseChatModel, scripted: ScriptedModel
) -> None:
    scripted.script([{**step, "times": None}])
    with pytest.raises(ModelFailed) as failure:
        await ask(chat_model)
    assert failure.value.code == code
    assert len(scripted.requests()) == asked
    assert failure.value.partial == ("One two" if "text" in step else "")


async def test_a_model_that_nobody_serves_is_unreachable() -> None:
    nobody = load_model("openai:none", base_url=f"http://127.0.0.1:{free_port()}/v1", api_key="x")
    with pytest.raises(ModelFailed) as failure:
        await ask(nobody)
    assert failure.value.code == "model_unreachable"


async def test_a_model_that_goes_silent_has_timed_out(scripted: ScriptedModel) -> None:
    scripted.script([{"text": "One two three", "hang_after": 2, "times": None}])
    hasty = load_model("openai:scripted", base_url=scripted.openai_url, api_key="x", timeout_seconds=0.3)
    with pytest.raises(ModelFailed) as failure:
        await ask(hasty)
    assert (failure.value.code, failure.value.partial) == ("model_timeout", "One two")


async def test_the_last_words_are_kept_when_later_attempts_say_nothing(
    chat_model: BaseChatModel, scripted: ScriptedModel
) -> None:
    scripted.script([{"text": "One two three", "cut_after": 2}, {"status": 500, "times": None}])
    with pytest.raises(ModelFailed) as failure:
        await ask(chat_model)
    assert (failure.value.code, failure.value.partial) == ("model_unreachable", "One two")


async def test_arguments_that_are_no_json_stay_a_call_that_says_why(
    chat_model: BaseChatModel, scripted: ScriptedModel
) -> None:
    raws = ['{"value": "x"', "not json", "[1]", '{"value": "x"}']
    scripted.script([{"calls": [{"name": "journal__record", "raw_arguments": raw} for raw in raws]}])
    message = answer(await ask(chat_model))
    bad = message.additional_kwargs["bad_calls"]
    assert len(message.tool_calls) == 4
    assert len(bad) == 3
    assert [call["args"] for call in message.tool_calls if call["id"] not in bad] == [{"value": "x"}]


async def test_no_two_calls_have_one_id(chat_model: BaseChatModel, scripted: ScriptedModel) -> None:
    call = {"name": "journal__record", "arguments": {}, "id": "same"}
    earlier = AIMessage("", tool_calls=[tool_call(name="journal__record", args={}, id="same")])
    scripted.script([{"calls": [call, call]}])
    message = answer(await ask(chat_model, earlier, ToolMessage("done", tool_call_id="same")))
    ids = [call["id"] for call in message.tool_calls]
    assert len({*ids, "same"}) == 3


async def test_asking_ends_at_once_when_it_is_cancelled(chat_model: BaseChatModel, scripted: ScriptedModel) -> None:
    scripted.script([{"hang_after": 0}])
    asking_now = asyncio.create_task(ask(chat_model))
    await until(scripted.requests, "the request")
    asking_now.cancel()
    async with asyncio.timeout(30):
        with pytest.raises(asyncio.CancelledError):
            await asking_now
    assert len(scripted.requests()) == 1


async def test_what_no_database_can_hold_does_not_come_through(
    chat_model: BaseChatModel, scripted: ScriptedModel
) -> None:
    call = {"name": "journal__record", "raw_arguments": '{"value": ["a\\u0000b", "\\ud800"]}', "id": "an id\0"}
    scripted.script([{"text": "One\0two", "calls": [call]}])
    pieces = await ask(chat_model)
    message = answer(pieces)
    assert message.text == "".join(each.text for each in pieces if isinstance(each, Delta)) == "One\ufffdtwo"
    (made,) = message.tool_calls
    assert made["args"] == {"value": ["a\ufffdb", "?"]}
    assert made["id"] is not None
    assert made["id"].startswith("call_")

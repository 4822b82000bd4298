"""The chat's graph: what is proposed, waited for, carried on."""

from collections.abc import AsyncIterator, Sequence

import pytest
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from interlock_graphs.chat import DECLINED_NOTE, MAX_BAD_STEPS, MAX_STEPS
from interlock_graphs.gate import Ready, Waiting
from interlock_graphs.model import Answer, Delta, ModelFailed
from tests.graphs.acting import DECLINED, DONE, FAILED, ActingGate, ActingModel, Conversation, says


async def test_an_answer_without_calls_ends_the_run() -> None:
    conversation = Conversation(ActingModel([says("Hello.")]))
    assert not await conversation.begin()
    assert [message.text for message in await conversation.messages()] == ["Hello."]
    assert conversation.written == ["Hello."]
    assert [type(message) for message in conversation.model.asked[0]] == [SystemMessage, HumanMessage]


async def test_a_call_waits_until_the_gate_says_that_it_is_settled() -> None:
    conversation = Conversation(ActingModel([says("Let me.", "a"), says("Done.")]), ActingGate({"a": Waiting()}))
    assert await conversation.begin()
    assert len(conversation.model.asked) == 1
    conversation.gate.seen["a"] = DONE
    assert not await conversation.resume()
    assert await conversation.told() == ["it is done"]
    assert (await conversation.messages())[-1].text == "Done."
    assert conversation.gate.executed == []


async def test_the_value_of_a_resume_carries_no_authority() -> None:
    conversation = Conversation(ActingModel([says("", "a")]), ActingGate({"a": Waiting()}))
    assert await conversation.begin()
    for value in (True, {"decision": "approve"}, "approved", None):
        assert await conversation.resume(value)
    assert len(conversation.model.asked) == 1
    assert conversation.gate.executed == []


async def test_of_two_calls_the_settled_one_keeps_its_result_while_the_other_waits() -> None:
    conversation = Conversation(
        ActingModel([says("", "a", "b"), says("Both.")]), ActingGate({"a": Waiting(), "b": Waiting()})
    )
    assert await conversation.begin()
    assert len(await conversation.waits()) == 2
    conversation.gate.seen["b"] = DONE
    assert await conversation.resume()
    assert len(await conversation.waits()) == 1
    # What the ledger says later about a call that has finished is not asked for again.
    conversation.gate.seen["b"] = DECLINED
    conversation.gate.seen["a"] = FAILED
    assert not await conversation.resume()
    assert await conversation.told() == ["it broke", "it is done"]


async def test_a_call_that_policy_allows_is_executed_without_waiting() -> None:
    conversation = Conversation(ActingModel([says("", "a"), says("Done.")]), ActingGate({"a": Ready()}))
    assert not await conversation.begin()
    assert conversation.gate.executed == ["a"]
    assert await conversation.told() == ["it is done"]


async def test_an_allowed_call_runs_while_its_neighbour_waits() -> None:
    conversation = Conversation(
        ActingModel([says("", "a", "b"), says("Done.")]), ActingGate({"a": Waiting(), "b": Ready()})
    )
    assert await conversation.begin()
    assert conversation.gate.executed == ["b"]
    conversation.gate.seen["a"] = DONE
    assert not await conversation.resume()
    assert conversation.gate.executed == ["b"]


async def test_an_execution_without_a_definite_outcome_waits() -> None:
    gate = ActingGate({"a": Ready()}, after={"a": Waiting()})
    conversation = Conversation(ActingModel([says("", "a"), says("Checked.")]), gate)
    assert await conversation.begin()
    gate.seen["a"] = DONE
    assert not await conversation.resume()
    assert gate.executed == ["a"]


async def test_when_every_call_was_declined_the_model_says_so_without_tools() -> None:
    conversation = Conversation(
        ActingModel([says("", "a", "b"), says("As you wish.")]), ActingGate({"a": Waiting(), "b": Waiting()})
    )
    await conversation.begin()
    conversation.gate.seen.update(a=DECLINED, b=DECLINED)
    assert not await conversation.resume()
    assert conversation.model.with_tools == [True, False]
    assert str(conversation.model.asked[-1][0].content).endswith(DECLINED_NOTE)
    assert await conversation.told() == [DECLINED.content, DECLINED.content]


async def test_when_one_call_was_declined_the_model_goes_on_with_tools() -> None:
    conversation = Conversation(ActingModel([says("", "a", "b"), says("One.")]), ActingGate({"a": DONE, "b": DECLINED}))
    assert not await conversation.begin()
    assert conversation.model.with_tools == [True, True]


async def test_a_refused_call_goes_straight_back_to_the_model() -> None:
    conversation = Conversation(ActingModel([says("", "nonsense"), says("Sorry.")]))
    assert not await conversation.begin()
    assert await conversation.told() == ["no such tool"]
    assert conversation.model.with_tools == [True, True]


async def test_a_refused_call_beside_a_good_one_does_not_stop_it() -> None:
    conversation = Conversation(ActingModel([says("", "nonsense", "a"), says("Done.")]), ActingGate({"a": Ready()}))
    assert not await conversation.begin()
    assert await conversation.told() == ["no such tool", "it is done"]


async def test_steps_of_nothing_but_nonsense_end_the_run() -> None:
    conversation = Conversation(ActingModel([says("", "nonsense")]))
    with pytest.raises(ModelFailed) as failure:
        await conversation.begin()
    assert failure.value.code == "model_bad_call"
    assert len(conversation.model.asked) == MAX_BAD_STEPS


async def test_a_step_that_makes_sense_forgives_those_before_it() -> None:
    bad, good = says("", "nonsense"), says("", "a")
    conversation = Conversation(ActingModel([bad, bad, good, bad, bad, says("Phew.")]), ActingGate({"a": Ready()}))
    assert not await conversation.begin()
    assert len(conversation.model.asked) == 6


async def test_a_run_that_does_not_come_to_an_end_is_stopped() -> None:
    conversation = Conversation(ActingModel([says("", "a")]), ActingGate({"a": DONE}))
    with pytest.raises(ModelFailed) as failure:
        await conversation.begin()
    assert failure.value.code == "too_many_steps"
    assert len(conversation.model.asked) == MAX_STEPS


async def test_a_run_begun_while_an_earlier_one_waits_starts_clean() -> None:
    conversation = Conversation(ActingModel([says("", "a"), says("Something else.")]), ActingGate({"a": Waiting()}))
    assert await conversation.begin("run-1")
    conversation.said = "never mind"
    assert not await conversation.begin("run-2")
    assert [message.text for message in await conversation.messages()] == ["Something else."]
    assert [message.type for message in conversation.model.asked[-1]] == ["system", "human"]
    assert await conversation.waits() == []


async def test_a_thread_that_waits_goes_on_with_a_graph_compiled_later() -> None:
    conversation = Conversation(ActingModel([says("", "a", "b")]), ActingGate({"a": Waiting(), "b": Waiting()}))
    assert await conversation.begin()
    conversation.compile_again(ActingModel([says("Other tools now.")]))
    conversation.gate.seen.update(a=DONE, b=DECLINED)
    assert not await conversation.resume()
    assert await conversation.told() == ["it is done", DECLINED.content]
    assert (await conversation.messages())[-1].text == "Other tools now."


async def test_a_model_that_ends_without_an_answer_has_failed() -> None:
    class Mute(ActingModel):
        async def ask(
            self, messages: Sequence[BaseMessage], *, with_tools: bool = True
        ) -> AsyncIterator[Delta | Answer]:
            yield Delta("message", 0, "Hm")

    with pytest.raises(ModelFailed) as failure:
        await Conversation(Mute([])).begin()
    assert failure.value.code == "model_incomplete"

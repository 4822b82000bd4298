"""Of very many tools the model is shown those that the conversation is about; of few, all of them."""

import time
from typing import Any

from langchain_core.messages import AIMessage, HumanMessage
from langchain_core.messages.tool import tool_call

from interlock_handlers.limits import MOST_TOOLS
from interlock_handlers.tool_choice import ToolChoice, words

THINGS = ("invoice", "ticket", "branch", "calendar", "lamp", "ship", "recipe", "contract", "photo", "route")
DEEDS = ("create", "delete", "list", "update", "search", "share", "archive", "rename", "copy", "export")


def tool(name: str, description: str = "") -> dict[str, Any]:
    parameters = {"type": "object", "properties": {}}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def a_thousand() -> list[dict[str, Any]]:
    return [
        tool(f"server{number}__{deed}_{thing}", f"{deed.title()} one {thing} or several {thing}s of group {number}.")
        for number in range(10)
        for thing in THINGS
        for deed in DEEDS
    ]


def names(tools: list[dict[str, Any]]) -> list[str]:
    return [each["function"]["name"] for each in tools]


def test_few_tools_are_all_shown_as_they_are() -> None:
    few = a_thousand()[:MOST_TOOLS]
    choice = ToolChoice(few)
    assert not choice.is_bounded
    assert choice.choose([HumanMessage("Anything")]) == few


def test_of_a_thousand_the_ones_that_are_asked_for_are_shown_in_their_order() -> None:
    tools = a_thousand()
    found = names(ToolChoice(tools).choose([HumanMessage("Please delete the old invoices.")]))
    assert len(found) == MOST_TOOLS
    assert {f"server{number}__delete_invoice" for number in range(10)} <= set(found)
    assert sum("invoice" in each for each in found) > MOST_TOOLS / 2
    places = [names(tools).index(each) for each in found]
    assert places == sorted(places)


def test_what_is_kept_and_what_was_called_is_always_shown() -> None:
    called = AIMessage("", tool_calls=[tool_call(name="server9__copy_lamp", args={}, id="1")])
    kept = [f"server8__{deed}_route" for deed in DEEDS]
    said = [HumanMessage("Copy it"), called, HumanMessage("Now delete the invoices")]
    found = names(ToolChoice(a_thousand(), kept).choose(said))
    assert len(found) == MOST_TOOLS
    assert {"server9__copy_lamp", "server9__delete_invoice", *kept} <= set(found)
    every = names(a_thousand())[:80]
    assert names(ToolChoice(a_thousand(), every).choose(said)) == [*every, "server9__copy_lamp"]


def test_words_that_say_nothing_leave_every_server_something_to_offer() -> None:
    found = names(ToolChoice(a_thousand()).choose([HumanMessage("Hm?")]))
    assert {each.partition("__")[0] for each in found} == {f"server{number}" for number in range(10)}


def test_what_was_said_earlier_counts_less() -> None:
    said = [HumanMessage("Show me the ships"), AIMessage("Here they are."), HumanMessage("Now the recipes")]
    found = names(ToolChoice(a_thousand(), most=100).choose(said))
    assert sum("recipe" in each for each in found) == 100
    assert sum("ship" in each for each in names(ToolChoice(a_thousand(), most=150).choose(said))) == 50


def test_the_person_is_heard_through_any_number_of_calls_since() -> None:
    said = [HumanMessage("Archive the contracts"), *(AIMessage(f"Step {number}") for number in range(20))]
    found = names(ToolChoice(a_thousand()).choose(said))
    assert "server3__archive_contract" in found


def test_words_are_read_out_of_names() -> None:
    assert words("createIssueComment list_pull-requests HTTPServer addresses Straße") == [
        "create", "issue", "comment", "list", "pull", "request", "httpserver", "addresse", "straße",
    ]  # fmt: skip


def test_choosing_takes_no_time_that_anybody_notices() -> None:
    choice = ToolChoice(a_thousand())
    begun = time.process_time()
    for _ in range(10):
        choice.choose([HumanMessage("Please delete the old invoices and tell the calendar. " * 20)])
    assert (time.process_time() - begun) / 10 < 0.05

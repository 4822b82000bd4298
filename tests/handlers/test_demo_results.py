"""What became of calls is told by the demo model in sentences."""

import json
from typing import Any

import pytest
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage, ToolMessage

from tests.handlers.demo import ask, calculate, convert, note, zone


def turn(sentence: str, *called: tuple[str, dict[str, Any], str, str]) -> list[BaseMessage]:
    """A message, the calls it led to, and what became of each."""
    calls = [{"name": name, "args": args, "id": str(i)} for i, (name, args, _, _) in enumerate(called)]
    results = [ToolMessage(text, tool_call_id=str(i), status=status) for i, (_, _, text, status) in enumerate(called)]
    return [SystemMessage("You are Interlock."), HumanMessage(sentence), AIMessage("", tool_calls=calls), *results]


TOKYO = json.dumps({"timezone": "Asia/Tokyo", "datetime": "2026-11-21T21:04:00+09:00", "day_of_week": "Saturday"})
MUMBAI = json.dumps({"timezone": "Asia/Kolkata", "datetime": "2026-11-21T17:34:00+05:30"})
CONVERTED = json.dumps(
    {
        "source": {"timezone": "Asia/Tokyo", "datetime": "2026-11-21T02:30:00+09:00"},
        "target": {"timezone": "Europe/Paris", "datetime": "2026-11-20T18:30:00+01:00"},
    }
)
NOTES = '{"title": "A", "text": "one", "written_at": "x"}\n{"title": "B", "text": "two", "written_at": "x"}'
WRITTEN = '{"title": "A", "text": "one", "written_at": "2026-11-21T11:09:42+00:00"}'


@pytest.mark.parametrize(
    ("sentence", "name", "arguments", "result", "said"),
    [
        ("time in Tokyo?", *zone("Asia/Tokyo"), TOKYO, "In Tokyo it is 21:04 on Saturday, 21 November 2026."),
        ("time in Mumbai?", *zone("Asia/Kolkata"), MUMBAI, "In Mumbai it is 17:34 on Saturday, 21 November 2026."),
        ("2:30 from Tokyo to Paris", *convert("02:30", "Asia/Tokyo", "Europe/Paris"), CONVERTED,
         "02:30 in Tokyo is 18:30 on the day before in Paris."),
        ("12*(3+4)?", *calculate("12*(3+4)"), "84", "12*(3+4) = 84."),
        ("my notes", "toolbox__read_notes", {}, NOTES, "I found 2 notes:\n\n- **A**: one\n- **B**: two"),
        ("my notes", "toolbox__read_notes", {}, '{"result": []}', "I found no notes."),
        ("my notes", "toolbox__read_notes", {}, WRITTEN, "I found 1 note:\n\n- **A**: one"),
        ("write it", *note("A", "one"), WRITTEN, "I wrote the note \u201cA\u201d."),
        ("delete it", "toolbox__delete_note", {"title": "A"}, WRITTEN, "I deleted the note \u201cA\u201d."),
        ("echo hi", "everything__echo", {"message": "hi"}, "Echo: hi", "Echo answered: \u201cEcho: hi\u201d"),
        ("weather", "everything__get-structured-content", {"location": "Chicago"}, '{"temperature":33,"cloudy":true}',
         "Get structured content says: temperature 33, cloudy yes."),
        ("env", "everything__get-env", {}, "A=1\nB=2", "Get env answered:\n\n> A=1\n> B=2"),
    ],
)  # fmt: skip
async def test_results_are_read_back_in_sentences(
    sentence: str, name: str, arguments: dict[str, Any], result: str, said: str
) -> None:
    answer = await ask(turn(sentence, (name, arguments, result, "success")))
    assert answer.text == said
    assert answer.tool_calls == []


async def test_one_result_and_one_rejection_are_both_told() -> None:
    answer = await ask(
        turn(
            "What time is it in Tokyo and in Paris?",
            (*zone("Asia/Tokyo"), TOKYO, "success"),
            (*zone("Europe/Paris"), "Rejected by Alice: wrong city", "error"),
        )
    )
    assert answer.text == (
        "In Tokyo it is 21:04 on Saturday, 21 November 2026. "
        "I did not look up the time in Paris: you rejected it (wrong city)."
    )


async def test_when_all_was_rejected_it_names_the_reason_without_tools() -> None:
    answer = await ask(turn("time in Tokyo?", (*zone("Asia/Tokyo"), "Rejected by Alice: wrong city", "error")), [])
    assert answer.text == "I did not look up the time in Tokyo: you rejected it (wrong city)."


async def test_another_person_who_rejected_is_named() -> None:
    messages = turn("note", (*note("A", "b"), "Rejected by Bob: not on a Friday.", "error"))
    messages[1] = HumanMessage("note", name="Alice")
    assert (await ask(messages)).text == "I did not write the note \u201cA\u201d: Bob rejected it (not on a Friday)."


async def test_a_rejection_without_a_reason_is_told_too() -> None:
    answer = await ask(turn("time in Tokyo?", (*zone("Asia/Tokyo"), "Rejected by Alice.", "error")))
    assert answer.text == "I did not look up the time in Tokyo: you rejected it."


async def test_an_edited_call_is_told_as_it_ran() -> None:
    told = f'[Alice changed the arguments to {{"timezone":"Asia/Tokyo"}}]\n{TOKYO}'
    answer = await ask(turn("time in Paris?", (*zone("Europe/Paris"), told, "success")))
    assert answer.text == ("In Tokyo it is 21:04 on Saturday, 21 November 2026. (You changed what I had asked for.)")


async def test_an_answer_in_the_tools_place_is_told_as_one() -> None:
    told = "Half past nine\n[Alice answered this in the tool's place; the tool did not run.]"
    answer = await ask(turn("time in Tokyo?", (*zone("Asia/Tokyo"), told, "success")))
    assert answer.text == (
        "I did not look up the time in Tokyo, because you answered instead: \u201cHalf past nine\u201d"
    )


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ("Error executing tool current_time: No such zone",
         "I could not look up the time in Tokyo. Current time said: \u201cNo such zone\u201d"),
        ("Nobody decided in time, so it did not run.", "I did not look up the time in Tokyo. Nobody decided in time"),
        ("It did not run: the run was cancelled", "I did not look up the time in Tokyo. It did not run"),
        ("The connection broke before the result came. Nobody knows whether it happened. Do not repeat it.",
         "I do not know whether I could look up the time in Tokyo."),
    ],
)  # fmt: skip
async def test_failures_are_told_as_what_they_are(told: str, said: str) -> None:
    answer = await ask(turn("time in Tokyo?", (*zone("Asia/Tokyo"), told, "error")))
    assert answer.text.startswith(said)

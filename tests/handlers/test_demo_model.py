"""A sentence becomes calls of the demo model: of the toolbox, mcp-server-time and server-everything."""

from typing import Any

import pytest
from langchain_core.messages import AIMessage, AIMessageChunk, HumanMessage

from interlock_handlers.demo_model import DemoModel
from tests.handlers.demo import ALL, ask, calculate, calls_of, convert, note, offered, zone

TOOLBOX_SENTENCES = [
    ("What time is it in Tokyo?", [zone("Asia/Tokyo")]),
    ("what time is it in tokyo", [zone("Asia/Tokyo")]),
    ("time in Paris", [zone("Europe/Paris")]),
    ("Tokyo time?", [zone("Asia/Tokyo")]),
    ("Hi! What's the current time in Los Angeles, please?", [zone("America/Los_Angeles")]),
    ("I'd like to know what time it is in Cape Town", [zone("Africa/Johannesburg")]),
    ("what day is it in Sydney", [zone("Australia/Sydney")]),
    ("current time in America/New_York", [zone("America/New_York")]),
    ("What time is it in UTC+2?", [zone("Etc/GMT-2")]),
    ("What time is it?", [("toolbox__current_time", {})]),
    ("What time is it in Tokyo and in Paris?", [zone("Asia/Tokyo"), zone("Europe/Paris")]),
    (
        "What's the time in New York, London and Mumbai?",
        [zone("America/New_York"), zone("Europe/London"), zone("Asia/Kolkata")],
    ),
    ("What time is it in Beijing? And in Munich?", [zone("Asia/Shanghai"), zone("Europe/Berlin")]),
    ("Convert 14:30 from Tokyo to Paris", [convert("14:30", "Asia/Tokyo", "Europe/Paris")]),
    (
        "When it is 3pm in New York, what time is it in London?",
        [convert("15:00", "America/New_York", "Europe/London")],
    ),
    ("What is 9am San Francisco time in Munich?", [convert("09:00", "America/Los_Angeles", "Europe/Berlin")]),
    (
        "What time is it in London when it is 15:00 in Beijing?",
        [convert("15:00", "Asia/Shanghai", "Europe/London")],
    ),
    ("Convert noon from Berlin to Chicago", [convert("12:00", "Europe/Berlin", "America/Chicago")]),
    ("What is 12*(3+4)?", [calculate("12*(3+4)")]),
    ("calculate 2^10", [calculate("2 ** 10")]),
    ("What is 15% of 80?", [calculate("15 / 100 * 80")]),
    ("multiply 6 by 7", [calculate("6 * 7")]),
    ("subtract 3 from 10", [calculate("10 - 3")]),
    ("How much is 2.5 plus 3?", [calculate("2.5 + 3")]),
    ("add 2 and 3", [calculate("2 + 3")]),
    ("Show me my notes", [("toolbox__read_notes", {})]),
    ("read my notes about milk", [("toolbox__read_notes", {"query": "milk"})]),
    ('list the notes containing "boat"', [("toolbox__read_notes", {"query": "boat"})]),
    ('Write a note titled "Groceries" saying "milk, eggs and bread"', [note("Groceries", "milk, eggs and bread")]),
    ("write a note titled Groceries saying buy milk and eggs", [note("Groceries", "buy milk and eggs")]),
    ("write a note with title: Shopping, text: milk and bread", [note("Shopping", "milk and bread")]),
    ('Save a note "Ideas" with "build a boat"', [note("Ideas", "build a boat")]),
    ("write a note titled Mum saying call her and show notes to Bob", [note("Mum", "call her and show notes to Bob")]),
    ("Delete the note titled Groceries", [("toolbox__delete_note", {"title": "Groceries"})]),
    ("delete the Groceries note", [("toolbox__delete_note", {"title": "Groceries"})]),
    ('remove the note "Old ideas"', [("toolbox__delete_note", {"title": "Old ideas"})]),
    (
        "add 2 and 3 and write a note titled Sum saying it is five",
        [calculate("2 + 3"), note("Sum", "it is five")],
    ),
    ("What time is it in Tokyo? And what is 3*4?", [zone("Asia/Tokyo"), calculate("3*4")]),
    ("What time is it in Tokyo, and show my notes", [zone("Asia/Tokyo"), ("toolbox__read_notes", {})]),
]

EVERYTHING_SENTENCES = [
    ("echo hello world", [("echo", {"message": "hello world"})]),
    ('Echo "hello there"', [("echo", {"message": "hello there"})]),
    ('echo {"message": "hi"}', [("echo", {"message": "hi"})]),
    ("say hello to Bob with the echo tool", [("echo", {"message": "hello to Bob"})]),
    ("add 2 and 3", [("get-sum", {"a": 2, "b": 3})]),
    ("What is 2.5 plus 3?", [("get-sum", {"a": 2.5, "b": 3})]),
    ("get the sum of 4 and 5", [("get-sum", {"a": 4, "b": 5})]),
    ("get-sum with b: 1, a: 7", [("get-sum", {"a": 7, "b": 1})]),
    (
        "run a long running operation for 3 seconds with 5 steps",
        [("trigger-long-running-operation", {"duration": 3, "steps": 5})],
    ),
    (
        "trigger long running operation, duration: 2, steps: 4",
        [("trigger-long-running-operation", {"duration": 2, "steps": 4})],
    ),
    ("Show me the tiny image", [("get-tiny-image", {})]),
    ("print the environment variables", [("get-env", {})]),
    ("get structured content for Chicago", [("get-structured-content", {"location": "Chicago"})]),
    (
        "Get an annotated message of type error with an image",
        [("get-annotated-message", {"messageType": "error", "includeImage": True})],
    ),
    (
        "Get an annotated success message without image",
        [("get-annotated-message", {"messageType": "success", "includeImage": False})],
    ),
    ("research the history of tea", [("simulate-research-query", {"topic": "history of tea"})]),
    ("get 5 resource links", [("get-resource-links", {"count": 5})]),
    ("get resource reference blob 3", [("get-resource-reference", {"resourceType": "Blob", "resourceId": 3})]),
    ("gzip the file https://example.com/a.txt", [("gzip-file-as-resource", {"data": "https://example.com/a.txt"})]),
    ("toggle simulated logging", [("toggle-simulated-logging", {})]),
]


@pytest.mark.parametrize(("sentence", "expected"), TOOLBOX_SENTENCES)
async def test_a_sentence_becomes_calls_of_the_toolbox(
    sentence: str, expected: list[tuple[str, dict[str, Any]]]
) -> None:
    assert calls_of(await ask(sentence, offered("toolbox"))) == expected


@pytest.mark.parametrize(("sentence", "expected"), EVERYTHING_SENTENCES)
async def test_a_sentence_becomes_calls_of_everything(
    sentence: str, expected: list[tuple[str, dict[str, Any]]]
) -> None:
    answer = await ask(sentence, offered("everything"))
    assert calls_of(answer) == [(f"everything__{name}", arguments) for name, arguments in expected]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("What time is it in Tokyo?", {"timezone": "Asia/Tokyo"}),
        ("Convert 14:30 from Tokyo to Paris",
         {"source_timezone": "Asia/Tokyo", "time": "14:30", "target_timezone": "Europe/Paris"}),
    ],
)  # fmt: skip
async def test_a_sentence_becomes_calls_of_the_time_server(sentence: str, expected: dict[str, Any]) -> None:
    [(name, arguments)] = calls_of(await ask(sentence, offered("time")))
    assert (name.split("__")[0], arguments) == ("time", expected)


async def test_of_two_servers_that_offer_the_same_one_is_called_always_the_same() -> None:
    answers = [calls_of(await ask("What time is it in Tokyo?")) for _ in range(3)]
    assert answers[0] == answers[1] == answers[2]
    assert len(answers[0]) == 1


@pytest.mark.parametrize(
    ("sentence", "server"),
    [
        ("using time, what time is it in Berlin?", "time"),
        ("with the toolbox: what time is it in Berlin?", "toolbox"),
        ("What time is it in Berlin? Use the time server.", "time"),
        ("toolbox: what time is it in Berlin?", "toolbox"),
    ],
)
async def test_a_server_that_is_named_is_preferred(sentence: str, server: str) -> None:
    [(name, arguments)] = calls_of(await ask(sentence))
    assert name.startswith(f"{server}__")
    assert arguments == {"timezone": "Europe/Berlin"}


@pytest.mark.parametrize(
    ("sentence", "missing"),
    [
        ("Write a note: buy milk", ["title"]),
        ("write a note titled Groceries", ["text"]),
        ("delete a note", ["title"]),
        ("Convert 14:30 from Tokyo", ["to timezone"]),
    ],
)
async def test_a_missing_argument_is_asked_for_and_not_invented(sentence: str, missing: list[str]) -> None:
    answer = await ask(sentence, offered("toolbox"))
    assert answer.tool_calls == []
    assert "I could not find its" in answer.text
    assert all(f"**{label}**" in answer.text for label in missing)


async def test_what_is_clear_is_done_and_what_is_missing_is_asked_in_one_turn() -> None:
    answer = await ask("What is 2*3 and write a note titled Six", offered("toolbox"))
    assert calls_of(answer) == [calculate("2*3")]
    assert "**text**" in answer.text


async def test_a_part_without_a_tool_is_named() -> None:
    answer = await ask("What time is it in Tokyo and book me a flight to Rome", offered("toolbox"))
    assert calls_of(answer) == [zone("Asia/Tokyo")]
    assert "book me a flight to Rome" in answer.text


@pytest.mark.parametrize(
    ("earlier", "later", "expected"),
    [
        ("Write a note: buy milk", "title: Shopping", [note("Shopping", "buy milk")]),
        ("Convert 14:30 from Tokyo", "to Paris", [convert("14:30", "Asia/Tokyo", "Europe/Paris")]),
        ("What time is it in Tokyo?", "And in Paris?", [zone("Europe/Paris")]),
    ],
)
async def test_a_short_message_completes_or_varies_the_one_before(
    earlier: str, later: str, expected: list[tuple[str, dict[str, Any]]]
) -> None:
    history = [HumanMessage(earlier), AIMessage("(an answer)"), HumanMessage(later)]
    assert calls_of(await ask(history, offered("toolbox"))) == expected


@pytest.mark.parametrize(
    "sentence",
    [
        "Tell me a joke",
        "What do you think about time travel?",
        "What is the weather in Paris?",
        "Wie geht es dir?",
        "??",
    ],
)
async def test_where_no_tool_fits_it_says_what_it_is_and_what_is_connected(sentence: str) -> None:
    answer = await ask(sentence)
    assert answer.tool_calls == []
    assert "set of rules, not a language model" in answer.text
    assert "**toolbox**: current time, convert time" in answer.text
    assert "Try for example" in answer.text


@pytest.mark.parametrize("servers", [("toolbox",), ("time",), ("everything",), ("toolbox", "time", "everything")])
async def test_every_example_that_it_gives_works(servers: tuple[str, ...]) -> None:
    tools = offered(*servers)
    text = (await ask("hello", tools)).text
    examples = [line.removeprefix("- ") for line in text.split("Try for example:")[1].strip().splitlines()]
    assert len(examples) >= min(3, len(tools))
    for example in examples:
        assert len(calls_of(await ask(example, tools))) == 1, example


async def test_without_tools_it_points_at_the_servers_button() -> None:
    answer = await ask("What time is it in Tokyo?", [])
    assert answer.tool_calls == []
    assert "connect a server with the **Servers** button" in answer.text


async def test_it_streams_word_by_word_and_calls_in_pieces() -> None:
    model = DemoModel(seconds_per_word=0)
    words = [chunk.text async for chunk in model.astream("hello")]
    assert len([word for word in words if word]) > 20
    pieces = [chunk async for chunk in model.bind_tools(ALL).astream("Convert 14:30 from Tokyo to Paris")]
    parts = [part for piece in pieces if isinstance(piece, AIMessageChunk) for part in piece.tool_call_chunks]
    assert parts[0]["name"] == "time__convert_time" or parts[0]["name"] == "toolbox__convert_time"
    assert len(parts) > 3
    assert pieces[-1].response_metadata["finish_reason"] == "tool_calls"


async def test_the_whole_answer_is_the_streamed_one() -> None:
    model = DemoModel(seconds_per_word=0).bind_tools(ALL)
    sentence = "What time is it in Tokyo and write a note titled A saying b"
    whole = await model.ainvoke(sentence)
    assert calls_of(whole) == calls_of(await ask(sentence))
    assert len({call["id"] for call in whole.tool_calls}) == 2


async def test_dates_count_from_today() -> None:
    parameters = {
        "type": "object",
        "properties": {"day": {"type": "string", "format": "date"}, "guests": {"type": "integer"}},
        "required": ["day", "guests"],
    }
    tool = {"type": "function", "function": {
        "name": "hall__book_table", "description": "Book a table for some guests on a day", "parameters": parameters,
    }}  # fmt: skip
    for words, day in (("tomorrow", "2026-11-22"), ("on Monday", "2026-11-23"), ("on 3 December", "2026-12-03")):
        answer = await ask(f"Book a table for 4 guests {words}", [tool])
        assert calls_of(answer) == [("hall__book_table", {"day": day, "guests": 4})], words


async def test_lists_and_flags_are_filled_from_the_schema() -> None:
    parameters = {
        "type": "object",
        "properties": {
            "labels": {"type": "array", "items": {"type": "string"}},
            "urgent": {"type": "boolean"},
            "priority": {"type": "string", "enum": ["low", "high"]},
        },
        "required": ["labels"],
    }
    tool = {"type": "function", "function": {
        "name": "desk__tag_ticket", "description": "Put labels on a ticket", "parameters": parameters,
    }}  # fmt: skip
    answer = await ask("Tag the ticket as urgent, priority high, labels: red, green and blue", [tool])
    [(_, arguments)] = calls_of(answer)
    assert arguments == {"labels": ["red", "green", "blue"], "urgent": True, "priority": "high"}


async def test_nothing_is_deleted_without_a_word_that_says_so() -> None:
    for text in ('Note "Buy milk"', 'Note "Buy milk" and what time is it in Paris?', "my note Shopping"):
        assert "toolbox__delete_note" not in [name for name, _ in calls_of(await ask(text))]

"""What a person sees of a server's text, and what they could take it for."""

import pytest

from interlock_handlers.convert import model_tool
from interlock_handlers.definition import ToolDefinition
from interlock_handlers.visible import hides_something, look, mixes_scripts, visible


@pytest.mark.parametrize(
    "hidden",
    ["\u200b", "\u202e", "\u2066", "\U000e0041", "\u00ad", "\u3164", "\ufeff", "\U000e0100", "\u034f", "\0", "\ue000"],
)
def test_what_shows_nothing_is_taken_out_and_told(hidden: str) -> None:
    assert visible(f"a{hidden}b") == "ab"
    assert hides_something(f"a{hidden}b")


@pytest.mark.parametrize("plain", ["Größe 5 €, two\nlines\tand a tab", "検索する", "поиск", "I \u2764\ufe0f it"])
def test_what_is_plain_is_left_alone(plain: str) -> None:
    assert not hides_something(plain)
    assert visible(plain) == plain.replace("\ufe0f", "")


@pytest.mark.parametrize(
    "name",
    [
        "s\u0435nd_mail",
        "send-mail",
        "Send Mail",
        "\uff53end_mail",
        "send_rnail",
        "s\u00e9nd_mail",
        "se\u200bnd_mail",
        "send.mai1",
    ],
)
def test_names_that_a_person_could_take_for_each_other_look_the_same(name: str) -> None:
    assert look(name) == look("send_mail")


def test_names_that_nobody_confuses_do_not() -> None:
    assert len({look(name) for name in ("send_mail", "send_mails", "read_mail", "поиск", "search")}) == 5


def test_plain_letters_beside_others_that_look_like_them_are_told() -> None:
    assert mixes_scripts("s\u0435nd")
    assert not mixes_scripts("send")
    assert not mixes_scripts("поиск")


def test_descriptions_inside_a_schema_are_cleaned_and_values_are_not() -> None:
    schema = {
        "type": "object",
        "properties": {
            "title": {"type": "string", "description": "Whom\u202e to.", "enum": ["a\u200b"]},
            "x": {"items": {"description": "y" * 5000}},
        },
    }
    parameters = model_tool(ToolDefinition("s", "t", None, "d", schema, None, None))["function"]["parameters"]
    assert parameters["properties"]["title"] == {"type": "string", "description": "Whom to.", "enum": ["a\u200b"]}
    assert len(parameters["properties"]["x"]["items"]["description"]) == 1024

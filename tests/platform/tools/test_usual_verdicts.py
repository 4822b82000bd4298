"""The toolset says what usually happens to calls of each tool."""

from tests.person import Person
from tests.platform.gate.asking import rule
from tests.platform.place import Place


async def verdict(person: Person) -> str:
    tools = (await person.ok("GET", "/api/toolset"))["tools"]
    found: str = next(each["policy"] for each in tools if each["name"] == "journal__record")
    return found


async def test_it_follows_the_rules_that_hold_whatever_the_arguments_are(place: Place, alice: Person) -> None:
    assert await verdict(alice) == "ask"
    async with rule(alice, verdict="allow", server="journal"):
        assert await verdict(alice) == "allow"
        async with rule(alice, verdict="deny", condition="arguments.value == 'secret'"):
            assert await verdict(alice) == "allow"
        async with rule(alice, verdict="deny", server="journal", tool="record", layer="tool"):
            assert await verdict(alice) == "deny"
            everything = await alice.ok("POST", "/api/initialize")
            assert [each["policy"] for each in everything["toolset"]["tools"] if each["name"] == "journal__record"] == [
                "deny"
            ]
    assert await verdict(alice) == "ask"

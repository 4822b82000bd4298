"""Whatever is sent to whatever operation, by whomever: no answer is a fault of ours, and none is undocumented.

schemathesis makes requests out of the OpenAPI document, some of them valid and some of them not. A share runs every
time; `--long` sends 20,000.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest
import pytest_asyncio
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS
from schemathesis.core.result import Ok

from tests.person import NO_AUTHORITIES, Person
from tests.platform.place import Place
from tests.security.things import id_of, make_everything

SHARE, ALL = 280, 20_000
NAMES = ("alice", "bob", "vera", "")
"""An owner, a member, a viewer, and somebody who is not signed in."""
WANTED = ("not_a_server_error", "status_code_conformance", "content_type_conformance", "response_schema_conformance")
OUTSIDE = ("/dev-idp",)


class Crowd:
    """People who send what they are given, and sign in again when that has signed them out."""

    def __init__(self, people: dict[str, httpx.AsyncClient]) -> None:
        self._people = people
        self.answered: Counter[int] = Counter()

    async def send(self, name: str, case: schemathesis.Case[Any]) -> httpx.Response:
        http = self._people[name]
        answer = await self._once(http, case)
        if answer.status_code == 401 and name:
            await http.get("/auth/login", params={"next": "/healthz", "login_hint": name}, follow_redirects=True)
            answer = await self._once(http, case)
        self.answered[answer.status_code] += 1
        return answer

    async def _once(self, http: httpx.AsyncClient, case: schemathesis.Case[Any]) -> httpx.Response:
        said = case.as_transport_kwargs(base_url=str(http.base_url).rstrip("/"))
        known = {
            name: said[name] for name in ("method", "url", "params", "headers", "json") if said.get(name) is not None
        }
        if said.get("data") is not None:
            known["data" if isinstance(said["data"], dict) else "content"] = said["data"]
        return await http.request(**known)


@pytest_asyncio.fixture(loop_scope="session")
async def crowd(place: Place, alice: Person) -> AsyncIterator[Crowd]:
    await make_everything(place, alice)
    place.model.script([{"text": "Well.", "times": None}])
    async with AsyncExitStack() as stack:
        people = {}
        for name in NAMES:
            http = httpx.AsyncClient(base_url=place.url, verify=NO_AUTHORITIES, timeout=60)
            people[name] = await stack.enter_async_context(http)
        yield Crowd(people)


async def known_ids(place: Place, alice: Person, names: set[str]) -> dict[str, str]:
    user_id = (await alice.ok("GET", "/api/me"))["user"]["id"]
    return {name: await id_of(place, name, user_id) for name in names if name.endswith("_id")}


async def test_whatever_is_sent_is_answered_as_documented(
    pytestconfig: pytest.Config, place: Place, alice: Person, crowd: Crowd
) -> None:
    document: dict[str, Any] = await alice.ok("GET", "/api/openapi.json")
    document["paths"] = {path: each for path, each in document["paths"].items() if not path.startswith(OUTSIDE)}
    schema = schemathesis.openapi.from_dict(document)
    operations = [each.ok() for each in schema.get_all_operations() if isinstance(each, Ok)]
    ids = await known_ids(place, alice, {each.name for op in operations for each in op.path_parameters})
    each_gets = max(1, (ALL if pytestconfig.getoption("--long") else SHARE) // len(operations))
    checks: list[Any] = CHECKS.get_by_names(WANTED)
    loop = asyncio.get_running_loop()

    def try_out(operation: Any) -> None:
        modes = [operation.as_strategy(generation_mode=mode) for mode in schemathesis.GenerationMode]

        @settings(max_examples=each_gets, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
        @given(case=st.one_of(modes), name=st.sampled_from(NAMES), real=st.booleans())
        def one(case: schemathesis.Case[Any], name: str, real: bool) -> None:
            if real:
                case.path_parameters.update({each: ids[each] for each in case.path_parameters if each in ids})
            sending = asyncio.run_coroutine_threadsafe(crowd.send(name, case), loop)
            case.validate_response(sending.result(120), checks=checks)

        one()

    failed = []
    for operation in operations:
        try:
            await asyncio.to_thread(try_out, operation)
        except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - whatever it is, the others go on
            failed.append(f"{operation.label}: {error}")
    assert not failed, "\n\n".join(failed)
    assert sum(crowd.answered.values()) >= each_gets * len(operations) * 0.9
    assert {200, 401, 404, 422} <= set(crowd.answered), crowd.answered

"""Tokens that have run out: renewed once, whoever needs them, and stored before anybody uses them."""

import asyncio
import json
import sys
from uuid import uuid4

import pytest
from sqlalchemy import text

from interlock_handlers.mcp import MCPHandler
from interlock_handlers.server_errors import LoginRequired, ServerUnavailable
from tests.mcp_servers.authorization import SigningIn
from tests.platform.credentials.conftest import KEY, Somebody

REFUSED = 'Bearer error="invalid_token"'


def refreshes(signing_in: SigningIn) -> list[int]:
    """How each refresh so far was answered."""
    return [each["status"] for each in signing_in.asked("token", grant_type="refresh_token")]


async def token_of(somebody: Somebody) -> str:
    headers = await (await somebody.authorization()).headers()
    return headers["Authorization"].removeprefix("Bearer ")


async def calling(somebody: Somebody, values: list[str]) -> asyncio.subprocess.Process:
    """A process that is connected and will make these calls."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.platform.credentials.calling",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    owner = somebody.place.owner
    asked = {
        "database": somebody.urls.runtime, "key": KEY, "tenant": str(owner.tenant_id), "user": str(owner.user_id),
        "url": somebody.place.spec.url, "values": values,
    }  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(asked).encode() + b"\n")
    assert await asyncio.wait_for(process.stdout.readline(), 60) == b"ready\n"
    return process


async def test_t31_twenty_calls_of_two_processes_with_an_expired_token_make_one_refresh_and_all_succeed(
    somebody: Somebody, signing_in: SigningIn
) -> None:
    await somebody.sign_in()
    values = [uuid4().hex for _ in range(20)]
    processes = await asyncio.gather(calling(somebody, values[:10]), calling(somebody, values[10:]))
    before = len(refreshes(signing_in))
    signing_in.make_stale()
    said = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    assert [text for out, _ in said for text in json.loads(out)] == [f"recorded {value}" for value in values]
    assert refreshes(signing_in)[before:] == [200]
    assert [signing_in.received(value) for value in values] == [1] * 20
    # The authorization server ends all of a family whose token is used twice: it is alive.
    signing_in.make_stale()
    handler = MCPHandler(outbound=somebody.outbound)
    await handler.connect(somebody.place.spec, await somebody.authorization())
    await handler.aclose()
    assert refreshes(signing_in)[before:] == [200, 200]


async def test_a_token_that_is_about_to_end_is_renewed_before_it_is_used(
    somebody: Somebody, signing_in: SigningIn
) -> None:
    tokens = await somebody.sign_in()
    assert await token_of(somebody) == tokens.access_token
    await somebody.sql("update logins set expires_at = now() + interval '5 seconds'")
    before = len(refreshes(signing_in))
    given = await asyncio.gather(*(token_of(somebody) for _ in range(20)))
    assert len(set(given)) == 1
    assert given[0] != tokens.access_token
    assert refreshes(signing_in)[before:] == [200]
    assert await token_of(somebody) == given[0]


async def test_a_refusal_of_a_token_that_is_another_one_by_now_renews_nothing(
    somebody: Somebody, signing_in: SigningIn
) -> None:
    old = (await somebody.sign_in()).access_token
    new = (await somebody.sign_in()).access_token
    before = len(refreshes(signing_in))
    authorization = await somebody.authorization()
    assert await authorization.refused(401, REFUSED, {"Authorization": f"Bearer {old}"})
    assert refreshes(signing_in)[before:] == []
    assert await token_of(somebody) == new


async def test_a_login_that_the_authorization_server_took_back_has_ended(somebody: Somebody) -> None:
    grant, tokens = await somebody.obtain()
    async with somebody.database.transaction(somebody.scope) as session:
        await somebody.credentials.keeper.accept(session, somebody.place, grant, tokens)
    assert await grant.revoke(somebody.outbound, tokens.refresh_token or "", "refresh_token")
    authorization = await somebody.authorization()
    with pytest.raises(LoginRequired, match=r"^Sign in to Guarded to go on\.$"):
        await authorization.refused(401, REFUSED, {"Authorization": f"Bearer {tokens.access_token}"})
    assert await somebody.state() == "expired"
    with pytest.raises(LoginRequired):
        await authorization.headers()


async def test_a_login_whose_authorization_server_is_away_is_kept(somebody: Somebody, signing_in: SigningIn) -> None:
    tokens = await somebody.sign_in()
    endpoint = '{"token_endpoint": "http://127.0.0.1:1/token"}'
    await somebody.sql('update logins set "grant" = "grant" || %s::jsonb', endpoint)
    authorization = await somebody.authorization()
    with pytest.raises(ServerUnavailable, match="can't be renewed now") as caught:
        await authorization.refused(401, REFUSED, {"Authorization": f"Bearer {tokens.access_token}"})
    assert not isinstance(caught.value, LoginRequired)
    assert await somebody.state() == "signed_in"
    # What is good for a few seconds more is used for so long, and not after.
    await somebody.sql("update logins set expires_at = now() + interval '15 seconds'")
    assert await token_of(somebody) == tokens.access_token
    await somebody.sql("update logins set expires_at = now()")
    with pytest.raises(ServerUnavailable, match="can't be renewed now"):
        await authorization.headers()
    endpoint = json.dumps({"token_endpoint": f"{signing_in.issuer}/token"})
    await somebody.sql('update logins set "grant" = "grant" || %s::jsonb', endpoint)
    assert await authorization.refused(401, REFUSED, {"Authorization": f"Bearer {tokens.access_token}"})


async def test_whoever_gives_up_waiting_does_not_end_the_renewal(somebody: Somebody, signing_in: SigningIn) -> None:
    old = (await somebody.sign_in()).access_token
    before = len(refreshes(signing_in))
    async with somebody.database.transaction(somebody.scope) as session:
        await session.execute(text("select from logins for update"))
        waiting = asyncio.create_task(somebody.credentials.keeper.renewed(somebody.place, old))
        await somebody.blocked()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await somebody.credentials.keeper.renewed(somebody.place, old) == await token_of(somebody) != old
    assert refreshes(signing_in)[before:] == [200]


async def test_a_token_goes_to_the_address_that_it_was_got_for_and_nowhere_else(somebody: Somebody) -> None:
    await somebody.sign_in()
    await somebody.sql("update logins set url = 'https://elsewhere.example/mcp'")
    assert await (await somebody.authorization()).headers() == {}
    assert await somebody.state() == "missing"


async def test_t30_a_token_that_was_swapped_between_people_is_not_used(somebody: Somebody) -> None:
    await somebody.sign_in()
    await somebody.sql("update secrets set sealed = (select sealed from secrets where name = 'oauth.refresh'), "
                       "wrapped = (select wrapped from secrets where name = 'oauth.refresh') "
                       "where name = 'oauth.access'")  # fmt: skip
    authorization = await somebody.authorization()
    with pytest.raises(LoginRequired):
        await authorization.headers()


async def test_more_rights_are_asked_for_in_words_and_the_token_stays(somebody: Somebody) -> None:
    tokens = await somebody.sign_in()
    authorization = await somebody.authorization()
    sent = {"Authorization": f"Bearer {tokens.access_token}"}
    with pytest.raises(LoginRequired, match="wants you to grant it more rights"):
        await authorization.refused(403, 'Bearer error="insufficient_scope", scope="more"', sent)
    assert not await authorization.refused(403, None, sent)
    assert await token_of(somebody) == tokens.access_token


async def test_only_another_account_is_another_credential(somebody: Somebody) -> None:
    missing = await somebody.credential()
    await somebody.sign_in()
    assert await somebody.credential() == missing
    await somebody.sql("update logins set subject = 'somebody', expires_at = now()")
    authorization = await somebody.authorization()
    await authorization.headers()
    assert await somebody.credential() == missing
    await somebody.sign_in()
    other = await somebody.credential()
    assert other != missing
    # What was connected as the one before does not go on as this one.
    with pytest.raises(ServerUnavailable, match="as somebody else"):
        await authorization.headers()
    assert await somebody.authorization() != authorization

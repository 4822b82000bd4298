"""Secrets: sealed in the rows, opened only where they were put, and brought under another key while they are used."""

import asyncio
import sys
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text

from interlock_platform.database import Database, Scope, conninfo
from interlock_platform.vault.keyring import Keyring, SecretRefused
from interlock_platform.vault.owner import Owner
from interlock_platform.vault.rotation import BATCH, rotate
from interlock_platform.vault.service import Vault
from tests.conftest import SECRET_KEY, Urls
from tests.running import clean

OLD, NEW = "the-old-key-" + "o" * 32, "the-new-key-" + "n" * 32
TAINT = "tainted-token-5f1d"


async def people(urls: Urls, count: int = 2) -> tuple[UUID, list[UUID]]:
    """A tenant and its users."""
    tenant, users = uuid4(), [uuid4() for _ in range(count)]
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        await connection.execute("insert into tenants (id, slug, name) values (%s, 't', 'T')", (tenant,))
        for user in users:
            await connection.execute(
                "insert into users (id, tenant_id, issuer, subject, email, name, roles) "
                "values (%s, %s, 'i', %s, '', 'P', '{member}')", (user, tenant, user.hex),
            )  # fmt: skip
    return tenant, users


async def superuser(urls: Urls, statement: str, *values: object) -> None:
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        await connection.execute(statement.encode(), values)


async def test_a_secret_comes_out_as_it_went_in_and_under_a_new_id_each_time(database: Database, urls: Urls) -> None:
    tenant, (alice, _) = await people(urls)
    vault, owner = Vault(Keyring([OLD])), Owner(tenant, alice, "github")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        first = await vault.put(session, owner, "access", "one")
        second = await vault.put(session, owner, "access", "two")
        await vault.put(session, owner, "header:X-Key", "three")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        assert await vault.get(session, owner, "access") == "two"
        assert await vault.all(session, owner, "header:") == {"header:X-Key": "three"}
        assert (await vault.ids(session, owner))["access"] == second != first
        await vault.delete(session, owner, "header:X")
        assert (await vault.all(session, owner)).keys() == {"access", "header:X-Key"}
        await vault.delete_all(session, owner, "header:")
        assert (await vault.all(session, owner)).keys() == {"access"}
        await vault.delete_server(session, tenant, "github")
        assert await vault.all(session, owner) == {}


async def test_the_tenants_own_secret_is_one_and_no_users(database: Database, urls: Urls) -> None:
    tenant, (alice, _) = await people(urls)
    vault, owner = Vault(Keyring([OLD])), Owner(tenant, None, "github")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        await vault.put(session, owner, "header:X-Key", "one")
        await vault.put(session, owner, "header:X-Key", "two")
        assert await vault.all(session, owner) == {"header:X-Key": "two"}
        assert await vault.all(session, Owner(tenant, alice, "github")) == {}


async def test_t30_a_stolen_dump_holds_no_secret_and_a_swapped_row_is_refused(database: Database, urls: Urls) -> None:
    tenant, (alice, bob) = await people(urls)
    vault = Vault(Keyring([OLD]))
    places = [
        (Owner(tenant, alice, "github"), "access"),
        (Owner(tenant, bob, "github"), "access"),
        (Owner(tenant, alice, "gitlab"), "access"),
        (Owner(tenant, alice, "github"), "refresh"),
        (Owner(tenant, None, "github"), "access"),
    ]
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        for number, (owner, name) in enumerate(places):
            await vault.put(session, owner, name, f"{TAINT}-{number}")
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        rows = await (await connection.execute("select row_to_json(secrets)::text, sealed from secrets")).fetchall()
    assert len(rows) == len(places)
    assert not any(TAINT in text or TAINT.encode().hex() in text or TAINT.encode() in bytes(raw) for text, raw in rows)
    for owner, name in places[1:]:
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            moved = text(
                "update secrets t set key_id = f.key_id, wrapped = f.wrapped, sealed = f.sealed from secrets f "
                "where f.user_id = :alice and f.server_id = 'github' and f.name = 'access' "
                "and t.user_id is not distinct from :user and t.server_id = :server and t.name = :name"
            )
            values = {"alice": alice, "user": owner.user_id, "server": owner.server_id, "name": name}
            assert (await session.execute(moved, values)).rowcount == 1  # type: ignore[attr-defined]
            with pytest.raises(SecretRefused):
                await vault.get(session, owner, name)
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            assert await vault.get(session, places[0][0], "access") == f"{TAINT}-0"


async def test_another_tenants_secret_is_neither_seen_nor_opened(database: Database, urls: Urls) -> None:
    tenant, (alice, _) = await people(urls)
    other, _ = await people(urls)
    vault, owner = Vault(Keyring([OLD])), Owner(tenant, alice, "github")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        await vault.put(session, owner, "access", "one")
    async with database.transaction(Scope(tenant_id=other)) as session:
        assert await vault.get(session, owner, "access") is None
    await superuser(urls, "update secrets set tenant_id = %s, user_id = null", other)
    async with database.transaction(Scope(tenant_id=other)) as session:
        with pytest.raises(SecretRefused):
            await vault.get(session, Owner(other, None, "github"), "access")


async def test_a_key_is_changed_without_a_secret_being_lost_and_begins_again_where_it_was(
    database: Database, urls: Urls
) -> None:
    tenant, (alice, _) = await people(urls)
    before, both, after = Vault(Keyring([OLD])), Keyring([NEW, OLD]), Vault(Keyring([NEW]))
    count = BATCH + 5
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        for number in range(count):
            await before.put(session, Owner(tenant, alice, f"s{number}"), "access", f"value {number}")
    # What somebody puts while the key is changed is under the new one already; and half of it was done before.
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        await Vault(both).put(session, Owner(tenant, alice, "new"), "access", "value new")
    with pytest.raises(SecretRefused):
        async with database.transaction(Scope(tenant_id=tenant)) as session:
            await after.get(session, Owner(tenant, alice, "s0"), "access")
    assert (await rotate(urls.operator, both)).wrapped == count
    again = await rotate(urls.operator, both)
    assert (again.wrapped, again.refused) == (0, {})
    async with await psycopg.AsyncConnection.connect(conninfo(urls.superuser)) as connection:
        said = await connection.execute("select data ->> 'secrets' from audit where tenant_id = %s", (tenant,))
        assert sum(int(wrapped) for (wrapped,) in await said.fetchall()) == count
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        assert await after.get(session, Owner(tenant, alice, "new"), "access") == "value new"
        for number in range(count):
            assert await after.get(session, Owner(tenant, alice, f"s{number}"), "access") == f"value {number}"


async def test_a_secret_that_no_key_opens_is_named_and_the_others_are_brought_over(
    database: Database, urls: Urls
) -> None:
    tenant, (alice, bob) = await people(urls)
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        lost = await Vault(Keyring(["some-other-key" * 4])).put(session, Owner(tenant, bob, "a"), "access", "lost")
        swapped = await Vault(Keyring([OLD])).put(session, Owner(tenant, bob, "b"), "access", "swapped")
        await Vault(Keyring([OLD])).put(session, Owner(tenant, alice, "a"), "access", "kept")
    await superuser(urls, "update secrets set server_id = 'c' where id = %s", swapped)
    rotated = await rotate(urls.operator, Keyring([NEW, OLD]))
    assert rotated.wrapped == 1
    assert rotated.refused.keys() == {lost, swapped}
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        assert await Vault(Keyring([NEW])).get(session, Owner(tenant, alice, "a"), "access") == "kept"


async def test_the_command_changes_the_key_and_says_what_it_could_not(database: Database, urls: Urls) -> None:
    tenant, (alice, _) = await people(urls)
    owner = Owner(tenant, alice, "github")
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        await Vault(Keyring([OLD])).put(session, owner, "access", "kept")
    env = {"INTERLOCK_DATABASE_URL": urls.owner, "INTERLOCK_SECRET_KEY": SECRET_KEY, "INTERLOCK_VAULT_KEY": NEW}
    ended, said = await keys_rotate(env)
    assert (ended, "INTERLOCK_VAULT_FORMER_KEYS" in said) == (1, True)
    ended, said = await keys_rotate({**env, "INTERLOCK_VAULT_FORMER_KEYS": OLD})
    assert (ended, "Secrets brought under the present key: 1." in said) == (0, True)
    async with database.transaction(Scope(tenant_id=tenant)) as session:
        assert await Vault(Keyring([NEW])).get(session, owner, "access") == "kept"


async def keys_rotate(env: dict[str, str]) -> tuple[int | None, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "interlock_servers", "keys", "rotate",
        env=clean(env), stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await process.communicate()
    return process.returncode, " ".join(said.decode().split())

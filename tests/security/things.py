"""One of everything that the API gives ids to, all of it alice's: what strangers ask for in `test_matrix.py`."""

from psycopg import sql

from tests.person import Person
from tests.platform.chat.talking import talk
from tests.platform.place import Place, record

TABLES = {"job_id": "data_jobs", "key_id": "api_keys", "provider_id": "identity_providers"}
"""Parameter -> the table of its thing, where its name does not say it."""
TIMES = ("created_at", "given_at", "seen_at", "at")


async def make_everything(place: Place, alice: Person) -> None:
    """A chat with a call that waits, a rule, a grant, an invitation, a server, a key, an export, what a tool gave."""
    server = {"name": "Hers alone", "transport": "http", "url": "http://127.0.0.1:9/mcp", "scope": "personal"}
    await alice.ok("PUT", "/api/servers/policy", {"personal": "any", "hosts": []})
    await alice.ok("POST", "/api/servers", server)
    place.model.script([{"calls": [record("theirs")]}])
    thread_id, _ = await talk(alice, "Record it")
    card = await alice.card(thread_id)
    await alice.until(lambda: alice.events(thread_id, "RUN_FINISHED"))
    tool = {"server": "journal", "tool": "record", "definition_hash": card["tool"]["definition_hash"]}
    await alice.ok("POST", "/api/grants", tool)
    about_her = {"user_id": (await alice.ok("GET", "/api/me"))["user"]["id"]}
    await alice.ok("POST", "/api/policies", {"layer": "user", "name": "Hers", "verdict": "ask", **about_her})
    await alice.ok("POST", "/api/invitations", {"roles": ["viewer"]})
    await alice.ok("POST", "/api/keys", {"name": "Hers", "scopes": ["threads.read"], "days": 1})
    await alice.ok("POST", "/api/data/exports", {"of": "me"})
    await place.eventually(lambda: place.sql("select 1 from data_jobs where ended_at is null"), [])
    await place.sql(
        "insert into artifacts (id, tenant_id, thread_id, call_id, mime_type, name, data) "
        "select gen_random_uuid(), tenant_id, thread_id, id, 'text/plain', 'a.txt', 'x'::bytea "
        "from calls where id = %s",
        card["id"],
    )
    await place.sql(
        "insert into identity_providers "
        "(id, tenant_id, name, issuer, client_id, scope, roles_claim, roles_known, creates) "
        "select gen_random_uuid(), tenant_id, 'Ours', 'http://127.0.0.1:9', 'x', 'openid', 'roles', '{}', true "
        "from calls where id = %s",
        card["id"],
    )


async def id_of(place: Place, parameter: str, user_id: str) -> str:
    """What `{parameter}` of an address, such as `thread_id`, stands for in the newest such thing of this user's.

    Raises AssertionError where the tables have none: then `make_everything` has to make one.
    """
    table = TABLES.get(parameter, parameter.removesuffix("_id") + "s")
    found = await place.sql("select column_name from information_schema.columns where table_name = %s", table)
    columns = {name for (name,) in found}
    assert columns, f"no table has what {parameter} stands for: say in `id_of` where it is"
    user = sql.SQL("(select (u).{} from users u where u.id = {})")
    tenant = sql.SQL("id = " if table == "tenants" else "tenant_id = ")
    conditions = [tenant + user.format(sql.Identifier("tenant_id"), sql.Literal(user_id))]
    owner = "id" if table == "users" else "user_id" if "user_id" in columns else None
    if owner:
        conditions.append(sql.SQL("{} = {}").format(sql.Identifier(owner), sql.Literal(user_id)))
    newest = next((name for name in TIMES if name in columns), "id")
    query = sql.SQL("select id::text from {} where {} order by {} desc limit 1").format(
        sql.Identifier(table), sql.SQL(" and ").join(conditions), sql.Identifier(newest)
    )
    rows = await place.sql(query.as_string())
    assert rows, f"nobody has anything that {parameter} stands for: make one in `make_everything`"
    return str(rows[0][0])

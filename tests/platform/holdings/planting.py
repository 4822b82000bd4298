"""Somebody who has left something of theirs in every table, and a search for it in all of them."""

import json
from typing import Any
from uuid import uuid4

import psycopg
from psycopg import sql

from interlock_platform.database import conninfo
from tests.person import Person
from tests.platform.place import Place, record


async def plant(place: Place, person: Person, word: str, whole_url: str) -> dict[str, str]:
    """Puts the word into whatever a person can: chats, rules, servers, secrets, permissions. Ids of what was made."""
    me = (await person.ok("GET", "/api/me"))["user"]["id"]
    await person.ok("POST", "/api/servers/journal/connect")
    for grant in (await person.ok("GET", "/api/grants"))["grants"]:
        await person.ok("DELETE", f"/api/grants/{grant['id']}")
    place.model.script([
        {"contains": "Record", "after_tool": False, "calls": [record(f"{word} argument")]},
        {"text": f"{word} answer", "times": None},
    ])  # fmt: skip
    thread_id = await person.new_thread()
    run_id = await person.say(thread_id, f"Record {word} message")
    card = await person.card(thread_id)
    assert (await person.decide(card, "approve", remember="always"))["ok"]
    assert await person.finished(thread_id, run_id) == "success"
    await person.ok("PATCH", f"/api/threads/{thread_id}", {"title": f"{word} title"})
    await person.ok("PUT", f"/api/threads/{thread_id}/tools", {"off": ["journal__fail"]})
    rules = [
        await person.ok("POST", "/api/policies", {"note": word, "verdict": "ask", **about})
        for about in (
            {"name": f"{word} person", "layer": "user", "user_id": me},
            {"name": f"{word} chat", "layer": "thread", "thread_id": thread_id},
        )
    ]
    server = await person.ok("POST", "/api/servers", {
        "name": f"{word} server", "transport": "http", "url": f"{whole_url}?{word}", "auth": "headers",
        "headers": {"X-Key": f"{word} secret"}, "scope": "personal",
    })  # fmt: skip
    connected = await person.ok("POST", f"/api/servers/{server['id']}/connect")
    theirs = [each for each in connected["toolset"]["tools"] if each["server"] == server["id"]]
    (show,) = [each["name"] for each in theirs if each["name"].endswith("__show")]
    place.model.script([
        {"contains": "Show", "after_tool": False, "calls": [{"name": show, "arguments": {}}]},
        {"text": f"{word} shown", "times": None},
    ])  # fmt: skip
    run_id = await person.say(thread_id, f"Show {word}")
    assert (await person.decide(await person.card(thread_id), "approve"))["ok"]
    shown = (await person.card(thread_id, "succeeded"))["id"]
    assert await person.finished(thread_id, run_id) == "success"
    return {"user": me, "thread": thread_id, "call": card["id"], "shown": shown, "server": server["id"],
            "rule": rules[0]["id"], "rule of the chat": rules[1]["id"]}  # fmt: skip


async def tables_with(place: Place, *needles: str) -> dict[str, set[str]]:
    """Needle -> the tables of the whole database that have it, in whatever column and even in bytes."""
    found: dict[str, set[str]] = {needle: set() for needle in needles}
    async with await psycopg.AsyncConnection.connect(conninfo(place.urls.superuser)) as connection:
        tables = await connection.execute("select relname from pg_class where relkind = 'r' and relnamespace = "
                                          "'public'::regnamespace")  # fmt: skip
        for (table,) in await tables.fetchall():
            rows = await connection.execute(
                sql.SQL("select row_to_json(t)::text from {} t").format(sql.Identifier(table))
            )
            text = "\n".join(row for (row,) in await rows.fetchall()).lower()
            for needle in needles:
                forms = {needle.lower(), json.dumps(needle).strip('"').lower(), needle.encode().hex()}
                if any(form in text for form in forms):
                    found[needle].add(table)
    return found


async def job_done(place: Place, person: Person, job_id: str) -> dict[str, Any]:
    """The job as its person sees it, once it has ended."""

    async def state() -> str:
        return str(next(each["state"] for each in await jobs(person) if each["id"] == job_id))

    await place.eventually(state, "done")
    return next(each for each in await jobs(person) if each["id"] == job_id)


async def jobs(person: Person) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = (await person.ok("GET", "/api/data/jobs"))["jobs"]
    return listed


def a_word() -> str:
    return f"quagga{uuid4().hex[:12]}"

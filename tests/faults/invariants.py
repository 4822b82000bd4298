"""What must be true of the tables and of the tool's journal after anything: read from outside, as the superuser."""

import asyncio
import json
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from interlock_platform.database import conninfo
from tests.mcp_servers.journal import entries

REST_SECONDS = 10.0
DONE = ("succeeded", "failed", "unknown", "confirmed_done", "confirmed_not_done")
WAITING = ("proposed", "unknown")

Rows = list[dict[str, Any]]

QUERIES = {
    "threads": "select id, last_seq from threads",
    "runs": "select thread_id, id, state from runs",
    "messages": "select thread_id, id, run_id, seq, role, content, more from messages",
    "events": "select thread_id, run_id, seq, kind, body from events",
    "calls": "select * from calls",
    "audit": "select action, target from audit",
    "jobs": "select task_name, status from procrastinate_jobs where task_name <> 'expire'",
}


async def hold(url: str, journal: Path) -> None:
    """Waits until every thread is at rest, then asserts all of it."""
    tables = await at_rest(url)
    log_has_no_gap(tables)
    effects_were_approved(tables, journal)
    calls_are_told_once(tables)
    answers_are_given_once(tables)


async def at_rest(url: str) -> dict[str, Rows]:
    """The tables, once nothing moves any more: a run has ended, or waits for people, or is queued behind such a one."""
    end = time.monotonic() + REST_SECONDS
    while moving := what_moves(tables := await read(url)):
        assert time.monotonic() < end, f"Not at rest after {REST_SECONDS:g} s: {moving}"
        await asyncio.sleep(0.05)
    return tables


async def read(url: str) -> dict[str, Rows]:
    async with await psycopg.AsyncConnection.connect(conninfo(url), row_factory=dict_row) as connection:
        await connection.execute("set transaction isolation level repeatable read")
        return {name: await (await connection.execute(query)).fetchall() for name, query in QUERIES.items()}


def what_moves(tables: dict[str, Rows]) -> list[str]:
    waits = {(call["thread_id"], call["run_id"]) for call in tables["calls"] if call["state"] in WAITING}
    held = {run["thread_id"] for run in tables["runs"] if (run["thread_id"], run["id"]) in waits}
    moving = [f"job {job['task_name']} is {job['status']}" for job in tables["jobs"]]
    moving += [f"call {call['id']} is {call['state']}" for call in tables["calls"] if call["state"] in
               ("approved", "started")]  # fmt: skip
    for run in tables["runs"]:
        at_rest = {
            "waiting": (run["thread_id"], run["id"]) in waits,
            "queued": run["thread_id"] in held,
            "running": False,
        }.get(run["state"], True)
        if not at_rest:
            moving.append(f"run {run['id']} is {run['state']}")
    return moving


def log_has_no_gap(tables: dict[str, Rows]) -> None:
    """The numbers of each thread's log: 1, 2, 3 … up to the thread's own count, each once."""
    for thread in tables["threads"]:
        numbers: list[int] = []
        for event in of_thread(tables["events"], thread):
            numbers += range(event["seq"], event["seq"] + (3 if event["kind"] == "tool_call" else 1))
        for message in of_thread(tables["messages"], thread):
            numbers += range(message["seq"], message["seq"] + (3 if message["content"] else 2))
        assert sorted(numbers) == list(range(1, thread["last_seq"] + 1)), f"the log of thread {thread['id']}"


def effects_were_approved(tables: dict[str, Rows], journal: Path) -> None:
    """Every effect is that of one call, which was approved and started; no call has more than one."""
    sent = Counter(signature(entry["tool"], entry["arguments"]) for entry in entries(journal, "received"))
    started: Counter[str] = Counter()
    for call in tables["calls"]:
        assert call["attempt"] <= 1, f"call {call['id']} was attempted {call['attempt']} times"
        if call["started_at"] is None:
            continue
        assert call["state"] in DONE, f"call {call['id']} was started and is {call['state']}"
        assert call["verdict"] == "allow" or (call["decision"] == "approve" and call["decided_by"]), "nobody approved"
        record = [entry["action"] for entry in tables["audit"] if entry["target"] == str(call["id"])]
        assert record.index("call.approved") < record.index("call.started"), record
        started[signature(call["tool"], json.loads(call["arguments"]))] += 1
    assert not sent - started, f"sent without a call that was started: {sent - started}"
    done = Counter(signature(entry["tool"], entry["arguments"]) for entry in entries(journal, "done"))
    succeeded = [call for call in tables["calls"] if call["state"] == "succeeded"]
    claimed = Counter(signature(call["tool"], json.loads(call["arguments"])) for call in succeeded)
    assert not claimed - done, f"said to have succeeded, and did not: {claimed - done}"


def calls_are_told_once(tables: dict[str, Rows]) -> None:
    """A settled call has one result in the log, an open one has none."""
    told = Counter(event["body"]["id"] for event in tables["events"] if event["kind"] == "tool_result")
    for call in tables["calls"]:
        settled = call["state"] not in ("proposed", "approved", "started", "unknown")
        assert told[str(call["id"])] == int(settled), f"call {call['id']} is {call['state']}"


def answers_are_given_once(tables: dict[str, Rows]) -> None:
    """Each run has one message of a person and ends once; one that succeeded has one answer."""
    for run in tables["runs"]:
        said = [m for m in tables["messages"] if (m["thread_id"], m["run_id"]) == (run["thread_id"], run["id"])]
        assert sum(message["role"] == "user" for message in said) == 1, f"the messages of run {run['id']}"
        answers = [m for m in said if m["role"] == "assistant" and not m["more"]]
        ends = [
            event for event in of_thread(tables["events"], {"id": run["thread_id"]})
            if event["run_id"] == run["id"] and event["kind"] == "run_finished" and not (event["body"] or {})
        ]  # fmt: skip
        expected = 1 if run["state"] == "finished" else 0
        assert (len(answers), len(ends)) == (expected, expected), f"run {run['id']} is {run['state']}"


def of_thread(rows: Rows, thread: dict[str, Any]) -> Rows:
    return [row for row in rows if row["thread_id"] == thread["id"]]


def signature(tool: str, arguments: dict[str, Any]) -> str:
    """A test uses each value for one call only."""
    return f"{tool} {arguments['value']}"

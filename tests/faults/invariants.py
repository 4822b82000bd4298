"""What must be true of tables, journals and clients after anything: read from outside, as the superuser."""

import asyncio
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

from interlock_platform.database import conninfo
from tests.faults import calls, keeping
from tests.faults.history import history
from tests.faults.tables import Breach, Rows, Seen, Tables, read
from tests.mcp_servers.journal import entries

REST_SECONDS = 30.0
WAITING = ("proposed", "unknown", "input_required")


async def hold(url: str, journal: Path) -> None:
    """Waits until every thread is at rest, then asserts all of it."""
    tables = await at_rest(url)
    seen = Seen(tables, entries(journal))
    found = breaches(seen)
    assert not found, "\n\n".join(f"{breach.sentence}\n{history(seen, breach)}" for breach in found)


async def at_rest(url: str) -> Tables:
    """The tables, once nothing moves any more: a run has ended, or waits for people, or is queued behind such a one."""
    end = time.monotonic() + REST_SECONDS
    async with await psycopg.AsyncConnection.connect(
        conninfo(url), autocommit=True, row_factory=dict_row
    ) as connection:
        while moving := what_moves(tables := await read(connection)):
            assert time.monotonic() < end, f"Not at rest after {REST_SECONDS:g} s: {moving}"
            await asyncio.sleep(0.05)
    return tables


def what_moves(tables: Tables) -> list[str]:
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


def breaches(seen: Seen) -> list[Breach]:
    """Everything that is not as it has to be."""
    return [breach for look in LOOKS for breach in look(seen)]


def log_has_no_gap(seen: Seen) -> Iterator[Breach]:
    """The numbers of each thread's log: 1, 2, 3 … up to the thread's own count, each once."""
    for thread in seen.tables["threads"]:
        numbers: list[int] = []
        for event in of_thread(seen.tables["events"], thread["id"]):
            numbers += range(event["seq"], event["seq"] + (3 if event["kind"] == "tool_call" else 1))
        for message in of_thread(seen.tables["messages"], thread["id"]):
            numbers += range(message["seq"], message["seq"] + (3 if message["content"] else 2))
        if sorted(numbers) != list(range(1, thread["last_seq"] + 1)):
            yield Breach("The log has a gap or a number twice", thread["id"])


def answers_are_given_once(seen: Seen) -> Iterator[Breach]:
    """Each run has one message of a person and ends once; one that succeeded has one answer."""
    for run in seen.tables["runs"]:
        said = [each for each in of_thread(seen.tables["messages"], run["thread_id"]) if each["run_id"] == run["id"]]
        asked = sum(message["role"] == "user" for message in said)
        answers = sum(message["role"] == "assistant" and not message["more"] for message in said)
        ends = sum(
            event["run_id"] == run["id"] and event["kind"] == "run_finished" and not (event["body"] or {})
            for event in of_thread(seen.tables["events"], run["thread_id"])
        )
        expected = int(run["state"] == "finished")
        if (asked, answers, ends) != (1, expected, expected):
            yield Breach(
                f"Run {run['id']} is {run['state']}: {asked} messages, {answers} answers, {ends} ends", run["thread_id"]
            )


def of_thread(rows: Rows, thread_id: UUID) -> Rows:
    return [row for row in rows if row["thread_id"] == thread_id]


LOOKS: tuple[Callable[[Seen], Iterator[Breach]], ...] = (
    log_has_no_gap,
    answers_are_given_once,
    calls.were_approved_before_they_ran,
    calls.ran_as_often_as_they_were_sent,
    calls.are_repeated_only_where_an_admin_lets_them,
    calls.are_told_once,
    calls.are_unknown_only_where_nobody_knows,
    calls.results_are_those_of_the_tool,
    keeping.messages_are_kept,
    keeping.decisions_are_kept,
    keeping.stops_are_kept,
    keeping.results_reach_the_model,
    keeping.clients_see_what_is_stored,
)

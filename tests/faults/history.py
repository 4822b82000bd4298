"""The little that is needed to see how a breach came about: one call's, or one thread's, in the order of time."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from tests.faults.tables import Breach, Seen

WIDTH = 160
TELLING = ("id", "state", "reason", "executor", "attempt", "grant", "cancelled", "code", "content", "name")


def history(seen: Seen, breach: Breach) -> str:
    """Rows, events, entries of the record, lines of the journal and deaths, each with its time."""
    lines = sorted(_lines(seen, breach), key=lambda line: line[0])
    return "\n".join(f"  {at:%H:%M:%S.%f}  {what:<9} {text[:WIDTH]}" for at, what, text in lines)


def _lines(seen: Seen, breach: Breach) -> Iterator[tuple[datetime, str, str]]:
    calls = [call for call in seen.tables["calls"] if breach.call_id in (None, call["id"]) and _of(call, breach)]
    ids, values = (
        {str(call["id"]) for call in calls},
        {str(json.loads(call["arguments"]).get("value")) for call in calls},
    )
    for message in seen.tables["messages"]:
        if _of(message, breach):
            yield message["created_at"], "message", f"{message['seq']} {message['role']}: {message['content']}"
    for event in seen.tables["events"]:
        if _of(event, breach) and (event["body"] is None or breach.call_id is None or _names(event["body"], ids)):
            yield event["created_at"], "event", f"{event['seq']} {event['kind']} {_short(event['body'])}"
    for entry in seen.tables["audit"]:
        if entry["target"] in ids:
            yield entry["at"], "record", f"{entry['seq']} {entry['action']} {entry['target']} {_short(entry['data'])}"
    for line in seen.journal:
        if str(line["arguments"].get("value")) in values:
            at = datetime.fromtimestamp(line["at"], UTC)
            yield at, "tool", f"{line['event']} {line['tool']} {line['arguments']} key={line.get('key')}"
    for death in seen.deaths or ():
        where = f" at {death.killed.point}, arrival {death.killed.arrival}" if death.killed else ""
        yield datetime.fromtimestamp(death.at, UTC), "killed", f"process {death.pid}{where}"
    for call in calls:
        when = call["ended_at"] or call["started_at"] or call["decided_at"] or call["created_at"]
        kept = {key: call[key] for key in ("state", "attempt", "executor", "decision", "verdict", "effect", "tool")}
        yield when, "row", f"call {call['id']} {kept}"
    for run in seen.tables["runs"]:
        if _of(run, breach):
            yield datetime.max.replace(tzinfo=UTC), "row", f"run {run['id']} is {run['state']}"
    for job in seen.tables["jobs"]:
        yield datetime.max.replace(tzinfo=UTC), "row", f"job {job['task_name']} {job['args']} is {job['status']}"


def _of(row: dict[str, Any], breach: Breach) -> bool:
    return breach.thread_id in (None, row["thread_id"])


def _names(body: dict[str, Any], ids: set[str]) -> bool:
    return body.get("id") in ids or "interrupts" in body


def _short(body: dict[str, Any] | None) -> str:
    """Only what tells one state from another."""
    kept = {key: value for key, value in (body or {}).items() if key in TELLING and value is not None}
    return json.dumps(kept, default=str) if kept else ""

"""What must be true of calls and their effects: approved, once, and known or honestly unknown."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from tests.faults.tables import Breach, Seen

DONE = ("succeeded", "failed", "unknown", "input_required", "confirmed_done", "confirmed_not_done")
REPEATABLE = ("pure", "idempotent")
OPEN = ("proposed", "approved", "started", "unknown", "input_required")
VAGUE = ("lose",)
"""Tools of the journal server that answer nothing definite."""

Call = dict[str, Any]


def were_approved_before_they_ran(seen: Seen) -> Iterator[Breach]:
    """A person approved, or the verdict allowed it; and the record says so before it says that the call began."""
    for call in seen.tables["calls"]:
        if call["started_at"] is None:
            continue
        if call["state"] not in DONE:
            yield about(call, f"was started and is {call['state']}")
        allowed = call["verdict"] == "allow" and (call["grant_id"] is not None or call["decided_by"] is None)
        if not allowed and not (call["decision"] == "approve" and call["decided_by"]):
            yield about(call, "was started, and nobody approved it")
        record = recorded(seen, call)
        begins = [entry["seq"] for entry in record if entry["action"] == "call.started"]
        approvals = [entry["seq"] for entry in record if entry["action"] == "call.approved"]
        if not begins or len(approvals) != 1 or approvals[0] > min(begins):
            yield about(call, "was started, and the record has it otherwise")


def ran_as_often_as_they_were_sent(seen: Seen) -> Iterator[Breach]:
    """Every effect is that of a call which was started before; none has more effects than it was sent times."""
    received = [entry for entry in seen.journal if entry["event"] == "received" and "value" in entry["arguments"]]
    sent = Counter(signature(entry["tool"], entry["arguments"]) for entry in received)
    may: Counter[str] = Counter()
    for call in seen.tables["calls"]:
        if call["started_at"] is not None:
            may[signature(call["tool"], arguments(call))] += max(1, call["attempt"])
    for effect in sent - may:
        yield Breach(f"An effect without a call that was started for it: {effect} ({sent[effect]} of {may[effect]})")
    for call in seen.tables["calls"]:
        for entry in received:
            early = call["decided_at"] is not None and entry["at"] < call["decided_at"].timestamp()
            if early and is_of(entry, call):
                yield about(call, "ran before it was decided")


def are_repeated_only_where_an_admin_lets_them(seen: Seen) -> Iterator[Breach]:
    """And then under the same key, which is the call's id."""
    for call in seen.tables["calls"]:
        if call["attempt"] > 1 and call["effect"] not in REPEATABLE:
            yield about(call, f"was attempted {call['attempt']} times")
        keys = {entry["key"] for entry in seen.journal if is_of(entry, call) and entry.get("key")}
        if keys - {str(call["id"])}:
            yield about(call, f"was sent under other keys: {keys}")


def are_told_once(seen: Seen) -> Iterator[Breach]:
    """A settled call has one result in the log, an open one has none; one that was proposed anew may have none."""
    told = Counter(event["body"]["id"] for event in seen.tables["events"] if event["kind"] == "tool_result")
    latest: dict[tuple[Any, ...], int] = {}
    for call in seen.tables["calls"]:
        latest[proposal(call)] = max(latest.get(proposal(call), 0), call["generation"])
    for call in seen.tables["calls"]:
        replaced = call["generation"] < latest[proposal(call)]
        expected = int(call["state"] not in OPEN and call["kind"] == "tool" and not replaced)
        if told[str(call["id"])] != expected:
            yield about(call, f"was told {told[str(call['id'])]} times")


def are_unknown_only_where_nobody_knows(seen: Seen) -> Iterator[Breach]:
    """The process that sent it was killed between the commit of `started` and that of the outcome."""
    if seen.deaths is None:
        return
    for call in seen.tables["calls"]:
        record = recorded(seen, call)
        lost = next((entry for entry in record if entry["action"] == "call.unknown"), None)
        if lost is None or call["tool"] in VAGUE:
            continue
        begun = [entry for entry in record if entry["action"] == "call.started" and entry["seq"] < lost["seq"]]
        pid = str(call["executor"]).split(":")[-2]
        deaths = [death for death in seen.deaths if str(death.pid) == pid]
        between = [death for death in deaths if begun[-1]["at"].timestamp() <= death.at <= lost["at"].timestamp()]
        if not between:
            yield about(call, "is unknown, though nobody died between its start and its outcome")


def results_are_those_of_the_tool(seen: Seen) -> Iterator[Breach]:
    """What succeeded was done and has the tool's own words; what never ran was never asked of the tool."""
    for call in seen.tables["calls"]:
        heard = [entry["event"] for entry in seen.journal if is_of(entry, call)]
        if call["state"] == "succeeded":
            text = (call["result"] or {}).get("text", "")
            if "done" not in heard or arguments(call).get("value", "") not in text:
                yield about(call, "is said to have succeeded, and did not")
        elif call["state"] not in DONE and heard:
            yield about(call, f"is {call['state']}, and the tool was asked")
        elif call["state"] == "failed" and "done" in heard and not call["result"]:
            yield about(call, "is said to have failed, and was done")


def about(call: Call, what: str) -> Breach:
    return Breach(f"Call {call['id']} ({call['state']}) {what}", call["thread_id"], call["id"])


def recorded(seen: Seen, call: Call) -> list[dict[str, Any]]:
    return [entry for entry in seen.tables["audit"] if entry["target"] == str(call["id"])]


def proposal(call: Call) -> tuple[Any, ...]:
    return call["thread_id"], call["run_id"], call["tool_call_id"], call["kind"]


def is_of(entry: Mapping[str, Any], call: Call) -> bool:
    value = entry["arguments"].get("value")
    return value is not None and entry["tool"] == call["tool"] and value == arguments(call).get("value")


def arguments(call: Call) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(call["arguments"])
    return read


def signature(tool: str, given: Mapping[str, Any]) -> str:
    """A test uses each value for one call only."""
    return f"{tool} {given.get('value')}"

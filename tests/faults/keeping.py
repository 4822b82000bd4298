"""What was acknowledged is kept, and what is kept is what people and the model are shown."""

from collections.abc import Iterator
from typing import Any

from tests.faults.calls import about
from tests.faults.tables import Breach, Seen

DECIDED = {
    "approve": ("succeeded", "failed", "confirmed_done", "confirmed_not_done"),
    "reject": ("rejected",),
    "respond": ("answered",),
}
"""Where a call is in the end whose decision was acknowledged, when nothing changed about it in the meantime."""
ENDED = ("finished", "failed", "cancelled")


def messages_are_kept(seen: Seen) -> Iterator[Breach]:
    """Once, as they were said, each with a run that came to its end."""
    for run_id, text in seen.noted.messages.items():
        said = [
            row["content"] for row in seen.tables["messages"] if str(row["run_id"]) == run_id and row["role"] == "user"
        ]
        if said != [text]:
            yield Breach(f"The message {text!r} of run {run_id} was acknowledged, and is kept as {said}")
        states = [run["state"] for run in seen.tables["runs"] if str(run["id"]) == run_id]
        if len(states) != 1 or states[0] not in ENDED:
            yield Breach(f"The run {run_id} of an acknowledged message is {states}")


def decisions_are_kept(seen: Seen) -> Iterator[Breach]:
    """As they were made, each recorded once; and what a person found out likewise."""
    calls = {str(call["id"]): call for call in seen.tables["calls"]}
    for call_id, kind in seen.noted.decisions.items():
        call = calls.get(call_id)
        if call is None:
            yield Breach(f"Call {call_id} was decided ({kind}), and is gone")
            continue
        if call["decision"] != kind or call["state"] not in DECIDED[kind]:
            yield about(call, f"was decided ({kind}), and is kept as {call['decision']}")
        name = {"approve": "call.approved", "reject": "call.rejected", "respond": "call.answered"}[kind]
        if recorded(seen, call_id, name) != 1:
            yield about(call, f"was decided ({kind}), and the record has it {recorded(seen, call_id, name)} times")
    for call_id, found in seen.noted.resolutions.items():
        if calls[call_id]["state"] != found or recorded(seen, call_id, f"call.{found}") != 1:
            yield about(calls[call_id], f"was resolved as {found}")


def stops_are_kept(seen: Seen) -> Iterator[Breach]:
    for run in seen.tables["runs"]:
        if str(run["id"]) in seen.noted.stops and run["state"] != "cancelled":
            yield Breach(f"Run {run['id']} was stopped, and is {run['state']}", run["thread_id"])


def results_reach_the_model(seen: Seen) -> Iterator[Breach]:
    """Every result that a finished run's log has was read by the model, word for word."""
    if not seen.asked:
        return
    finished = {run["id"] for run in seen.tables["runs"] if run["state"] == "finished"}
    heard = {said["text"] for request in seen.asked for said in request["messages"] if said["role"] == "tool"}
    for event in seen.tables["events"]:
        if event["kind"] == "tool_result" and event["run_id"] in finished and event["body"]["content"] not in heard:
            content = event["body"]["content"]
            yield Breach(f"The result {content!r} of run {event['run_id']} never reached the model", event["thread_id"])


def clients_see_what_is_stored(seen: Seen) -> Iterator[Breach]:
    """Every number of the log, and every call in the state that it is in."""
    for thread in seen.tables["threads"]:
        entries = seen.shown.get(str(thread["id"]))
        if entries is None:
            continue
        if [entry["seq"] for entry in entries] != list(range(1, thread["last_seq"] + 1)):
            last = entries[-1]["seq"] if entries else 0
            yield Breach(f"A client has the log up to {last} of {thread['last_seq']}", thread["id"])
        cards: dict[str, dict[str, Any]] = {}
        for entry in entries:
            if entry["event"].get("name") == "call":
                cards.setdefault(entry["event"]["value"]["id"], {}).update(entry["event"]["value"])
        for call in seen.tables["calls"]:
            if call["thread_id"] == thread["id"]:
                shown = cards.get(str(call["id"]), {}).get("state")
                if shown != call["state"]:
                    yield about(call, f"is shown as {shown}")


def recorded(seen: Seen, call_id: str, action: str) -> int:
    return sum(entry["target"] == call_id and entry["action"] == action for entry in seen.tables["audit"])

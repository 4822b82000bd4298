"""How much of a server Interlock takes: beyond these a server is cut off, and what it did is said.

Bytes, seconds and counts; a `Rate` is what may come at once, and what may come per second after that.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    at_once: float
    per_second: float


# One JSON-RPC message: a line, an event, an answer in one piece.
MESSAGE_BYTES = 8 * 1024 * 1024
# All of what comes in answer to one call, with the notifications on the way.
ANSWER_BYTES = 32 * 1024 * 1024
# What a piece of an answer counts for, however small: many small ones cost us as much as a large answer.
PIECE_BYTES = 4096
# What may be read for a call that comes to nothing, and how many of those in a row are borne.
USELESS_BYTES = 2 * 1024 * 1024
USELESS_ANSWERS = 5
# An answer to anything but a call: the handshake, a page of a list, a receipt.
ANSWER_SECONDS = 60.0
# How often one answer may be broken off and taken up again.
ANSWER_RESUMPTIONS = 5
# What comes over a stream that stays open for as long as the session.
STREAM_BYTES = Rate(at_once=ANSWER_BYTES, per_second=1024 * 1024)
STREAM_OPENINGS = Rate(at_once=5, per_second=0.2)
# Notifications, and what means nothing, in one session; and requests of the server, each of which we answer. What is
# over it is dropped, and after so many dropped ones the server is cut off.
UNASKED_MESSAGES = Rate(at_once=2000, per_second=200)
UNASKED_REQUESTS = Rate(at_once=100, per_second=10)
UNASKED_DROPPED = 5000

# Calls of one user's to one server, where connections are kept by a process that others' are in; and what so many
# bytes of results count for. The second is for a server that was cut off.
CALLS = Rate(at_once=200, per_second=20)
CALLS_ON_PROBATION = Rate(at_once=5, per_second=1)
BYTES_LIKE_A_CALL = 64 * 1024

# From the start to the handshake; a command may have to fetch what it runs before it can answer.
START_SECONDS = {"stdio": 60.0, "http": 20.0, "sse": 20.0}
LIST_PAGES = 100
LIST_TOOLS = 2000
LIST_BYTES = MESSAGE_BYTES
LIST_PAGE_SECONDS = 20.0
LIST_SECONDS = 60.0

SCHEMA_DEPTH = 32
SCHEMA_NODES = 2000
SCHEMA_BYTES = 64 * 1024

RESULT_TEXT_BYTES = 1024 * 1024
# Of what a server says beside its results: an error's message, a progress report.
SAID_CHARACTERS = 500
QUESTIONS_AT_ONCE = 8
REQUEST_STATE_CHARACTERS = 256 * 1024

# As many tools a model is always shown; of more, those that seem to matter.
MOST_TOOLS = 64

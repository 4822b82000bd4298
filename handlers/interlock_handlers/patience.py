"""What a server sends of its own accord: notifications, requests, things that mean nothing."""

from interlock_handlers.budget import Budget
from interlock_handlers.limits import UNASKED_DROPPED, UNASKED_MESSAGES, UNASKED_REQUESTS


class TooMuch(Exception):
    """The child cannot be listened to any longer; the message says why."""


class Patience:
    """How many messages that nobody asked for are still listened to."""

    def __init__(self) -> None:
        self._messages = Budget(UNASKED_MESSAGES)
        self._requests = Budget(UNASKED_REQUESTS)
        self._dropped = 0

    def bears(self, *, wants_answer: bool = False) -> bool:
        """Whether this one is; the others are to be dropped. Raises TooMuch when there is no end of them."""
        if (self._requests if wants_answer else self._messages).take():
            return True
        self._dropped += 1
        if self._dropped > UNASKED_DROPPED:
            raise TooMuch("The server floods us with messages that nobody asked for")
        return False

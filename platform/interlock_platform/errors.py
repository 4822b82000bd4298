"""The one error type: raised where the rule is, rendered once at each door."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with one field; `field` is a JSON pointer ("" is the whole)."""

    field: str
    message: str


class Problem(Exception):
    """Something the caller has to know: a stable `code`, an HTTP `status`, a sentence that tells what to do."""

    def __init__(
        self,
        code: str,
        status: int,
        message: str,
        *,
        errors: tuple[FieldError, ...] = (),
        **more: Any,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.status = status
        self.message = message
        self.errors = errors
        self.more = more

    def body(self) -> dict[str, Any]:
        """What both doors say: the socket's `error` and the members of the HTTP problem."""
        said: dict[str, Any] = {"code": self.code, "message": self.message, **self.more}
        if self.errors:
            said["errors"] = [{"field": e.field, "message": e.message} for e in self.errors]
        return said


def feature_off(words: str) -> Problem:
    """`words` say what the organisation does without."""
    return Problem("feature_off", 403, f"Your organisation {words}. An admin can switch it on.")


def not_found() -> Problem:
    """The same answer for what does not exist and for what belongs to somebody else."""
    return Problem("not_found", 404, "There is no such thing here, or it is not yours.")

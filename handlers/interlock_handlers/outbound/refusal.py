"""Why something outside was not reached, or not read."""

from interlock_handlers.server_errors import ServerUnavailable


class AddressRefused(ServerUnavailable):
    """An address that Interlock doesn't connect to; nothing was sent to it. `rule` is what the sentence calls it by."""

    code = "address_refused"

    def __init__(self, where: str, rule: str, may_be_allowed: bool = False) -> None:
        super().__init__(where, rule, may_be_allowed)
        self.where = where
        self.rule = rule
        self.may_be_allowed = may_be_allowed

    def __str__(self) -> str:
        ask = ", or ask the operator of Interlock to allow this one" if self.may_be_allowed else ""
        return f"{self.where} is refused by the rule “{self.rule}”. Use another address{ask}."


class FetchFailed(Exception):
    """Something allowed was asked for and did not give what it should.

    Codes: fetch_unreachable, fetch_too_slow, fetch_too_large, fetch_compressed, fetch_redirected.
    """

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code

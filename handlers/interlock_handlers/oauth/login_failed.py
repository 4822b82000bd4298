"""Why a sign-in to a server does not come about, in a sentence for whoever wants it."""


class LoginFailed(Exception):
    """Codes: login_discovery (the server does not say where, or says nonsense), login_registration (we can't become a
    client there), login_refused (the authorization server or the person said no), login_answer (its answer can't be
    accepted)."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class GrantRefused(LoginFailed):
    """The authorization server does not honour what it gave: only a new sign-in helps, and for a client that it
    does not know (`unknown_client`) only as a new client."""

    def __init__(self, message: str, *, unknown_client: bool = False) -> None:
        super().__init__(message, code="login_refused")
        self.unknown_client = unknown_client

"""The cookies of signing in: which there are, and how each is kept."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.responses import Response


@dataclass(frozen=True)
class Cookies:
    """Over https, names that only this very host can set; `lasts` is a session's longest time."""

    base_url: str
    lasts: timedelta

    @property
    def session(self) -> str:
        """Holds the session's secret."""
        return self._named("interlock_session")

    @property
    def browser(self) -> str:
        """Says which browser began a sign-in."""
        return self._named("interlock_sign_in")

    @property
    def left(self) -> str:
        """Whoever was here has signed out."""
        return self._named("interlock_signed_out")

    @property
    def arrived(self) -> str:
        """Says who came to join and has no account yet."""
        return self._named("interlock_arrived")

    def keep(self, response: Response, name: str, value: str, seconds: int) -> None:
        https = self.base_url.startswith("https://")
        response.set_cookie(name, value, max_age=seconds, path="/", secure=https, httponly=True, samesite="lax")

    def keep_session(self, response: Response, secret: str) -> None:
        self.keep(response, self.session, secret, int(self.lasts.total_seconds()))

    def drop(self, response: Response, name: str) -> None:
        self.keep(response, name, "", 0)

    def _named(self, name: str) -> str:
        return f"__Host-{name}" if self.base_url.startswith("https://") else name

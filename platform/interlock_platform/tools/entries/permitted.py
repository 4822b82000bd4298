"""Whether the tenant lets somebody have a server of their own there."""

from urllib.parse import urlsplit

from interlock_platform.tools.entries.entry import Entry
from interlock_platform.tools.entries.store import Policy


def refusal(policy: Policy, url: str) -> str | None:
    """Which of the tenant's rules refuses a personal server at this address; None where none does.

    A host of the list stands for itself, with `*.` in front for everything below it, and with a port for that alone.
    """
    if policy.personal == "any":
        return None
    if policy.personal == "catalogue":
        return "Your organisation lets people use the servers of its catalogue only. Ask an admin to add this one."
    if any(_is_on(host, url) for host in policy.hosts):
        return None
    where = urlsplit(url).hostname or url
    return f"Your organisation does not let people add servers at {where}. Ask an admin to allow that host."


def still_permitted(policy: Policy, entry: Entry) -> str | None:
    """The same for an entry that is there already: the rules may be other than when it was made."""
    return refusal(policy, entry.spec.url) if entry.spec.origin == "personal" else None


def _is_on(host: str, url: str) -> bool:
    parts = urlsplit(url)
    named = (parts.hostname or "").rstrip(".").lower()
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    wanted, _, wanted_port = host.lower().rpartition(":") if _has_port(host) else (host.lower(), "", "")
    if wanted_port and int(wanted_port) != port:
        return False
    wanted = wanted.strip("[]")
    return named.endswith(wanted[1:]) and named != wanted[2:] if wanted.startswith("*.") else named == wanted


def _has_port(host: str) -> bool:
    _, colon, port = host.rpartition(":")
    return bool(colon) and port.isdecimal() and not host.endswith("]") and (host.count(":") == 1 or "]" in host)

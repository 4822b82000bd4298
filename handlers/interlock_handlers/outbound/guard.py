"""Whether an address may be reached: first as it is written, then as what its name resolves to."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

import httpx2

from interlock_handlers.outbound.allowance import Allowance
from interlock_handlers.outbound.refusal import AddressRefused
from interlock_handlers.outbound.rules import Address, rule_against, true_address

_AUTHORITY = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)")
_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^:\[\]]+)(?::(\d{1,5}))?")
_LABEL = r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?"
_NAME = re.compile(rf"(?=.{{1,253}}$){_LABEL}(?:\.{_LABEL})*")
# What a resolver may read as an IPv4 address: decimal, octal, hexadecimal, in one part or up to four.
_NUMERIC = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9A-Fa-f]*)")

PLAIN = "only plain characters"
ONE_HOST = "one plain host and at most a port"
DISGUISED = "no disguised addresses"
METADATA_NAMES = frozenset(
    {
        "metadata",
        "metadata.google.internal",
        "metadata.goog",
        "metadata.azure.internal",
        "metadata.tencentyun.com",
        "metadata.platformequinix.com",
        "instance-data",
        "instance-data.ec2.internal",
    }
)
LOCAL_ENDINGS = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home", "corp", "private", "arpa")
# Ports below 1024 are for other services than ours, but for these two; above, the ones that a request could do harm at:
# the list of https://fetch.spec.whatwg.org/#port-blocking, and databases, caches and consoles of containers.
WEB_PORTS = frozenset({80, 443})
OTHER_SERVICES = frozenset(
    {1433, 1521, 1719, 1720, 1723, 2049, 2375, 2376, 2379, 2380, 3306, 3389, 3659, 4045, 4190, 5060, 5061, 5432, 5672}
    | {5900, 5984, 6000, 6379, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697, 9042, 9200, 9300, 10080, 10250, 11211}
    | {27017}
)


@dataclass(frozen=True)
class Target:
    """Where a URL leads; `host` without the brackets of an IPv6 address, in lower case."""

    scheme: str
    host: str
    port: int


@dataclass(frozen=True)
class Guard:
    """Everything is refused that a rule is about, unless one of the allowances is about it too."""

    allowances: tuple[Allowance, ...] = ()

    def check(self, url: str) -> Target:
        """Where the URL leads, if it may be asked for as it is written; raises AddressRefused."""
        target = read_target(url)
        if self._named(target):
            return target
        where = f"The address {target.host}"
        if target.host in METADATA_NAMES:
            raise AddressRefused(where, "no metadata services", True)
        if _literal(target.host) is None and _is_local(target.host):
            raise AddressRefused(where, "no local names", True)
        self.check_address(target.host, target.port)
        if target.scheme != "https":
            raise AddressRefused(where, "only https", True)
        if (target.port < 1024 and target.port not in WEB_PORTS) or target.port in OTHER_SERVICES:
            raise AddressRefused(f"The port {target.port} of {target.host}", "no ports of other services", True)
        return target

    def check_address(self, host: str, port: int, address: str | None = None) -> Address | None:
        """The address as it is to be connected to; without one, `host` is it, if it is any. Raises AddressRefused."""
        found = _literal(address or host)
        if found is None:
            return None
        if isinstance(found, IPv6Address) and found.scope_id is not None:
            raise AddressRefused(f"The address {host}", "no link-local addresses")
        true = true_address(found)
        rule = rule_against(true)
        if rule is not None and not any(each.lifts(rule, host, true, port) for each in self.allowances):
            raise AddressRefused(f"The address {host}", rule.name, True)
        return found

    def _named(self, target: Target) -> bool:
        address = _literal(target.host)
        for allowance in self.allowances:
            if allowance.names(target.host, target.port):
                return True
            if address is not None and allowance.holds(true_address(address), target.port):
                self.check_address(target.host, target.port)
                return True
        return False


def is_plain(url: str) -> bool:
    """Whether it has no spaces, control characters, backslashes, or anything outside ASCII."""
    return re.fullmatch(r"[!-\[\]-~]+", url) is not None


def read_target(url: str) -> Target:
    """Where the URL leads, if there is only one way to read it; raises AddressRefused."""
    if not is_plain(url):
        raise AddressRefused("This address", PLAIN)
    parts = _AUTHORITY.match(url)
    if parts is None or parts[1].lower() not in ("http", "https"):
        raise AddressRefused("This address", "only http and https")
    scheme, authority = parts[1].lower(), parts[2]
    if "@" in authority:
        raise AddressRefused("This address", "no user names and passwords in addresses")
    host_and_port = _HOST_AND_PORT.fullmatch(authority)
    if host_and_port is None:
        raise AddressRefused("This address", ONE_HOST)
    host = host_and_port[1].lower()
    port = int(host_and_port[2] or (443 if scheme == "https" else 80))
    where = f"The address {host[:253]}"
    if not 1 <= port <= 65535:
        raise AddressRefused(where, "only ports that exist")
    if host.startswith("["):
        host = host[1:-1]
        if not isinstance(_literal(host), IPv6Address):
            raise AddressRefused(where, DISGUISED)
    elif host.endswith("."):
        raise AddressRefused(where, "no dot at the end of a host")
    elif _NUMERIC.fullmatch(host):
        if _literal(host) is None:
            raise AddressRefused(where, DISGUISED)
    elif not _NAME.fullmatch(host):
        raise AddressRefused(where, ONE_HOST)
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise AddressRefused(where, ONE_HOST) from error
    if parsed.raw_host.decode().lower() != host:
        # Whoever connects reads it otherwise than we do.
        raise AddressRefused(where, ONE_HOST)
    return Target(scheme, host, port)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _is_local(host: str) -> bool:
    return "." not in host or host.rpartition(".")[2] in LOCAL_ENDINGS

"""What the operator's file lets Interlock reach although the rules refuse it."""

import re
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Self

from interlock_handlers.outbound.rules import Address, AddressRule, Lifted, Network, true_address

_NAME = re.compile(r"(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*")


@dataclass(frozen=True)
class Allowance:
    """One entry of `outbound.allow`: a network, an address or a host's name, at one port or, without one, at any."""

    host: str | None = None
    network: Network | None = None
    port: int | None = None

    @classmethod
    def parse(cls, entry: str) -> Self:
        """`10.1.0.0/16`, `127.0.0.1:8080`, `[::1]:8080`, `git.internal`, `git.internal:8443`.

        Raises ValueError with a sentence.
        """
        text = entry.strip().lower()
        host, port = text, None
        if match := re.fullmatch(r"(\[[^\]]*\]|[^:\[\]]+):(\d{1,5})", text):
            host, port = match[1], int(match[2])
            if not 1 <= port <= 65535:
                raise ValueError(f"{entry!r} has no port that exists.")
        if port is None and "/" not in host and (match := re.fullmatch(r"\[([^\]]*)\]", host)):
            host = match[1]
        host = host.strip("[]") if port is not None else host
        try:
            return cls(network=ip_network(host), port=port)
        except ValueError as error:
            if "/" in host or ":" in host or _is_numeric(host):
                raise ValueError(f"{entry!r} is no network and no address ({error}).") from error
        if not _NAME.fullmatch(host):
            raise ValueError(f"{entry!r} is neither a network, nor an address, nor the name of a host.")
        return cls(host=host, port=port)

    @classmethod
    def of(cls, host: str, port: int) -> Self:
        """Exactly what an address in the operator's file leads to; `host` as it is in a checked URL."""
        try:
            return cls(network=ip_network(true_address(ip_address(host))), port=port)
        except ValueError:
            return cls(host=host, port=port)

    def names(self, host: str, port: int) -> bool:
        """Whether it is about this host by its name."""
        return self.host is not None and self.host == host.lower() and self.port in (None, port)

    def holds(self, address: Address, port: int) -> bool:
        """Whether it is about this address."""
        return (
            self.network is not None
            and self.network.version == address.version
            and address in self.network
            and self.port in (None, port)
        )

    def lifts(self, rule: AddressRule, host: str, address: Address, port: int) -> bool:
        """Whether it allows the address, that this host has, in spite of the rule."""
        if self.names(host, port):
            return rule.lifted <= Lifted.BY_NAME
        if not self.holds(address, port) or self.network is None:
            return False
        exact = self.network.prefixlen == self.network.max_prefixlen
        return rule.lifted <= (Lifted.BY_ADDRESS if exact else Lifted.BY_NETWORK)


def _is_numeric(host: str) -> bool:
    last = host.rpartition(".")[2]
    return last.isdigit() or last.startswith("0x")

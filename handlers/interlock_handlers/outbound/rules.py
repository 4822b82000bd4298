"""Which addresses are nobody's business out there, as data: each rule has the name that a refusal tells."""

from dataclasses import dataclass
from enum import IntEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network


class Lifted(IntEnum):
    """What in the operator's file lifts a rule: the host's name, a network that has the address, the very address."""

    BY_NAME = 1
    BY_NETWORK = 2
    BY_ADDRESS = 3


@dataclass(frozen=True)
class AddressRule:
    """Addresses that are refused, unless the operator's file names them as exactly as `lifted` says, or more so."""

    name: str
    lifted: Lifted
    networks: tuple[Network, ...]

    def covers(self, address: Address) -> bool:
        return any(address.version == network.version and address in network for network in self.networks)


def _rule(name: str, lifted: Lifted, *networks: str) -> AddressRule:
    return AddressRule(name, lifted, tuple(ip_network(network) for network in networks))


# The first that covers an address gives its name to the refusal.
ADDRESS_RULES = (
    _rule(
        "no metadata services",
        Lifted.BY_ADDRESS,
        "169.254.169.254/32",  # nearly every cloud
        "169.254.170.2/32",  # tasks and pods of Amazon
        "169.254.170.23/32",
        "169.254.0.23/32",  # Tencent
        "100.100.100.200/32",  # Alibaba
        "192.0.0.192/32",  # Oracle
        "168.63.129.16/32",  # Azure, by an address that looks public
        "fd00:ec2::/32",  # Amazon, all of its own services
        "fd20:ce::254/128",  # Google
        "fd00:42::42/128",  # Scaleway
    ),
    _rule("no loopback addresses", Lifted.BY_NAME, "127.0.0.0/8", "::1/128"),
    _rule("no unspecified addresses", Lifted.BY_NETWORK, "0.0.0.0/8", "::/128"),
    _rule(
        "no private networks",
        Lifted.BY_NAME,
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "fc00::/7",
        "fec0::/10",
    ),
    _rule("no link-local addresses", Lifted.BY_NETWORK, "169.254.0.0/16", "fe80::/10"),
    _rule("no carrier's networks", Lifted.BY_NAME, "100.64.0.0/10"),
    _rule("no multicast or broadcast", Lifted.BY_NETWORK, "224.0.0.0/4", "255.255.255.255/32", "ff00::/8"),
    _rule(
        "no addresses for examples and benchmarks",
        Lifted.BY_NAME,
        "192.0.2.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "198.18.0.0/15",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
    ),
    # They lead to an IPv4 address that whoever chose the name has chosen too.
    _rule(
        "no tunnelled addresses",
        Lifted.BY_NETWORK,
        "::/96",
        "::ffff:0:0:0/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    ),
    _rule("no reserved addresses", Lifted.BY_NETWORK, "192.0.0.0/24", "192.88.99.0/24", "240.0.0.0/4", "2001::/23"),
)
GLOBAL_UNICAST = ip_network("2000::/3")
OUTSIDE_INTERNET = AddressRule("no reserved addresses", Lifted.BY_NETWORK, ())
NAT64 = IPv6Network("64:ff9b::/96")


def true_address(address: Address) -> Address:
    """The IPv4 address that an IPv6 address is another way to write or the ordinary way to reach, or itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def rule_against(address: Address) -> AddressRule | None:
    """The rule that refuses an address (as `true_address` gives it), if one does."""
    for rule in ADDRESS_RULES:
        if rule.covers(address):
            return rule
    if not address.is_global or (isinstance(address, IPv6Address) and address not in GLOBAL_UNICAST):
        return OUTSIDE_INTERNET
    return None

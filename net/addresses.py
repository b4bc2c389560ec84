"""Where steps may connect to: pure rules over host names and IP addresses; resolving and connecting belong to `net.http`.

A step's URL comes from a manifest, so whoever may write one could otherwise reach what only the bot's host can: its own loopback,
the cloud's metadata service, the services of the cluster it runs in (server-side request forgery).
Ranges are listed here rather than taken from `ipaddress.is_global`, whose answers differ between Python releases.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_network
from typing import Self

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

HOSTS_SETTING = "PROMPTOPS_HTTP_ALLOWED_HOSTS"
NETWORKS_SETTING = "PROMPTOPS_HTTP_ALLOWED_NETWORKS"


class Place(StrEnum):
    """What kind of address it is, in the words of an error message."""

    PUBLIC = "public"
    LOOPBACK = "loopback"
    PRIVATE = "private or cluster"
    LINK_LOCAL = "link-local or cloud metadata"
    UNSPECIFIED = "unspecified"
    MULTICAST = "multicast"
    RESERVED = "reserved"


@dataclass(frozen=True, slots=True)
class Allowed:
    """What the operator opens beyond public addresses.

    `hosts` are exact names, or `*.example.com` for every name below one: such a host may have a cluster name and may resolve to
    loopback or private addresses, but not to link-local ones, so that a DNS answer cannot turn it into the metadata service.
    `networks` may be reached under any name that is not a cluster name.
    """

    hosts: tuple[str, ...] = ()
    networks: tuple[Network, ...] = ()

    @classmethod
    def parse(cls, hosts: Iterable[str] = (), networks: Iterable[str] = ()) -> Self:
        """From the words of the settings; raises ValueError naming the network that is none."""
        return cls(tuple(normal_host(host) for host in hosts), tuple(_network(text) for text in networks))

    def names(self, host: str) -> bool:
        """Whether `hosts` lists a name."""
        name = normal_host(host)
        return any(_matches(name, pattern) for pattern in self.hosts)


# The first network that holds an address decides, so narrow ones stand before those around them.
_V4: tuple[tuple[Place, Network], ...] = tuple(
    (place, ip_network(text))
    for place, text in (
        (Place.LINK_LOCAL, "169.254.0.0/16"),
        (Place.LINK_LOCAL, "100.100.100.200/32"),  # Alibaba's metadata service, inside the carrier range
        (Place.LINK_LOCAL, "168.63.129.16/32"),  # Azure's host agent: a public address that never leaves the machine
        (Place.UNSPECIFIED, "0.0.0.0/8"),
        (Place.LOOPBACK, "127.0.0.0/8"),
        (Place.PRIVATE, "10.0.0.0/8"),
        (Place.PRIVATE, "172.16.0.0/12"),
        (Place.PRIVATE, "192.168.0.0/16"),
        (Place.PRIVATE, "100.64.0.0/10"),
        (Place.PRIVATE, "198.18.0.0/15"),
        (Place.MULTICAST, "224.0.0.0/4"),
        (Place.RESERVED, "192.0.0.0/24"),
        (Place.RESERVED, "192.0.2.0/24"),
        (Place.RESERVED, "192.88.99.0/24"),
        (Place.RESERVED, "198.51.100.0/24"),
        (Place.RESERVED, "203.0.113.0/24"),
        (Place.RESERVED, "240.0.0.0/4"),
    )
)
_V6: tuple[tuple[Place, Network], ...] = tuple(
    (place, ip_network(text))
    for place, text in (
        (Place.UNSPECIFIED, "::/128"),
        (Place.LOOPBACK, "::1/128"),
        (Place.LINK_LOCAL, "fe80::/10"),
        (Place.LINK_LOCAL, "fd00:ec2::/32"),  # AWS's metadata service, inside the private range
        (Place.PRIVATE, "fc00::/7"),
        (Place.PRIVATE, "fec0::/10"),
        (Place.MULTICAST, "ff00::/8"),
        (Place.RESERVED, "2001::/23"),
        (Place.RESERVED, "2001:db8::/32"),
        (Place.RESERVED, "3fff::/20"),
        (Place.PUBLIC, "2000::/3"),
        (Place.RESERVED, "::/0"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")
_COMPATIBLE = IPv6Network("::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")
_CLUSTER_SUFFIXES = (".svc", ".cluster.local")
_CLUSTER_NAMES = frozenset({"kubernetes", "kubernetes.default", "svc", "cluster.local"})
_LIFTED_BY_HOST = frozenset({Place.LOOPBACK, Place.PRIVATE})


def normal_host(host: str) -> str:
    """A host name as it is compared: lower case, without the trailing dot of a full name or the brackets of an IPv6 address."""
    return host.lower().strip("[]").rstrip(".")


def place_of(address: Address) -> Place:
    """The place of an address; an IPv6 address that carries an IPv4 one (mapped, NAT64, 6to4) is where that one is."""
    inner = _unwrapped(address)
    ranges = _V4 if isinstance(inner, IPv4Address) else _V6
    return next((place for place, network in ranges if inner in network), Place.PUBLIC)


def refused_name(host: str, allowed: Allowed) -> str | None:
    """Why a host is refused by its name alone, None when its addresses decide."""
    name = normal_host(host)
    if not name:
        return f"{host!r} is not a host name"
    if (name in _CLUSTER_NAMES or name.endswith(_CLUSTER_SUFFIXES)) and not allowed.names(name):
        return f"{host!r} is a name inside a cluster, where steps may not go; to allow it, add {name!r} to {HOSTS_SETTING}"
    return None


def refused_address(host: str, addresses: Sequence[Address], allowed: Allowed) -> str | None:
    """Why a host is refused for one of its addresses, None when all may be connected to."""
    for address in addresses:
        place = place_of(address)
        if place is Place.PUBLIC or _in_networks(address, allowed):
            continue
        lifted = place in _LIFTED_BY_HOST
        if lifted and allowed.names(host):
            continue
        network = f"{_unwrapped(address)} to {NETWORKS_SETTING}"
        remedy = f"{normal_host(host)!r} to {HOSTS_SETTING} or {network}" if lifted else network
        return f"{host!r} is at {address}, a {place} address, where steps may not go; to allow it, add {remedy}"
    return None


def _network(text: str) -> Network:
    try:
        return ip_network(text)
    except ValueError as e:
        raise ValueError(f"{NETWORKS_SETTING}: {text!r} is not a network; write for example 10.1.0.0/16 or 10.1.2.3") from e


def _in_networks(address: Address, allowed: Allowed) -> bool:
    # Mixed versions are never "in" one another, so both spellings of the address are asked.
    return any(spelling in network for network in allowed.networks for spelling in (address, _unwrapped(address)))


def _matches(name: str, pattern: str) -> bool:
    wanted = normal_host(pattern)
    return name.endswith(wanted[1:]) if wanted.startswith("*.") else name == wanted


def _unwrapped(address: Address) -> Address:
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _SIX_TO_FOUR:
        return IPv4Address(int(address) >> 80 & 0xFFFFFFFF)
    if address in _NAT64 or (address in _COMPATIBLE and int(address) > 1):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return address

"""From a host name to its addresses, through the machine's resolver; which of them are allowed belongs to `net.addresses`."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from ipaddress import ip_address

from net.addresses import Address

Resolve = Callable[[str], Awaitable[Sequence[Address]]]


async def system_resolve(host: str) -> list[Address]:
    """The addresses of a name, in the order in which to try them; raises OSError.

    Numbers in odd spellings (`2130706433`, `0x7f.1`, `0177.0.0.1`) come back as the addresses they stand for.
    """
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    # An address may carry a zone (`fe80::1%eth0`), which says nothing about whether it is allowed.
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))

"""The machine's resolver, for numbers only: nothing here leaves the machine."""

from ipaddress import ip_address

import pytest

from net.addresses import Place, place_of
from net.resolver import system_resolve


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "::1", "::ffff:127.0.0.1"])
async def test_every_spelling_of_loopback_resolves_to_loopback(host: str) -> None:
    addresses = await system_resolve(host)
    assert addresses
    assert {place_of(address) for address in addresses} == {Place.LOOPBACK}


async def test_a_zone_does_not_hide_a_link_local_address() -> None:
    assert await system_resolve("fe80::1%1") == [ip_address("fe80::1")]

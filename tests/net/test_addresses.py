"""Where steps may connect to."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from net.addresses import Address, Allowed, Place, place_of, refused_address, refused_name


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("93.184.216.34", Place.PUBLIC),
        ("8.8.8.8", Place.PUBLIC),
        ("172.32.0.1", Place.PUBLIC),
        ("100.128.0.1", Place.PUBLIC),
        ("2606:2800:220:1::1", Place.PUBLIC),
        ("127.0.0.1", Place.LOOPBACK),
        ("127.255.255.254", Place.LOOPBACK),
        ("::1", Place.LOOPBACK),
        ("::ffff:127.0.0.1", Place.LOOPBACK),
        ("::127.0.0.1", Place.LOOPBACK),
        ("64:ff9b::7f00:1", Place.LOOPBACK),
        ("2002:7f00:1::1", Place.LOOPBACK),
        ("169.254.169.254", Place.LINK_LOCAL),
        ("::ffff:169.254.169.254", Place.LINK_LOCAL),
        ("64:ff9b::a9fe:a9fe", Place.LINK_LOCAL),
        ("2002:a9fe:a9fe::", Place.LINK_LOCAL),
        ("fe80::1", Place.LINK_LOCAL),
        ("fd00:ec2::254", Place.LINK_LOCAL),
        ("100.100.100.200", Place.LINK_LOCAL),
        ("168.63.129.16", Place.LINK_LOCAL),
        ("0.0.0.0", Place.UNSPECIFIED),  # noqa: S104 - an address to refuse, nothing binds to it
        ("::", Place.UNSPECIFIED),
        ("10.96.0.1", Place.PRIVATE),
        ("172.16.0.1", Place.PRIVATE),
        ("192.168.1.1", Place.PRIVATE),
        ("100.64.0.1", Place.PRIVATE),
        ("::ffff:10.0.0.1", Place.PRIVATE),
        ("fd12:3456::1", Place.PRIVATE),
        ("224.0.0.1", Place.MULTICAST),
        ("ff02::1", Place.MULTICAST),
        ("255.255.255.255", Place.RESERVED),
        ("192.0.2.1", Place.RESERVED),
        ("2001:db8::1", Place.RESERVED),
        ("2001::1", Place.RESERVED),
        ("64:ff9b:1::1", Place.RESERVED),
        ("64:ff9b::808:808", Place.PUBLIC),
        ("2002:808:808::1", Place.PUBLIC),
    ],
)
def test_every_address_has_a_place_in_whatever_form_it_is_written(text: str, place: Place) -> None:
    assert place_of(ip_address(text)) is place


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_refused_or_allowed_alike_in_all_ipv6_forms(address: Address) -> None:
    forms = [f"::ffff:{address}", f"64:ff9b::{address}", str(ip_address((0x2002 << 112) | (int(address) << 80)))]
    assert {place_of(ip_address(form)) for form in forms} == {place_of(address)}


@given(st.ip_addresses())
def test_what_is_public_here_is_public_for_python_too(address: Address) -> None:
    if place_of(address) is Place.PUBLIC and getattr(address, "sixtofour", None) is None:
        assert address.is_global


@pytest.mark.parametrize(
    "host",
    [
        "jenkins.ci.svc",
        "jenkins.ci.svc.cluster.local",
        "JENKINS.ci.SVC.",
        "anything.cluster.local",
        "kubernetes",
        "kubernetes.default",
        "kubernetes.default.svc",
    ],
)
def test_cluster_names_are_refused_unless_listed(host: str) -> None:
    reason = refused_name(host, Allowed(networks=(ip_network("0.0.0.0/0"),)))
    assert reason is not None
    assert f"add {host.lower().rstrip('.')!r} to PROMPTOPS_HTTP_ALLOWED_HOSTS" in reason
    assert refused_name(host, Allowed.parse([host])) is None


@pytest.mark.parametrize("host", ["example.com", "svc.example.com", "kubernetes.default.example.com", "mysvc"])
def test_other_names_are_decided_by_their_addresses(host: str) -> None:
    assert refused_name(host, Allowed()) is None


@pytest.mark.parametrize("host", ["", ".", "[]"])
def test_an_empty_name_is_none(host: str) -> None:
    assert refused_name(host, Allowed()) == f"{host!r} is not a host name"


def test_one_refused_address_among_many_refuses_the_host_and_says_what_to_set() -> None:
    addresses = [ip_address("93.184.216.34"), ip_address("10.0.0.7")]
    assert refused_address("ci.example.com", addresses, Allowed()) == (
        "'ci.example.com' is at 10.0.0.7, a private or cluster address, where steps may not go; to allow it, "
        "add 'ci.example.com' to PROMPTOPS_HTTP_ALLOWED_HOSTS or 10.0.0.7 to PROMPTOPS_HTTP_ALLOWED_NETWORKS"
    )


@pytest.mark.parametrize(
    ("allowed", "host", "address", "passes"),
    [
        (Allowed.parse(["ci.example.com"]), "ci.example.com", "10.0.0.7", True),
        (Allowed.parse(["CI.example.com."]), "ci.EXAMPLE.com", "127.0.0.1", True),
        (Allowed.parse(["ci.example.com"]), "x.ci.example.com", "10.0.0.7", False),
        (Allowed.parse(["*.example.com"]), "ci.example.com", "10.0.0.7", True),
        (Allowed.parse(["*.example.com"]), "example.com", "10.0.0.7", False),
        (Allowed.parse(["*.example.com"]), "evilexample.com", "10.0.0.7", False),
        (Allowed.parse(["*"]), "ci.example.com", "10.0.0.7", False),
        (Allowed.parse(["::1"]), "[::1]", "::1", True),
        # A listed name does not open the metadata service: only its network does.
        (Allowed.parse(["ci.example.com"]), "ci.example.com", "169.254.169.254", False),
        (Allowed.parse([], ["169.254.169.254"]), "ci.example.com", "169.254.169.254", True),
        (Allowed.parse([], ["10.0.0.0/24"]), "ci.example.com", "10.0.0.7", True),
        (Allowed.parse([], ["10.0.0.0/24"]), "ci.example.com", "::ffff:10.0.0.7", True),
        (Allowed.parse([], ["10.0.0.0/24"]), "ci.example.com", "10.0.1.7", False),
        (Allowed.parse([], ["fd00::/8"]), "ci.example.com", "fd00::7", True),
    ],
)
def test_the_operator_opens_hosts_and_networks(allowed: Allowed, host: str, address: str, passes: bool) -> None:
    assert (refused_address(host, [ip_address(address)], allowed) is None) is passes


def test_a_setting_that_is_no_network_is_named() -> None:
    with pytest.raises(ValueError, match=r"PROMPTOPS_HTTP_ALLOWED_NETWORKS: '10\.0\.0\.7/8' is not a network"):
        Allowed.parse([], ["10.0.0.7/8"])

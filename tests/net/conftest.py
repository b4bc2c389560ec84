"""What the tests of `net` share: certificates and a port on which nobody listens. Everything is on loopback."""

import socket
from collections.abc import Iterator

import pytest

from tests.net.certificates import Certificates


@pytest.fixture(scope="session")
def certificates() -> Certificates:
    return Certificates()


@pytest.fixture
def closed_port() -> Iterator[int]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))  # bound but not listening: nobody else gets it, and connecting is refused
        yield bound.getsockname()[1]

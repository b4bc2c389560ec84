"""Where uids and random name endings come from."""

import secrets
import uuid
from typing import Protocol

# The API server's alphabet for generated names: no vowels and no look-alikes, so that no words appear by accident.
SAFE = "bcdfghjklmnpqrstvwxz2456789"


class Identities(Protocol):
    """A source of identities."""

    def uid(self) -> str:
        """A uid no object had before."""
        ...

    def suffix(self) -> str:
        """Five characters for the end of a generated name."""
        ...


class RandomIdentities:
    """Random identities, as a real cluster gives them."""

    def uid(self) -> str:
        """A random UUID."""
        return str(uuid.uuid4())

    def suffix(self) -> str:
        """Five random characters."""
        return "".join(secrets.choice(SAFE) for _ in range(5))


class CountingIdentities:
    """Identities in a fixed order, for tests that compare whole values."""

    def __init__(self) -> None:
        self._count = 0

    def uid(self) -> str:
        """The next number as a UUID."""
        self._count += 1
        return str(uuid.UUID(int=self._count))

    def suffix(self) -> str:
        """The next number in the alphabet of generated names."""
        self._count += 1
        rest, text = self._count, ""
        for _ in range(5):
            rest, digit = divmod(rest, len(SAFE))
            text = SAFE[digit] + text
        return text

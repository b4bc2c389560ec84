"""Ids and secrets. Ids count up, so that tests can compare whole values; secrets are random unless a test brings its own source."""

import secrets
import string
import uuid
from collections import Counter
from collections.abc import Callable

_DIGITS = string.digits + string.ascii_uppercase
_LENGTH = 9


class Ids:
    """Hands out ids in Slack's form: a letter for the kind, then capitals and digits."""

    def __init__(self, secret: Callable[[int], str] = secrets.token_hex) -> None:
        self._secret = secret
        self._given: Counter[str] = Counter()

    def next(self, prefix: str) -> str:
        """The next id of a kind, such as F00000001 for the prefix F."""
        self._given[prefix] += 1
        return prefix + _base36(self._given[prefix]).rjust(_LENGTH, "0")

    def short(self) -> str:
        """A generated block_id or action_id."""
        self._given["block"] += 1
        return "b" + _base36(self._given["block"]).lower().rjust(4, "0")

    def envelope(self) -> str:
        """A UUID, as Socket Mode names its envelopes and clients name their messages."""
        return str(uuid.UUID(hex=self._secret(16)))

    def secret(self, size: int = 12) -> str:
        """So many random bytes, in hexadecimal."""
        return self._secret(size)


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _DIGITS[rest] + digits
    return digits or "0"

"""A resolver for tests: it knows what the test says, and remembers the questions."""

import socket
from collections.abc import Mapping, Sequence
from ipaddress import ip_address

from net.addresses import Address


class FakeResolver:
    """Each name has a list of answers, given in turn (the last one again and again); a number is its own address."""

    def __init__(self, names: Mapping[str, Sequence[Sequence[str]]]) -> None:
        self._answers = {name: list(answers) for name, answers in names.items()}
        self.asked: list[str] = []

    async def __call__(self, host: str) -> Sequence[Address]:
        """The addresses of a name; raises as the machine's resolver does."""
        self.asked.append(host)
        if host in self._answers:
            answers = self._answers[host]
            return [ip_address(text) for text in (answers.pop(0) if len(answers) > 1 else answers[0])]
        try:
            return [ip_address(host)]
        except ValueError as e:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known") from e

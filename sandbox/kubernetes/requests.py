"""The log of requests that a cluster answered: what tests count effects with, and what a person looks at.

It is bounded: the newest records stay, and `total` counts all of them.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

# What a request did to stored objects; a dry run, a read and an error do nothing.
Effect: TypeAlias = Literal["created", "changed", "deleted", "none"]

KEPT = 10_000  # records, about 5 MB


@dataclass(frozen=True, slots=True)
class Request:
    """One answered request; a watch or a followed log is noted when its stream begins."""

    at: datetime
    method: str
    path: str
    query: str
    user_agent: str
    manager: str
    dry_run: bool
    status: int
    effect: Effect


class RequestLog:
    """The newest requests, oldest first. `enabled = False` stops the recording; the total still counts."""

    def __init__(self, kept: int = KEPT) -> None:
        self.enabled = True
        self.total = 0
        self._records: deque[Request] = deque(maxlen=kept)

    def __iter__(self) -> Iterator[Request]:
        return iter(tuple(self._records))

    def __len__(self) -> int:
        return len(self._records)

    def add(self, request: Request) -> None:
        """Note a request."""
        self.total += 1
        if self.enabled:
            self._records.append(request)

    def clear(self) -> None:
        """Forget the records; the total stays."""
        self._records.clear()

    def effects(self, path: str = "", manager: str | None = None) -> list[Request]:
        """The requests that changed something, under a path prefix and by one field manager if given."""
        return [one for one in self if one.effect != "none" and one.path.startswith(path) and (manager is None or one.manager == manager)]

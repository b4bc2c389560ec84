"""One owner per state folder, by a lock that the kernel releases however the process ends.

The lock file is never removed: two processes could otherwise hold locks on two files of the same name.
"""

import fcntl
import json
import os
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from state.errors import StateError
from state.folder import Folder


@dataclass(frozen=True, slots=True)
class Holder:
    """Who owns a folder, for messages: its process id, and since when in epoch seconds."""

    pid: int
    since: float


class Owner:
    """The right to write to a state folder, held until `release` or the end of the process."""

    def __init__(self, folder: Folder, descriptor: int) -> None:
        self.folder = folder
        self._descriptor = descriptor

    @classmethod
    def acquire(cls, folder: Folder, *, now: float) -> Self | None:
        """Become the owner without waiting; None when another process is. Prepares the folder; raises `StateError`."""
        folder.prepare()
        try:
            descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as e:
            raise StateError(f"cannot open the lock file {str(folder.lock)!r}: {e.strerror}.") from e
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return None
        except OSError as e:
            os.close(descriptor)
            raise StateError(
                f"cannot lock {str(folder.lock)!r}: {e.strerror}. Network file systems often have no locks: "
                "set PROMPTOPS_STATE_DIR to a local folder."
            ) from e
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, json.dumps({"pid": os.getpid(), "since": now}).encode(), 0)
        return cls(folder, descriptor)

    def release(self) -> None:
        """Stop being the owner; doing it twice is harmless."""
        if self._descriptor >= 0:
            os.ftruncate(self._descriptor, 0)
            os.close(self._descriptor)
            self._descriptor = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.release()


def holder(folder: Folder) -> Holder | None:
    """Who says that it owns the folder; None when nobody does. Only the lock decides: this is for people to read."""
    try:
        found = json.loads(folder.lock.read_bytes())
        claimed = Holder(int(found["pid"]), float(found["since"]))
        os.kill(claimed.pid, 0)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return claimed

"""The state folder: where it is, what lies in it, and that nobody else can write to it.

Who owns it at the moment is left to `state.owner`.
"""

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from state.errors import StateError


@dataclass(frozen=True, slots=True)
class Folder:
    """The state folder and the files in it."""

    path: Path

    @classmethod
    def locate(cls, environ: Mapping[str, str], home: Path) -> Self:
        """`PROMPTOPS_STATE_DIR`, else `promptops` in the XDG data folder; touches no disk.

        A relative `XDG_DATA_HOME` is ignored, as the XDG base directory specification asks.
        """
        if chosen := environ.get("PROMPTOPS_STATE_DIR"):
            return cls(Path(os.path.abspath(Path(chosen).expanduser())))  # noqa: PTH100 - resolve() would follow links and read the disk
        data = Path(environ.get("XDG_DATA_HOME", ""))
        return cls((data if data.is_absolute() else home / ".local" / "share") / "promptops")

    @property
    def database(self) -> Path:
        """The SQLite database; its `-wal` and `-shm` stand beside it."""
        return self.path / "promptops.db"

    @property
    def key(self) -> Path:
        """The key of the sealed values."""
        return self.path / "seal.key"

    @property
    def lock(self) -> Path:
        """The file whose lock makes a process the owner."""
        return self.path / "owner.lock"

    @property
    def socket(self) -> Path:
        """Where the owner answers."""
        return self.path / "owner.sock"

    def prepare(self) -> None:
        """Create the folder with mode 0700 where it is missing; raises `StateError` unless it is ours and only we can write to it."""
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            found = self.path.stat()
        except OSError as e:
            raise StateError(
                f"cannot use the state folder {str(self.path)!r}: {e.strerror}. Set PROMPTOPS_STATE_DIR to a folder that you can write to."
            ) from e
        if found.st_uid != os.geteuid():
            raise StateError(
                f"the state folder {str(self.path)!r} belongs to the user with id {found.st_uid}, not to you ({os.geteuid()}). "
                "Set PROMPTOPS_STATE_DIR to a folder of your own."
            )
        if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            raise StateError(
                f"others can write to the state folder {str(self.path)!r} (mode {stat.S_IMODE(found.st_mode):04o}), "
                f"so its journal could not be trusted. Run `chmod 700 {self.path}`."
            )

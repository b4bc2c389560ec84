"""The state folder's tests use real files, a real SQLite, real sockets and real processes, all in a temporary folder; nothing is faked.

Blocking calls on the event loop are errors here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import BlockBuster, blockbuster_ctx

from state.folder import Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    made = Folder(tmp_path / "state")
    made.prepare()
    return made


@pytest.fixture
def unblocked() -> Iterator[BlockBuster]:
    """Anything of ours that blocks the loop raises."""
    with blockbuster_ctx(["state"]) as watching:
        yield watching

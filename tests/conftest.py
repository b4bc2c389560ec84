"""What holds for every test.

Faked where a test needs it, by hand, at the ports: clock, journal, clusters, HTTP, analyst (`tests/fakes/`). Deliberately not faked:
manifests, expressions, the plan, the engine, SQLite, and the real clients (kubernetes, httpx), which talk to servers of ours on 127.0.0.1.
No test needs the internet. Warnings are errors, so a task or a session that is left over fails its test.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import settings

OURS = ("analysis", "kube", "net", "prompts.analyst", "prompts.model", "state", "steps.builtin", "steps.engine", "steps.plan")

settings.register_profile("promptops", deadline=None, print_blob=True)
settings.load_profile("promptops")


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    """The backend of the code under test."""
    return "asyncio"


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference material beside the checkout (or `PROMPTOPS_SHARED`); skips by name where a clone stands alone."""
    folder = Path(os.environ.get("PROMPTOPS_SHARED") or Path(__file__).resolve().parents[2] / "shared")
    if not (folder / "workflows").is_dir():
        pytest.skip(f"the shared reference folder is missing: {folder} (set PROMPTOPS_SHARED)")
    return folder


@pytest.fixture(autouse=True)
def nothing_of_ours_blocks_the_loop() -> Iterator[None]:
    """A blocking call on the event loop from our own code fails the test that made it."""
    with blockbuster_ctx(scanned_modules=list(OURS)):
        yield

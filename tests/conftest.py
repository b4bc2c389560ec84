"""What holds for every test.

Faked where a test needs it, by hand, at the ports: clock, journal, clusters, HTTP, analyst (`tests/fakes/`). Deliberately not faked:
manifests, expressions, the plan, the engine, SQLite, and the real clients (kubernetes, httpx), which talk to servers of ours on 127.0.0.1.
No test needs the internet. Warnings are errors, so a task or a session that is left over fails its test.
"""

import os
from pathlib import Path

import pytest
from hypothesis import settings

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

"""A workspace with the sample bot on it, and one headless Chromium for all tests of this folder.

Real here: Chromium, the page, the workspace, slack_bolt over Socket Mode. Nothing is faked. Without Chromium every test here is skipped
by name, or fails where PROMPTOPS_NEED_CHROMIUM is set.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler

from sandbox.slack import SlackWorkspace
from tests.browser.devtools import Browser, Page, browser, chromium
from tests.browser.slack.sample_bot import sample_bot

MANIFEST = Path(__file__).parents[3] / "manifest.yml"


def need_chromium() -> None:
    """Skip by name without a browser; fail where the environment says that there must be one, as in CI."""
    if chromium() is None:
        missing = pytest.fail if os.environ.get("PROMPTOPS_NEED_CHROMIUM") else pytest.skip
        missing("no Chromium is installed: apt-get install chromium")


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorkspace]:
    need_chromium()
    async with SlackWorkspace(manifest=MANIFEST, rate_limits=False) as workspace:
        handler = AsyncSocketModeHandler(sample_bot(workspace), workspace.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
        await workspace.connected()
        yield workspace
        await handler.close_async()  # type: ignore[no-untyped-call]  # the same


@pytest.fixture(scope="session")
async def running() -> AsyncIterator[Browser]:
    need_chromium()
    async with browser() as one:
        yield one


@pytest.fixture
async def page(slack: SlackWorkspace, running: Browser) -> AsyncIterator[Page]:
    """The page as a newcomer opens it. A test that leaves an error in its console fails."""
    opened = await running.page(slack.page)
    await opened.until("document.querySelector('.composer-field')", what="the composer")
    yield opened
    problems = opened.problems
    await opened.close()
    assert problems == []

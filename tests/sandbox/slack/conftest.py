"""A workspace per test, and a stock Bolt app on it by Socket Mode or by signed HTTP.

Real here: the HTTP server, WebSockets, slack_bolt, slack_sdk, the project's manifest.yml. Faked is only the time, by `clock`.
"""

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from blockbuster import BlockBuster, blockbuster_ctx
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import ManualClock, SlackWorkspace
from tests.sandbox.slack.bolt_app import bolt_app

ROOT = Path(__file__).parents[3]
MANIFEST = ROOT / "manifest.yml"


@pytest.fixture(scope="session")
def reference() -> Path:
    folder = Path(os.environ.get("PROMPTOPS_SHARED", ROOT.parent / "shared")) / "reference"
    if not folder.is_dir():
        pytest.skip("the shared folder is not here: set PROMPTOPS_SHARED to check against Slack's fixtures and schemas")
    return folder


@pytest.fixture(autouse=True)
def unblocked() -> Iterator[BlockBuster]:
    """Anything of the workspace that blocks the loop raises."""
    with blockbuster_ctx(["sandbox"]) as watching:
        yield watching


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def slack() -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace(manifest=MANIFEST, rate_limits=False) as workspace:
        yield workspace


@pytest.fixture
async def timed(clock: ManualClock) -> AsyncIterator[SlackWorkspace]:
    async with SlackWorkspace(manifest=MANIFEST, clock=clock) as workspace:
        yield workspace


@pytest.fixture
def client(slack: SlackWorkspace) -> AsyncWebClient:
    return AsyncWebClient(slack.bot_token, base_url=slack.url, retry_handlers=[])


@pytest.fixture
def timed_client(timed: SlackWorkspace) -> AsyncWebClient:
    return AsyncWebClient(timed.bot_token, base_url=timed.url, retry_handlers=[])


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture(params=["socket mode", "signed http"])
async def bolted(request: pytest.FixtureRequest, slack: SlackWorkspace) -> AsyncIterator[SlackWorkspace]:
    """The workspace with the Bolt app on it."""
    app = bolt_app(slack)
    if request.param == "socket mode":
        handler = AsyncSocketModeHandler(app, slack.app_token)
        await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
        await slack.connected()
        yield slack
        await handler.close_async()  # type: ignore[no-untyped-call]  # the same
        return

    async def events(incoming: web.Request) -> web.Response:
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(incoming)))

    site = web.Application()
    site.add_routes([web.post("/slack/events", events)])
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    await slack.arrange.request_url(f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events")
    yield slack
    await slack.arrange.request_url(None)
    await runner.cleanup()

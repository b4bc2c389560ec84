"""Socket Mode and signed HTTP on the wire: one connection each, retries, refreshes, and time that the test moves."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from urllib.parse import parse_qs

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.signature import Clock as SdkClock
from slack_sdk.signature import SignatureVerifier

from sandbox.slack import ManualClock, RefusedError, SlackWorkspace
from sandbox.slack.interactions import Outcome
from tests.sandbox.slack.raw_socket import raw_socket


async def test_an_unacknowledged_event_comes_three_times_again(
    timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession
) -> None:
    async with raw_socket(timed, http) as app:
        start = clock.now()
        await timed.person("ann").send("#deploys", "hello")
        text, event_id, *first = await app.event()
        assert (text, first) == ("hello", [0, ""])
        seen: list[tuple[float, int, str]] = []
        for wait in (3, 63, 303):
            await clock.advance(wait)
            _, repeated, attempt, reason = await app.event()
            assert repeated == event_id
            seen.append((clock.now() - start, attempt, reason))
        assert seen == [(3, 1, "timeout"), (66, 2, "timeout"), (369, 3, "timeout")]
        await clock.advance(3600)
        await timed.until(lambda: "gave up delivering message after 4 attempts" in [item["summary"] for item in timed.log("note")] or None)


async def test_an_acknowledged_event_does_not_come_again(timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession) -> None:
    async with raw_socket(timed, http) as app:
        ann = timed.person("ann")
        await ann.send("#deploys", "one")
        await app.acked()
        await timed.until(lambda: timed.log("event"))
        await clock.advance(1000)
        await ann.send("#deploys", "two")
        assert (await app.event())[0] == "two"


async def test_events_wait_for_an_app_that_starts_late(timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession) -> None:
    await timed.person("ann").send("#deploys", "hello")
    await timed.until(lambda: timed.log("event"))
    async with raw_socket(timed, http) as app:
        await clock.advance(3)
        assert [*(await app.event())[2:]] == [1, "no_connection"]


async def test_each_payload_goes_to_one_connection(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with raw_socket(slack, http) as one, raw_socket(slack, http) as two:
        assert (one.hello["num_connections"], two.hello["num_connections"]) == (1, 2)
        for number in range(4):
            await slack.person("ann").send("#deploys", str(number))
        first = [(await one.acked())["payload"]["event"]["text"] for _ in range(2)]
        second = [(await two.acked())["payload"]["event"]["text"] for _ in range(2)]
        assert sorted(first + second) == ["0", "1", "2", "3"]


async def test_an_eleventh_connection_is_one_too_many(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(raw_socket(slack, http))
        eleventh = await stack.enter_async_context(raw_socket(slack, http))
        assert eleventh.hello == {"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": "sandbox"}}


async def test_a_ticket_opens_one_connection(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{slack.url}apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"}) as response:
        url = (await response.json())["url"]
    async with http.ws_connect(url):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await http.ws_connect(url)


@pytest.mark.parametrize(("suffix", "seconds"), [("", 18_060), ("&debug_reconnects=true", 360)])
async def test_a_connection_is_refreshed_after_a_warning(
    timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession, suffix: str, seconds: int
) -> None:
    async with raw_socket(timed, http, suffix) as app:
        await clock.advance(seconds - 10)
        assert (await app.frame())["reason"] == "warning"
        await clock.advance(10)
        assert (await app.frame())["reason"] == "refresh_requested"
        await clock.advance(10)
        assert (await app.socket.receive()).type is aiohttp.WSMsgType.CLOSE


async def test_a_clients_ping_comes_back_with_its_payload(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with http.post(f"{slack.url}apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"}) as response:
        url = (await response.json())["url"]
    async with http.ws_connect(url, autoping=False) as socket:
        await socket.receive_json()
        await socket.ping(b"sdk-ping-pong:1790000000.5")
        frame = await socket.receive()
        assert (frame.type, bytes(frame.data)) == (aiohttp.WSMsgType.PONG, b"sdk-ping-pong:1790000000.5")


async def test_frames_that_are_no_acknowledgement_do_no_harm(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with raw_socket(slack, http) as app:
        for frame in ("", "{", "[]", '{"envelope_id": 7}', '{"envelope_id": "unknown"}', '{"payload": {}}'):
            await app.socket.send_str(frame)
        await slack.person("ann").send("#deploys", "still here")
        assert (await app.acked())["payload"]["event"]["text"] == "still here"


@pytest.mark.parametrize(
    ("connected", "notice"),
    [
        (True, '/promptops failed with the error "operation_timeout"'),
        (False, '/promptops failed with the error "dispatch_failed"'),
    ],
)
async def test_a_command_nobody_acknowledges_tells_the_person(
    timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession, *, connected: bool, notice: str
) -> None:
    async with AsyncExitStack() as stack:
        if connected:
            await stack.enter_async_context(raw_socket(timed, http))
        async with asyncio.TaskGroup() as tasks:
            typed = tasks.create_task(timed.person("ann").command("#deploys", "/promptops run"))
            await clock.advance(3)
        assert typed.result() == Outcome(answered=False, notice=notice)
        assert [item.data for item in timed.changes() if item.kind == "notice"] == [{"text": notice}]


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[str]:
    """An app's HTTP endpoint; answers its URL."""
    site = web.Application()
    site.add_routes([web.post("/events", handler)])
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/events"
    finally:
        await runner.cleanup()


class FixedClock(SdkClock):
    """slack_sdk's clock, standing at the workspace's time."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock

    def now(self) -> float:
        return self._clock.now()


async def test_http_requests_are_signed_and_shaped_as_slacks(timed: SlackWorkspace, clock: ManualClock) -> None:
    seen: list[tuple[str, str, bool]] = []
    verifier = SignatureVerifier(timed.signing_secret, FixedClock(clock))

    async def endpoint(request: web.Request) -> web.StreamResponse:
        body = await request.text()
        valid = verifier.is_valid_request(body, dict(request.headers))
        if request.content_type == "application/json":
            payload = json.loads(body)
            seen.append((request.content_type, payload.get("event", payload)["type"], valid))
            return web.json_response({"challenge": payload.get("challenge", "")})
        form = parse_qs(body)
        seen.append((request.content_type, form["command"][0] if "command" in form else json.loads(form["payload"][0])["type"], valid))
        return web.Response(text="")

    ann = timed.person("ann")
    async with listening(endpoint) as url:
        await timed.arrange.request_url(url)
        await ann.send("#oncall", "hello")
        await timed.until(lambda: timed.log("event"))
        await ann.command("#oncall", "/promptops help")
        await ann.shortcut("run_workflow")
        await timed.arrange.request_url(None)
    form = "application/x-www-form-urlencoded"
    assert seen == [
        ("application/json", "url_verification", True),
        ("application/json", "message", True),
        (form, "/promptops", True),
        (form, "shortcut", True),
    ]


@pytest.mark.parametrize(
    ("headers", "retries"),
    [({}, [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]), ({"X-Slack-No-Retry": "1"}, [(None, None)])],
)
async def test_http_failures_are_retried_unless_the_app_says_no(
    timed: SlackWorkspace, clock: ManualClock, headers: dict[str, str], retries: list[tuple[str | None, str | None]]
) -> None:
    seen: list[tuple[str | None, str | None]] = []

    async def endpoint(request: web.Request) -> web.StreamResponse:
        body = await request.json()
        if body["type"] == "url_verification":
            return web.json_response({"challenge": body["challenge"]})
        seen.append((request.headers.get("X-Slack-Retry-Num"), request.headers.get("X-Slack-Retry-Reason")))
        return web.Response(status=500, headers=headers)

    async with listening(endpoint) as url:
        await timed.arrange.request_url(url)
        await timed.person("ann").send("#oncall", "hello")
        for number, wait in enumerate((3, 60, 300), start=1):
            await attempts(timed, min(number, len(retries)))
            await clock.advance(wait)
        await attempts(timed, len(retries))
        await timed.arrange.request_url(None)
    assert seen == retries


async def attempts(slack: SlackWorkspace, count: int) -> None:
    """Wait until so many attempts to deliver an event are over."""
    await slack.until(lambda: len(slack.log("event")) >= count or None)


@pytest.mark.parametrize("url", ["http://example.com/events", "https://127.0.0.1/events", "http://10.0.0.1:80/"])
async def test_only_this_machine_is_posted_to(slack: SlackWorkspace, url: str) -> None:
    with pytest.raises(RefusedError, match="must be http on this machine"):
        await slack.arrange.request_url(url)


async def test_an_endpoint_that_fails_the_challenge_is_not_used(slack: SlackWorkspace) -> None:
    async def endpoint(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="hello")

    async with listening(endpoint) as url:
        with pytest.raises(RefusedError, match="did not answer the challenge"):
            await slack.arrange.request_url(url)
    assert slack.arrange.app()["delivery"] == "socket"

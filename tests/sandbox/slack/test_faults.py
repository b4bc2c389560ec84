"""Faults on request: what the app meets, and that the workspace stays right."""

import asyncio
import io
import json
from collections.abc import Callable

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import ManualClock, RefusedError, SlackWorkspace
from tests.sandbox.slack.calls import Json, call
from tests.sandbox.slack.raw_socket import raw_socket


async def test_a_rate_limit_names_when_to_come_back(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.fault("rate_limit", "chat.postMessage", times=2, seconds=30)
    for _ in range(2):
        with pytest.raises(SlackApiError) as refused:
            await client.chat_postMessage(channel="#deploys", text="x")
        assert refused.value.response.headers["Retry-After"] == "30"
    assert (await client.chat_postMessage(channel="#deploys", text="x"))["ok"]


@pytest.mark.parametrize(("kind", "stored"), [("drop_before", 0), ("drop_after", 1)])
async def test_a_dropped_connection_before_and_after_the_message_was_stored(
    slack: SlackWorkspace, client: AsyncWebClient, kind: str, stored: int
) -> None:
    slack.fault(kind, "chat.postMessage")
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="#deploys", text="x")
    assert len(slack.messages("#deploys")) == stored


async def test_the_sdks_default_retry_doubles_a_message(slack: SlackWorkspace) -> None:
    """The trap that the fault is for: slack_sdk sends again what was stored already."""
    slack.fault("drop_after", "chat.postMessage")
    await AsyncWebClient(slack.bot_token, base_url=slack.url).chat_postMessage(channel="#deploys", text="twice")
    assert [item["text"] for item in slack.messages("#deploys")] == ["twice", "twice"]


async def test_an_answer_can_be_slow(timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession) -> None:
    timed.fault("slow", "chat.postMessage", seconds=20)
    async with asyncio.TaskGroup() as tasks:
        posting = tasks.create_task(call(http, timed, "chat.postMessage", channel="#deploys", text="x"))
        await clock.advance(19)
        assert (posting.done(), timed.messages("#deploys")) == (False, [])
        # The request has to arrive before the clock can move it on.
        while not posting.done():
            await clock.advance(20)
    assert posting.result()["ok"]


async def test_an_error_and_a_broken_proxy_can_be_asked_for(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    slack.fault("error", "*", code="internal_error")
    assert await call(http, slack, "auth.test") == {"ok": False, "error": "internal_error"}
    slack.fault("http_error", "*", seconds=503)
    async with http.post(f"{slack.url}auth.test") as response:
        assert (response.status, response.content_type) == (503, "text/html")


async def test_a_revoked_token(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    slack.arrange.revoke()
    with pytest.raises(SlackApiError, match="token_revoked"):
        await client.auth_test()
    slack.arrange.revoke(revoked=False)
    assert (await client.auth_test())["ok"]


Arrange = Callable[[SlackWorkspace], None]
CONDITIONS: list[tuple[str, Arrange, str, Json, str]] = [
    ("bot removed", lambda s: s.arrange.bot("#deploys", member=False), "chat.postMessage", {"channel": "C0DEPLOYS1"}, "not_in_channel"),
    ("bot removed", lambda s: s.arrange.bot("#deploys", member=False), "chat.update", {"channel": "C0DEPLOYS1"}, "channel_not_found"),
    (
        "bot removed from a private channel",
        lambda s: s.arrange.bot("#release-approvals", member=False),
        "chat.postMessage",
        {"channel": "C0PRIVATE1"},
        "channel_not_found",
    ),
    ("archived", lambda s: s.arrange.archive("#deploys"), "chat.postMessage", {"channel": "C0DEPLOYS1"}, "is_archived"),
    ("archived", lambda s: s.arrange.archive("#deploys"), "chat.update", {"channel": "C0DEPLOYS1"}, "is_inactive"),
]


@pytest.mark.parametrize(("name", "arrange", "method", "arguments", "error"), CONDITIONS)
async def test_lasting_conditions(
    slack: SlackWorkspace, http: aiohttp.ClientSession, name: str, arrange: Arrange, method: str, arguments: Json, error: str
) -> None:
    posted = await call(http, slack, "chat.postMessage", text="before", channel=arguments["channel"])
    arrange(slack)
    answer = await call(http, slack, method, text="after", **{**arguments, "ts": posted["ts"]})
    assert (name, answer["error"]) == (name, error)


async def test_a_deleted_root(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    alone = await call(http, slack, "chat.postMessage", channel="#deploys", text="alone")
    busy = await call(http, slack, "chat.postMessage", channel="#deploys", text="busy")
    await call(http, slack, "chat.postMessage", channel="#deploys", text="reply", thread_ts=busy["ts"])
    for root in (alone, busy):
        slack.arrange.delete_message("#deploys", root["ts"])
        assert (await call(http, slack, "chat.update", channel="C0DEPLOYS1", ts=root["ts"], text="x"))["error"] == "message_not_found"
    lost = await call(http, slack, "chat.postMessage", channel="#deploys", text="x", thread_ts=alone["ts"])
    kept = await call(http, slack, "chat.postMessage", channel="#deploys", text="x", thread_ts=busy["ts"])
    assert (lost.get("error"), kept["ok"]) == ("thread_not_found", True)
    assert [(item["text"], item.get("subtype")) for item in slack.thread("#deploys", busy["ts"])] == [
        ("This message was deleted.", "tombstone"),
        ("reply", None),
        ("x", None),
    ]


async def test_a_duplicate_delivery(timed: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    timed.fault("duplicate", "message")
    async with raw_socket(timed, http) as app:
        await timed.person("ann").send("#deploys", "hello")
        first, second = await app.acked(), await app.acked()
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    assert (first["envelope_id"] != second["envelope_id"], first["retry_attempt"], second["retry_attempt"]) == (True, 0, 1)


async def test_late_lost_and_reordered_deliveries(timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession) -> None:
    async with raw_socket(timed, http) as app:
        ann = timed.person("ann")
        for kind, text in (("late", "late"), ("lost", "lost"), ("reorder", "overtaken")):
            timed.fault(kind, "message", seconds=60)
            await ann.send("#deploys", text)
            await asyncio.sleep(0)
        await ann.send("#deploys", "overtaking")
        got = [(await app.acked())["payload"]["event"]["text"] for _ in range(2)]
        await clock.advance(60)
        got.append((await app.acked())["payload"]["event"]["text"])
    assert got == ["overtaking", "overtaken", "late"]


@pytest.mark.parametrize("reason", ["link_disabled", "refresh_requested", "too_many_websockets"])
async def test_a_disconnect_says_why(slack: SlackWorkspace, http: aiohttp.ClientSession, reason: str) -> None:
    async with raw_socket(slack, http) as app:
        await slack.arrange.disconnect(reason)
        assert await app.frame() == {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
        assert slack.arrange.app()["connections"] == 0


async def test_a_connection_dropped_without_a_word(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with raw_socket(slack, http) as app:
        await slack.arrange.disconnect("drop")
        assert (await app.socket.receive()).type in {aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR, aiohttp.WSMsgType.CLOSE}


@pytest.mark.parametrize("rule", [("explode", 1, 1.0), ("slow", 0, 1.0), ("slow", 1, -1.0)])
async def test_unknown_faults_are_refused(slack: SlackWorkspace, rule: tuple[str, int, float]) -> None:
    kind, times, seconds = rule
    with pytest.raises(RefusedError):
        slack.fault(kind, times=times, seconds=seconds)


WRONG_BODIES: list[tuple[bytes, str, int, str]] = [
    (b"{", "application/json", 200, "invalid_json"),
    (b"[" * 100_000, "application/json", 200, "invalid_json"),
    (b"[]", "application/json", 200, "json_not_object"),
    (b"\xff\xfe", "application/json", 200, "invalid_charset"),
    (b"<x/>", "text/xml", 200, "invalid_post_type"),
    (b"x" * (1 << 20) + b"x", "application/json", 413, "request_too_large"),
]


@pytest.mark.parametrize(("body", "kind", "status", "error"), WRONG_BODIES)
async def test_wrong_bodies_get_a_proper_error(
    slack: SlackWorkspace, http: aiohttp.ClientSession, body: bytes, kind: str, status: int, error: str
) -> None:
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": kind}
    async with http.post(f"{slack.url}chat.postMessage", data=io.BytesIO(body), headers=headers) as response:
        assert (response.status, (await response.json())["error"]) == (status, error)


def deep(levels: int) -> list[object]:
    """Lists in lists."""
    nested: list[object] = []
    for _ in range(levels):
        nested = [nested]
    return nested


@pytest.mark.parametrize(
    "value",
    [
        None,
        0,
        -1,
        True,
        "",
        "x",
        [],
        {},
        [[]],
        {"a": {}},
        1e308,
        "\ud83d\ude00",
        "\x00",
        "\ud800",
        deep(60),
        deep(900),
        [{"id": []}],
        [{"id": "F1"}, {"id": "F1"}],
    ],
)
async def test_no_argument_breaks_a_method(slack: SlackWorkspace, http: aiohttp.ClientSession, value: object) -> None:
    """Whatever stands in an argument, the answer is JSON with `ok`; never a broken connection or a 500."""
    names = (
        "channel",
        "text",
        "blocks",
        "attachments",
        "metadata",
        "thread_ts",
        "ts",
        "user",
        "users",
        "view",
        "trigger_id",
        "files",
        "limit",
    )
    methods = ("chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.publish", "conversations.list")
    more = ("conversations.history", "conversations.open", "files.completeUploadExternal", "files.getUploadURLExternal", "reactions.add")
    fine: Json = {"channel": "C0DEPLOYS1", "text": "x", "trigger_id": "1.2.3", "user_id": "U0ANNDEV01", "filename": "a", "length": 1}
    headers = {"Authorization": f"Bearer {slack.bot_token}", "Content-Type": "application/json"}
    for method in (*methods, *more):
        for name in names:
            body = json.dumps({**fine, name: value})
            async with http.post(f"{slack.url}{method}", data=body, headers=headers) as response:
                assert (response.status, "ok" in await response.json()) == (200, True), (method, name)

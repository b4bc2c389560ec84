"""The control API over HTTP: acting and looking as a person, the live feed, and who is kept out."""

import asyncio
import base64
import json
from typing import Any

import aiohttp
import pytest

from sandbox.slack import ManualClock, SlackWorkspace
from tests.sandbox.slack.bolt_app import APPROVAL
from tests.sandbox.slack.calls import Json, call

ANN, BOB, CLEO, OLGA = "U0ANNDEV01", "U0BOBAPP01", "U0CLEOAPP1", "U0OLGAOUT1"


async def get(http: aiohttp.ClientSession, slack: SlackWorkspace, path: str, **query: str) -> Json:
    async with http.get(f"{slack.page}control/{path}", params=query) as response:
        body: Json = await response.json()
    return {**body, "status": response.status} if response.status != 200 else body


async def post(http: aiohttp.ClientSession, slack: SlackWorkspace, path: str, **body: Any) -> Json:
    fields = {key.rstrip("_"): value for key, value in body.items()}
    async with http.post(f"{slack.page}control/{path}", json=fields) as response:
        answer: Json = await response.json()
    return {**answer, "status": response.status} if response.status != 200 else answer


class Feed:
    """Reads Server-Sent Events."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response

    async def next(self) -> Json:
        data = ""
        async with asyncio.timeout(5):
            while True:
                line = (await self._response.content.readline()).decode().rstrip("\n")
                if line.startswith("data: "):
                    data = line.removeprefix("data: ")
                elif not line and data:
                    found: Json = json.loads(data)
                    return found


async def test_the_state_is_what_the_person_sees(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    seen = {name: await get(http, slack, "state", **{"as": name}) for name in (ANN, BOB, OLGA)}
    names = {person: [item["name"] for item in state["channels"]] for person, state in seen.items()}
    assert names == {
        ANN: ["deploys", "oncall", "random"],
        BOB: ["deploys", "oncall", "random", "release-approvals"],
        OLGA: ["deploys", "random"],
    }
    state = seen[ANN]
    assert {person["name"]: person["role"] for person in state["people"]} == {
        "ann": "developer",
        "bob": "approver",
        "cleo": "approver",
        "dev": "on call",
        "olga": "outsider",
        "promptops": "bot",
    }
    assert (state["me"]["id"], state["app"]["commands"][0]["command"], state["clock"], state["app"]["connected"]) == (
        ANN,
        "/promptops",
        "system",
        False,
    )


async def test_unread_messages_are_counted_until_they_are_read(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async def deploys() -> tuple[int, int]:
        channels = (await get(http, slack, "state", **{"as": BOB}))["channels"]
        return channels[0]["unread"], channels[0]["mentions"]

    await post(http, slack, "act/send", as_=ANN, channel="#deploys", text="hello")
    await post(http, slack, "act/send", as_=ANN, channel="#deploys", text="please look, @release-approvers")
    assert await deploys() == (2, 1)
    assert await post(http, slack, "act/read", as_=BOB, channel="#deploys") == {"unread": 0}
    assert await deploys() == (0, 0)


async def test_every_act_has_a_way_in(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    card = await call(http, slack, "chat.postMessage", channel="#deploys", text="card", blocks=APPROVAL)
    sent = await post(http, slack, "act/send", as_=ANN, channel="#deploys", text="hello @bob")
    place = {"channel": "#deploys", "ts": sent["ts"]}
    content = base64.b64encode(b"hello").decode()
    assert await post(http, slack, "act/edit", as_=ANN, **place, text="hello @cleo") == {}
    assert await post(http, slack, "act/react", as_=BOB, **place, name="tada") == {}
    assert await post(http, slack, "act/unreact", as_=BOB, **place, name="tada") == {}
    assert set(await post(http, slack, "act/upload", as_=ANN, channel="#deploys", filename="a.txt", content=content)) == {"ts", "file"}
    assert await post(http, slack, "act/click", as_=BOB, channel="#deploys", ts=card["ts"], action_id="approve") == {
        "confirm": card["message"]["blocks"][1]["elements"][0]["confirm"]
    }
    assert (await post(http, slack, "act/click", as_=BOB, channel="#deploys", ts=card["ts"], action_id="form"))["answered"] is False
    assert (await post(http, slack, "act/command", as_=ANN, channel="#deploys", text="/promptops help"))["notice"].endswith(
        '"dispatch_failed"'
    )
    assert await post(http, slack, "act/open_home", as_=ANN, tab="home") == await post(http, slack, "act/open_dm", as_=ANN)
    assert await post(http, slack, "act/leave", as_=ANN, channel="#random") == {}
    assert await post(http, slack, "act/join", as_=ANN, channel="#random") == {}
    assert await post(http, slack, "act/invite", as_=ANN, channel="#random", user="promptops") == {}
    assert await post(http, slack, "act/delete", as_=ANN, **place) == {}
    shown = (await get(http, slack, "messages", **{"as": ANN, "channel": "#deploys"}))["messages"]
    assert [item["text"] for item in shown] == ["card", ""]
    async with http.get(f"{slack.page}control/files/{shown[1]['files'][0]['id']}", params={"as": BOB}) as response:
        assert (await response.read(), response.content_type) == (b"hello", "text/plain")


@pytest.mark.parametrize(
    ("path", "body", "error"),
    [
        ("act/dance", {"as": ANN}, "unknown_verb"),
        ("act/send", {"as": "U404", "channel": "#deploys", "text": "x"}, "no_such_person"),
        ("act/send", {"as": ANN, "channel": "#release-approvals", "text": "x"}, "no_such_channel"),
        ("act/send", {"as": ANN, "channel": "#deploys"}, "missing_field"),
        ("act/send", {"as": ANN, "channel": "#deploys", "text": "  "}, "no_text"),
        ("act/send", {"as": ANN, "channel": "#deploys", "text": "x", "thread_ts": "1.000000"}, "thread_not_found"),
        ("act/command", {"as": ANN, "channel": "#deploys", "text": "/deploy"}, "unknown_command"),
        ("act/command", {"as": ANN, "channel": "#deploys", "text": "/promptops", "thread_ts": "1.000000"}, "not_in_threads"),
        ("act/click", {"as": ANN, "channel": "#deploys", "ts": "1.000000", "action_id": "x"}, "no_such_message"),
        ("act/submit", {"as": ANN, "view_id": "V1"}, "no_such_view"),
        ("act/join", {"as": OLGA, "channel": "#oncall"}, "no_such_channel"),
        ("act/upload", {"as": ANN, "channel": "#deploys", "filename": "a", "content": "%%%"}, "bad_field"),
        ("arrange", {"do": "magic"}, "unknown_arrangement"),
        ("faults", {"kind": "magic"}, "unknown_fault"),
    ],
)
async def test_what_people_cannot_do_is_refused_in_words(
    slack: SlackWorkspace, http: aiohttp.ClientSession, path: str, body: Json, error: str
) -> None:
    async with http.post(f"{slack.page}control/{path}", json=body) as response:
        answer = await response.json()
    assert (response.status, answer["error"]) == (400, error)
    assert len(answer["message"]) > 10


async def test_the_feed_goes_on_where_it_was_left(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    state = await get(http, slack, "state", **{"as": ANN})
    feed = f"{slack.page}control/feed"
    async with http.get(feed, params={"as": ANN, "after": str(state["seq"])}) as response:
        assert response.content_type == "text/event-stream"
        await post(http, slack, "act/send", as_=BOB, channel="#deploys", text="one")
        first = await Feed(response).next()
    await post(http, slack, "act/send", as_=BOB, channel="#deploys", text="two")
    async with http.get(feed, params={"as": ANN, "after": "0"}, headers={"Last-Event-ID": str(first["seq"])}) as response:
        second = await Feed(response).next()
    assert [(item["kind"], item["data"]["message"]["text"]) for item in (first, second)] == [
        ("message.posted", "one"),
        ("message.posted", "two"),
    ]


async def test_a_feed_from_another_life_is_reset(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{slack.page}control/feed", params={"as": ANN, "after": "999999"}) as response:
        assert (await Feed(response).next())["kind"] == "reset"
        assert await response.content.read() == b""


async def test_feeds_keep_secrets_between_people(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    await call(http, slack, "chat.postEphemeral", channel="C0DEPLOYS1", user=BOB, text="for bob")
    await post(http, slack, "act/send", as_=BOB, channel="#release-approvals", text="for approvers")
    await post(http, slack, "act/send", as_=BOB, channel="#deploys", text="for all")
    seen: dict[str, list[str]] = {}
    for person in (ANN, BOB, CLEO):
        texts: list[str] = []
        async with http.get(f"{slack.page}control/feed", params={"as": person, "after": "0"}) as response:
            while "for all" not in texts:
                change = await Feed(response).next()
                if "message" in change["data"]:
                    texts.append(change["data"]["message"]["text"])
        seen[person] = texts
    assert seen == {ANN: ["for all"], BOB: ["for bob", "for approvers", "for all"], CLEO: ["for approvers", "for all"]}


async def test_the_log_shows_calls_without_tokens(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with http.post(
        f"{slack.url}chat.postMessage", data={"token": slack.bot_token, "channel": "#deploys", "text": "x" * 1000}
    ) as response:
        assert (await response.json())["ok"]
    entries = (await get(http, slack, "log"))["entries"]
    assert {item["data"]["summary"] for item in entries} >= {"chat.postMessage → ok"}
    assert slack.bot_token not in json.dumps(entries)
    assert len(json.dumps(entries)) < 2500
    async with http.get(f"{slack.page}control/feed", params={"as": ANN, "after": "0", "log": "1"}) as response:
        assert [(await Feed(response).next())["kind"] for _ in range(2)] == ["message.posted", "log"]


async def test_waiting_ends_as_soon_as_it_is_true(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with asyncio.TaskGroup() as tasks:
        waiting = tasks.create_task(post(http, slack, "wait", channel="#deploys", action_id="approve", text="Approval"))
        await call(http, slack, "chat.postMessage", channel="#deploys", text="card", blocks=APPROVAL)
    assert [item["text"] for item in waiting.result()["messages"]] == ["card"]
    nothing = await post(http, slack, "wait", channel="#deploys", text="never", timeout=0.01)
    assert (nothing["status"], nothing["error"]) == (408, "timeout")


async def test_conditions_are_arranged_from_outside(timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession) -> None:
    start = clock.now()
    assert await post(http, timed, "clock", advance=60) == {"now": start + 60}
    assert await post(http, timed, "faults", kind="slow", method="auth.test", seconds=2, times=3) == {"id": 1}
    await post(http, timed, "arrange", do="rate_limits", on=False)
    await post(http, timed, "arrange", do="revoke_token")
    assert await get(http, timed, "faults") == {
        "rules": [{"id": 1, "kind": "slow", "method": "auth.test", "times": 3, "seconds": 2, "code": "internal_error"}],
        "rate_limits": False,
        "revoked": True,
    }
    for body in (
        {"do": "restore_token"},
        {"do": "remove_bot", "channel": "#deploys"},
        {"do": "invite_bot", "channel": "#deploys"},
        {"do": "archive", "channel": "#random"},
        {"do": "unarchive", "channel": "#random"},
        {"do": "disconnect", "reason": "refresh_requested"},
        {"do": "request_url", "url": None},
    ):
        assert await post(http, timed, "arrange", **body) == {}
    assert await post(http, timed, "faults/clear") == {}
    assert (await get(http, timed, "faults"))["rules"] == []


async def test_the_systems_clock_cannot_be_moved(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    assert (await post(http, slack, "clock", advance=60))["status"] == 409


FOREIGN: list[dict[str, str]] = [
    {"Host": "attacker.example"},
    {"Host": "127.0.0.1:1"},
    {"Origin": "https://attacker.example"},
    {"Origin": "http://localhost:1"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("path", ["control/state?as=U0ANNDEV01", "api/auth.test", "link/", "", "control/act/send"])
async def test_other_hosts_and_pages_are_refused(
    slack: SlackWorkspace, http: aiohttp.ClientSession, headers: dict[str, str], path: str
) -> None:
    for method in ("GET", "POST"):
        async with http.request(method, f"{slack.page}{path}", headers=headers) as response:
            assert (response.status, (await response.json())["error"][:8]) == (403, "foreign_")


async def test_the_own_page_is_let_in(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    origin = slack.page.rstrip("/")
    for headers in (
        {"Origin": origin, "Sec-Fetch-Site": "same-origin"},
        {"Host": origin.removeprefix("http://").replace("127.0.0.1", "localhost")},
    ):
        async with http.get(f"{slack.page}control/state", params={"as": ANN}, headers=headers) as response:
            assert response.status == 200


async def test_a_permalink_opens_the_page_at_its_message(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    posted = await call(http, slack, "chat.postMessage", channel="#deploys", text="x")
    link = (await call(http, slack, "chat.getPermalink", channel=posted["channel"], message_ts=posted["ts"]))["permalink"]
    async with http.get(link, allow_redirects=False) as response:
        assert (response.status, response.headers["Location"]) == (302, f"/?channel=C0DEPLOYS1&ts={posted['ts']}")


@pytest.mark.parametrize("name", ["..%2fserver.py", "server.py", "%2e%2e%2f%2e%2e%2fmanifest.yml", "nothing.js"])
async def test_only_files_of_the_page_are_served(slack: SlackWorkspace, http: aiohttp.ClientSession, name: str) -> None:
    async with http.get(f"{slack.page}page/{name}") as response:
        assert response.status == 404

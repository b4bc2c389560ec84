"""The payloads have the shape of Slack's own: every key of the recorded fixtures is there, with the same type."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.slack import SlackWorkspace
from tests.sandbox.slack.bolt_app import APPROVAL, MODAL
from tests.sandbox.slack.calls import Json, call, shapes_missing

BOT = "U0PROMPTOPS"


class RawApp:
    """A client that speaks Socket Mode by hand: keeps every envelope, and acknowledges all of them at once."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self.envelopes: list[Json] = []

    async def next(self, wanted: str) -> Json:
        """The next envelope of a type of payload (an event's type, or the payload's)."""
        while True:
            envelope = await asyncio.wait_for(self._socket.receive_json(), 5)
            self.envelopes.append(envelope)
            if "envelope_id" not in envelope:
                continue
            await self._socket.send_json({"envelope_id": envelope["envelope_id"]})
            payload = envelope["payload"]
            if wanted in {payload.get("type"), payload.get("command"), payload.get("event", {}).get("type")}:
                return dict(envelope)


@pytest.fixture
async def raw(slack: SlackWorkspace, http: aiohttp.ClientSession) -> AsyncIterator[RawApp]:
    async with http.post(f"{slack.url}apps.connections.open", headers={"Authorization": f"Bearer {slack.app_token}"}) as response:
        url = (await response.json())["url"]
    async with http.ws_connect(url) as socket:
        app = RawApp(socket)
        hello = await socket.receive_json()
        assert hello == {
            "type": "hello",
            "num_connections": 1,
            "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
            "connection_info": {"app_id": "A0PROMPTOPS"},
        }
        yield app


def fixture_of(reference: Path, name: str) -> Json:
    body: Json = json.loads((reference / "slack-fixtures" / f"{name}.json").read_text())["body"]
    return body


async def test_a_message_event(slack: SlackWorkspace, raw: RawApp, reference: Path) -> None:
    await slack.person("bob").send("#release-approvals", "ciao")
    payload = (await raw.next("message"))["payload"]
    assert shapes_missing(fixture_of(reference, "message_event"), payload) == []
    assert (payload["event"]["text"], payload["event"]["channel_type"], payload["event"]["blocks"][0]["elements"]) == (
        "ciao",
        "group",
        [{"type": "rich_text_section", "elements": [{"type": "text", "text": "ciao"}]}],
    )


async def test_a_reply_names_its_thread_and_parent(slack: SlackWorkspace, raw: RawApp) -> None:
    ann, bob = slack.person("ann"), slack.person("bob")
    ts = await ann.send("#deploys", "root")
    await raw.next("message")
    await bob.send("#deploys", "reply", thread_ts=ts, broadcast=True)
    event = (await raw.next("message"))["payload"]["event"]
    assert (event["thread_ts"], event["parent_user_id"], event["subtype"], event["root"]["ts"]) == (ts, ann.id, "thread_broadcast", ts)


async def test_a_changed_message_event(slack: SlackWorkspace, raw: RawApp, reference: Path) -> None:
    ann = slack.person("ann")
    ts = await ann.send("#deploys", "befroe")
    await raw.next("message")
    await ann.edit("#deploys", ts, "before")
    payload = (await raw.next("message"))["payload"]
    wanted = fixture_of(reference, "message_changed_event")
    for key in ("source_team", "user_team"):
        del wanted["event"]["message"][key]  # of shared channels; there are none here
    assert shapes_missing(wanted, payload) == []
    assert (payload["event"]["message"]["text"], payload["event"]["previous_message"]["text"]) == ("before", "befroe")


async def test_an_app_mention_envelope(slack: SlackWorkspace, raw: RawApp, reference: Path) -> None:
    await slack.person("ann").send("#deploys", "@promptops")
    envelope = await raw.next("app_mention")
    assert shapes_missing(fixture_of(reference, "app_mention_socket_envelope"), envelope) == []
    assert envelope["payload"]["event"]["blocks"][0]["elements"][0]["elements"] == [{"type": "user", "user_id": BOT}]


async def test_a_slash_command_envelope(slack: SlackWorkspace, raw: RawApp, reference: Path) -> None:
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.person("ann").command("#deploys", "/promptops tell @bob"))
        envelope = await raw.next("/promptops")
    assert shapes_missing(fixture_of(reference, "slash_command_socket_envelope"), envelope) == []
    assert envelope["payload"]["text"] == "tell <@U0BOBAPP01|bob>"
    assert "retry_attempt" not in envelope


async def test_block_actions_of_a_thread_button(slack: SlackWorkspace, raw: RawApp, reference: Path, http: aiohttp.ClientSession) -> None:
    root = await call(http, slack, "chat.postMessage", channel="#deploys", text="Recording", blocks=APPROVAL)
    await call(http, slack, "chat.postMessage", channel="#deploys", text="first", thread_ts=root["ts"])
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.person("bob").click("#deploys", root["ts"], "approve", confirmed=True))
        payload = (await raw.next("block_actions"))["payload"]
    wanted = fixture_of(reference, "block_actions_thread_message")
    del wanted["message"]["agent_session"]  # agent sessions are not offered here
    assert shapes_missing(wanted, payload) == []
    assert {"trigger_id", "response_url", "token"} <= set(payload)
    assert payload["container"]["thread_ts"] == root["ts"]


async def test_a_view_submission(slack: SlackWorkspace, raw: RawApp, reference: Path, http: aiohttp.ClientSession) -> None:
    ann = slack.person("ann")
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ann.shortcut("run_workflow"))
        trigger = (await raw.next("shortcut"))["payload"]["trigger_id"]
    await call(http, slack, "views.open", trigger_id=trigger, view=MODAL)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(ann.submit({"version": "v1"}))
        payload = (await raw.next("view_submission"))["payload"]
    wanted = fixture_of(reference, "view_submission")
    wanted["view"]["blocks"] = []
    wanted["view"]["state"]["values"] = {}
    assert shapes_missing(wanted, payload) == []
    assert payload["view"]["state"]["values"] == {
        "version": {"text": {"type": "plain_text_input", "value": "v1"}},
        "cluster": {"choice": {"type": "static_select", "selected_option": None}},
    }


async def test_the_bots_own_messages_come_back_as_events(slack: SlackWorkspace, raw: RawApp, http: aiohttp.ClientSession) -> None:
    posted = await call(
        http, slack, "chat.postMessage", channel="#deploys", text="hello", metadata={"event_type": "a", "event_payload": {}}
    )
    event = (await raw.next("message"))["payload"]["event"]
    assert (event["bot_id"], event["ts"], "metadata" in event) == ("B0PROMPTOPS", posted["ts"], False)


async def test_where_the_bot_is_not_it_hears_nothing(slack: SlackWorkspace, raw: RawApp) -> None:
    ann = slack.person("ann")
    await ann.send("#random", "@promptops hello?")
    await ann.invite("#random", "promptops")
    joined = (await raw.next("member_joined_channel"))["payload"]["event"]
    assert (joined["user"], joined["inviter"], len([item for item in raw.envelopes if "payload" in item])) == (BOT, ann.id, 1)


@pytest.mark.parametrize(
    ("element", "value", "wanted"),
    [
        ({"type": "users_select"}, "U0BOBAPP01", {"selected_user": "U0BOBAPP01"}),
        ({"type": "datepicker"}, "2026-11-23", {"selected_date": "2026-11-23"}),
        ({"type": "multi_users_select"}, ["U0BOBAPP01"], {"selected_users": ["U0BOBAPP01"]}),
        ({"type": "conversations_select"}, "C0DEPLOYS1", {"selected_conversation": "C0DEPLOYS1"}),
    ],
)
async def test_what_selects_and_pickers_send(
    slack: SlackWorkspace, raw: RawApp, http: aiohttp.ClientSession, element: Json, value: Any, wanted: Json
) -> None:
    blocks = [{"type": "actions", "block_id": "b", "elements": [{**element, "action_id": "pick"}]}]
    posted = await call(http, slack, "chat.postMessage", channel="#deploys", text="pick", blocks=blocks)
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.person("ann").click("#deploys", posted["ts"], "pick", value=value))
        payload = (await raw.next("block_actions"))["payload"]
    action = payload["actions"][0]
    assert {key: action[key] for key in wanted} == wanted
    assert payload["state"]["values"] == {"b": {"pick": {"type": element["type"], **wanted}}}

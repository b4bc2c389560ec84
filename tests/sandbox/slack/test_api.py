"""The Web API as strict as Slack's: tokens, scopes, membership, limits, threads, and the errors by their names."""

import json

import aiohttp
import pytest
import yaml
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackWorkspace
from tests.sandbox.slack.bolt_app import APPROVAL
from tests.sandbox.slack.calls import Json, call
from tests.sandbox.slack.conftest import MANIFEST

ANN = "U0ANNDEV01"
SECTION = [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]

# method, arguments, error; `{ts}` is a message of the bot in #deploys, `{reply}` a reply to it, `{human}` one of ann's.
REFUSED: list[tuple[str, Json, str]] = [
    ("chat.startStream", {"channel": "C0DEPLOYS1"}, "unknown_method"),
    ("agents.sessions.setStatus", {}, "unknown_method"),
    ("assistant.threads.setStatus", {}, "unknown_method"),
    ("chat.postMessage", {"text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "C404", "text": "x"}, "channel_not_found"),
    ("chat.postMessage", {"channel": "#random", "text": "x"}, "not_in_channel"),
    ("chat.postMessage", {"channel": "#deploys"}, "no_text"),
    ("chat.postMessage", {"channel": "#deploys", "text": ""}, "no_text"),
    ("chat.postMessage", {"channel": "#deploys", "blocks": "["}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "#deploys", "blocks": {}}, "invalid_blocks_format"),
    ("chat.postMessage", {"channel": "#deploys", "blocks": [{"type": "x"}]}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "#deploys", "blocks": [{"type": "divider"}] * 51}, "invalid_blocks"),
    ("chat.postMessage", {"channel": "#deploys", "markdown_text": "x", "text": "y"}, "markdown_text_conflict"),
    ("chat.postMessage", {"channel": "#deploys", "markdown_text": "x" * 12_001}, "msg_too_long"),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "attachments": [{}] * 101}, "too_many_attachments"),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "metadata": {"event_type": "a"}}, "invalid_metadata_format"),
    (
        "chat.postMessage",
        {"channel": "#deploys", "text": "x", "metadata": {"event_type": "a", "event_payload": {"deep": {}}}},
        "invalid_metadata_format",
    ),
    (
        "chat.postMessage",
        {"channel": "#deploys", "text": "x", "metadata": {"event_type": "a", "event_payload": {"big": "x" * 9000}}},
        "metadata_too_large",
    ),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "username": "somebody"}, "missing_scope"),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "thread_ts": "1"}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "thread_ts": 1790000000.000001}, "invalid_thread_ts"),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "thread_ts": "1700000000.000001"}, "thread_not_found"),
    ("chat.postMessage", {"channel": "#deploys", "text": "x", "thread_ts": "{reply}"}, "cannot_reply_to_message"),
    ("chat.update", {"channel": "C0DEPLOYS1", "ts": "{ts}", "text": "x" * 4001}, "msg_too_long"),
    ("chat.update", {"channel": "C0DEPLOYS1", "ts": "{ts}"}, "no_text"),
    ("chat.update", {"channel": "C0DEPLOYS1", "ts": "{human}", "text": "x"}, "cant_update_message"),
    ("chat.update", {"channel": "C0DEPLOYS1", "ts": "1.000000", "text": "x"}, "message_not_found"),
    ("chat.update", {"channel": "C0RANDOM01", "ts": "1.000000", "text": "x"}, "channel_not_found"),
    ("chat.delete", {"channel": "C0DEPLOYS1", "ts": "{human}"}, "cant_delete_message"),
    ("chat.delete", {"channel": "C0DEPLOYS1", "ts": "1.000000"}, "message_not_found"),
    ("chat.postEphemeral", {"channel": "C0ONCALL01", "user": "U0OLGAOUT1", "text": "x"}, "user_not_in_channel"),
    ("chat.postEphemeral", {"channel": "C0DEPLOYS1", "user": ANN}, "no_text"),
    ("chat.getPermalink", {"channel": "C0DEPLOYS1", "message_ts": "1.000000"}, "message_not_found"),
    ("conversations.info", {"channel": "C404"}, "channel_not_found"),
    ("conversations.history", {"channel": "C0RANDOM01"}, "not_in_channel"),
    ("conversations.history", {"channel": "C0DEPLOYS1", "cursor": "x"}, "invalid_cursor"),
    ("conversations.history", {"channel": "C0DEPLOYS1", "limit": "many"}, "invalid_limit"),
    ("conversations.history", {"channel": "C0DEPLOYS1", "oldest": "yesterday"}, "invalid_ts_oldest"),
    ("conversations.replies", {"channel": "C0DEPLOYS1", "ts": "1.000000"}, "thread_not_found"),
    ("conversations.list", {"types": "secret"}, "invalid_types"),
    ("conversations.open", {}, "users_list_not_supplied"),
    ("conversations.open", {"users": "U404"}, "user_not_found"),
    ("conversations.join", {"channel": "C0PRIVATE1"}, "method_not_supported_for_channel_type"),
    ("users.info", {"user": "U404"}, "user_not_found"),
    ("users.lookupByEmail", {"email": "nobody@sandbox.example"}, "users_not_found"),
    ("usergroups.users.list", {"usergroup": "S404"}, "no_such_subteam"),
    ("reactions.add", {"channel": "C0DEPLOYS1", "timestamp": "{ts}", "name": "No Emoji"}, "invalid_name"),
    ("reactions.add", {"channel": "C0DEPLOYS1", "timestamp": "soon", "name": "tada"}, "bad_timestamp"),
    ("reactions.add", {"name": "tada"}, "no_item_specified"),
    ("reactions.remove", {"channel": "C0DEPLOYS1", "timestamp": "{ts}", "name": "tada"}, "no_reaction"),
    ("views.open", {"trigger_id": "x", "view": {"type": "modal"}}, "invalid_arguments"),
    ("views.open", {"trigger_id": "x", "view": "{"}, "invalid_arguments"),
    ("views.publish", {"user_id": "U404", "view": {"type": "home", "blocks": SECTION}}, "invalid_arguments"),
    ("views.publish", {"user_id": ANN, "view": {"type": "home", "blocks": SECTION}, "hash": "1.x"}, "hash_conflict"),
    ("views.update", {"view_id": "V404", "view": {}}, "not_found"),
    ("files.getUploadURLExternal", {"filename": "a", "length": 0}, "missing_argument"),
    ("files.completeUploadExternal", {"files": [{"id": "F404"}], "channel_id": "C0DEPLOYS1"}, "file_not_found"),
    ("files.completeUploadExternal", {"files": [], "channel_id": "C0DEPLOYS1"}, "invalid_arguments"),
    ("files.info", {"file": "F404"}, "file_not_found"),
    ("apps.connections.open", {}, "not_allowed_token_type"),
]


@pytest.mark.parametrize(("method", "arguments", "error"), REFUSED)
async def test_wrong_calls_are_refused_by_name(
    slack: SlackWorkspace, http: aiohttp.ClientSession, method: str, arguments: Json, error: str
) -> None:
    human = await slack.person("ann").send("#deploys", "hello")
    root = await call(http, slack, "chat.postMessage", channel="#deploys", text="root")
    reply = await call(http, slack, "chat.postMessage", channel="#deploys", text="reply", thread_ts=root["ts"])
    places = {"{ts}": root["ts"], "{reply}": reply["ts"], "{human}": human}
    given = {key: places.get(value, value) if isinstance(value, str) else value for key, value in arguments.items()}
    answer = await call(http, slack, method, **given)
    assert (answer["ok"], answer["error"]) == (False, error)


async def test_errors_in_blocks_say_where(slack: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    blocks = [*SECTION, {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}]
    assert await call(http, slack, "chat.postMessage", channel="#deploys", blocks=blocks) == {
        "ok": False,
        "error": "invalid_blocks",
        "response_metadata": {"messages": ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]},
    }


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"Authorization": "Bearer xoxb-other"}, "invalid_auth"),
        ({"Authorization": "Bearer {app}"}, "not_allowed_token_type"),
    ],
)
async def test_tokens(slack: SlackWorkspace, http: aiohttp.ClientSession, headers: dict[str, str], error: str) -> None:
    sent = {key: value.replace("{app}", slack.app_token) for key, value in headers.items()}
    async with http.post(f"{slack.url}auth.test", headers=sent) as response:
        assert (response.status, await response.json()) == (200, {"ok": False, "error": error})


@pytest.mark.parametrize("how", ["query", "form", "json", "token as an argument"])
async def test_arguments_come_as_query_form_or_json(slack: SlackWorkspace, http: aiohttp.ClientSession, how: str) -> None:
    fields = {"channel": "#deploys", "text": "hello", "blocks": json.dumps(SECTION)}
    headers = {"Authorization": f"Bearer {slack.bot_token}"}
    url = f"{slack.url}chat.postMessage"
    requests = {
        "query": http.post(url, params=fields, headers=headers),
        "form": http.post(url, data=fields, headers=headers),
        "json": http.post(url, json={**fields, "blocks": SECTION}, headers=headers),
        "token as an argument": http.post(url, data={**fields, "token": slack.bot_token}),
    }
    async with requests.pop(how) as response:
        answer = await response.json()
    for unused in requests.values():
        unused.close()
    assert (answer["ok"], answer["message"]["blocks"][0]["text"]) == (True, {"type": "mrkdwn", "text": "hi", "verbatim": False})


async def test_auth_test_names_the_scopes(client: AsyncWebClient) -> None:
    answer = await client.auth_test()
    assert (answer["user_id"], answer["bot_id"], answer["team_id"]) == ("U0PROMPTOPS", "B0PROMPTOPS", "T0SANDBOX")
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_a_scope_that_the_manifest_lacks_is_missed(http: aiohttp.ClientSession) -> None:
    manifest = yaml.safe_load(MANIFEST.read_text())
    manifest["oauth_config"]["scopes"]["bot"].remove("usergroups:read")
    async with SlackWorkspace(manifest=manifest) as slack:
        answer = await call(http, slack, "usergroups.list")
    assert (answer["error"], answer["needed"]) == ("missing_scope", "usergroups:read")
    assert "usergroups:read" not in answer["provided"].split(",")


async def test_private_channels_are_hidden_from_a_bot_that_is_not_in_them(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert [item["name"] for item in listed["channels"]] == ["deploys", "oncall", "random", "release-approvals"]
    slack.arrange.bot("#release-approvals", member=False)
    listed = await client.conversations_list(types="public_channel,private_channel")
    assert [item["name"] for item in listed["channels"]] == ["deploys", "oncall", "random"]
    with pytest.raises(SlackApiError, match="channel_not_found"):
        await client.conversations_info(channel="C0PRIVATE1")


async def test_lists_come_in_pages(client: AsyncWebClient) -> None:
    names: list[str] = []
    async for page in await client.users_list(limit=2):
        names += [item["name"] for item in page["members"]]
    assert names == ["ann", "bob", "cleo", "dev", "olga", "promptops"]


async def test_approvers_are_found_by_their_group(client: AsyncWebClient) -> None:
    groups = {item["handle"]: item["id"] for item in (await client.usergroups_list())["usergroups"]}
    users = (await client.usergroups_users_list(usergroup=groups["release-approvers"]))["users"]
    assert [(await client.users_info(user=user))["user"]["name"] for user in users] == ["bob", "cleo"]
    guest = (await client.users_lookupByEmail(email="olga@supplier.example"))["user"]
    assert (guest["name"], guest["is_restricted"]) == ("olga", True)


async def test_an_edit_keeps_what_it_does_not_name(slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    meta = {"event_type": "run", "event_payload": {"run": "r1"}}
    posted = await client.chat_postMessage(channel="#deploys", text="one", blocks=APPROVAL, metadata=meta)
    place = {"channel": str(posted["channel"]), "ts": str(posted["ts"])}
    with_blocks = await call(http, slack, "chat.update", **place, blocks=SECTION)
    assert (with_blocks["text"], len(with_blocks["message"]["blocks"])) == ("one", 1)
    text_only = await call(http, slack, "chat.update", **place, text="two")
    assert (text_only["text"], "blocks" in text_only["message"]) == ("two", False)
    plain = (await client.conversations_replies(channel=place["channel"], ts=place["ts"]))["messages"][0]
    full = (await client.conversations_replies(channel=place["channel"], ts=place["ts"], include_all_metadata=True))["messages"][0]
    assert ("metadata" in plain, full["metadata"], "edited" in full) == (False, meta, False)


async def test_history_shows_the_channel_and_replies_the_thread(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    root = await slack.person("ann").send("#deploys", "root")
    await client.chat_postMessage(channel="#deploys", text="quiet", thread_ts=root)
    await client.chat_postMessage(channel="#deploys", text="loud", thread_ts=root, reply_broadcast=True)
    history = (await client.conversations_history(channel="C0DEPLOYS1"))["messages"]
    assert [item["text"] for item in history] == ["loud", "root"]
    assert (history[1]["reply_count"], history[1]["reply_users"]) == (2, ["U0PROMPTOPS"])
    replies = (await client.conversations_replies(channel="C0DEPLOYS1", ts=root))["messages"]
    assert [item["text"] for item in replies] == ["root", "quiet", "loud"]
    assert {item.get("parent_user_id") for item in replies[1:]} == {ANN}


async def test_ephemeral_messages_are_in_no_history(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    answer = await client.chat_postEphemeral(channel="C0DEPLOYS1", user=ANN, text="only you")
    assert [item["ts"] for item in slack.person("ann").messages("#deploys")] == [answer["message_ts"]]
    assert slack.person("bob").messages("#deploys") == []
    assert (await client.conversations_history(channel="C0DEPLOYS1"))["messages"] == []
    with pytest.raises(SlackApiError, match="message_not_found"):
        await client.chat_update(channel="C0DEPLOYS1", ts=answer["message_ts"], text="no")


async def test_an_ephemeral_reply_shows_only_in_an_active_thread(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    ann = slack.person("ann")
    root = await ann.send("#deploys", "root")
    await client.chat_postEphemeral(channel="C0DEPLOYS1", user=ANN, text="lost", thread_ts=root)
    await client.chat_postMessage(channel="C0DEPLOYS1", text="reply", thread_ts=root)
    await client.chat_postEphemeral(channel="C0DEPLOYS1", user=ANN, text="seen", thread_ts=root)
    assert [item["text"] for item in ann.thread("#deploys", root)] == ["root", "reply", "seen"]


async def test_long_text_is_cut_with_a_warning(client: AsyncWebClient) -> None:
    answer = await client.chat_postMessage(channel="#deploys", text="x" * 40_001)
    assert (len(answer["message"]["text"]), answer["warning"]) == (40_000, "message_truncated")


async def test_a_reaction_counts_once(client: AsyncWebClient) -> None:
    ts = (await client.chat_postMessage(channel="#deploys", text="x"))["ts"]
    await client.reactions_add(channel="C0DEPLOYS1", timestamp=ts, name="tada")
    with pytest.raises(SlackApiError, match="already_reacted"):
        await client.reactions_add(channel="C0DEPLOYS1", timestamp=ts, name=":tada:")
    got = await client.reactions_get(channel="C0DEPLOYS1", timestamp=ts)
    assert got["message"]["reactions"] == [{"name": "tada", "users": ["U0PROMPTOPS"], "count": 1}]


async def test_a_message_to_a_person_opens_the_direct_message(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel=ANN, text="hello")
    opened = await client.conversations_open(users=ANN)
    assert posted["channel"] == opened["channel"]["id"] == slack.person("ann").dm()


async def test_a_file_is_read_with_the_token_only(slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    done = await client.files_upload_v2(filename="a.txt", content="hello", channel="C0DEPLOYS1")
    url = (await client.files_info(file=done["file"]["id"]))["file"]["url_private"]
    async with http.get(url) as response:
        assert response.status == 403
    async with http.get(url, headers={"Authorization": f"Bearer {slack.bot_token}"}) as response:
        assert await response.read() == b"hello"


@pytest.mark.parametrize(
    ("view", "line"),
    [
        ({"type": "modal", "blocks": SECTION}, "missing required field: title [json-pointer:/view]"),
        ({"type": "modal", "title": {"type": "plain_text", "text": "x" * 25}, "blocks": SECTION}, "must be less than 25 characters"),
        ({"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": []}, "no less than 1 items allowed"),
        ({"type": "home", "blocks": SECTION}, "must be modal [json-pointer:/view/type]"),
        (
            {
                "type": "modal",
                "title": {"type": "plain_text", "text": "x"},
                "blocks": [
                    {
                        "type": "input",
                        "label": {"type": "plain_text", "text": "x"},
                        "element": {"type": "plain_text_input", "action_id": "a"},
                    }
                ],
            },
            "missing required field: submit",
        ),
        (
            {"type": "modal", "title": {"type": "plain_text", "text": "x"}, "blocks": SECTION, "private_metadata": "x" * 3001},
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
    ],
)
async def test_wrong_views_say_where(slack: SlackWorkspace, http: aiohttp.ClientSession, view: Json, line: str) -> None:
    answer = await call(http, slack, "views.open", trigger_id="1.2.x", view=view)
    assert answer["error"] == "invalid_arguments"
    assert any(line in item for item in answer["response_metadata"]["messages"]), answer

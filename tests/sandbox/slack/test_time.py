"""What runs out: trigger ids after three seconds and one use, response URLs after thirty minutes and five uses, rates by the minute."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import ManualClock, SlackWorkspace
from sandbox.slack.limits import PER_MINUTE
from tests.sandbox.slack.bolt_app import MODAL
from tests.sandbox.slack.raw_socket import Json, raw_socket


async def shortcut_trigger(slack: SlackWorkspace, http: aiohttp.ClientSession) -> str:
    """A fresh trigger id of ann's."""
    async with raw_socket(slack, http) as app, asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.person("ann").shortcut("run_workflow"))
        return str((await app.acked())["payload"]["trigger_id"])


async def command_url(slack: SlackWorkspace, http: aiohttp.ClientSession) -> str:
    """A fresh response URL of ann's in #deploys."""
    async with raw_socket(slack, http) as app, asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.person("ann").command("#deploys", "/promptops x"))
        return str((await app.acked())["payload"]["response_url"])


async def test_a_trigger_opens_one_view(timed: SlackWorkspace, timed_client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    trigger = await shortcut_trigger(timed, http)
    opened = await timed_client.views_open(trigger_id=trigger, view=MODAL)
    assert opened["view"]["id"] == timed.person("ann").view()["id"]
    with pytest.raises(SlackApiError, match="exchanged_trigger_id"):
        await timed_client.views_open(trigger_id=trigger, view=MODAL)


@pytest.mark.parametrize(("seconds", "error"), [(3.0, None), (3.1, "expired_trigger_id"), (3600, "expired_trigger_id")])
async def test_a_trigger_lasts_three_seconds(
    timed: SlackWorkspace, timed_client: AsyncWebClient, clock: ManualClock, http: aiohttp.ClientSession, seconds: float, error: str | None
) -> None:
    trigger = await shortcut_trigger(timed, http)
    await clock.advance(seconds)
    if error is None:
        assert (await timed_client.views_open(trigger_id=trigger, view=MODAL))["ok"]
        return
    with pytest.raises(SlackApiError, match=error):
        await timed_client.views_open(trigger_id=trigger, view=MODAL)


async def test_a_wrong_view_does_not_use_up_the_trigger(
    timed: SlackWorkspace, timed_client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    trigger = await shortcut_trigger(timed, http)
    with pytest.raises(SlackApiError, match="invalid_arguments"):
        await timed_client.views_open(trigger_id=trigger, view={**MODAL, "blocks": []})
    assert (await timed_client.views_open(trigger_id=trigger, view=MODAL))["ok"]


async def test_views_stack_three_deep(timed: SlackWorkspace, timed_client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    root = (await timed_client.views_open(trigger_id=await shortcut_trigger(timed, http), view=MODAL))["view"]
    second = (await timed_client.views_push(trigger_id=await shortcut_trigger(timed, http), view=MODAL))["view"]
    assert (second["root_view_id"], second["previous_view_id"]) == (root["id"], root["id"])
    await timed_client.views_push(trigger_id=await shortcut_trigger(timed, http), view=MODAL)
    with pytest.raises(SlackApiError, match="push_limit_reached"):
        await timed_client.views_push(trigger_id=await shortcut_trigger(timed, http), view=MODAL)


async def test_an_update_with_an_old_hash_conflicts(
    timed: SlackWorkspace, timed_client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    view = (await timed_client.views_open(trigger_id=await shortcut_trigger(timed, http), view=MODAL))["view"]
    await timed_client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)
    with pytest.raises(SlackApiError, match="hash_conflict"):
        await timed_client.views_update(view_id=view["id"], hash=view["hash"], view=MODAL)


async def post(http: aiohttp.ClientSession, url: str, body: Json) -> tuple[int, str]:
    async with http.post(url, json=body) as response:
        text = await response.text()
        return response.status, "ok" if text == "ok" else (await response.json())["error"]


async def test_a_response_url_has_five_uses(timed: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    url = await command_url(timed, http)
    assert await post(http, url, {}) == (400, "no_text")  # a refused use does not count
    assert [await post(http, url, {"text": str(number)}) for number in range(6)] == [(200, "ok")] * 5 + [(404, "used_url")]
    assert [item["text"] for item in timed.person("ann").messages("#deploys")] == ["0", "1", "2", "3", "4"]
    assert timed.person("bob").messages("#deploys") == []


@pytest.mark.parametrize(("minutes", "answer"), [(30, (200, "ok")), (30.1, (404, "expired_url"))])
async def test_a_response_url_lasts_thirty_minutes(
    timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession, minutes: float, answer: tuple[int, str]
) -> None:
    url = await command_url(timed, http)
    await clock.advance(minutes * 60)
    assert await post(http, url, {"text": "late"}) == answer


async def test_a_response_url_works_where_the_bot_is_not(timed: SlackWorkspace, http: aiohttp.ClientSession) -> None:
    async with raw_socket(timed, http) as app, asyncio.TaskGroup() as tasks:
        tasks.create_task(timed.person("ann").command("#random", "/promptops x"))
        url = (await app.acked())["payload"]["response_url"]
    assert await post(http, url, {"text": "hello all", "response_type": "in_channel"}) == (200, "ok")
    assert [item["text"] for item in timed.person("bob").messages("#random")] == ["hello all"]


async def test_a_click_can_replace_and_delete_its_message(
    timed: SlackWorkspace, timed_client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    blocks = [{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}]}]
    card = await timed_client.chat_postMessage(channel="#deploys", text="card", blocks=blocks)
    async with raw_socket(timed, http) as app, asyncio.TaskGroup() as tasks:
        tasks.create_task(timed.person("ann").click("#deploys", str(card["ts"]), "go"))
        url = (await app.acked())["payload"]["response_url"]
    assert await post(http, url, {"text": "done", "replace_original": True}) == (200, "ok")
    assert [(item["ts"], item["text"]) for item in timed.messages("#deploys")] == [(card["ts"], "done")]
    threaded = {"text": "in the thread", "response_type": "in_channel", "replace_original": False, "thread_ts": card["ts"]}
    assert await post(http, url, threaded) == (200, "ok")
    assert [item["text"] for item in timed.thread("#deploys", str(card["ts"]))] == ["done", "in the thread"]
    assert await post(http, url, {"delete_original": True}) == (200, "ok")
    assert [item.get("subtype") for item in timed.messages("#deploys")] == ["tombstone"]


async def test_an_ephemeral_card_is_replaced_by_its_response_url(
    timed: SlackWorkspace, timed_client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    ann = timed.person("ann")
    blocks = [{"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": {"type": "plain_text", "text": "Go"}}]}]
    card = await timed_client.chat_postEphemeral(channel="C0DEPLOYS1", user=ann.id, text="card", blocks=blocks)
    async with raw_socket(timed, http) as app, asyncio.TaskGroup() as tasks:
        tasks.create_task(ann.click("#deploys", str(card["message_ts"]), "go"))
        payload = (await app.acked())["payload"]
    assert (payload["container"]["is_ephemeral"], "message" in payload) == (True, False)
    await post(http, payload["response_url"], {"text": "done", "replace_original": True})
    assert [item["text"] for item in ann.messages("#deploys")] == ["done"]
    await post(http, payload["response_url"], {"delete_original": True})
    assert ann.messages("#deploys") == []


@pytest.mark.parametrize("method", ["conversations.list", "chat.update", "users.info"])
async def test_each_tier_has_its_limit(timed: SlackWorkspace, clock: ManualClock, http: aiohttp.ClientSession, method: str) -> None:
    async def status() -> tuple[int, str | None]:
        async with http.post(f"{timed.url}{method}", headers={"Authorization": f"Bearer {timed.bot_token}"}) as response:
            return response.status, response.headers.get("Retry-After")

    limit = PER_MINUTE[method]
    assert {await status() for _ in range(limit)} == {(200, None)}
    wait = -(-60 // limit)
    assert await status() == (429, str(wait))
    await clock.advance(wait)
    assert await status() == (200, None)


async def test_posting_is_limited_to_about_one_a_second_in_a_channel(timed: SlackWorkspace, timed_client: AsyncWebClient) -> None:
    for number in range(5):
        await timed_client.chat_postMessage(channel="#deploys", text=str(number))
    with pytest.raises(SlackApiError) as refused:
        await timed_client.chat_postMessage(channel="#deploys", text="one too many")
    assert (refused.value.response.status_code, refused.value.response.headers["Retry-After"]) == (429, "1")
    assert refused.value.response["error"] == "ratelimited"
    await timed_client.chat_postMessage(channel="#oncall", text="another channel")
    timed.arrange.rate_limits(on=False)
    for number in range(20):
        await timed_client.chat_postMessage(channel="#deploys", text=str(number))

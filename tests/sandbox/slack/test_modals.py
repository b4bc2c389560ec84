"""Modals beyond the simple case: update, push and clear in the acknowledgement, wrong answers, external selects, reconnects."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.views import View as SdkView
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import RefusedError, SlackWorkspace
from sandbox.slack.interactions import Outcome
from sandbox.slack.modals import Submitted
from sandbox.slack.views import problems_of
from tests.sandbox.slack.block_samples import Json, entry, plain, section
from tests.sandbox.slack.bolt_app import MODAL, bolt_app
from tests.sandbox.slack.conftest import MANIFEST
from tests.sandbox.slack.raw_socket import RawSocket, raw_socket

TROUBLE = "We had some trouble connecting. Try again?"


async def open_modal(slack: SlackWorkspace, client: AsyncWebClient, app: RawSocket, view: Json) -> Json:
    """Ann has the modal open; answers it."""
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(slack.person("ann").shortcut("run_workflow"))
        trigger = (await app.acked())["payload"]["trigger_id"]
    opened: Json = dict((await client.views_open(trigger_id=trigger, view=view))["view"])
    return opened


async def submitted(slack: SlackWorkspace, app: RawSocket, answer: Json | None) -> Submitted:
    """What comes of ann's submission when the app answers so."""
    async with asyncio.TaskGroup() as tasks:
        submitting = tasks.create_task(slack.person("ann").submit({"version": "v1"}))
        await app.acked(answer)
    return submitting.result()


@pytest.mark.parametrize(
    ("answer", "closed", "titles"),
    [
        (None, True, []),
        ({}, True, []),
        ({"response_action": "clear"}, True, []),
        ({"response_action": "update", "view": {**MODAL, "title": plain("Second")}}, False, ["Second"]),
        ({"response_action": "push", "view": {**MODAL, "title": plain("On top")}}, False, ["Deploy", "On top"]),
    ],
)
async def test_the_acknowledgement_says_what_happens_to_the_modal(
    slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession, answer: Json | None, *, closed: bool, titles: list[str]
) -> None:
    async with raw_socket(slack, http) as app:
        await open_modal(slack, client, app, MODAL)
        done = await submitted(slack, app, answer)
    assert (done.closed, done.notice) == (closed, None)
    assert [view["title"]["text"] for view in slack.person("ann").views()] == titles


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "dance"},
        {"response_action": "errors"},
        {"response_action": "errors", "errors": {"nowhere": "x"}},
        {"response_action": "update", "view": {"type": "modal"}},
        {"response_action": "push"},
    ],
)
async def test_a_wrong_acknowledgement_leaves_the_modal_open(
    slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession, answer: Json
) -> None:
    async with raw_socket(slack, http) as app:
        view = await open_modal(slack, client, app, MODAL)
        assert await submitted(slack, app, answer) == Submitted(closed=False, errors={}, views=(view["id"],), notice=TROUBLE)


async def test_what_was_typed_survives_an_update_of_the_view(
    slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    ann = slack.person("ann")
    async with raw_socket(slack, http) as app:
        view = await open_modal(slack, client, app, MODAL)
        assert await ann.click_view("text", value="v7") == Outcome(answered=True)
        updated = await client.views_update(view_id=view["id"], view={**MODAL, "blocks": [*MODAL["blocks"], section("more")]})
    assert updated["view"]["state"]["values"]["version"]["text"]["value"] == "v7"


async def test_a_dispatching_input_tells_the_app_at_once(
    slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    view = {**MODAL, "blocks": [entry({"type": "users_select", "action_id": "who"}, block_id="people", dispatch_action=True)]}
    async with raw_socket(slack, http) as app:
        opened = await open_modal(slack, client, app, view)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(slack.person("ann").click_view("who", value="U0BOBAPP01"))
            payload = (await app.acked())["payload"]
    assert (payload["container"], payload["view"]["state"]["values"]["people"]["who"]["selected_user"]) == (
        {"type": "view", "view_id": opened["id"]},
        "U0BOBAPP01",
    )
    assert "response_url" not in payload


async def test_an_external_select_asks_the_app(slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession) -> None:
    ann = slack.person("ann")
    choice = {"text": plain("web"), "value": "web"}
    block = {"type": "actions", "block_id": "b", "elements": [{"type": "external_select", "action_id": "workflow"}]}
    async with raw_socket(slack, http) as app:
        posted = await client.chat_postMessage(channel="#deploys", text="pick", blocks=[block])
        await app.acked()
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(ann.options("workflow", "we", channel="#deploys", ts=str(posted["ts"])))
            asked = (await app.acked({"options": [choice]}))["payload"]
        assert (asked["type"], asked["action_id"], asked["value"]) == ("block_suggestion", "workflow", "we")
        assert asking.result() == {"options": [choice]}
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(ann.click("#deploys", str(posted["ts"]), "workflow", value="web"))
            action = (await app.acked())["payload"]["actions"][0]
    assert action["selected_option"] == choice


@pytest.mark.parametrize(
    "answer", [None, {}, {"options": 7}, {"options": [7, {"value": "x"}]}, {"option_groups": ["x", {"options": None}]}]
)
async def test_an_external_select_survives_a_wrong_offer(
    slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession, answer: Json | None
) -> None:
    block = {"type": "actions", "elements": [{"type": "external_select", "action_id": "workflow"}]}
    async with raw_socket(slack, http) as app:
        posted = await client.chat_postMessage(channel="#deploys", text="pick", blocks=[block])
        await app.acked()
        async with asyncio.TaskGroup() as tasks:
            asking = tasks.create_task(slack.person("ann").options("workflow", "we", channel="#deploys", ts=str(posted["ts"])))
            await app.acked(answer)
    assert asking.result() in ({"options": []}, {"option_groups": [{"options": []}]})


async def test_closing_the_stack_tells_the_app_of_each_that_asked(
    slack: SlackWorkspace, client: AsyncWebClient, http: aiohttp.ClientSession
) -> None:
    async with raw_socket(slack, http) as app:
        await open_modal(slack, client, app, MODAL)
        await submitted(slack, app, {"response_action": "push", "view": MODAL})
        async with asyncio.TaskGroup() as tasks:
            closing = tasks.create_task(slack.person("ann").close(whole=True))
            payloads = [(await app.acked())["payload"] for _ in range(2)]
    assert closing.result() == ()
    assert [(item["type"], item["is_cleared"]) for item in payloads] == [("view_closed", True)] * 2


async def test_only_the_modal_on_top_can_be_used(slack: SlackWorkspace) -> None:
    with pytest.raises(LookupError, match="ann has no modal open"):
        await slack.person("ann").submit({})


@pytest.mark.parametrize("reason", ["refresh_requested", "warning", "drop"])
async def test_a_stock_handler_comes_back_after_a_disconnect(slack: SlackWorkspace, reason: str) -> None:
    handler = AsyncSocketModeHandler(bolt_app(slack), slack.app_token, ping_interval=0.2)
    await handler.connect_async()  # type: ignore[no-untyped-call]  # slack_bolt leaves it untyped
    await slack.connected()
    before = len([item for item in slack.log("api") if item["method"] == "apps.connections.open"])
    await slack.arrange.disconnect(reason)

    def again() -> bool:
        return len([item for item in slack.log("api") if item["method"] == "apps.connections.open"]) > before

    await slack.until(lambda: again() or None, what="a second apps.connections.open")
    await slack.connected()
    assert await slack.person("ann").command("#deploys", "/promptops help") == Outcome(answered=True)
    await handler.close_async()  # type: ignore[no-untyped-call]  # the same


HOME: Json = {"type": "home", "blocks": [section()]}
BAD_VIEWS: dict[str, Json] = {
    "long title": {**MODAL, "title": plain("x" * 25)},
    "empty title": {**MODAL, "title": plain("")},
    "long submit": {**MODAL, "submit": plain("x" * 25)},
    "long close": {**MODAL, "close": plain("x" * 25)},
    "no blocks": {**MODAL, "blocks": []},
    "101 blocks": {**MODAL, "blocks": [section()] * 101},
    "long private_metadata": {**MODAL, "private_metadata": "x" * 3001},
    "long callback_id": {**MODAL, "callback_id": "x" * 256},
    "home with submit": {**HOME, "submit": plain("Go")},
    "other type": {**MODAL, "type": "window"},
}


@pytest.mark.parametrize("name", BAD_VIEWS)
def test_views_that_slack_sdk_refuses_are_refused_here(name: str) -> None:
    view = BAD_VIEWS[name]
    with pytest.raises(SlackObjectFormationError):
        SdkView(**view).validate_json()
    surface: Any = "home" if view["type"] == "home" else "modal"
    assert problems_of(view, surface).lines() != ()


async def test_people_cannot_do_what_slacks_client_does_not_offer(slack: SlackWorkspace, client: AsyncWebClient) -> None:
    olga, ann = slack.person("olga"), slack.person("ann")
    with pytest.raises(RefusedError, match="olga sees no channel '#oncall', only #deploys, #random"):
        await olga.send("#oncall", "hello")
    ts = await ann.send("#deploys", "mine")
    with pytest.raises(RefusedError, match="did not write"):
        await olga.edit("#deploys", ts, "yours")
    icon = {"type": "icon_button", "action_id": "bin", "icon": "trash", "text": plain("Delete"), "visible_to_user_ids": [ann.id]}
    posted = await client.chat_postMessage(channel="#deploys", text="x", blocks=[{"type": "context_actions", "elements": [icon]}])
    with pytest.raises(RefusedError, match="olga does not see 'bin'"):
        await olga.click("#deploys", str(posted["ts"]), "bin")


async def test_an_error_inside_the_workspace_comes_out_as_it_is() -> None:
    with pytest.raises(LookupError, match="mine"):
        async with SlackWorkspace(manifest={"display_information": {"name": "x"}}):
            raise LookupError("mine")


async def test_the_workspace_stops_at_once_with_retries_waiting() -> None:
    async with asyncio.timeout(3):
        async with SlackWorkspace(manifest=MANIFEST) as slack:
            await slack.person("ann").send("#deploys", "nobody is listening")
            await slack.until(lambda: slack.log("event"))

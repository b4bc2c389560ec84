"""A stock Bolt app that sends one of everything, so that the page has something to show. It stands in for any bot; it is not ours."""

import asyncio
import re
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackWorkspace
from tests.browser.slack.sample_blocks import (
    APPROVAL,
    DANGEROUS,
    EVERYTHING,
    FORM,
    HOME,
    LOG,
    REPORT,
    SECOND,
    STEPS,
    TALK,
    option,
    plan,
)


def sample_bot(slack: SlackWorkspace) -> AsyncApp:  # noqa: C901, PLR0915 - one listener after another, as bots are
    """The app, with a client whose base_url is the workspace."""
    app = AsyncApp(signing_secret=slack.signing_secret, client=AsyncWebClient(slack.bot_token, base_url=slack.url))
    go_on = asyncio.Event()

    @app.command("/promptops")
    async def command(ack: Any, body: Any, client: Any, respond: Any) -> None:
        await ack()
        channel, user = body["channel_id"], body["user_id"]
        match body["text"].split(" ")[0]:
            case "run":
                text = f":rocket: *deploy-web* → `prod`   started by <@{user}>"
                root = await client.chat_postMessage(
                    channel=channel, text=text, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
                )
                thread = root["ts"]
                moving = await client.chat_postMessage(channel=channel, thread_ts=thread, text="step 1 of 5", blocks=[plan(0)])
                await go_on.wait()
                for done in range(1, len(STEPS) + 1):
                    await client.chat_update(channel=channel, ts=moving["ts"], text=f"step {done} of 5", blocks=[plan(done)])
                await client.chat_postMessage(channel=channel, thread_ts=thread, text="Quality gate: PASS 92/100", blocks=REPORT)
                await client.chat_postMessage(channel=channel, thread_ts=thread, text="Approval needed", blocks=APPROVAL)
            case "go":
                go_on.set()
            case "form":
                await client.views_open(trigger_id=body["trigger_id"], view=FORM)
            case "all":
                for name, blocks in EVERYTHING.items():
                    await client.chat_postMessage(channel=channel, text=name, blocks=blocks)
            case "danger":
                await client.chat_postMessage(channel=channel, text="dangerous", blocks=DANGEROUS)
            case "log":
                await client.files_upload_v2(
                    channel=channel, filename="pod.log", title="Log of web-7d9f", content=LOG, initial_comment="The log of the pod"
                )
            case "secret":
                await client.chat_postEphemeral(channel=channel, user=user, text=f"<@{user}> you may run: `status`, `logs`")
            case _:
                await respond(text="*Usage*\n• `run NAME`\n• `status`\n• `approve`")

    @app.event("app_mention")
    async def mention(event: Any, client: Any) -> None:
        thread = event.get("thread_ts", event["ts"])
        await client.chat_postMessage(channel=event["channel"], thread_ts=thread, text="Why it failed", blocks=TALK)

    @app.event("message")
    async def message(event: Any, say: Any) -> None:
        if event.get("channel_type") == "im" and not event.get("bot_id"):
            await say(f"You said: {event['text']}")

    @app.action("approve")
    async def approve(ack: Any, body: Any, client: Any) -> None:
        await ack()
        channel, user = body["channel"]["id"], body["user"]
        if user["name"] not in {"bob", "cleo"}:
            thread = body["message"].get("thread_ts")
            await client.chat_postEphemeral(
                channel=channel, user=user["id"], thread_ts=thread, text=":lock: Only <!subteam^S0APPROVER> may approve this."
            )
            return
        text = f":white_check_mark: *Approved by* <@{user['id']}> · “looks good”"
        await client.chat_update(
            channel=channel, ts=body["message"]["ts"], text=text, blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": text}}]
        )

    @app.action("more")
    async def more(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_push(trigger_id=body["trigger_id"], view=SECOND)

    @app.action({"action_id": "feedback"})
    async def feedback(ack: Any) -> None:
        await ack()

    @app.action("refresh")
    async def refresh(ack: Any, body: Any, client: Any) -> None:
        await ack()
        blocks = [*HOME, {"type": "context", "elements": [{"type": "mrkdwn", "text": "Refreshed"}]}]
        await client.views_publish(user_id=body["user"]["id"], view={"type": "home", "blocks": blocks})

    @app.options("any-pod")
    async def pods(ack: Any, body: Any) -> None:
        await ack(options=[option(f"{body['value']}-{n}", f"{body['value']}-{n}") for n in range(3)])

    @app.view("deploy")
    async def deploy(ack: Any, body: Any, view: Any, client: Any) -> None:
        values = view["state"]["values"]
        version = values["version"]["text"]["value"]
        if not version.startswith("v"):
            await ack(response_action="errors", errors={"version": "A version starts with v, such as v1.8.2."})
            return
        await ack()
        cluster = values["cluster"]["choice"]["selected_option"]["value"]
        await client.chat_postMessage(channel="#deploys", text=f"Deploying `{version}` to *{cluster}* for <@{body['user']['id']}>")

    @app.view("second")
    async def second(ack: Any) -> None:
        await ack(response_action="update", view={**SECOND, "title": {"type": "plain_text", "text": "Updated"}})

    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        if event["tab"] == "home":
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": HOME})

    @app.shortcut("diagnose_message")
    async def diagnose(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.chat_postMessage(
            channel=body["channel"]["id"], thread_ts=body["message"]["ts"], text=f"Looking at: {body['message']['text']}"
        )

    @app.shortcut("run_workflow")
    async def run_workflow(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=FORM)

    @app.event("reaction_added")
    async def reaction() -> None:
        """Nothing to do, but it is ours to acknowledge."""

    @app.event("member_joined_channel")
    async def joined() -> None:
        """The same."""

    @app.action(re.compile("^any"))
    async def chosen(ack: Any) -> None:
        await ack()

    return app

"""A small Bolt app that uses one of everything, for both ways of delivery. It stands in for any bot; it is not ours."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackWorkspace

MODAL: dict[str, Any] = {
    "type": "modal",
    "callback_id": "deploy",
    "title": {"type": "plain_text", "text": "Deploy"},
    "submit": {"type": "plain_text", "text": "Start"},
    "close": {"type": "plain_text", "text": "Later"},
    "notify_on_close": True,
    "private_metadata": "run-1",
    "blocks": [
        {
            "type": "input",
            "block_id": "version",
            "label": {"type": "plain_text", "text": "Version"},
            "element": {"type": "plain_text_input", "action_id": "text", "min_length": 2},
        },
        {
            "type": "input",
            "block_id": "cluster",
            "optional": True,
            "label": {"type": "plain_text", "text": "Cluster"},
            "element": {
                "type": "static_select",
                "action_id": "choice",
                "options": [
                    {"text": {"type": "plain_text", "text": "Test"}, "value": "test"},
                    {"text": {"type": "plain_text", "text": "Production"}, "value": "prod"},
                ],
            },
        },
    ],
}
APPROVAL: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "Approval needed"}},
    {
        "type": "actions",
        "block_id": "approval",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "text": {"type": "plain_text", "text": "Approve"},
                "style": "primary",
                "value": "run-1",
                "confirm": {
                    "title": {"type": "plain_text", "text": "Sure?"},
                    "text": {"type": "mrkdwn", "text": "This goes to production."},
                    "confirm": {"type": "plain_text", "text": "Yes"},
                    "deny": {"type": "plain_text", "text": "No"},
                },
            },
            {"type": "button", "action_id": "form", "text": {"type": "plain_text", "text": "Form"}, "value": "run-1"},
        ],
    },
]


def bolt_app(slack: SlackWorkspace) -> AsyncApp:
    """The app, with a client whose base_url is the workspace: the only difference to the real thing."""
    client = AsyncWebClient(slack.bot_token, base_url=slack.url)
    app = AsyncApp(token=slack.bot_token, signing_secret=slack.signing_secret, client=client)
    _commands(app)
    _messages(app)
    _approvals(app)
    _modals(app)
    _tabs_and_files(app)
    return app


def _commands(app: AsyncApp) -> None:
    @app.command("/promptops")
    async def command(ack: Any, body: Any, client: Any, respond: Any) -> None:
        match body["text"].split(" ")[0]:
            case "help":
                await ack("Usage: run, status")
            case "form":
                await ack()
                await client.views_open(trigger_id=body["trigger_id"], view=MODAL)
            case "later":
                await ack()
                await respond("later, only for you")
                await respond(text="later, for everybody", response_type="in_channel")
            case _:
                await ack()
                posted = await client.chat_postMessage(channel=body["channel_id"], text="Approval needed", blocks=APPROVAL)
                await client.chat_postMessage(channel=body["channel_id"], thread_ts=posted["ts"], text=f"for {body['text']}")


def _messages(app: AsyncApp) -> None:
    @app.event("app_mention")
    async def mention(event: Any, say: Any) -> None:
        await say(text=f"you said {event['text']}", thread_ts=event.get("thread_ts", event["ts"]))

    @app.event("message")
    async def message(event: Any, client: Any) -> None:
        if event.get("channel_type") == "im" and not event.get("bot_id"):
            await client.chat_postMessage(channel=event["channel"], text=f"direct: {event['text']}")
        elif event.get("thread_ts") and "cancel" in event.get("text", ""):
            await client.reactions_add(channel=event["channel"], timestamp=event["ts"], name="octagonal_sign")


def _approvals(app: AsyncApp) -> None:
    @app.action("approve")
    async def approve(ack: Any, body: Any, client: Any) -> None:
        await ack()
        who = body["user"]["id"]
        if body["user"]["name"] not in {"bob", "cleo"}:
            await client.chat_postEphemeral(channel=body["channel"]["id"], user=who, text="You may not approve this.")
            return
        await client.chat_update(channel=body["channel"]["id"], ts=body["message"]["ts"], text=f"Approved by <@{who}>")


def _modals(app: AsyncApp) -> None:
    @app.action("form")
    async def form(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.view("deploy")
    async def deploy(ack: Any, body: Any, view: Any, client: Any) -> None:
        version = view["state"]["values"]["version"]["text"]["value"]
        if not version.startswith("v"):
            await ack(response_action="errors", errors={"version": "A version starts with v."})
            return
        await ack()
        cluster = view["state"]["values"]["cluster"]["choice"]["selected_option"]
        where = cluster["value"] if cluster else "nowhere"
        await client.chat_postMessage(channel="#deploys", text=f"deploying {version} to {where} for <@{body['user']['id']}>")

    @app.view_closed("deploy")
    async def closed(ack: Any, client: Any) -> None:
        await ack()
        await client.chat_postMessage(channel="#deploys", text="not deploying")


def _tabs_and_files(app: AsyncApp) -> None:
    @app.event("app_home_opened")
    async def home(event: Any, client: Any) -> None:
        if event["tab"] == "home":
            blocks = [{"type": "header", "text": {"type": "plain_text", "text": "My runs"}}]
            await client.views_publish(user_id=event["user"], view={"type": "home", "blocks": blocks})

    @app.event("reaction_added")
    async def reaction(event: Any, client: Any) -> None:
        if event["reaction"] == "page_facing_up":
            await client.files_upload_v2(
                channel=event["item"]["channel"],
                thread_ts=event["item"]["ts"],
                filename="run.log",
                content="one\ntwo\nthree",
                initial_comment="the log",
            )

    @app.event("member_joined_channel")
    async def joined() -> None:
        """Nothing to do, but it is ours to acknowledge."""

    @app.shortcut("run_workflow")
    async def run_workflow(ack: Any, body: Any, client: Any) -> None:
        await ack()
        await client.views_open(trigger_id=body["trigger_id"], view=MODAL)

    @app.shortcut("diagnose_message")
    async def diagnose(ack: Any, body: Any, client: Any) -> None:
        await ack()
        text = f"looking at: {body['message']['text']}"
        await client.chat_postMessage(channel=body["channel"]["id"], thread_ts=body["message"]["ts"], text=text)

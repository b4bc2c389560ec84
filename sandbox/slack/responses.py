"""What the app says by response_url, or in the ack of a command: to one person unless it says otherwise, or in place of the original."""

from dataclasses import replace
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.content import read
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import root_of
from sandbox.slack.methods.chat import edit
from sandbox.slack.triggers import ResponseUrl
from sandbox.slack.world import World

Json = dict[str, Any]


def respond(world: World, place: ResponseUrl, body: Json) -> None:
    """Do what a response asks for; SlackError when it cannot be done."""
    arguments = Arguments(body)
    kind = arguments.text("response_type", "ephemeral")
    if kind not in {"ephemeral", "in_channel"}:
        raise SlackError("invalid_arguments", messages=[f"[ERROR] unknown response_type: {kind}"])
    original = _original(world, place)
    if arguments.flag("delete_original"):
        _delete(world, original)
        return
    content = read(arguments, world.ids, editing=arguments.flag("replace_original"))
    if arguments.flag("replace_original"):
        if original is None:
            raise SlackError("message_not_found", status=404)
        edited = edit(original, content)
        (world.whisper if edited.to else world.change)(edited)
        return
    root = root_of(world, place.channel, arguments.given["thread_ts"]) if "thread_ts" in arguments else None
    message = Message(
        ts=world.next_ts(),
        channel=place.channel,
        user=world.app.bot_user,
        text=content.text or "",
        blocks=content.blocks or (),
        attachments=content.attachments or (),
        by_app=True,
    )
    if kind == "in_channel":
        world.post(replace(message, thread_ts=root.ts if root else None, parent_user=root.user if root else None))
    else:
        world.whisper(replace(message, to=place.user, thread_ts=root.ts if root else place.thread_ts))


def _original(world: World, place: ResponseUrl) -> Message | None:
    if place.message is None:
        return None
    if place.ephemeral:
        return world.ephemeral_at(place.user, place.message)
    message = world.message(place.channel, place.message)
    return message if message is not None and message.by_app else None


def _delete(world: World, original: Message | None) -> None:
    if original is None:
        raise SlackError("message_not_found", status=404)
    if original.to:
        world.hush(original)
    else:
        world.delete(original)

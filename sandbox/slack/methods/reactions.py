"""reactions.add, remove, get."""

import re
from typing import Any

from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Call, Method

Json = dict[str, Any]
EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}(::skin-tone-[2-6])?")
MOST_EMOJI = 23  # different ones on a message
_TS = re.compile(r"\d{1,10}\.\d{6}")


def add(call: Call) -> Json:
    """React to a message."""
    message, name = _item(call), _name(call)
    known = {item.name for item in message.reactions}
    if name not in known and len(known) >= MOST_EMOJI:
        raise SlackError("too_many_emoji")
    if not call.world.react(message, call.bot, name, add=True):
        raise SlackError("already_reacted")
    return {}


def remove(call: Call) -> Json:
    """Take a reaction back."""
    if not call.world.react(_item(call), call.bot, _name(call), add=False):
        raise SlackError("no_reaction")
    return {}


def get(call: Call) -> Json:
    """A message with its reactions."""
    message = _item(call)
    shown = call.world.shown(message)
    shown["reactions"] = [item.json() for item in message.reactions]
    return {"type": "message", "channel": message.channel, "message": shown}


def _item(call: Call) -> Message:
    if "channel" not in call.arguments or "timestamp" not in call.arguments:
        raise SlackError("no_item_specified")
    channel = call.visible()
    if channel.archived:
        raise SlackError("is_archived")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    timestamp = call.arguments.text("timestamp")
    if not _TS.fullmatch(timestamp):
        raise SlackError("bad_timestamp")
    message = call.world.message(channel.id, timestamp)
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    return message


def _name(call: Call) -> str:
    name = call.arguments.text("name").strip(":")
    if not EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    return name


METHODS: dict[str, Method] = {"reactions.add": add, "reactions.get": get, "reactions.remove": remove}

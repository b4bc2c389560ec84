"""conversations.info, list, members, history, replies, open, join."""

import re
from typing import Any

from sandbox.slack.arguments import page
from sandbox.slack.channels import API_TYPES, SCOPE_FAMILIES, Channel, Kind
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Call, Method

Json = dict[str, Any]
_TS = re.compile(r"\d+(\.\d{1,6})?")
_KINDS: dict[str, Kind] = {api: kind for kind, api in API_TYPES.items()}
_MPIM = "mpim"  # a known type of which this workspace has none


def info(call: Call) -> Json:
    """One conversation."""
    channel = call.readable("read")
    shown = channel.conversation(call.world.team.id, call.bot)
    if not call.arguments.flag("include_num_members"):
        shown.pop("num_members", None)
    return {"channel": shown}


def listing(call: Call) -> Json:
    """The conversations that the bot can see, by type."""
    types = [item.strip() for item in call.arguments.text("types", "public_channel").split(",")]
    if unknown := [item for item in types if item not in _KINDS and item != _MPIM]:
        raise SlackError("invalid_types", messages=[f"[ERROR] unknown type: {item}" for item in unknown])
    kinds = {_KINDS[item] for item in types if item != _MPIM}
    for kind in sorted(kinds):
        call.need(f"{SCOPE_FAMILIES[kind]}:read")
    archived = not call.arguments.flag("exclude_archived")
    found = [channel for channel in call.world.channels.values() if _listed(channel, call.bot, kinds, archived=archived)]
    items, cursor = page([channel.conversation(call.world.team.id, call.bot) for channel in found], call.arguments)
    return {"channels": items, "response_metadata": {"next_cursor": cursor}}


def _listed(channel: Channel, bot: str, kinds: set[Kind], *, archived: bool) -> bool:
    visible = channel.kind == "public" or bot in channel.members
    return visible and channel.kind in kinds and (archived or not channel.archived)


def members(call: Call) -> Json:
    """Who is in a conversation."""
    channel = call.readable("read")
    items, cursor = page(sorted(channel.members), call.arguments)
    return {"members": items, "response_metadata": {"next_cursor": cursor}}


def history(call: Call) -> Json:
    """The top-level messages of a conversation, newest first."""
    channel = _joined(call)
    chosen = [message for message in call.world.newest(channel.id) if message.top_level and _within(call, message)]
    items, cursor = page(chosen, call.arguments, most=999)
    return {
        "messages": _shown(call, items),
        "has_more": bool(cursor),
        "pin_count": 0,
        "response_metadata": {"next_cursor": cursor},
    }


def replies(call: Call) -> Json:
    """A thread: its root, then the replies, oldest first."""
    channel = _joined(call)
    root = call.world.message(channel.id, call.arguments.required("ts", "thread_not_found"))
    if root is None:
        raise SlackError("thread_not_found")
    chosen = [root, *(item for item in call.world.replies(channel.id, root.ts) if _within(call, item))]
    items, cursor = page(chosen, call.arguments, default=1000)
    return {"messages": _shown(call, items), "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _joined(call: Call) -> Channel:
    channel = call.readable("history")
    if call.bot not in channel.members:
        raise SlackError("not_in_channel")
    return channel


def _within(call: Call, message: Message) -> bool:
    arguments = call.arguments
    inclusive = arguments.flag("inclusive")
    oldest, latest = _moment(call, "oldest"), _moment(call, "latest")
    ts = float(message.ts)
    after = oldest is None or ts > oldest or (inclusive and ts == oldest)
    return after and (latest is None or ts < latest or (inclusive and ts == latest))


def _moment(call: Call, name: str) -> float | None:
    if name not in call.arguments:
        return None
    text = call.arguments.text(name)
    if not _TS.fullmatch(text):
        raise SlackError(f"invalid_ts_{name}")
    return float(text)


def _shown(call: Call, messages: list[Message]) -> list[Json]:
    metadata = call.arguments.flag("include_all_metadata")
    return [call.world.shown(message, metadata=metadata) for message in messages]


def opening(call: Call) -> Json:
    """The direct message with somebody; there are none with several people here."""
    if "channel" in call.arguments:
        channel = call.visible()
        if channel.kind != "im":
            raise SlackError("method_not_supported_for_channel_type")
    else:
        users = [item.strip() for item in call.arguments.required("users", "users_list_not_supplied").split(",") if item.strip()]
        if any(user not in call.world.people or user == call.bot for user in users):
            raise SlackError("user_not_found")
        if len(users) != 1:
            raise SlackError("too_many_users", messages=["[ERROR] this workspace has direct messages with one person only"])
        channel = call.world.dm(users[0])
    whole = channel.conversation(call.world.team.id, call.bot)
    return {"channel": whole if call.arguments.flag("return_im") else {"id": channel.id}}


def join(call: Call) -> Json:
    """Make the bot a member of a public channel."""
    channel = call.visible()
    if channel.kind != "public":
        raise SlackError("method_not_supported_for_channel_type")
    if channel.archived:
        raise SlackError("is_archived")
    already = call.bot in channel.members
    call.world.enter(channel, call.bot)
    answer: Json = {"channel": call.world.channels[channel.id].conversation(call.world.team.id, call.bot)}
    if already:
        answer |= {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
    return answer


METHODS: dict[str, Method] = {
    "conversations.history": history,
    "conversations.info": info,
    "conversations.join": join,
    "conversations.list": listing,
    "conversations.members": members,
    "conversations.open": opening,
    "conversations.replies": replies,
}

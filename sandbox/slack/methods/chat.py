"""chat.postMessage, update, delete, postEphemeral, getPermalink."""

from dataclasses import replace
from typing import Any

from sandbox.slack.content import Content, read
from sandbox.slack.errors import SlackError
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Call, Method

Json = dict[str, Any]


def post_message(call: Call) -> Json:
    """Post a message in a channel, a thread or a direct message."""
    channel = call.writable()
    root = call.root(channel)
    content = read(call.arguments, call.world.ids)
    look = _look(call)
    broadcast = root is not None and call.arguments.flag("reply_broadcast")
    message = replace(
        _message(call, channel.id, content),
        ts=call.world.next_ts(),
        thread_ts=root.ts if root else None,
        parent_user=root.user if root else None,
        broadcast=broadcast,
        subtype="thread_broadcast" if broadcast else None,
        **look,
    )
    call.world.post(message)
    answer: Json = {"channel": channel.id, "ts": message.ts, "message": call.world.shown(message, metadata=True)}
    return answer | _warnings(content)


def update(call: Call) -> Json:
    """Edit one of the app's messages. Text without blocks removes the blocks; what is not given stays."""
    channel = call.visible()
    if call.bot not in channel.members:
        raise SlackError("channel_not_found")
    if channel.archived:
        raise SlackError("is_inactive")
    message = call.world.message(channel.id, call.arguments.required("ts", "message_not_found"))
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    if not message.by_app:
        raise SlackError("cant_update_message")
    content = read(call.arguments, call.world.ids, editing=True)
    edited = edit(message, content)
    if call.arguments.flag("reply_broadcast") and message.thread_ts is not None:
        edited = replace(edited, broadcast=True, subtype="thread_broadcast")
    call.world.change(edited)
    shown = call.world.shown(edited, metadata=True)
    return {"channel": channel.id, "ts": edited.ts, "text": edited.text, "message": shown} | _warnings(content)


def edit(message: Message, content: Content) -> Message:
    """A message with new content, by the rules of chat.update."""
    blocks = content.blocks if content.blocks is not None else () if content.text is not None else message.blocks
    return replace(
        message,
        text=content.text if content.text is not None else message.text,
        blocks=blocks,
        attachments=content.attachments if content.attachments is not None else message.attachments,
        metadata=content.metadata if content.metadata is not None else message.metadata,
    )


def delete(call: Call) -> Json:
    """Remove one of the app's messages."""
    channel = call.visible()
    message = call.world.message(channel.id, call.arguments.required("ts", "message_not_found"))
    if message is None or message.subtype == "tombstone":
        raise SlackError("message_not_found")
    if not message.by_app:
        raise SlackError("cant_delete_message")
    call.world.delete(message)
    return {"channel": channel.id, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    """Show a message to one person; in a thread only if somebody has replied there already."""
    channel = call.writable()
    user = call.arguments.required("user", "user_not_in_channel")
    if user not in channel.members or user == call.bot:
        raise SlackError("user_not_in_channel")
    root = call.root(channel)
    message = replace(
        _message(call, channel.id, read(call.arguments, call.world.ids)),
        ts=call.world.next_ts(),
        thread_ts=root.ts if root else None,
        to=user,
        **_look(call),
    )
    if root is not None and not call.world.replies(channel.id, root.ts):
        call.world.journal.note("note", f"an ephemeral message for {user} is not shown: the thread {root.ts} has no replies yet")
    else:
        call.world.whisper(message)
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> Json:
    """The link to a message; here it opens the page."""
    channel = call.visible()
    message = call.world.message(channel.id, call.arguments.required("message_ts", "message_not_found"))
    if message is None:
        raise SlackError("message_not_found")
    thread = f"?thread_ts={message.thread_ts}&cid={channel.id}" if message.thread_ts else ""
    link = f"{call.backstage.url}/archives/{channel.id}/p{message.ts.replace('.', '')}{thread}"
    return {"channel": channel.id, "permalink": link}


def _message(call: Call, channel: str, content: Content) -> Message:
    return Message(
        ts="",
        channel=channel,
        user=call.bot,
        text=content.text or "",
        blocks=content.blocks or (),
        attachments=content.attachments or (),
        metadata=content.metadata or None,
        by_app=True,
    )


def _look(call: Call) -> dict[str, Any]:
    """Another name or icon, which takes a scope of its own."""
    wanted = {key: call.arguments.text(key) for key in ("username", "icon_emoji", "icon_url") if key in call.arguments}
    if wanted:
        call.need("chat:write.customize")
    return wanted


def _warnings(content: Content) -> Json:
    if not content.warnings:
        return {}
    return {"warning": ",".join(content.warnings), "response_metadata": {"warnings": list(content.warnings)}}


METHODS: dict[str, Method] = {
    "chat.delete": delete,
    "chat.getPermalink": get_permalink,
    "chat.postEphemeral": post_ephemeral,
    "chat.postMessage": post_message,
    "chat.update": update,
}

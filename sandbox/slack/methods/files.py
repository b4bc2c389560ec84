"""files.getUploadURLExternal, completeUploadExternal, info."""

from dataclasses import replace
from typing import Any

from sandbox.slack.channels import Channel
from sandbox.slack.content import read
from sandbox.slack.errors import SlackError
from sandbox.slack.files import LARGEST, STORAGE, File, Upload
from sandbox.slack.messages import Message
from sandbox.slack.methods.call import Call, Method, root_of

Json = dict[str, Any]
_LONGEST_ALT = 1000
_MOST_WAITING = 100  # uploads that were begun and not completed


def get_upload_url(call: Call) -> Json:
    """A URL to which the bytes of a file can be posted."""
    filename = call.arguments.required("filename", "missing_argument")
    length = call.arguments.number("length", 0, code="invalid_arguments")
    if length <= 0:
        raise SlackError("missing_argument")
    if length > LARGEST:
        raise SlackError("file_upload_size_restricted")
    waiting = call.world.uploads
    stored = sum(len(file.content) for file in call.world.files.values()) + sum(item.length for item in waiting.values())
    while len(waiting) >= _MOST_WAITING:
        del waiting[next(iter(waiting))]  # the oldest was given up: Slack's upload URLs do not last either
    if stored + length > STORAGE:
        raise SlackError("storage_limit_reached")
    alt = call.arguments.text("alt_txt")
    if len(alt) > _LONGEST_ALT:
        raise SlackError("alt_txt_too_large")
    upload = Upload(call.world.ids.next("F"), call.world.ids.secret(16), filename, length, alt)
    call.world.uploads[upload.ticket] = upload
    return {"upload_url": f"{call.backstage.url}/upload/v1/{upload.ticket}", "file_id": upload.id}


def complete_upload(call: Call) -> Json:
    """Make files of finished uploads, and share them in a message."""
    wanted = call.arguments.json("files", "invalid_arguments")
    named = isinstance(wanted, list) and all(isinstance(item, dict) and isinstance(item.get("id"), str) for item in wanted)
    if not named or not wanted or len({item["id"] for item in wanted}) < len(wanted):
        raise SlackError("invalid_arguments", messages=["[ERROR] must be a list of different files, each with an id [json-pointer:/files]"])
    channels = _channels(call)
    uploads = {upload.id: upload for upload in call.world.uploads.values() if upload.content is not None}
    if any(item["id"] not in uploads for item in wanted):
        raise SlackError("file_not_found")
    roots: list[Message | None] = [
        root_of(call.world, channel.id, call.arguments.given["thread_ts"]) if "thread_ts" in call.arguments else None
        for channel in channels
    ]
    files = [_store(call, uploads[item["id"]], str(item.get("title") or ""), channels) for item in wanted]
    for channel, root in zip(channels, roots, strict=True):
        _share(call, channel, files, root)
    return {"files": [file.json(call.backstage.url) for file in files]}


def _channels(call: Call) -> list[Channel]:
    listed = call.arguments.given.get("channels") or ""
    names = listed if isinstance(listed, list) else [item.strip() for item in str(listed).split(",") if item.strip()]
    if "channel_id" in call.arguments:
        names = [call.arguments.text("channel_id"), *names]
    channels = []
    for name in dict.fromkeys(map(str, names)):
        channel = call.world.channels.get(name)
        if channel is None or (channel.kind != "public" and call.bot not in channel.members):
            raise SlackError("channel_not_found")
        if call.bot not in channel.members:
            raise SlackError("not_in_channel")
        if channel.archived:
            raise SlackError("posting_to_channel_denied")
        channels.append(channel)
    return channels


def _store(call: Call, upload: Upload, title: str, channels: list[Channel]) -> File:
    del call.world.uploads[upload.ticket]
    file = File(
        id=upload.id,
        name=upload.filename,
        title=title or upload.filename,
        user=call.bot,
        created=int(call.world.clock.now()),
        content=upload.content or b"",
        team=call.world.team.id,
        alt=upload.alt,
        channels=tuple(channel.id for channel in channels),
    )
    call.world.put_file(file)
    return file


def _share(call: Call, channel: Channel, files: list[File], root: Message | None) -> None:
    comment = call.arguments.text("initial_comment")
    blocks = read(call.arguments, call.world.ids).blocks if call.arguments.given.get("blocks") else None
    message = Message(
        ts=call.world.next_ts(),
        channel=channel.id,
        user=call.bot,
        text=comment,
        blocks=blocks or (),
        by_app=True,
        files=tuple(file.json(call.backstage.url) for file in files),
        thread_ts=root.ts if root else None,
        parent_user=root.user if root else None,
    )
    call.world.post(replace(message, subtype="file_share"))


def info(call: Call) -> Json:
    """One file."""
    file = call.world.files.get(call.arguments.required("file", "file_not_found"))
    if file is None:
        raise SlackError("file_not_found")
    return {"file": file.json(call.backstage.url), "comments": [], "response_metadata": {"next_cursor": ""}}


METHODS: dict[str, Method] = {
    "files.completeUploadExternal": complete_upload,
    "files.getUploadURLExternal": get_upload_url,
    "files.info": info,
}

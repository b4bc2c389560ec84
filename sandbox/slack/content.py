"""What a message of the app may say: text, blocks, attachments and metadata, checked before anything is stored.

Shared by postMessage, update, postEphemeral, response_url and file comments.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from sandbox.slack.arguments import Arguments
from sandbox.slack.blocks.completion import completed
from sandbox.slack.blocks.data import MARKDOWN_LIMIT
from sandbox.slack.blocks.surfaces import check_blocks
from sandbox.slack.errors import SlackError
from sandbox.slack.ids import Ids

Json = dict[str, Any]
LONGEST_TEXT = 40_000  # characters; longer text is cut, with a warning
LONGEST_EDIT = 4_000  # characters of text in chat.update
LONGEST_BLOCKS = 100_000  # bytes of all blocks as JSON
MOST_ATTACHMENTS = 100
LARGEST_METADATA = 8_000  # bytes of event_payload as JSON
_EVENT_TYPE = re.compile(r"[A-Za-z0-9_.:-]{1,255}")


@dataclass(frozen=True, slots=True)
class Content:
    """Checked content. The fields that were not given are None, which an edit takes for "as it was"."""

    text: str | None
    blocks: tuple[Json, ...] | None
    attachments: tuple[Json, ...] | None
    metadata: Json | None
    warnings: tuple[str, ...] = ()


def read(arguments: Arguments, ids: Ids, *, editing: bool = False) -> Content:
    """The content in the arguments of a call; SlackError says what is wrong with it."""
    markdown = arguments.text("markdown_text") if "markdown_text" in arguments else None
    blocks = _blocks(arguments, ids)
    attachments = _attachments(arguments)
    text = arguments.text("text") if "text" in arguments.given else None
    if markdown is not None:
        if text or blocks:
            raise SlackError("markdown_text_conflict")
        if len(markdown) > MARKDOWN_LIMIT:
            raise SlackError("msg_too_long")
        text, blocks = markdown, completed([{"type": "markdown", "text": markdown}], ids.short)
    metadata = _metadata(arguments)
    if not text and not blocks and not attachments and not (editing and metadata is not None):
        raise SlackError("no_text")
    if editing and text is not None and len(text) > LONGEST_EDIT and markdown is None:
        raise SlackError("msg_too_long")
    warnings: list[str] = []
    if text is not None and len(text) > LONGEST_TEXT:
        text = text[:LONGEST_TEXT]
        warnings.append("message_truncated")
    return Content(text, blocks, attachments, metadata, tuple(warnings))


def _blocks(arguments: Arguments, ids: Ids) -> tuple[Json, ...] | None:
    blocks = arguments.json("blocks", "invalid_blocks_format")
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    found = check_blocks(blocks, "message")
    if found.problems:
        raise SlackError("invalid_blocks", messages=found.lines())
    if len(json.dumps(blocks)) > LONGEST_BLOCKS:
        raise SlackError("msg_blocks_too_long")
    return completed(blocks, ids.short)


def _attachments(arguments: Arguments) -> tuple[Json, ...] | None:
    attachments = arguments.json("attachments", "invalid_attachments")
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(item, dict) for item in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise SlackError("too_many_attachments")
    for index, item in enumerate(attachments):
        if "blocks" in item:
            found = check_blocks(item["blocks"], "message", f"/attachments/{index}/blocks")
            if found.problems:
                raise SlackError("invalid_attachments", messages=found.lines())
    return tuple({"id": index + 1, **item} for index, item in enumerate(attachments))


def _metadata(arguments: Arguments) -> Json | None:
    metadata = arguments.json("metadata", "invalid_metadata_format")
    if metadata is None:
        return None
    if metadata == {}:
        return {}
    if not isinstance(metadata, dict) or set(metadata) != {"event_type", "event_payload"}:
        raise SlackError("invalid_metadata_format", messages=["[ERROR] must have event_type and event_payload [json-pointer:/metadata]"])
    kind, payload = metadata["event_type"], metadata["event_payload"]
    if not isinstance(kind, str) or not _EVENT_TYPE.fullmatch(kind):
        raise SlackError("invalid_metadata_format", messages=["[ERROR] must be a name [json-pointer:/metadata/event_type]"])
    if not isinstance(payload, dict):
        raise SlackError("invalid_metadata_format", messages=["[ERROR] must be an object [json-pointer:/metadata/event_payload]"])
    nested = [key for key, value in payload.items() if isinstance(value, dict) or (isinstance(value, list) and _holds_objects(value))]
    if nested:
        lines = [f"[ERROR] must not be nested [json-pointer:/metadata/event_payload/{key}]" for key in nested]
        raise SlackError("invalid_metadata_format", messages=lines)
    if len(json.dumps(payload).encode()) > LARGEST_METADATA:
        raise SlackError("metadata_too_large")
    return metadata


def _holds_objects(value: list[Any]) -> bool:
    return any(isinstance(item, dict | list) for item in value)

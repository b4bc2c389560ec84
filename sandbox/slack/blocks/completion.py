"""What Slack adds to accepted blocks before it shows them back: generated ids, and the defaults of text objects."""

from collections.abc import Callable
from typing import Any

from sandbox.slack.blocks.surfaces import interactive

Json = dict[str, Any]


def completed(blocks: list[Json], new_id: Callable[[], str]) -> tuple[Json, ...]:
    """The blocks as the API shows them: block_id and action_id everywhere, `emoji` and `verbatim` spelled out. The input is left alone."""
    return tuple(_block(block, new_id) for block in blocks)


def _block(block: Json, new_id: Callable[[], str]) -> Json:
    done: Json = _texts(block)
    if done["type"] == "markdown" or "block_id" not in done:
        done["block_id"] = new_id()  # Slack ignores the block_id of a markdown block
    for element in interactive(done):
        if "action_id" not in element:
            element["action_id"] = new_id()
    for task in done.get("tasks", ()):
        task.setdefault("block_id", new_id())
    return done


def _texts(value: Any) -> Any:
    if isinstance(value, list):
        return [_texts(item) for item in value]
    if not isinstance(value, dict):
        return value
    done = {key: _texts(item) for key, item in value.items()}
    if done.get("type") == "plain_text":
        done.setdefault("emoji", True)
    elif done.get("type") == "mrkdwn":
        done.setdefault("verbatim", False)
    return done

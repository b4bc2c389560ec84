"""Whole lists of blocks: which blocks a message, a modal and a Home tab take, and the rules that go beyond one block."""

from collections import Counter
from typing import Any, Final

from sandbox.slack.blocks.checks import Check, Findings, Surface, array, typed
from sandbox.slack.blocks.data import MARKDOWN, MARKDOWN_LIMIT, PLAN, TABLE, standalone_task
from sandbox.slack.blocks.layout import ACTIONS, ALERT, CONTEXT, CONTEXT_ACTIONS, DIVIDER, HEADER, IMAGE_BLOCK, INPUT, SECTION
from sandbox.slack.blocks.rich_text import RICH_TEXT

Json = dict[str, Any]

_EVERYWHERE: dict[str, Check] = {
    "actions": ACTIONS,
    "context": CONTEXT,
    "divider": DIVIDER,
    "header": HEADER,
    "image": IMAGE_BLOCK,
    "input": INPUT,
    "rich_text": RICH_TEXT,
    "section": SECTION,
}
_ONLY_IN_MESSAGES: dict[str, Check] = {
    "context_actions": CONTEXT_ACTIONS,
    "markdown": MARKDOWN,
    "plan": PLAN,
    "table": TABLE,
    "task_card": standalone_task,
}
_BY_SURFACE: Final[dict[Surface, Check]] = {
    "message": typed({**_EVERYWHERE, **_ONLY_IN_MESSAGES}),
    "modal": typed({**_EVERYWHERE, "alert": ALERT}),
    "home": typed(_EVERYWHERE),
}
_MOST: Final[dict[Surface, int]] = {"message": 50, "modal": 100, "home": 100}
_ONE_TABLE = 1


def check_blocks(blocks: Any, surface: Surface, pointer: str = "/blocks") -> Findings:
    """Everything that is wrong with a list of blocks on a surface."""
    found = Findings(surface)
    array(_BY_SURFACE[surface], _MOST[surface], 0)(blocks, pointer, found)
    if found.problems or not isinstance(blocks, list):
        return found
    _unique_ids(blocks, pointer, found)
    _one_focus(blocks, pointer, found)
    kinds = Counter(block["type"] for block in blocks)
    if kinds["table"] > _ONE_TABLE:
        found.add(pointer, "only one table block is allowed in a message")
    if kinds["plan"] and kinds["task_card"]:
        found.add(pointer, "plan and task_card cannot stand in one message")
    if sum(len(block["text"]) for block in blocks if block["type"] == "markdown") > MARKDOWN_LIMIT:
        found.add(pointer, f"all markdown blocks together must be less than {MARKDOWN_LIMIT + 1} characters")
    return found


def _unique_ids(blocks: list[Json], pointer: str, found: Findings) -> None:
    seen: set[str] = set()
    for index, block in enumerate(blocks):
        name = block.get("block_id")
        if name is not None and name in seen:
            found.add(f"{pointer}/{index}/block_id", f"block_id already exists: {name}")
        if name is not None:
            seen.add(name)
        actions = [item["action_id"] for item in interactive(block) if "action_id" in item]
        for action, times in Counter(actions).items():
            if times > 1:
                found.add(f"{pointer}/{index}", f"action_id already exists: {action}")


def _one_focus(blocks: list[Json], pointer: str, found: Findings) -> None:
    focused = [item for block in blocks for item in interactive(block) if item.get("focus_on_load")]
    if len(focused) > 1:
        found.add(pointer, "focus_on_load can be set on one element only")


def interactive(block: Json) -> list[Json]:
    """The interactive elements of a block."""
    match block["type"]:
        case "actions" | "context_actions":
            return list(block["elements"])
        case "section" if block.get("accessory", {}).get("type") not in {None, "image"}:
            return [block["accessory"]]
        case "input":
            return [block["element"]]
        case _:
            return []

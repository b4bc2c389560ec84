"""Blocks that carry data: markdown, table, plan and task_card."""

from typing import Any

from sandbox.slack.blocks.checks import IDENTIFIER, Findings, array, boolean, choice, number, shape, string, typed
from sandbox.slack.blocks.rich_text import RICH_TEXT

MARKDOWN_LIMIT = 12_000  # characters in all markdown blocks of a message together
_RICH = typed({"rich_text": RICH_TEXT})

MARKDOWN = shape({"block_id": IDENTIFIER, "text": string(MARKDOWN_LIMIT)}, required=["text"])

_CELL = typed(
    {
        "rich_text": RICH_TEXT,
        "raw_text": shape({"text": string()}, required=["text"]),
        "raw_number": shape({"value": number, "text": string()}, required=["value", "text"]),
    }
)
_COLUMN = shape({"align": choice("left", "center", "right"), "is_wrapped": boolean})


def _same_width(value: dict[str, Any], pointer: str, found: Findings) -> None:
    widths = [len(row) for row in value["rows"]]
    for index, width in enumerate(widths):
        if width != widths[0]:
            found.add(f"{pointer}/rows/{index}", f"must have as many cells as the first row ({widths[0]}), not {width}")


TABLE = shape(
    {"block_id": IDENTIFIER, "rows": array(array(_CELL, 20), 100), "column_settings": array(_COLUMN, 20)},
    required=["rows"],
    rules=[_same_width],
)

_SOURCE = typed({"url": shape({"url": string(3000), "text": string()}, required=["url", "text"])})
TASK_CARD = shape(
    {
        "block_id": IDENTIFIER,
        "task_id": string(),
        "title": string(),
        "status": choice("pending", "in_progress", "complete", "error"),
        "details": _RICH,
        "output": _RICH,
        "sources": array(_SOURCE),
    },
    required=["task_id", "title", "status"],
)


def standalone_task(value: Any, pointer: str, found: Findings) -> None:
    """A task_card outside a plan, which may not be pending."""
    TASK_CARD(value, pointer, found)
    if value.get("status") == "pending":
        found.add(f"{pointer}/status", "a task_card outside a plan cannot be pending")


def _unique_tasks(value: dict[str, Any], pointer: str, found: Findings) -> None:
    seen: set[str] = set()
    for index, task in enumerate(value.get("tasks", ())):
        if task["task_id"] in seen:
            found.add(f"{pointer}/tasks/{index}/task_id", f"task_id already exists: {task['task_id']}")
        seen.add(task["task_id"])


PLAN = shape(
    {"block_id": IDENTIFIER, "title": string(), "tasks": array(typed({"task_card": TASK_CARD}), 50, 0)},
    required=["title"],
    rules=[_unique_tasks],
)

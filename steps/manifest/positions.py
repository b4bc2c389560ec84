"""Where each value of a document stands in its text: lines and columns, counted from 1, reachable by field path.

The reader (`steps.manifest.source`) makes the marks; everything that reports a problem asks here for the place.
"""

import re
from dataclasses import dataclass

FieldPath = tuple[str | int, ...]
Position = tuple[int, int]

_NAME = re.compile(r"[A-Za-z_$][\w$-]*")


@dataclass(slots=True, eq=False)
class Mark:
    """The place of one node. `fields` holds, by key, the key's place and the value's mark; `items` the marks of a list."""

    line: int
    column: int
    style: str = ""
    fields: dict[str, tuple[Position, "Mark"]] | None = None
    items: list["Mark"] | None = None


class Positions:
    """The places of one document's keys and values."""

    __slots__ = ("_root", "_text")

    def __init__(self, root: Mark, text: str) -> None:
        self._root = root
        self._text = text

    def of(self, path: FieldPath) -> Position:
        """The place of the value at a path; for a path that is not there, of the nearest thing around it."""
        mark, _ = self._find(path)
        return mark.line, mark.column

    def key(self, path: FieldPath) -> Position:
        """The place of the key that ends a path; of the value where it is a list's element."""
        mark, key = self._find(path)
        return key or (mark.line, mark.column)

    def inside(self, path: FieldPath, line: int, column: int) -> Position:
        """The place in the file of a line and column of a text value.

        Exact in block scalars (`|`) and in values on one line; in folded ones (`>`), and after an escape in quotes, the value's start.
        """
        mark, _ = self._find(path)
        if mark.style in {"|", ">"}:
            lines = self._text.split("\n")[mark.line :]
            if mark.style == ">" and line > 1:
                return mark.line, mark.column
            indent = next((len(each) - len(each.lstrip(" ")) for each in lines if each.strip()), 0)
            return mark.line + line, indent + column
        if line > 1:
            return mark.line, mark.column
        return mark.line, mark.column + column - 1 + (mark.style in {"'", '"'})

    def _find(self, path: FieldPath) -> tuple[Mark, Position | None]:
        mark, key = self._root, None
        for segment in path:
            if isinstance(segment, str) and mark.fields and segment in mark.fields:
                key, mark = mark.fields[segment]
            elif isinstance(segment, int) and mark.items and segment < len(mark.items):
                key, mark = None, mark.items[segment]
            else:
                return mark, key
        return mark, key


def written(path: FieldPath) -> str:
    """A path as people read it: `spec.workflowSpec.steps[0].properties["my-key"]`."""
    text = ""
    for segment in path:
        if isinstance(segment, int):
            text += f"[{segment}]"
        elif _NAME.fullmatch(segment):
            text += f".{segment}" if text else segment
        else:
            text += f'["{segment[:80]}"]'
    return text

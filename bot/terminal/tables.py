"""Tables of text: columns as wide as their values, the last one wrapped at the edge. Pure."""

import textwrap
from collections.abc import Sequence

from rich.text import Text

Cell = str | Text
_NARROWEST = 24
"""Columns that the last cell needs beside the others; with less it stands below them."""


def table(head: Sequence[str], rows: Sequence[Sequence[Cell]], *, width: int = 80) -> list[Text]:
    """The lines of a table; the last cell of a row may take several."""
    styled = [[Text(name, style="bold") for name in head], *([_text(cell) for cell in row] for row in rows)]
    widths = [max(row[column].cell_len for row in styled) for column in range(len(head) - 1)]
    return [line for row in styled for line in _lines(row, widths, width)]


def _text(cell: Cell) -> Text:
    return cell.copy() if isinstance(cell, Text) else Text(cell)


def _lines(cells: Sequence[Text], widths: Sequence[int], width: int) -> list[Text]:
    first = Text()
    for cell, room in zip(cells, widths, strict=False):
        first.append_text(cell)
        first.append(" " * (room - cell.cell_len + 2))
    last = cells[-1].plain
    indent = first.cell_len
    if indent + len(last) <= width:
        first.append_text(cells[-1])
        first.rstrip()
        return [first]
    if width - indent >= _NARROWEST:
        beside, *below = textwrap.wrap(last, width - indent)
        return [first.append(beside), *(Text(" " * indent + line) for line in below)]
    first.rstrip()
    return [first, *(Text(f"    {line}", style="dim") for line in textwrap.wrap(last, max(width - 4, _NARROWEST)))]

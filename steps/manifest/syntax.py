"""YAML's own complaints in people's words."""

import re
from typing import Any

import yaml

from steps.manifest.problems import Problem

_WORDS = (
    ("found character '\\t'", "a tab stands where YAML wants spaces", "indent with spaces"),
    (
        "found character that cannot start any token",
        "a value begins with a character that YAML keeps for itself",
        "put the value in quotes",
    ),
    (
        "mapping values are not allowed",
        "a second ': ' stands in one line, or the line is indented too far",
        "put the value in quotes, or align it",
    ),
    ("could not find expected ':'", "a line has no `key: value`", "add the colon, or indent the line below its key"),
    ("did not find expected key", "the indentation does not fit the lines above", "align the line with its neighbours"),
    (
        "did not find expected '-' indicator",
        "the indentation does not fit the list above",
        "begin the element with `- ` in the list's column",
    ),
    ("expected <block end>", "the indentation does not fit the lines above", "align the line with its neighbours"),
    ("found unexpected end of stream", "a quote is opened and never closed", "close it"),
    ("did not find expected ',' or", "a bracket is opened and not closed, or a comma is missing", "close it, or put the value in quotes"),
    ("expected ',' or", "a bracket is opened and not closed, or a comma is missing", "close it, or put the value in quotes"),
    ("did not find expected node content", "a value is missing", "write one, or put the text in quotes"),
    ("unknown escape character", "a backslash in double quotes begins no known escape", "use single quotes"),
    ("did not find expected alphabetic", "a value begins with & or * and names nothing", "put the value in quotes"),
    ("did not find expected comment or line break", "text follows | or > on its line", "begin the text on the next line"),
    ("undefined tag handle", "a tag is not allowed", "leave the tag away, or put the value in quotes"),
)
_TAB = re.compile(r"^ *\t", re.MULTILINE)


def explained(error: yaml.YAMLError, text: str, file: str) -> Problem:
    """The problem behind a parser's error: its place, what is wrong and what to do."""
    mark: Any = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    said = " ".join(str(part) for part in (getattr(error, "problem", ""), getattr(error, "context", "")) if part) or str(error)
    line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
    if mark and (tab := _TAB.match(text.split("\n")[mark.line] if mark.line < text.count("\n") + 1 else "")):
        return Problem("a tab stands where YAML wants spaces", file, line, tab.end(), suggestion="indent with spaces")
    for pattern, message, suggestion in _WORDS:
        if pattern in said:
            return Problem(f"this is not valid YAML: {message}", file, line, column, suggestion=suggestion)
    return Problem(f"this is not valid YAML: {said[:200]}", file, line, column, suggestion="")

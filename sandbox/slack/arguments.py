"""The arguments of a call: query, form and JSON body merged, JSON inside strings parsed, types as Slack accepts them."""

import json
from collections.abc import Mapping
from typing import Any

from sandbox.slack.errors import SlackError

Json = dict[str, Any]
DEEPEST = 64  # levels of JSON inside each other; nothing that Slack takes comes near
_TRUE, _FALSE = {"true", "1"}, {"false", "0", ""}


class Arguments:
    """Reads arguments by name; a missing or empty one counts as not given."""

    def __init__(self, given: Mapping[str, Any]) -> None:
        self.given: Json = {key: value for key, value in given.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return self.given.get(name) not in (None, "")

    def text(self, name: str, default: str = "") -> str:
        """A string; numbers are taken as written."""
        value = self.given.get(name, default)
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise SlackError("invalid_arguments", messages=[f"[ERROR] must be a string [json-pointer:/{name}]"])
        return str(value)

    def required(self, name: str, code: str = "invalid_arguments") -> str:
        """A string that must be there."""
        if name not in self:
            raise SlackError(code, messages=[f"[ERROR] missing required field: {name}"])
        return self.text(name)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """A boolean, also as 1 and 0."""
        value = str(self.given.get(name, default)).lower()
        if value not in _TRUE | _FALSE:
            raise SlackError("invalid_arguments", messages=[f"[ERROR] must be a boolean [json-pointer:/{name}]"])
        return value in _TRUE

    def number(self, name: str, default: int, *, code: str = "invalid_limit") -> int:
        """A whole number."""
        try:
            return int(self.given.get(name, default))
        except (TypeError, ValueError):
            raise SlackError(code) from None

    def json(self, name: str, code: str) -> Any:
        """A JSON value, parsed when it came as a string; None when it was not given."""
        value = self.given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            parsed = json.loads(value)
        except (ValueError, RecursionError):
            raise SlackError(code) from None
        if deeper(parsed, DEEPEST):
            raise SlackError(code)
        return parsed


def deeper(value: Any, levels: int) -> bool:
    """Whether JSON is nested deeper than so many levels."""
    if not isinstance(value, dict | list):
        return False
    if levels == 0:
        return True
    return any(deeper(item, levels - 1) for item in (value.values() if isinstance(value, dict) else value))


def page(items: list[Any], arguments: Arguments, *, most: int = 1000, default: int = 100) -> tuple[list[Any], str]:
    """One page of a list, and the cursor of the next."""
    limit = arguments.number("limit", default)
    if limit < 0 or limit > most:
        raise SlackError("invalid_limit")
    cursor = arguments.text("cursor")
    if cursor and not (cursor.startswith("next:") and cursor[5:].isdecimal()):
        raise SlackError("invalid_cursor")
    start = int(cursor[5:]) if cursor else 0
    size = limit or default
    return items[start : start + size], f"next:{start + size}" if start + size < len(items) else ""

"""The pieces that block rules are built from: a check looks at one JSON value and notes problems with a JSON pointer, in Slack's words.

Pure. The rules of the blocks themselves are in the other modules; what goes beyond one block (50 blocks, unique ids) is in `surfaces`.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]
Json = dict[str, Any]
ID_LENGTH = 255


@dataclass(slots=True)
class Findings:
    """What has been found wrong so far, on which surface."""

    surface: Surface
    problems: list[tuple[str, str]] = field(default_factory=list)

    def add(self, pointer: str, words: str) -> None:
        """Note a problem at a JSON pointer."""
        self.problems.append((pointer, words))

    def lines(self) -> tuple[str, ...]:
        """The problems as `response_metadata.messages` has them."""
        return tuple(f"[ERROR] {words} [json-pointer:{pointer}]" for pointer, words in self.problems)


Check = Callable[[Any, str, Findings], None]
Rule = Callable[[Json, str, Findings], None]


def string(maximum: int | None = None, minimum: int = 1, *, pattern: str | None = None, form: str = "") -> Check:
    """A string of so many characters; `pattern` must match the whole, `form` says what is expected."""
    compiled = re.compile(pattern) if pattern else None

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, str):
            found.add(pointer, "must be a string")
        elif len(value) < minimum:
            found.add(pointer, f"must be more than {minimum - 1} characters")
        elif maximum is not None and len(value) > maximum:
            found.add(pointer, f"must be less than {maximum + 1} characters")
        elif compiled and not compiled.fullmatch(value):
            found.add(pointer, f"must be {form}")

    return check


def choice(*allowed: str) -> Check:
    """One of some words."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if value not in allowed:
            found.add(pointer, f"value must be one of [{', '.join(allowed)}]")

    return check


def boolean(value: Any, pointer: str, found: Findings) -> None:
    """True or false."""
    if not isinstance(value, bool):
        found.add(pointer, "must be a boolean")


def whole(minimum: int, maximum: int) -> Check:
    """A whole number in a range."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            found.add(pointer, "must be an integer")
        elif not minimum <= value <= maximum:
            found.add(pointer, f"must be between {minimum} and {maximum}")

    return check


def number(value: Any, pointer: str, found: Findings) -> None:
    """Any number."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        found.add(pointer, "must be a number")


def array(item: Check, maximum: int | None = None, minimum: int = 1) -> Check:
    """A list of so many items, each of which passes a check."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, list):
            found.add(pointer, "must be an array")
            return
        if len(value) < minimum:
            found.add(pointer, f"no less than {minimum} items allowed")
        if maximum is not None and len(value) > maximum:
            found.add(pointer, f"no more than {maximum} items allowed")
            return
        for index, entry in enumerate(value):
            item(entry, f"{pointer}/{index}", found)

    return check


def shape(fields: Mapping[str, Check], *, required: Sequence[str] = (), rules: Sequence[Rule] = ()) -> Check:
    """An object with these fields and no others; the rules look at it as a whole when the fields are right."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add(pointer, "must be an object")
            return
        before = len(found.problems)
        for name in required:
            if name not in value:
                found.add(pointer, f"missing required field: {name}")
        for name, entry in value.items():
            if name == "type":
                continue
            if name in fields:
                fields[name](entry, f"{pointer}/{name}", found)
            else:
                found.add(pointer, f"invalid additional property: {name}")
        if len(found.problems) == before:
            for rule in rules:
                rule(value, pointer, found)

    return check


def typed(kinds: Mapping[str, Check]) -> Check:
    """An object that is one of several, by its `type`."""

    def check(value: Any, pointer: str, found: Findings) -> None:
        if not isinstance(value, dict):
            found.add(pointer, "must be an object")
        elif "type" not in value:
            found.add(pointer, "missing required field: type")
        elif not isinstance(value["type"], str) or value["type"] not in kinds:
            found.add(f"{pointer}/type", f"unsupported type: {value['type']}")
        else:
            kinds[value["type"]](value, pointer, found)

    return check


def at_least_one(*names: str) -> Rule:
    """One of some fields must be there."""

    def rule(value: Json, pointer: str, found: Findings) -> None:
        if not any(name in value for name in names):
            found.add(pointer, f"missing required field: {' or '.join(names)}")

    return rule


def at_most_one(*names: str) -> Rule:
    """Some fields exclude each other."""

    def rule(value: Json, pointer: str, found: Findings) -> None:
        if sum(name in value for name in names) > 1:
            found.add(pointer, f"only one of {', '.join(names)} is allowed")

    return rule


def ordered(low: str, high: str) -> Rule:
    """One numeric field must not exceed another."""

    def rule(value: Json, pointer: str, found: Findings) -> None:
        if low in value and high in value and float(value[low]) > float(value[high]):
            found.add(f"{pointer}/{low}", f"must not exceed {high}")

    return rule


IDENTIFIER = string(ID_LENGTH)

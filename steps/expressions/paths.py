"""The paths of `from` and `parameterKey`: reading one, looking a value up by one, and assigning a value at one.

Real path semantics where KubeVela has quirks: `new[0].x` makes a list, `data["my-input"]` a plain key, and a key
that does not fit is refused instead of dropped (`docs/expressions.md` says each difference).
"""

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NoReturn, TypeAlias

from steps.expressions.errors import PathError
from steps.expressions.limits import INDEX, PATH_CHARACTERS, PATH_SEGMENTS
from steps.expressions.navigation import descend, root_of, written
from steps.expressions.values import Value, kind, show

Key: TypeAlias = tuple[str | int, ...]
"""A path without open places: names and list indexes."""

_SEGMENT = re.compile(
    r"""
      (?P<bare>[\w$#/@-]+)
    | \[\s*(?P<index>\d{1,9})\s*\]
    | \[\s*(?P<quoted>"(?:[^"\\]|\\.)*")\s*\]
    | (?P<named>"(?:[^"\\]|\\.)*")
    """,
    re.VERBOSE,
)


def parse_key(text: str) -> Key:
    """Return the segments of a `from` or `parameterKey`: `a.b["c-d"][0]` is ("a", "b", "c-d", 0).

    A bare segment may have dashes, so `my-input` is one plain name. Raises PathError naming the place.
    """
    if len(text) > PATH_CHARACTERS:
        raise PathError(f"the path has {len(text)} characters; at most {PATH_CHARACTERS} are accepted")
    return _parsed(text)


@lru_cache(maxsize=1024)
def _parsed(text: str) -> Key:
    source = text.strip()
    if not source:
        raise PathError("the path is empty; write a name, as in prompt.content")
    segments: list[str | int] = []
    place = 0
    while place < len(source):
        dotted = bool(segments) and source[place] == "."
        found = _SEGMENT.match(source, place + dotted)
        if found is None or (found.lastgroup in {"index", "quoted"} and dotted):
            _refuse(source, place + dotted)
        if found.lastgroup in {"bare", "named"} and segments and not dotted:
            _refuse(source, place)
        segments.append(_segment(source, found))
        place = found.end()
    if len(segments) > PATH_SEGMENTS:
        raise PathError(f"the path has {len(segments)} segments; at most {PATH_SEGMENTS} are accepted")
    if isinstance(segments[0], int):
        raise PathError(f"the path {source!r} begins with an index; it begins with a name, as in list[0]")
    return tuple(segments)


def _segment(source: str, found: re.Match[str]) -> str | int:
    if found["index"] is not None:
        index = int(found["index"])
        if index > INDEX:
            raise PathError(f"the index [{index}] of the path {source!r} is too high; at most {INDEX} is accepted")
        return index
    quoted = found["quoted"] or found["named"]
    if quoted is None:
        return found["bare"]
    try:
        return str(json.loads(quoted))
    except json.JSONDecodeError:
        raise PathError(f"{quoted} in the path {source!r} is not a string; escape quotes and backslashes") from None


def _refuse(source: str, place: int) -> NoReturn:
    hint = 'write names joined by dots, indexes as [0], and other names in quotes, as in data["app.kubernetes.io/name"]'
    if "'" in source:
        hint = 'write double quotes, as in data["my-input"]'
    found = repr(source[place : place + 20]) if place < len(source) else "the end"
    raise PathError(f"the path {source!r} does not parse at {found} (character {place + 1}); {hint}")


def lookup(text: str, variables: Mapping[str, Any], extra: Mapping[str, Any]) -> Value:
    """Return the value of an input's `from`: the variable of that whole name, or what the path leads to.

    The path begins with a variable (`whole.a.b` digs into `whole`), else with a name of `extra`
    (`context.list[1]`). Raises PathError if the text is no path, Missing or TypeMismatch if it leads nowhere.
    """
    if text in variables:
        whole: Value = variables[text]
        return whole
    root, *segments = parse_key(text)
    assert isinstance(root, str)
    scope = extra if root not in variables and root in extra else variables
    found: Value = descend(root_of(scope, root), segments, (root,))
    return found


def assign(target: Value, key: str, value: Value) -> Value:
    """Return the target with the value at the path `key`, overwriting what was there; the target stays as it was.

    Missing structs and lists are made on the way (null counts as missing), a list is padded with `{}` up to a new
    index. Raises PathError for a key that does not parse or goes through a value that has no such place.
    """
    return _assigned(target, parse_key(key), 0, value)


def _assigned(target: Any, key: Key, depth: int, value: Value) -> Value:
    if depth == len(key):
        return value
    segment = key[depth]
    if isinstance(segment, str) and (target is None or isinstance(target, Mapping)):
        fields: dict[str, Value] = dict(target or {})
        fields[segment] = _assigned(fields.get(segment), key, depth + 1, value)
        return fields
    if isinstance(segment, int) and (target is None or isinstance(target, list)):
        elements: list[Value] = list(target or [])
        old = elements[segment] if segment < len(elements) else None
        elements.extend({} for _ in range(segment + 1 - len(elements)))
        elements[segment] = _assigned(old, key, depth + 1, value)
        return elements
    raise _misfit(target, key, depth)


def _misfit(target: Any, key: Key, depth: int) -> PathError:
    here = written(key[:depth]) or "the parameter"
    place = written(key[depth : depth + 1])
    match target:
        case Mapping():
            why = f"{here} is a struct, and {place} is the place of a list"
        case list():
            why = f"{here} is a list, and {place} is the name of a field; write {here}[0]"
        case _:
            why = f"{here} is {show(target)} (type {kind(target)}), which has no {place} in it"
    return PathError(f"the key {written(key)} does not fit: {why}")

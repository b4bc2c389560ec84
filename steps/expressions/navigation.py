"""Walking down a value, one field or index at a time, and saying what is missing when it ends early."""

import json
import re
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any

from steps.expressions.errors import Missing, TypeMismatch
from steps.expressions.refusals import NAMES
from steps.expressions.values import kind, show

_PLAIN = re.compile(r"[^\W\d][\w$]*|\$[\w$]*")
_KEYS = 200


def written(segments: Iterable[object]) -> str:
    """Return segments as a person writes them: `a.b["c-d"][0]`; what is not known in advance is `[*]`."""
    text = ""
    for segment in segments:
        match segment:
            case str() if _PLAIN.fullmatch(segment):
                text += f".{segment}"
            case str():
                text += f"[{json.dumps(segment, ensure_ascii=False)}]"
            case int():
                text += f"[{segment}]"
            case _:
                text += "[*]"
    return text.removeprefix(".")


def root_of(scope: Mapping[str, Any], name: str, hint: str = "") -> Any:
    """Return the value of a name in the scope; raises Missing with the nearest name."""
    try:
        return scope[name]
    except KeyError:
        raise Missing(name, name, f"nothing here has the name {name!r}", tuple(islice(scope, _KEYS)), hint or NAMES.get(name, "")) from None


def step(value: Any, segment: str | int, path: tuple[object, ...], hint: str = "") -> Any:
    """Return one field or element of a value; `path` leads up to and with this segment, for the error.

    Raises Missing if there is none, TypeMismatch if the value has no fields or elements.
    """
    shown = path[:-1]
    match value, segment:
        case Mapping(), str():
            if segment in value:
                return value[segment]
            where = f"{written(shown) or 'the struct'} has no field {segment!r}"
            raise Missing(written(path), segment, where, tuple(islice(value, _KEYS)), hint)
        case list(), int() if not isinstance(segment, bool):
            if 0 <= segment < len(value):
                return value[segment]
            count = f"{len(value)} element{'s' * (len(value) != 1)}"
            raise Missing(written(path), segment, f"{written(shown) or 'the list'} has {count}, counted from 0")
        case None, _:
            raise Missing(written(path), segment, f"{written(shown) or 'the value'} is null", hint=hint)
        case Mapping(), _:
            raise TypeMismatch(f"{written(shown) or 'the value'} is a struct; its fields have names, not {show(segment)}")
        case list(), _:
            raise TypeMismatch(f"{written(shown) or 'the value'} is a list; its elements have numbers, not {show(segment)}")
        case _:
            raise TypeMismatch(f"{written(shown) or 'the value'} is {show(value)} (type {kind(value)}); it has no {show(segment)} in it")


def descend(value: Any, segments: Iterable[str | int], path: tuple[object, ...] = (), hint: str = "") -> Any:
    """Return what the segments lead to from a value; `path` is the way that led to the value."""
    for segment in segments:
        path = (*path, segment)
        value = step(value, segment, path, hint)
    return value

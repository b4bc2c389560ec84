"""Angle-bracket placeholders such as `<your token>`: a value that somebody has yet to fill in counts as absent."""

import re
from typing import Any

from steps.manifest.positions import FieldPath

_PLACEHOLDER = re.compile(r"\s*<[A-Za-z][\w .,:'_-]{0,78}>\s*")
_ABSENT = object()


def is_placeholder(value: object) -> bool:
    """Whether a value is one, whole: `<your token>` is, `Hello <name>` and `<b>bold</b>` are not."""
    return isinstance(value, str) and len(value) <= 100 and _PLACEHOLDER.fullmatch(value) is not None  # noqa: PLR2004 - longer than any


def without_placeholders(properties: dict[str, Any]) -> dict[str, Any]:
    """The properties without placeholders, and without the objects and lists that held nothing else. The argument stays as it was."""
    cleaned: dict[str, Any] = {}
    for key, value in properties.items():
        kept = _cleaned(value)
        if kept is not _ABSENT:
            cleaned[key] = kept
    return cleaned


def _cleaned(value: Any) -> Any:
    if isinstance(value, dict):
        kept = without_placeholders(value)
        return _ABSENT if value and not kept else kept
    if isinstance(value, list):
        items = [item for item in (_cleaned(each) for each in value) if item is not _ABSENT]
        return _ABSENT if value and not items else items
    return _ABSENT if is_placeholder(value) else value


def placeholders(properties: Any, path: FieldPath = ()) -> dict[FieldPath, str]:
    """The placeholders by their path."""
    if isinstance(properties, dict):
        return {where: text for key, value in properties.items() for where, text in placeholders(value, (*path, key)).items()}
    if isinstance(properties, list):
        return {where: text for index, value in enumerate(properties) for where, text in placeholders(value, (*path, index)).items()}
    return {path: properties} if is_placeholder(properties) else {}

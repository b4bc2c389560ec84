"""Reads the fields of JSON objects: the right kind, or a problem in people's words and an empty value to go on with.

`null` counts as absent, as at a Kubernetes API server. Knows nothing of workflows.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from steps.manifest.positions import FieldPath
from steps.manifest.report import Report

JsonObject = Mapping[str, Any]

QUOTE = "write it in quotes (YAML reads y, n, yes, no, on and off as booleans)"

_SHOWN = 40


def described(value: object) -> str:
    """A value's kind, with the value where it is short: `the number 3`, `a list`."""
    match value:
        case None:
            return "nothing"
        case bool():
            return f"the boolean {str(value).lower()}"
        case int() | float():
            return f"the number {value}"
        case str():
            return f"the text {value[:_SHOWN]!r}" if value else "an empty text"
        case list():
            return "a list"
        case _:
            return "an object"


class Fields:
    """The fields of one object at a path; `known` are all names that it may have."""

    def __init__(self, report: Report, path: FieldPath, value: JsonObject) -> None:
        self.report = report
        self.path = path
        self._value = value

    def unknown(self, known: Iterable[str], *, what: str) -> None:
        """Warn of fields that KubeVela's API server drops."""
        names = tuple(known)
        for name in self._value:
            if name not in names:
                said = f"{what} has no field {name[:80]!r}; KubeVela's API server drops it"
                self.report.warning((*self.path, name), said, self.report.nearest(name, names), key=True)

    def has(self, name: str) -> bool:
        """Whether the field is there with a value."""
        return self._value.get(name) is not None

    def raw(self, name: str) -> Any:
        """The value as it is."""
        return self._value.get(name)

    def text(self, name: str, *, example: str = "") -> str:
        """A text field, "" when absent."""
        return text_at(self.report, (*self.path, name), self._value.get(name), name, example=example)

    def mapping(self, name: str) -> dict[str, Any]:
        """An object field, {} when absent."""
        value = self._value.get(name)
        if value is None:
            return {}
        if isinstance(value, dict):
            return value
        self.report.error((*self.path, name), f"{name} must be an object, not {described(value)}", "write `key: value` lines below it")
        return {}

    def sequence(self, name: str) -> list[Any]:
        """A list field, [] when absent."""
        value = self._value.get(name)
        if value is None:
            return []
        if isinstance(value, list):
            return value
        self.report.error((*self.path, name), f"{name} must be a list, not {described(value)}", "begin each element with `- `")
        return []

    def objects(self, name: str) -> list["Fields"]:
        """The objects of a list field; elements of another kind are reported and left out."""
        found = []
        for index, item in enumerate(self.sequence(name)):
            path = (*self.path, name, index)
            if isinstance(item, dict):
                found.append(Fields(self.report, path, item))
            else:
                self.report.error(path, f"each element of {name} must be an object, not {described(item)}", "write `- key: value`")
        return found

    def texts(self, name: str) -> tuple[tuple[str, FieldPath], ...]:
        """The texts of a list field with their paths; other elements are reported and left out."""
        found = []
        for index, item in enumerate(self.sequence(name)):
            path = (*self.path, name, index)
            if text := text_at(self.report, path, item, f"each element of {name}"):
                found.append((text, path))
        return tuple(found)


def text_at(report: Report, path: FieldPath, value: object, name: str, *, example: str = "") -> str:
    """The text at a path; "" where it is absent or of another kind, which is reported with the fix."""
    if value is None or isinstance(value, str):
        return value or ""
    suggestion = example
    if not suggestion and isinstance(value, (int, float)):
        suggestion = QUOTE if isinstance(value, bool) else f'write "{value}" in quotes'
    report.error(path, f"{name} must be a string, not {described(value)}", suggestion)
    return ""

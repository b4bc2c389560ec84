"""Keeping secret values out of the journal: references in stored values, the real ones in the sealed table.

Pure: encryption belongs to `state`, hiding secrets from people to `steps.redaction`. A reference is `{"$sealed": name}`; a sealed value is
always JSON text.
"""

import base64
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any

MARK = "$sealed"
SHORTEST = 6
"""Shorter strings are not looked for in other values: `yes` is no secret worth hiding every yes for."""


NOTHING: Mapping[str, str] = MappingProxyType({})


def reference(name: str) -> dict[str, str]:
    """What stands in a stored value in place of a sealed one."""
    return {MARK: name}


def holds_reference(value: Any) -> bool:
    """Whether any part of a value is sealed."""
    if isinstance(value, Mapping):
        return set(value) == {MARK} or any(holds_reference(item) for item in value.values())
    return isinstance(value, list | tuple) and any(holds_reference(item) for item in value)


def strings(value: Any) -> Iterator[str]:
    """Every string in a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from strings(item)


def is_secret_object(value: Any) -> bool:
    """Whether a Kubernetes Secret with data stands anywhere in a value."""
    if isinstance(value, Mapping):
        if value.get("kind") == "Secret" and (value.get("data") or value.get("stringData")):
            return True
        return any(is_secret_object(item) for item in value.values())
    return isinstance(value, list | tuple) and any(is_secret_object(item) for item in value)


def secret_paths(value: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where the values of Kubernetes Secrets stand in a value."""
    if isinstance(value, Mapping):
        if value.get("kind") == "Secret":
            for part in ("data", "stringData"):
                if isinstance(value.get(part), Mapping):
                    yield from ((*at, part, key) for key in value[part])
        for key, item in value.items():
            yield from secret_paths(item, (*at, key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from secret_paths(item, (*at, index))


def secret_words(value: Any) -> Iterator[str]:
    """The values of every Kubernetes Secret in a value, as stored (base64) and decoded."""
    if isinstance(value, Mapping):
        if value.get("kind") == "Secret":
            for text in strings(value.get("stringData") or {}):
                yield text
            for text in strings(value.get("data") or {}):
                yield text
                with suppress(ValueError):
                    yield base64.b64decode(text, validate=True).decode()
        for item in value.values():
            yield from secret_words(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from secret_words(item)


class Seals:
    """The sealed values of one run, opened: name to JSON text.

    Names that begin with `output.` hold whole outputs, in which only a part is secret; all others are words to hide from people.
    """

    def __init__(self, opened: Mapping[str, str] = MappingProxyType({})) -> None:
        self._opened = dict(opened)
        self._fresh: dict[str, str] = {}
        self._words: tuple[str, ...] | None = None

    @property
    def used(self) -> bool:
        """Whether this run has any sealed value."""
        return bool(self._opened)

    def seal(self, name: str, value: Any) -> dict[str, str]:
        """Keep a value under a name; what to store in its place."""
        self._opened[name] = self._fresh[name] = json.dumps(value)
        self._words = None
        return reference(name)

    def seal_properties(self, properties: Mapping[str, Any], paths: Iterable[tuple[str | int, ...]], prefix: str) -> dict[str, Any]:
        """Properties with the values at these paths sealed, and those of every Kubernetes Secret in them."""
        for word in secret_words(properties):
            self.hear(word)
        result: dict[str, Any] = json.loads(json.dumps(properties))
        for path in dict.fromkeys((*paths, *secret_paths(properties))):
            holder: Any = result
            for part in path[:-1]:
                holder = holder[part]
            holder[path[-1]] = self.seal(f"{prefix}.{'.'.join(map(str, path))}", holder[path[-1]])
        return result

    def seal_outputs(self, step: str, outputs: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
        """Outputs ready for the journal: sealed whole where they contain a secret, or where the step read a Secret at all."""
        reads_secret = is_secret_object(values)
        if reads_secret:
            for word in secret_words(values):
                self.hear(word)
        if not self._opened:
            return dict(outputs)
        return {
            name: self.seal(f"output.{step}.{name}", value) if value is not None and (reads_secret or self.touches(value)) else value
            for name, value in outputs.items()
        }

    def unseal(self, value: Any) -> Any:
        """The real value; a reference to a value that was deleted becomes None."""
        if not self._opened:
            return value
        if isinstance(value, Mapping):
            if set(value) == {MARK}:
                text = self._opened.get(value[MARK])
                return None if text is None else json.loads(text)
            return {key: self.unseal(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.unseal(item) for item in value]
        return value

    def hear(self, secret: str) -> None:
        """A step read this secret from a cluster: keep it out of outputs, messages and logs."""
        if len(secret) >= SHORTEST and secret not in self.words():
            self.seal(f"heard.{len(self._opened)}", secret)

    def words(self) -> tuple[str, ...]:
        """The strings to hide, longest first."""
        if self._words is None:
            found = {
                word
                for name, text in self._opened.items()
                if not name.startswith("output.")
                for word in strings(json.loads(text))
                if len(word) >= SHORTEST
            }
            self._words = tuple(sorted(found, key=len, reverse=True))
        return self._words

    def touches(self, value: Any) -> bool:
        """Whether a value contains a secret of this run."""
        words = self.words()
        return bool(words) and any(word in text for text in strings(value) for word in words)

    def take_fresh(self) -> Mapping[str, str]:
        """The values to write with the next commit."""
        if not self._fresh:
            return NOTHING
        fresh, self._fresh = self._fresh, {}
        return fresh

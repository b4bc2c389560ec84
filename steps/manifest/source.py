"""From the text of a file to plain JSON values with their places, in bounded time and memory.

Own composer over the YAML parser's events (libyaml's where it is there, else PyYAML's in Python): no recursion, a budget of nodes counted
after aliases are expanded, no tags beyond the core ones. What the values mean is `steps.manifest.check`'s.
"""

import re
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import AliasEvent, MappingEndEvent, MappingStartEvent, ScalarEvent, SequenceEndEvent, SequenceStartEvent

from steps.errors import InvalidManifest
from steps.manifest.encoding import decode
from steps.manifest.positions import Mark, Position, Positions
from steps.manifest.problems import Problem
from steps.manifest.scalars import TAGS, plain, tagged
from steps.manifest.syntax import explained

NODES = 200_000
"""Most keys and values of a file, counted after aliases are expanded."""

SCALAR_CHARACTERS = 256 * 1024
"""Longest single text value."""

NESTING = 64
"""Deepest nesting, aliases included; keeps every later recursion over a manifest out of reach of Python's stack."""

DOCUMENTS = 100
"""Most documents of a file."""

PROBLEMS = 100
"""Most problems that one reading reports."""

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_MAP_TAG = "tag:yaml.org,2002:map"
_SEQUENCE_TAG = "tag:yaml.org,2002:seq"
_TAG_DIRECTIVE = re.compile(r"^%TAG", re.MULTILINE)
_MERGE = "<<"


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """One YAML document: its value as JSON, the places of its parts, the text it stands in. Compared and hashed by identity."""

    file: str
    text: str
    value: Any
    positions: Positions
    warnings: tuple[Problem, ...] = ()


def read(content: str | bytes, file: str, *, loader: Any = LOADER) -> list[Document]:
    """The documents of a file, empty ones left out; raises InvalidManifest with every problem found on the way."""
    decoded = decode(content, file)
    if decoded.problem:
        raise InvalidManifest([decoded.problem])
    text = decoded.text
    composer = _Composer(file)
    warnings = (decoded.warning,) if decoded.warning else ()
    documents: list[Document] = []
    try:
        with closing(_events(text, loader)) as events:
            for value, root in composer.documents(events):
                if value is not None:
                    documents.append(Document(file, text, value, Positions(root, text), warnings))
    except _Refused as refused:
        composer.problems.append(Problem(refused.message, file, *refused.place, suggestion=refused.suggestion))
    except yaml.YAMLError as error:
        composer.problems.append(explained(error, text, file))
    if not documents and not composer.problems:
        composer.problems.append(
            Problem("the file is empty", file, suggestion="write a WorkflowRun, or copy one from `promptops workflows`")
        )
    if composer.problems:
        raise InvalidManifest(composer.problems)
    return documents


def _events(text: str, loader: Any) -> Generator[Any, None, None]:
    if directive := _TAG_DIRECTIVE.search(text):
        raise _Refused("tags of one's own are not allowed", (text.count("\n", 0, directive.start()) + 1, 1), "delete the %TAG line")
    yield from yaml.parse(text, Loader=loader)


class _Refused(Exception):  # noqa: N818 - reads as what happened; it never leaves this module
    """The reading stops here."""

    def __init__(self, message: str, place: Position, suggestion: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.suggestion = suggestion


@dataclass(slots=True, eq=False)
class _Anchored:
    """An anchor's node once it is whole (None while it is being read): value, place, nodes when expanded, nesting."""

    value: Any
    mark: Mark
    size: int
    height: int


@dataclass(slots=True, eq=False)
class _Frame:
    """A mapping or list that is being read; `key` is the key that waits for its value."""

    value: Any
    mark: Mark
    anchor: str | None
    nodes_before: int
    is_mapping: bool
    key: str | None = None
    key_place: Position = (0, 0)
    height: int = 1
    merged: list[tuple[Any, Mark]] = field(default_factory=list)


class _Composer:
    """Puts events together, without recursion."""

    def __init__(self, file: str) -> None:
        self.problems: list[Problem] = []
        self._file = file
        self._nodes = 0
        self._anchors: dict[str, _Anchored | None] = {}
        self._stack: list[_Frame] = []
        self._root: tuple[Any, Mark] | None = None
        self._whole = 0

    def documents(self, events: Iterator[Any]) -> Iterator[tuple[Any, Mark]]:
        for event in events:
            kind = type(event)
            if kind is ScalarEvent:
                self._scalar(event)
            elif kind is MappingStartEvent or kind is SequenceStartEvent:
                self._open(event, is_mapping=kind is MappingStartEvent)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close()
            elif kind is AliasEvent:
                self._alias(event)
            else:
                if self._root is not None:
                    self._whole += 1
                    yield self._root
                self._root = None
                self._anchors.clear()
                if self._whole > DOCUMENTS:
                    place = (event.start_mark.line + 1, 1)
                    raise _Refused(f"the file has more than {DOCUMENTS} documents", place, "split it")

    def _problem(self, message: str, place: Position, suggestion: str) -> None:
        if len(self.problems) >= PROBLEMS:
            raise _Refused("there are more problems", place, "solve the ones above first")
        self.problems.append(Problem(message, self._file, *place, suggestion=suggestion))

    def _count(self, nodes: int, place: Position) -> None:
        self._nodes += nodes
        if self._nodes > NODES:
            raise _Refused(
                f"the file has more than {NODES:,} keys and values, aliases (*name) expanded",
                place,
                "split it, or write out what the aliases stand for",
            )

    def _scalar(self, event: Any) -> None:
        start = event.start_mark
        place = (start.line + 1, start.column + 1)
        self._count(1, place)
        text: str = event.value
        if len(text) > SCALAR_CHARACTERS:
            raise _Refused(
                f"a text value has {len(text) // 1024} KiB; at most {SCALAR_CHARACTERS // 1024} KiB are accepted",
                place,
                "keep large data in a ConfigMap and read it with read-object",
            )
        frame = self._stack[-1] if self._stack else None
        is_key = frame is not None and frame.is_mapping and frame.key is None
        value = self._value(event, text, place, is_key=is_key)
        if frame is not None and is_key:
            self._key(frame, text, value, place, is_plain=event.implicit[0])
            if event.anchor:
                self._anchors[event.anchor] = _Anchored(text, Mark(*place), 1, 0)
            return
        mark = Mark(*place, event.style or "")
        if event.anchor:
            self._anchors[event.anchor] = _Anchored(value, mark, 1, 0)
        self._add(value, mark, 0)

    def _value(self, event: Any, text: str, place: Position, *, is_key: bool) -> Any:
        tag = event.tag
        try:
            if tag is not None and tag != "!":
                if tag not in TAGS:
                    raise _Refused(f"the tag {_shown(tag)} is not allowed", place, "leave the tag away")
                return tagged(text, tag)
            if event.implicit[0] and not (is_key and text == _MERGE):
                return plain(text)
        except ValueError as error:
            message, _, suggestion = str(error).partition("; ")
            self._problem(message, place, suggestion)
        return text

    def _key(self, frame: _Frame, text: str, value: Any, place: Position, *, is_plain: bool) -> None:
        if is_plain and text == _MERGE:
            frame.key, frame.key_place = _MERGE, place
            return
        if not isinstance(value, str):
            shown = text[:40] or "nothing"
            kind = {bool: "true or false", int: "a number", float: "a number"}.get(type(value), "null")
            self._problem(f"a key must be text, and {shown} is {kind} in YAML", place, f'write "{text[:40]}" in quotes')
        assert frame.mark.fields is not None
        if text in frame.mark.fields:
            first = frame.mark.fields[text][0][0]
            self._problem(f"the key {text[:80]!r} stands twice, on lines {first} and {place[0]}", place, "delete one of the two")
        frame.key, frame.key_place = text, place

    def _open(self, event: Any, *, is_mapping: bool) -> None:
        start = event.start_mark
        place = (start.line + 1, start.column + 1)
        self._count(1, place)
        if event.tag not in {None, "!", _MAP_TAG if is_mapping else _SEQUENCE_TAG}:
            raise _Refused(f"the tag {_shown(event.tag)} is not allowed", place, "leave the tag away")
        self._refuse_as_key(place)
        if len(self._stack) >= NESTING:
            raise _Refused(f"values are nested deeper than {NESTING}", place, "flatten them")
        if event.anchor:
            self._anchors[event.anchor] = None
        mark = Mark(*place, "", {}, None) if is_mapping else Mark(*place, "", None, [])
        self._stack.append(_Frame({} if is_mapping else [], mark, event.anchor, self._nodes - 1, is_mapping))

    def _refuse_as_key(self, place: Position) -> None:
        if self._stack and self._stack[-1].is_mapping and self._stack[-1].key is None:
            raise _Refused("a key must be text, not a list or an object", place, 'a value with { or [ needs quotes, as in "{x}"')

    def _close(self) -> None:
        frame = self._stack.pop()
        for value, mark in frame.merged:
            self._count(len(value), (mark.line, mark.column))
            assert frame.mark.fields is not None
            assert mark.fields is not None
            for key in value:
                if key not in frame.value:
                    frame.value[key] = value[key]
                    frame.mark.fields[key] = mark.fields[key]
        if frame.anchor:
            self._anchors[frame.anchor] = _Anchored(frame.value, frame.mark, self._nodes - frame.nodes_before, frame.height)
        self._add(frame.value, frame.mark, frame.height)

    def _alias(self, event: Any) -> None:
        place = (event.start_mark.line + 1, event.start_mark.column + 1)
        name = event.anchor
        if name not in self._anchors:
            raise _Refused(f"the alias *{name[:40]} has no anchor &{name[:40]} before it", place, "a value that begins with * needs quotes")
        anchored = self._anchors[name]
        if anchored is None:
            raise _Refused(f"the alias *{name[:40]} stands inside of what it names", place, "write the value out")
        self._count(anchored.size, place)
        if len(self._stack) + anchored.height > NESTING:
            raise _Refused(f"values are nested deeper than {NESTING}, aliases expanded", place, "flatten them")
        frame = self._stack[-1] if self._stack else None
        if frame is not None and frame.is_mapping and frame.key is None:
            self._refuse_alias_key(anchored, place)
            self._key(frame, anchored.value, anchored.value, place, is_plain=False)
            return
        self._add(anchored.value, anchored.mark, anchored.height)

    def _refuse_alias_key(self, anchored: _Anchored, place: Position) -> None:
        if not isinstance(anchored.value, str):
            raise _Refused("a key must be text, and this alias is not", place, "write the key out")

    def _add(self, value: Any, mark: Mark, height: int) -> None:
        if not self._stack:
            self._root = (value, mark)
            return
        frame = self._stack[-1]
        frame.height = max(frame.height, height + 1)
        if not frame.is_mapping:
            frame.value.append(value)
            assert frame.mark.items is not None
            frame.mark.items.append(mark)
            return
        key = frame.key
        assert key is not None
        frame.key = None
        assert frame.mark.fields is not None
        if key == _MERGE and self._merge(frame, value, mark):
            return
        frame.value[key] = value
        frame.mark.fields[key] = (frame.key_place, mark)

    def _merge(self, frame: _Frame, value: Any, mark: Mark) -> bool:
        sources = list(zip(value, mark.items or [], strict=True)) if isinstance(value, list) else [(value, mark)]
        if not all(isinstance(each, dict) for each, _ in sources):
            self._problem("<< merges objects, and this is none", (mark.line, mark.column), "name an anchor of an object, as in <<: *base")
            return True
        frame.merged.extend(sources)
        return True


def _shown(tag: str) -> str:
    return tag.replace("tag:yaml.org,2002:", "!!")[:80]

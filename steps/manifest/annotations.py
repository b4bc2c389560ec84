"""Walks a step type's parameter model along a value: where clusters are named, where secrets stand, which fields exist there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretBytes, SecretStr, WithJsonSchema
from pydantic.fields import FieldInfo

from steps.manifest.positions import FieldPath
from steps.registry import ClusterMark

_PLAIN = (str, int, float, bool, Any)


@dataclass(frozen=True, slots=True)
class Marked:
    """A value of a marked kind, at a path below the step's properties; a secret's `value` stays empty."""

    kind: Literal["cluster", "secret", "duration"]
    path: FieldPath
    value: str


def marked(model: type[BaseModel], value: Any) -> tuple[Marked, ...]:
    """The cluster names, secrets, and durations written as bare numbers, of a step's properties."""
    return tuple(dict.fromkeys(_marked(model, value, ())))


def fields_at(model: type[BaseModel], path: FieldPath) -> Mapping[str, FieldInfo]:
    """The fields, by wire name, that the object at a path may have; {} where any are allowed or it is no object."""
    kinds: list[Any] = [model]
    for segment in path:
        kinds = [inner for kind in kinds for inner in _below(kind, segment)]
    return {
        field.alias or name: field
        for kind in kinds
        for plain in _alternatives(kind)
        if _is_model(plain)
        for name, field in plain.model_fields.items()
    }


def _marked(kind: Any, value: Any, path: FieldPath) -> Iterator[Marked]:
    if get_origin(kind) is Annotated:
        inner, *notes = get_args(kind)
        if isinstance(value, str) and any(isinstance(note, ClusterMark) for note in notes):
            yield Marked("cluster", path, value)
        if isinstance(value, (int, float)) and not isinstance(value, bool) and any(_is_duration(note) for note in notes):
            yield Marked("duration", path, str(value))
        yield from _marked(inner, value, path)
        return
    for plain in _alternatives(kind):
        if plain is not kind:
            yield from _marked(plain, value, path)
        elif plain in {SecretStr, SecretBytes}:
            if not isinstance(value, (dict, list)):
                yield Marked("secret", path, "")
        elif isinstance(value, dict):
            for key, item in value.items():
                for inner in _below(plain, key):
                    yield from _marked(inner, item, (*path, key))
        elif isinstance(value, list):
            for inner in _below(plain, 0):  # elements share one kind; long lists of plain values are not walked
                if not any(inner is each for each in _PLAIN):
                    for index, item in enumerate(value):
                        yield from _marked(inner, item, (*path, index))


def _below(kind: Any, segment: str | int) -> list[Any]:
    found: list[Any] = []
    for plain in _alternatives(kind):
        origin, arguments = get_origin(plain), get_args(plain)
        if isinstance(segment, str) and _is_model(plain):
            found += [_annotation(field) for name, field in plain.model_fields.items() if (field.alias or name) == segment]
        elif isinstance(segment, str) and isinstance(origin, type) and issubclass(origin, Mapping) and arguments:
            found.append(arguments[1])
        elif isinstance(segment, int) and isinstance(origin, type) and issubclass(origin, Sequence) and arguments:
            found.append(arguments[0])
    return found


def _alternatives(kind: Any) -> list[Any]:
    if get_origin(kind) is Annotated:
        return _alternatives(get_args(kind)[0])
    if get_origin(kind) in {Union, UnionType}:
        return [plain for member in get_args(kind) for plain in ([member] if get_origin(member) is Annotated else _alternatives(member))]
    return [kind]


def _annotation(field: FieldInfo) -> Any:
    kind: Any = field.annotation
    for note in field.metadata:
        kind = Annotated[kind, note]
    return kind


def _is_duration(note: object) -> bool:
    """A duration of the parameter model would take a number for seconds; KubeVela takes only a text with a unit."""
    return isinstance(note, WithJsonSchema) and note.json_schema is not None and note.json_schema.get("format") == "go-duration"


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)

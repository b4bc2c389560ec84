"""Sets of fields: which fields an object has, which differ between two, and the `fieldsV1` form of both. Pure.

A path is a tuple of the elements that fieldsV1 uses: `f:<field>`, `k:{<keys>}` for an item of a keyed list, `v:<value>` for
an item of a set. A set of fields holds the leaves, the empty maps and lists, and each item of a keyed list by itself.
Source: sigs.k8s.io/structured-merge-diff, KEP-555.
"""

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from sandbox.kubernetes.schema import Atomic, Keyed, Unique, list_shape, map_shape
from sandbox.kubernetes.trees import Json

Path: TypeAlias = tuple[str, ...]
Fields: TypeAlias = frozenset[Path]

NONE: Fields = frozenset()

# Identity and bookkeeping, which nobody owns.
_UNOWNED = frozenset(
    (("f:apiVersion",), ("f:kind",), *(("f:metadata", f"f:{name}") for name in (
        "name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp", "deletionTimestamp",
        "deletionGracePeriodSeconds", "managedFields", "selfLink", "generateName")))
)  # fmt: skip


def item_key(item: Any, shape: Keyed) -> str | None:
    """The `k:` element of an item of a keyed list, or None when the item lacks a key that has no default."""
    if not isinstance(item, dict):
        return None
    keys, defaults = {}, dict(shape.defaults)
    for key in sorted(shape.keys):
        value = item.get(key, defaults.get(key))
        if value is None:
            return None
        keys[key] = value
    return "k:" + json.dumps(keys, separators=(",", ":"))


def value_key(value: Any) -> str:
    """The `v:` element of an item of a set."""
    return "v:" + json.dumps(value, separators=(",", ":"))


def fields_of(obj: Json, *, builtin: bool, only: str | None = None) -> Fields:
    """All ownable fields of an object; `only="status"` keeps the status, otherwise the status is left out."""
    found: set[Path] = set()
    for key, value in obj.items():
        if (key == "status") == (only == "status"):
            _walk(value, (f"f:{key}",), "", key, found, builtin=builtin)
    return frozenset(found - _UNOWNED if only is None else found)


def _walk(value: Any, path: Path, parent: str, field: str, found: set[Path], *, builtin: bool) -> None:
    if isinstance(value, dict) and value and not isinstance(map_shape(field, builtin=builtin), Atomic):
        for key, child in value.items():
            if path == ("f:metadata",) and (*path, f"f:{key}") in _UNOWNED:
                continue
            _walk(child, (*path, f"f:{key}"), field, key, found, builtin=builtin)
        return
    if isinstance(value, list) and value:
        shape = list_shape(parent, field, builtin=builtin)
        if isinstance(shape, Unique):
            found.update((*path, value_key(item)) for item in value)
            return
        if isinstance(shape, Keyed):
            for item in value:
                key = item_key(item, shape)
                if key is not None:
                    found.add((*path, key))
                    _walk(item, (*path, key), field, "[]", found, builtin=builtin)
            return
    if path != ("f:metadata",):
        found.add(path)


def values_of(obj: Any, *, builtin: bool) -> dict[Path, Any]:
    """The value behind each field of an object; an item of a keyed list counts as present, whatever is in it."""
    found: dict[Path, Any] = {}
    for key, value in obj.items():
        _collect(value, (f"f:{key}",), "", key, found, builtin=builtin)
    return found


def _collect(value: Any, path: Path, parent: str, field: str, found: dict[Path, Any], *, builtin: bool) -> None:
    if isinstance(value, dict) and value and not isinstance(map_shape(field, builtin=builtin), Atomic):
        for key, child in value.items():
            _collect(child, (*path, f"f:{key}"), field, key, found, builtin=builtin)
        return
    if isinstance(value, list) and value:
        shape = list_shape(parent, field, builtin=builtin)
        if isinstance(shape, Unique):
            found.update(((*path, value_key(item)), item) for item in value)
            return
        if isinstance(shape, Keyed):
            for item in value:
                key = item_key(item, shape)
                if key is not None:
                    found[*path, key] = True
                    _collect(item, (*path, key), field, "[]", found, builtin=builtin)
            return
    found[path] = value


def to_v1(fields: Iterable[Path]) -> Json:
    """The fieldsV1 form: nested, with `.` where an item is owned and fields below it too."""
    tree: Json = {}
    for path in sorted(fields):
        branch = tree
        for element in path:
            branch = branch.setdefault(element, {})
        if path[-1].startswith("k:"):
            branch["."] = {}
    return _simplified(tree)


def _simplified(tree: Json) -> Json:
    """An item owned alone is `{}`, not `{".": {}}`."""
    return {key: {} if set(branch) == {"."} else _simplified(branch) for key, branch in tree.items()}


def from_v1(tree: Json) -> Fields:
    """The set of fields that a fieldsV1 tree means."""
    found: set[Path] = set()
    pending: list[tuple[Path, Json]] = [((), tree)]
    while pending:
        path, branch = pending.pop()
        if not branch and path:
            found.add(path)
        for element, below in branch.items():
            if element == ".":
                found.add(path)
            else:
                pending.append(((*path, element), below))
    return frozenset(found)


def path_text(path: Path) -> str:
    """A path as conflict messages write it: `.spec.template.spec.containers[name="web"].image`."""
    parts = []
    for element in path:
        tag, rest = element[0], element[2:]
        if tag == "f":
            parts.append(f".{rest}")
        elif tag == "v":
            parts.append(f"[={rest}]")
        else:
            keys = ",".join(f"{key}={json.dumps(value)}" for key, value in json.loads(rest).items())
            parts.append(f"[{keys}]")
    return "".join(parts)

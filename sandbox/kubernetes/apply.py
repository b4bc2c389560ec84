"""Server-side apply and the field managers of every other write. Pure: objects in, object out.

Source: sigs.k8s.io/structured-merge-diff `merge.Updater`, KEP-555. Different from it: an `Update` entry lists leaves only,
without `.` for the maps around them.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sandbox.kubernetes.errors import manager_conflict
from sandbox.kubernetes.fields import (
    NONE,
    Fields,
    Path,
    fields_of,
    from_v1,
    item_key,
    path_text,
    to_v1,
    value_key,
    values_of,
)
from sandbox.kubernetes.schema import Atomic, Keyed, Unique, list_shape, map_shape
from sandbox.kubernetes.trees import Json, clone


@dataclass(frozen=True, slots=True)
class Manager:
    """Who writes: the name, how (`Apply` or `Update`), in which version and to which subresource."""

    name: str
    operation: str
    api_version: str
    subresource: str = ""

    def text(self) -> str:
        """As a conflict names it."""
        words = json.dumps(self.name)
        if self.subresource:
            words += f" with subresource {json.dumps(self.subresource)}"
        return words if self.operation == "Apply" else f"{words} using {self.api_version}"


@dataclass(frozen=True, slots=True)
class Entry:
    """What a manager owns, and since when."""

    fields: Fields
    time: str


Managers = dict[Manager, Entry]


def managers_of(obj: Json | None) -> Managers:
    """The managers that an object lists."""
    entries = (obj or {}).get("metadata", {}).get("managedFields") or []
    return {
        Manager(
            entry.get("manager", "unknown"),
            entry["operation"],
            entry.get("apiVersion", ""),
            entry.get("subresource", ""),
        ): Entry(from_v1(entry.get("fieldsV1") or {}), entry.get("time", ""))
        for entry in entries
    }


def write_managers(obj: Json, managers: Managers) -> None:
    """Put managers into an object under construction, appliers first, each group by time and name, as the server does."""
    ranked = sorted(managers.items(), key=lambda pair: (pair[0].operation != "Apply", pair[1].time, pair[0].name))
    entries = []
    for manager, entry in ranked:
        if not entry.fields:
            continue
        listed = {
            "manager": manager.name,
            "operation": manager.operation,
            "apiVersion": manager.api_version,
            "time": entry.time,
            "fieldsType": "FieldsV1",
            "fieldsV1": to_v1(entry.fields),
        }
        if manager.subresource:
            listed["subresource"] = manager.subresource
        entries.append(listed)
    if entries:
        obj["metadata"]["managedFields"] = entries
    else:
        obj["metadata"].pop("managedFields", None)


@dataclass(frozen=True, slots=True)
class _Difference:
    changed: Fields  # added, or there before with another value
    removed: Fields


def _difference(before: Json, after: Json, *, builtin: bool) -> _Difference:
    old: dict[Path, Any] = {}
    new: dict[Path, Any] = {}
    for part in before.keys() | after.keys():
        if before.get(part) != after.get(part):
            old |= values_of({part: before[part]}, builtin=builtin) if part in before else {}
            new |= values_of({part: after[part]}, builtin=builtin) if part in after else {}
    changed = frozenset(path for path, value in new.items() if path not in old or old[path] != value)
    return _Difference(changed, frozenset(old.keys() - new.keys()))


def updated(before: Json | None, after: Json, manager: Manager, now: str, *, builtin: bool) -> None:
    """Note in `after`, under construction, that a manager made it out of `before` by anything but apply.

    What the write changed becomes the manager's, and no longer belongs to anybody else.
    """
    managers = managers_of(before)
    difference = _difference(before or {}, after, builtin=builtin)
    ownable = fields_of(after, builtin=builtin, only="status" if manager.subresource == "status" else None)
    taken = difference.changed & ownable
    touched = difference.changed | difference.removed
    left = {who: replace(entry, fields=entry.fields - touched) for who, entry in managers.items()}
    if taken:
        mine = left[manager].fields if manager in left else NONE
        left[manager] = Entry(mine | taken, now)
    write_managers(after, left)


def applied(live: Json | None, config: Json, manager: Manager, *, force: bool, now: str, builtin: bool) -> Json:
    """The object that applying a configuration to the live one gives; 409 when fields of others would change.

    What the manager applied before and no longer lists is removed, unless somebody else owns it too.
    """
    part = "status" if manager.subresource == "status" else None
    wanted = fields_of(config, builtin=builtin, only=part)
    managers = managers_of(live)
    previous = managers.get(manager, Entry(NONE, "")).fields
    others = {who: entry for who, entry in managers.items() if who != manager}

    result: Json = _merge(live or {}, _only(config, part), "", "", builtin=builtin)
    difference = _difference(live or {}, result, builtin=builtin)
    clashes = {who: entry.fields & difference.changed & wanted for who, entry in others.items()}
    if not force and any(clashes.values()):
        raise manager_conflict([(who.text(), path_text(path)) for who, paths in clashes.items() for path in sorted(paths)])

    kept = frozenset[Path]().union(*(entry.fields for entry in others.values()))
    for path in sorted(previous - wanted, key=len):
        if not _still_owned(path, kept, wanted):
            _remove(result, path)
    if live is not None and not previous - wanted and previous == wanted and not difference.changed | difference.removed:
        return {**live}

    difference = _difference(live or {}, result, builtin=builtin)
    touched = difference.changed | difference.removed
    left = {who: replace(entry, fields=entry.fields - touched) for who, entry in others.items()}
    left[manager] = Entry(wanted, now)
    write_managers(result, left)
    return result


def _only(config: Json, part: str | None) -> Json:
    """A subresource's apply sets its own part; the main one never sets the status."""
    if part is not None:
        return {key: value for key, value in config.items() if key in {"apiVersion", "kind", part}}
    return {key: value for key, value in config.items() if key != "status"}


def _still_owned(path: Path, kept: Fields, wanted: Fields) -> bool:
    size = len(path)
    return any(other[:size] == path for other in kept) or any(other[:size] == path for other in wanted)


def _merge(live: Any, config: Any, parent: str, field: str, *, builtin: bool) -> Any:
    if isinstance(config, dict):
        if not isinstance(live, dict) or isinstance(map_shape(field, builtin=builtin), Atomic):
            return clone(config)
        merged = dict(live)
        for key, value in config.items():
            merged[key] = _merge(live.get(key), value, field, key, builtin=builtin)
        return merged
    if isinstance(config, list) and isinstance(live, list):
        shape = list_shape(parent, field, builtin=builtin)
        if isinstance(shape, Keyed):
            return _merge_keyed(live, config, shape, field, builtin=builtin)
        if isinstance(shape, Unique):
            return live + [item for item in config if item not in live]
    return clone(config)


def _merge_keyed(live: list[Any], config: list[Any], shape: Keyed, field: str, *, builtin: bool) -> list[Any]:
    by_key = {item_key(item, shape): item for item in live}
    wanted: Mapping[str | None, Any] = {item_key(item, shape): item for item in config}
    merged = [_merge(item, wanted[key], field, "[]", builtin=builtin) if key in wanted else item for key, item in by_key.items()]
    return merged + [clone(item) for key, item in wanted.items() if key not in by_key]


def _remove(tree: Any, path: Path) -> None:
    """Remove what a path points to; maps and lists on the way are copied first, since they may be the live object's."""
    element, rest = path[0], path[1:]
    key = element[2:]
    if element.startswith("f:"):
        if not isinstance(tree, dict) or key not in tree:
            return
        if not rest:
            del tree[key]
            return
        if not isinstance(tree[key], dict | list):
            return
        branch = tree[key] = dict(tree[key]) if isinstance(tree[key], dict) else list(tree[key])
        _remove(branch, rest)
        if not branch:
            del tree[key]  # Go leaves an emptied map or list out
        return
    if not isinstance(tree, list):
        return
    for index, item in enumerate(tree):
        if value_key(item) == element if element.startswith("v:") else _has_keys(item, key):
            if not rest:
                del tree[index]
            else:
                tree[index] = dict(item)
                _remove(tree[index], rest)
            return


def _has_keys(item: Any, keys: str) -> bool:
    wanted = json.loads(keys)
    return isinstance(item, dict) and all(item.get(name, "TCP" if name == "protocol" else None) == value for name, value in wanted.items())

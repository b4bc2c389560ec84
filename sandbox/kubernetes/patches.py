"""The patch types besides apply: JSON merge patch (RFC 7386), JSON patch (RFC 6902), strategic merge patch. Pure."""

from collections.abc import Callable
from typing import Any

from sandbox.kubernetes.errors import UNPROCESSABLE, ApiError, bad_request
from sandbox.kubernetes.schema import Keyed, Unique, list_shape
from sandbox.kubernetes.trees import Json, clone


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7386: maps merge, null removes, everything else replaces."""
    if not isinstance(patch, dict):
        return clone(patch)
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), value)
    return result


def strategic_patch(target: Json, patch: Json) -> Json:
    """A strategic merge patch: as a merge patch, but keyed lists merge item by item, with the `$` directives."""
    return _strategic_map(target, patch, "")


def _strategic_map(target: Any, patch: Json, field: str) -> Json:
    directive = patch.get("$patch")
    if directive == "replace":
        return {key: clone(value) for key, value in patch.items() if not key.startswith("$")}
    if directive == "delete":
        return {}
    result = dict(target) if isinstance(target, dict) else {}
    if patch.get("$retainKeys"):
        result = {key: value for key, value in result.items() if key in patch["$retainKeys"]}
    for key, value in patch.items():
        if key.startswith("$deleteFromPrimitiveList/"):
            name = key.partition("/")[2]
            result[name] = [item for item in result.get(name) or [] if item not in value]
        elif key.startswith("$"):
            continue
        elif value is None:
            result.pop(key, None)
        elif isinstance(value, dict):
            result[key] = _strategic_map(result.get(key), value, key)
        elif isinstance(value, list):
            result[key] = _strategic_list(result.get(key), value, field, key)
        else:
            result[key] = value
    return result


def _strategic_list(target: Any, patch: list[Any], parent: str, field: str) -> list[Any]:
    shape = list_shape(parent, field)
    present: list[Any] = list(target) if isinstance(target, list) else []
    if isinstance(shape, Unique):
        return present + [clone(item) for item in patch if item not in present]
    if not isinstance(shape, Keyed):
        return [clone(item) for item in patch]
    key = shape.patch_key or shape.keys[0]
    if not all(isinstance(item, dict) for item in (*patch, *present)):
        raise bad_request(f"{field!r} is a list of objects with the merge key {key!r}, not {patch!r:.80}")
    if any(item.get("$patch") == "replace" for item in patch):
        return [_without_directives(item) for item in patch if item.get("$patch") != "replace"]
    added: list[Any] = []
    for item in patch:
        if key not in item:
            raise bad_request(f"map: {item} does not contain declared merge key: {key}")
        index = next((i for i, one in enumerate(present) if one.get(key) == item[key]), None)
        if item.get("$patch") == "delete":
            present = [one for one in present if one.get(key) != item[key]]
        elif index is None:
            added.append(_strategic_map({}, item, "[]"))
        else:
            present[index] = _strategic_map(present[index], item, "[]")
    return added + present if _newest_first(field) else present + added


def _newest_first(field: str) -> bool:
    """The real server puts items that a patch adds in front, which shows with containers."""
    return field in {"containers", "initContainers", "volumes", "env", "volumeMounts"}


def _without_directives(tree: Any) -> Any:
    if isinstance(tree, dict):
        return {key: _without_directives(value) for key, value in tree.items() if not key.startswith("$")}
    return [_without_directives(item) for item in tree] if isinstance(tree, list) else tree


def json_patch(target: Json, operations: list[Any]) -> Json:
    """RFC 6902; 400 for what cannot be read, 422 for an operation that does not fit the object."""
    document: Any = clone(target)
    for operation in operations:
        if not isinstance(operation, dict) or not isinstance(operation.get("path"), str):
            raise bad_request(f"a JSON patch is a list of operations with op and path, not {operation!r}")
        apply = _OPERATIONS.get(str(operation.get("op")))
        if apply is None:
            raise bad_request(f"unknown JSON patch operation {operation.get('op')!r}; use one of {sorted(_OPERATIONS)}")
        document = apply(document, operation)
    if not isinstance(document, dict):
        raise bad_request("a JSON patch must leave an object")
    return document


def _unfit(operation: Json, why: str) -> ApiError:
    words = f"the server rejected our request due to an error in our request: {operation.get('op')} operation"
    return ApiError(UNPROCESSABLE, "Invalid", f"{words} on path {operation.get('path')!r}: {why}")


def _pointer(operation: Json, member: str) -> list[str]:
    text = operation.get(member)
    if not isinstance(text, str) or (text and not text.startswith("/")):
        raise bad_request(f"{member!r} of a JSON patch operation is a JSON pointer such as /spec/replicas, not {text!r}")
    return [part.replace("~1", "/").replace("~0", "~") for part in text.split("/")[1:]]


def _read(document: Any, pointer: list[str], operation: Json) -> Any:
    for part in pointer:
        if isinstance(document, dict) and part in document:
            document = document[part]
        elif isinstance(document, list) and part.isdecimal() and int(part) < len(document):
            document = document[int(part)]
        else:
            raise _unfit(operation, f"{part!r} does not exist")
    return document


def _add(document: Any, operation: Json, value: Any = None) -> Any:
    pointer = _pointer(operation, "path")
    value = clone(operation.get("value")) if value is None else value
    if not pointer:
        return value
    parent, last = _read(document, pointer[:-1], operation), pointer[-1]
    if isinstance(parent, dict):
        parent[last] = value
    elif isinstance(parent, list) and (last == "-" or (last.isdecimal() and int(last) <= len(parent))):
        parent.insert(len(parent) if last == "-" else int(last), value)
    else:
        raise _unfit(operation, f"nothing can be added at {last!r}")
    return document


def _remove(document: Any, operation: Json, member: str = "path") -> Any:
    pointer = _pointer(operation, member)
    _read(document, pointer, operation)
    if not pointer:
        return None
    parent, last = _read(document, pointer[:-1], operation), pointer[-1]
    del parent[int(last) if isinstance(parent, list) else last]
    return document


def _replace(document: Any, operation: Json) -> Any:
    pointer = _pointer(operation, "path")
    _read(document, pointer, operation)
    if not pointer:
        return clone(operation.get("value"))
    parent, last = _read(document, pointer[:-1], operation), pointer[-1]
    parent[int(last) if isinstance(parent, list) else last] = clone(operation.get("value"))
    return document


def _move(document: Any, operation: Json) -> Any:
    value = _read(document, _pointer(operation, "from"), operation)
    return _add(_remove(document, operation, "from"), operation, value)


def _copy(document: Any, operation: Json) -> Any:
    return _add(document, operation, clone(_read(document, _pointer(operation, "from"), operation)))


def _test(document: Any, operation: Json) -> Any:
    if _read(document, _pointer(operation, "path"), operation) != operation.get("value"):
        raise _unfit(operation, "test failed")
    return document


_OPERATIONS: dict[str, Callable[[Any, Json], Any]] = {
    "add": _add,
    "remove": _remove,
    "replace": _replace,
    "move": _move,
    "copy": _copy,
    "test": _test,
}

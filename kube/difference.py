"""What differs between two states of an object, field by field, for people to approve. Pure.

Paths are written as kubectl does, list items by their keys: `.spec.template.spec.containers[name=web].image`, map keys with dots in
brackets: `.metadata.labels[app.kubernetes.io/name]`. Which lists have keys follows the marks in the Kubernetes API; all others count whole.
Bookkeeping of the server is noise and left out. What a Secret holds is replaced by a mark that tells whether it changed, not what it is.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from steps.changes import FieldChange
from steps.model.objects import Object

_METADATA_NOISE = frozenset(
    {
        "managedFields",
        "resourceVersion",
        "generation",
        "uid",
        "creationTimestamp",
        "selfLink",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    }
)
_ANNOTATION_NOISE = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        "deployment.kubernetes.io/revision",
        "workflow.oam.dev/last-applied-configuration",
        "workflow.oam.dev/last-applied-time",
    }
)
_IDENTITY = frozenset({".apiVersion", ".kind", ".metadata.name", ".metadata.namespace"})

# The keys of keyed lists, by field; several mean that the first one whose fields an item has decides.
_KEYS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "env", "volumes", "imagePullSecrets"), (("name",),)),
    **dict.fromkeys(("resourceClaims", "claims", "schedulingGates", "secrets"), (("name",),)),
    "ports": (("containerPort", "protocol"), ("port", "protocol")),
    "volumeMounts": (("mountPath",),),
    "volumeDevices": (("devicePath",),),
    "hostAliases": (("ip",),),
    "topologySpreadConstraints": (("topologyKey", "whenUnsatisfiable"),),
    "conditions": (("type",),),
    "ownerReferences": (("uid",),),
}
_DEFAULT_KEYS: Mapping[str, Any] = {"protocol": "TCP"}  # a port without a protocol is this one

Paths = Mapping[str, Any]


def created(rendered: Object) -> tuple[FieldChange, ...]:
    """The fields of a new object: what was asked for. What the server adds is its own affair and may differ every time."""
    return tuple(FieldChange(path, None, value, had=False) for path, value in _leaves(without_noise(rendered)) if path not in _IDENTITY)


def changed(live: Object, result: Object, rendered: Object) -> tuple[FieldChange, ...]:
    """The fields that applying `rendered` to `live` would change, by the dry run's `result`.

    A field counts when it was asked for, or when it goes away (nobody asks for it any longer). Others are set by the server or by an
    admission webhook, and may differ from one dry run to the next.
    """
    before, after, asked = (dict(_leaves(without_noise(item))) for item in (live, result, rendered))
    changes = []
    for path in sorted(before.keys() | after.keys()):
        had, has = path in before, path in after
        if had != has and _emptied(path, before if had else after, after if had else before):
            continue
        if (had and has and before[path] == after[path]) or (has and not _asked(path, asked)):
            continue
        changes.append(FieldChange(path, before.get(path), after.get(path), had=had, has=has))
    return tuple(changes)


def without_noise(item: Object) -> Object:
    """The object without the server's bookkeeping and status."""
    kept = {key: value for key, value in item.items() if key != "status"}
    metadata = {key: value for key, value in (item.get("metadata") or {}).items() if key not in _METADATA_NOISE}
    if "annotations" in metadata:
        annotations = {key: value for key, value in (metadata["annotations"] or {}).items() if key not in _ANNOTATION_NOISE}
        metadata = {key: value for key, value in metadata.items() if key != "annotations"} | (
            {"annotations": annotations} if annotations else {}
        )
    return {**kept, "metadata": metadata} if metadata else kept


def masked(item: Object, salt: bytes) -> Object:
    """The object as people may see it: a Secret's values replaced by marks, `stringData` where the server keeps it.

    Equal values under one key have equal marks; without `salt` nobody can try out guesses.
    """
    if item.get("kind") != "Secret" or item.get("apiVersion") != "v1":
        return item
    plain = {str(key): str(value).encode() for key, value in (item.get("stringData") or {}).items()}
    stored = {str(key): _decoded(value) for key, value in (item.get("data") or {}).items()}
    data = {key: _mark(key, value, salt) for key, value in sorted({**stored, **plain}.items())}
    shown = {key: value for key, value in without_noise(item).items() if key not in {"data", "stringData"}}
    return {**shown, "data": data} if data else shown


def _decoded(value: object) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except ValueError:
        return str(value).encode()


def _mark(key: str, value: bytes, salt: bytes) -> str:
    digest = hmac.new(salt, key.encode() + b"\0" + value, hashlib.sha256).hexdigest()
    return f"(secret {digest[:12]})"


def _asked(path: str, asked: Paths) -> bool:
    # A field that was asked for as a whole (an atomic list, an empty map) may come back with more inside.
    return path in asked or any(_inside(path, other) for other, value in asked.items() if value in ({}, [], None))


def _emptied(path: str, there: Paths, elsewhere: Paths) -> bool:
    # An empty map or list that the other state has filled: its fields tell the difference already.
    return there[path] in ({}, []) and any(_inside(other, path) for other in elsewhere)


def _inside(path: str, other: str) -> bool:
    return path.startswith(other) and path != other and path[len(other) : len(other) + 1] in {".", "["}


def _leaves(value: Any, path: str = "", field: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _leaves(value[key], path + _step(str(key)), str(key))
    elif keys := _keys(value, field):
        for item, key in zip(value, keys, strict=True):
            yield from _leaves(item, f"{path}[{key}]")
        if field == "initContainers":  # they run in this order, so the order is a fact of its own
            yield f"{path}(order)", keys
    else:
        yield path, value


def _step(key: str) -> str:
    return f"[{key}]" if "." in key or "/" in key else f".{key}"


def _keys(value: Any, field: str) -> list[str]:
    """The keys of a keyed list's items, or nothing where it cannot be told apart by keys."""
    if not isinstance(value, Sequence) or isinstance(value, str) or not value or not all(isinstance(item, Mapping) for item in value):
        return []
    for names in _KEYS.get(field, ()):
        if all(names[0] in item for item in value):
            keys = [",".join(f"{name}={_plain(item.get(name, _DEFAULT_KEYS.get(name)))}" for name in names) for item in value]
            return keys if len(set(keys)) == len(keys) else []
    return []


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)

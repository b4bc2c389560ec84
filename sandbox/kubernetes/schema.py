"""How Kubernetes merges lists and maps: which lists are keyed, which are sets, which are replaced whole.

Source of the rules: the `x-kubernetes-list-type`, `-list-map-keys` and `-map-type` marks of the OpenAPI of Kubernetes 1.32,
for the kinds this cluster serves. A custom kind has only the marks of metadata, as a real custom kind without a schema.
"""

from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Keyed:
    """A list whose items are found by some of their fields; `defaults` stand in for keys that an item leaves out."""

    keys: tuple[str, ...]
    defaults: tuple[tuple[str, str | int], ...] = ()
    patch_key: str = ""  # the one key that a strategic merge patch goes by, where it is not the first of `keys`


@dataclass(frozen=True, slots=True)
class Unique:
    """A list that is a set of scalars."""


@dataclass(frozen=True, slots=True)
class Granular:
    """A map whose entries have owners of their own."""


@dataclass(frozen=True, slots=True)
class Atomic:
    """A list or map that is replaced as a whole."""


Shape: TypeAlias = Keyed | Unique | Granular | Atomic

GRANULAR = Granular()
ATOMIC = Atomic()
_NAME = Keyed(("name",))
_TCP = (("protocol", "TCP"),)

_METADATA: dict[str, Shape] = {"finalizers": Unique(), "ownerReferences": Keyed(("uid",)), "managedFields": ATOMIC}

_LISTS: dict[str, Shape] = {
    **_METADATA,
    "containers": _NAME,
    "initContainers": _NAME,
    "ephemeralContainers": _NAME,
    "env": _NAME,
    "volumes": _NAME,
    "volumeMounts": Keyed(("mountPath",)),
    "volumeDevices": Keyed(("devicePath",)),
    "imagePullSecrets": _NAME,
    "resourceClaims": _NAME,
    "claims": _NAME,
    "secrets": _NAME,
    "conditions": Keyed(("type",)),
    "addresses": Keyed(("type",)),
    "hostAliases": Keyed(("ip",)),
    "podIPs": Keyed(("ip",)),
    "hostIPs": Keyed(("ip",)),
    "topologySpreadConstraints": Keyed(("topologyKey", "whenUnsatisfiable")),
    "schedulingGates": _NAME,
    "podCIDRs": Unique(),
}

# Lists whose shape depends on where they stand: (parent field, field).
_PLACED_LISTS: dict[tuple[str, str], Shape] = {
    ("[]", "ports"): Keyed(("containerPort", "protocol"), _TCP, "containerPort"),
    ("spec", "ports"): Keyed(("port", "protocol"), _TCP, "port"),
    ("spec", "finalizers"): ATOMIC,
}

_ATOMIC_MAPS = frozenset(
    {"selector", "nodeSelector", "labelSelector", "namespaceSelector", "podSelector", "secretKeyRef", "configMapKeyRef",
     "fieldRef", "resourceFieldRef", "involvedObject", "claimRef", "scaleTargetRef", "roleRef"}
)  # fmt: skip


def list_shape(parent: str, field: str, *, builtin: bool = True) -> Shape:
    """How a list merges, by its field and the field above it (`[]` when that is an item of a list)."""
    if not builtin:
        return _METADATA.get(field, ATOMIC) if parent == "metadata" else ATOMIC
    placed = _PLACED_LISTS.get((parent, field))
    return placed if placed is not None else _LISTS.get(field, ATOMIC)


def map_shape(field: str, *, builtin: bool = True) -> Shape:
    """How a map merges, by its field."""
    return ATOMIC if builtin and field in _ATOMIC_MAPS else GRANULAR

"""Names of Kubernetes kinds and objects, without any client."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

Object = dict[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Kind:
    """A kind in a group and version, for example `apps/v1` `Deployment`."""

    api_version: str
    kind: str

    def __str__(self) -> str:
        return f"{self.api_version} {self.kind}"


@dataclass(frozen=True, slots=True, order=True)
class ObjectRef:
    """One object by kind, namespace and name; `namespace` is empty for cluster-scoped kinds."""

    kind: Kind
    namespace: str
    name: str

    @classmethod
    def of(cls, item: Mapping[str, Any], namespace: str = "") -> Self:
        """The reference of a manifest or live object; `namespace` is used where the object names none."""
        metadata = item.get("metadata") or {}
        return cls(
            Kind(str(item.get("apiVersion", "")), str(item.get("kind", ""))),
            str(metadata.get("namespace") or namespace),
            str(metadata.get("name", "")),
        )

    def __str__(self) -> str:
        place = f"{self.namespace}/" if self.namespace else ""
        return f"{self.kind.kind} {place}{self.name}"

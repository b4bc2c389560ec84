"""Where kinds live in the API: path segments from a table of the well-known kinds, discovery for all others.

The library's own discovery asks for every group first and caches in a world-readable file whose name anyone can guess.
"""

from dataclasses import dataclass
from urllib.parse import quote

from kube.connection import Connection
from kube.errors import Attempt
from steps.errors import Invalid, NotFound
from steps.model.objects import Kind, ObjectRef
from steps.nearest import nearest


@dataclass(frozen=True, slots=True)
class Resource:
    """A served kind: `plural` is its path segment."""

    kind: Kind
    plural: str
    namespaced: bool = True

    def collection(self, namespace: str) -> str:
        """The path of all objects in a namespace; "" means all namespaces."""
        base = _base(self.kind.api_version)
        if self.namespaced and namespace:
            return f"{base}/namespaces/{_segment(namespace, 'namespace')}/{self.plural}"
        return f"{base}/{self.plural}"

    def path(self, ref: ObjectRef) -> str:
        """The path of one object; raises `Invalid` for a name that would lead elsewhere, above all an empty one."""
        if self.namespaced and not ref.namespace:
            raise Invalid(f"{ref.kind.kind} {ref.name!r} lives in a namespace, but none is named; set metadata.namespace")
        return f"{self.collection(ref.namespace)}/{_segment(ref.name, 'name')}"


def _base(api_version: str) -> str:
    # An empty or odd apiVersion gives a path that no server has; it must only not leave its place.
    parts = "/".join(_segment(part, "apiVersion") for part in api_version.split("/", 1))
    return f"/apis/{parts}" if "/" in api_version else f"/api/{parts}"


def _segment(text: str, what: str) -> str:
    # Kubernetes' own rule (apimachinery: IsValidPathSegmentName): clients resolve `..`, and no name at all is the whole collection.
    if text in {"", ".", ".."} or "/" in text or "%" in text:
        raise Invalid(f"{text!r} cannot be the {what} of an object; it needs one without '/' and '%'")
    return quote(text, safe=":")


def _table(api_version: str, *plurals: str, namespaced: bool = True) -> dict[Kind, Resource]:
    found = {}
    for item in plurals:
        name, _, plural = item.partition(":")
        kind = Kind(api_version, name)
        found[kind] = Resource(kind, plural or name.lower() + "s", namespaced)
    return found


WELL_KNOWN: dict[Kind, Resource] = {
    **_table("v1", "Pod", "Service", "Endpoints:endpoints", "ConfigMap", "Secret", "Event", "ServiceAccount", "PersistentVolumeClaim"),
    **_table("v1", "ResourceQuota", "LimitRange", "ReplicationController"),
    **_table("v1", "Namespace", "Node", "PersistentVolume", namespaced=False),
    **_table("apps/v1", "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet"),
    **_table("batch/v1", "Job", "CronJob"),
    **_table("networking.k8s.io/v1", "Ingress:ingresses", "NetworkPolicy:networkpolicies"),
    **_table("policy/v1", "PodDisruptionBudget"),
    **_table("autoscaling/v2", "HorizontalPodAutoscaler"),
    **_table("coordination.k8s.io/v1", "Lease"),
    **_table("rbac.authorization.k8s.io/v1", "Role", "RoleBinding"),
    **_table("rbac.authorization.k8s.io/v1", "ClusterRole", "ClusterRoleBinding", namespaced=False),
    **_table("storage.k8s.io/v1", "StorageClass:storageclasses", namespaced=False),
    **_table("apiextensions.k8s.io/v1", "CustomResourceDefinition", namespaced=False),
}


class Resources:
    """The kinds of one cluster; what discovery found is kept in memory for as long as the connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._found: dict[Kind, Resource] = dict(WELL_KNOWN)

    async def find(self, kind: Kind) -> Resource:
        """The resource of a kind; raises `NotFound` with the nearest kinds where the cluster does not serve it."""
        if kind not in self._found:
            await self._discover(kind)
        return self._found[kind]

    async def _discover(self, kind: Kind) -> None:
        attempt = self._connection.attempt("find", f"kind {str(kind)!r}")
        try:
            answer = await self._connection.request("GET", _base(kind.api_version), attempt)
        except NotFound as error:
            raise self._unknown(kind, attempt, "") from error
        served = {
            str(item["kind"]): Resource(Kind(kind.api_version, str(item["kind"])), str(item["name"]), bool(item.get("namespaced")))
            for item in answer.get("resources") or []
            if "/" not in str(item.get("name"))  # subresources such as deployments/scale
        }
        if kind.kind not in served:
            raise self._unknown(kind, attempt, nearest(kind.kind, served))
        self._found |= {item.kind: item for item in served.values()}

    def _unknown(self, kind: Kind, attempt: Attempt, hint: str) -> NotFound:
        return NotFound(f"{attempt}: the cluster serves no kind {kind.kind!r} in {kind.api_version!r}{hint or '; is its CRD installed?'}")

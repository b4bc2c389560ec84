"""Which kinds the cluster serves, and how to find one by path or by apiVersion and kind.

The table is the whole of it: discovery, OpenAPI, storage and tables are derived from these rows. Custom kinds are added
while the cluster runs, by CustomResourceDefinitions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.kubernetes.trees import Json, at


@dataclass(frozen=True, slots=True)
class Kind:
    """One served kind. `plural` is its path segment; `builtin` kinds have the list and map types of Kubernetes."""

    group: str
    version: str
    kind: str
    plural: str
    short: tuple[str, ...] = ()
    namespaced: bool = True
    status: bool = False
    scale: bool = False
    category: str = ""
    stored: bool = True
    builtin: bool = True

    @property
    def api_version(self) -> str:
        """As objects write it: `v1`, `apps/v1`."""
        return f"{self.group}/{self.version}" if self.group else self.version

    @property
    def collection(self) -> str:
        """The name under which objects of this kind are kept: `pods`, `deployments.apps`."""
        return f"{self.plural}.{self.group}" if self.group else self.plural

    @property
    def singular(self) -> str:
        """The name of one, as kubectl accepts it."""
        return self.kind.lower()


NAMESPACES = Kind("", "v1", "Namespace", "namespaces", ("ns",), namespaced=False, status=True)
PODS = Kind("", "v1", "Pod", "pods", ("po",), status=True, category="all")
SERVICES = Kind("", "v1", "Service", "services", ("svc",), status=True, category="all")
ENDPOINTS = Kind("", "v1", "Endpoints", "endpoints", ("ep",))
CONFIG_MAPS = Kind("", "v1", "ConfigMap", "configmaps", ("cm",))
SECRETS = Kind("", "v1", "Secret", "secrets")
EVENTS = Kind("", "v1", "Event", "events", ("ev",))
NODES = Kind("", "v1", "Node", "nodes", ("no",), namespaced=False, status=True)
SERVICE_ACCOUNTS = Kind("", "v1", "ServiceAccount", "serviceaccounts", ("sa",))
CLAIMS = Kind("", "v1", "PersistentVolumeClaim", "persistentvolumeclaims", ("pvc",), status=True)
VOLUMES = Kind("", "v1", "PersistentVolume", "persistentvolumes", ("pv",), namespaced=False, status=True)
QUOTAS = Kind("", "v1", "ResourceQuota", "resourcequotas", ("quota",), status=True)
LIMIT_RANGES = Kind("", "v1", "LimitRange", "limitranges", ("limits",))
DEPLOYMENTS = Kind("apps", "v1", "Deployment", "deployments", ("deploy",), status=True, scale=True, category="all")
REPLICA_SETS = Kind("apps", "v1", "ReplicaSet", "replicasets", ("rs",), status=True, scale=True, category="all")
STATEFUL_SETS = Kind("apps", "v1", "StatefulSet", "statefulsets", ("sts",), status=True, scale=True, category="all")
DAEMON_SETS = Kind("apps", "v1", "DaemonSet", "daemonsets", ("ds",), status=True, category="all")
JOBS = Kind("batch", "v1", "Job", "jobs", status=True, category="all")
CRON_JOBS = Kind("batch", "v1", "CronJob", "cronjobs", ("cj",), status=True, category="all")
INGRESSES = Kind("networking.k8s.io", "v1", "Ingress", "ingresses", ("ing",), status=True)
NETWORK_POLICIES = Kind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", ("netpol",))
DISRUPTION_BUDGETS = Kind("policy", "v1", "PodDisruptionBudget", "poddisruptionbudgets", ("pdb",), status=True)
AUTOSCALERS = Kind("autoscaling", "v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", ("hpa",), status=True, category="all")
STORAGE_CLASSES = Kind("storage.k8s.io", "v1", "StorageClass", "storageclasses", ("sc",), namespaced=False)
LEASES = Kind("coordination.k8s.io", "v1", "Lease", "leases")
DEFINITIONS = Kind(
    "apiextensions.k8s.io",
    "v1",
    "CustomResourceDefinition",
    "customresourcedefinitions",
    ("crd", "crds"),
    namespaced=False,
    status=True,
)
_RBAC = "rbac.authorization.k8s.io"
ACCESS_REVIEWS = Kind("authorization.k8s.io", "v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews", namespaced=False, stored=False)
SUBJECT_REVIEWS = Kind("authentication.k8s.io", "v1", "SelfSubjectReview", "selfsubjectreviews", namespaced=False, stored=False)

KINDS: tuple[Kind, ...] = (
    NAMESPACES,
    PODS,
    SERVICES,
    ENDPOINTS,
    CONFIG_MAPS,
    SECRETS,
    EVENTS,
    NODES,
    SERVICE_ACCOUNTS,
    CLAIMS,
    VOLUMES,
    QUOTAS,
    LIMIT_RANGES,
    DEPLOYMENTS,
    REPLICA_SETS,
    STATEFUL_SETS,
    DAEMON_SETS,
    JOBS,
    CRON_JOBS,
    INGRESSES,
    NETWORK_POLICIES,
    DISRUPTION_BUDGETS,
    AUTOSCALERS,
    Kind(_RBAC, "v1", "Role", "roles"),
    Kind(_RBAC, "v1", "RoleBinding", "rolebindings"),
    Kind(_RBAC, "v1", "ClusterRole", "clusterroles", namespaced=False),
    Kind(_RBAC, "v1", "ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    STORAGE_CLASSES,
    LEASES,
    DEFINITIONS,
    ACCESS_REVIEWS,
    SUBJECT_REVIEWS,
)


class Kinds:
    """The kinds served right now, by path and by name."""

    def __init__(self, kinds: tuple[Kind, ...] = KINDS) -> None:
        self._by_path: dict[tuple[str, str, str], Kind] = {}
        self._by_name: dict[tuple[str, str], Kind] = {}
        for kind in kinds:
            self.add(kind)

    def __iter__(self) -> Iterator[Kind]:
        return iter(self._by_path.values())

    def add(self, kind: Kind) -> None:
        """Serve a kind."""
        self._by_path[kind.group, kind.version, kind.plural] = kind
        self._by_name[kind.api_version, kind.kind] = kind

    def drop(self, kind: Kind) -> None:
        """No longer serve a kind."""
        self._by_path.pop((kind.group, kind.version, kind.plural), None)
        self._by_name.pop((kind.api_version, kind.kind), None)

    def at_path(self, group: str, version: str, plural: str) -> Kind | None:
        """The kind behind `/apis/<group>/<version>/<plural>`."""
        return self._by_path.get((group, version, plural))

    def named(self, api_version: str, kind: str) -> Kind | None:
        """The kind that an object or an owner reference names."""
        return self._by_name.get((api_version, kind))

    def kept_in(self, collection: str) -> Kind | None:
        """A kind whose objects are kept in a collection."""
        return next((kind for kind in self if kind.collection == collection), None)

    def groups(self) -> dict[str, list[str]]:
        """The versions of each named group, in the order of the table."""
        groups: dict[str, list[str]] = {}
        for kind in self:
            if kind.group and kind.version not in groups.setdefault(kind.group, []):
                groups[kind.group].append(kind.version)
        return groups


def custom_kinds(definition: Json) -> list[Kind]:
    """The kinds that a CustomResourceDefinition declares, one for each served version."""
    spec, names = definition["spec"], definition["spec"]["names"]
    return [
        Kind(
            spec["group"],
            version["name"],
            names["kind"],
            names["plural"],
            tuple(names.get("shortNames") or ()),
            namespaced=spec.get("scope") != "Cluster",
            status=at(version, "subresources", "status") is not None,
            builtin=False,
        )
        for version in spec.get("versions") or []
        if version.get("served", True)
    ]

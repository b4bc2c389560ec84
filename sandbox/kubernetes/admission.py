"""What happens to a new object between validation and storage: allocation, and refusals that depend on other objects."""

from decimal import Decimal

from sandbox.kubernetes.errors import forbidden, not_found
from sandbox.kubernetes.quantities import quantity
from sandbox.kubernetes.resources import JOBS, NAMESPACES, PODS, QUOTAS, SERVICE_ACCOUNTS, SERVICES, Kind
from sandbox.kubernetes.store import Store
from sandbox.kubernetes.trees import Json, at, dig, name_of, namespace_of

SERVICE_NETWORK = "10.96"  # a /16, as kubeadm's default service network begins


def admit(store: Store, kind: Kind, obj: Json) -> None:
    """Complete a new object under construction, or refuse it: 404 without its namespace, 403 for the rest."""
    if kind.namespaced:
        _namespace(store, kind, obj)
    if kind is PODS:
        _service_account(store, obj)
        _quota(store, obj)
    elif kind is SERVICES:
        _cluster_ip(store, obj)
    elif kind is JOBS:
        _job_labels(obj)


def _namespace(store: Store, kind: Kind, obj: Json) -> None:
    name = namespace_of(obj)
    namespace = store.get(NAMESPACES.collection, "", name)
    if namespace is None:
        raise not_found("namespaces", "", name)
    if namespace["metadata"].get("deletionTimestamp"):
        why = f"unable to create new content in namespace {name} because it is being terminated"
        raise forbidden(kind.plural, kind.group, name_of(obj), why)


def _service_account(store: Store, obj: Json) -> None:
    name, namespace = obj["spec"]["serviceAccountName"], namespace_of(obj)
    if store.get(SERVICE_ACCOUNTS.collection, namespace, name) is None:
        why = f'error looking up service account {namespace}/{name}: serviceaccount "{name}" not found'
        raise forbidden("pods", "", name_of(obj), why)


def pod_usage(pod: Json) -> dict[str, Decimal]:
    """What a Pod counts for in a quota: `pods`, and `requests.*` and `limits.*` summed over its containers."""
    usage: dict[str, Decimal] = {"pods": Decimal(1)}
    for container in pod["spec"].get("containers") or ():
        for part in ("requests", "limits"):
            for name, value in at(container, "resources", part, default={}).items():
                amount = quantity(value) or Decimal(0)
                usage[f"{part}.{name}"] = usage.get(f"{part}.{name}", Decimal(0)) + amount
    for name in ("cpu", "memory"):
        usage[name] = usage.get(f"requests.{name}", Decimal(0))
    return usage


def used(store: Store, namespace: str) -> dict[str, Decimal]:
    """What the living Pods of a namespace use of its quotas."""
    total: dict[str, Decimal] = {}
    for pod in store.all(PODS.collection, namespace):
        if at(pod, "status", "phase") not in {"Succeeded", "Failed"}:
            for name, value in pod_usage(pod).items():
                total[name] = total.get(name, Decimal(0)) + value
    return total


def _quota(store: Store, obj: Json) -> None:
    namespace = namespace_of(obj)
    for quota in store.all(QUOTAS.collection, namespace):
        hard = at(quota, "spec", "hard", default={})
        asked, total = pod_usage(obj), used(store, namespace)
        over = [
            name
            for name, limit in hard.items()
            if name in asked and total.get(name, Decimal(0)) + asked[name] > (quantity(limit) or Decimal(0))
        ]
        if over:
            listed = [
                (f"{name}={amount(asked[name])}", f"{name}={amount(total.get(name, Decimal(0)))}", f"{name}={hard[name]}")
                for name in sorted(over)
            ]
            requested, using, limited = (",".join(parts) for parts in zip(*listed, strict=True))
            why = f"exceeded quota: {name_of(quota)}, requested: {requested}, used: {using}, limited: {limited}"
            raise forbidden("pods", "", name_of(obj), why)


def amount(value: Decimal) -> str:
    """A number as a quantity is written: whole, or in thousandths."""
    return str(int(value)) if value == int(value) else f"{int(value * 1000)}m"


def _cluster_ip(store: Store, obj: Json) -> None:
    spec = obj["spec"]
    if spec["type"] == "ExternalName":
        return
    taken = {at(other, "spec", "clusterIP") for other in store.all(SERVICES.collection)}
    number = store.version % 65000 + 10
    while (address := f"{SERVICE_NETWORK}.{number // 256}.{number % 256}") in taken:
        number = (number + 1) % 65000
    spec.setdefault("clusterIP", address)
    spec.setdefault("clusterIPs", [spec["clusterIP"]])
    if spec["type"] in {"NodePort", "LoadBalancer"}:
        for index, port in enumerate(spec.get("ports") or ()):
            port.setdefault("nodePort", 30000 + (number + index) % 2768)


def _job_labels(obj: Json) -> None:
    """A Job finds its Pods by its own uid."""
    uid, name = obj["metadata"]["uid"], name_of(obj)
    spec = obj["spec"]
    labels = dig(spec, "template", "metadata", "labels")
    labels |= {
        "batch.kubernetes.io/controller-uid": uid,
        "batch.kubernetes.io/job-name": name,
        "controller-uid": uid,
        "job-name": name,
    }
    spec.setdefault("selector", {"matchLabels": {"batch.kubernetes.io/controller-uid": uid}})

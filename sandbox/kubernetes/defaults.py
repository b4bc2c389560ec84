"""The values a real API server fills in when an object leaves them out. They go into objects under construction.

Source: the `SetDefaults_*` functions of Kubernetes 1.32 for the kinds this cluster acts upon.
"""

import base64
from collections.abc import Callable
from typing import Any

from sandbox.kubernetes.resources import Kind
from sandbox.kubernetes.trees import Json, at, dig


def set_defaults(kind: Kind, obj: Json) -> None:
    """Fill in an object whose structure has been checked."""
    fill = _DEFAULTS.get(kind.collection)
    if fill is not None:
        fill(obj)


def image_tag(image: str) -> str:
    """The tag or digest of an image reference, `latest` without one."""
    if "@" in image:
        return image.rpartition("@")[2]
    last = image.rpartition("/")[2]
    return last.partition(":")[2] or "latest"


def _missing(tree: Json, **values: Any) -> None:
    for key, value in values.items():
        if tree.get(key) is None:
            tree[key] = value


def _probe(probe: Json) -> None:
    _missing(probe, timeoutSeconds=1, periodSeconds=10, successThreshold=1, failureThreshold=3)
    if "httpGet" in probe:
        _missing(probe["httpGet"], path="/", scheme="HTTP")
    if "grpc" in probe:
        _missing(probe["grpc"], service="")


def _container(container: Json) -> None:
    policy = "Always" if image_tag(container.get("image", "")) == "latest" else "IfNotPresent"
    _missing(
        container,
        imagePullPolicy=policy,
        terminationMessagePath="/dev/termination-log",
        terminationMessagePolicy="File",
        resources={},
    )
    for port in container.get("ports") or ():
        _missing(port, protocol="TCP")
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        if container.get(probe):
            _probe(container[probe])
    for env in container.get("env") or ():
        if at(env, "valueFrom", "fieldRef") is not None:
            _missing(env["valueFrom"]["fieldRef"], apiVersion="v1")
    limits = at(container, "resources", "limits", default={})
    if limits:
        requests = dig(container, "resources", "requests")
        for name, value in limits.items():
            requests.setdefault(name, value)


def _volume(volume: Json) -> None:
    for source in ("configMap", "secret", "projected", "downwardAPI"):
        if volume.get(source) is not None:
            _missing(volume[source], defaultMode=420)
    if set(volume) == {"name"}:
        volume["emptyDir"] = {}


def pod_spec(spec: Json, *, restart: str = "Always") -> None:
    """The defaults of a Pod's spec, alone or in a template."""
    _missing(
        spec,
        restartPolicy=restart,
        terminationGracePeriodSeconds=30,
        dnsPolicy="ClusterFirst",
        securityContext={},
        schedulerName="default-scheduler",
    )
    if "serviceAccountName" in spec:
        _missing(spec, serviceAccount=spec["serviceAccountName"])
    elif "serviceAccount" in spec:
        spec["serviceAccountName"] = spec["serviceAccount"]
    for group in ("containers", "initContainers"):
        for container in spec.get(group) or ():
            _container(container)
    for volume in spec.get("volumes") or ():
        _volume(volume)


def _pod(obj: Json) -> None:
    spec = dig(obj, "spec")
    pod_spec(spec)
    _missing(spec, enableServiceLinks=True, preemptionPolicy="PreemptLowerPriority", priority=0)
    _missing(
        spec,
        serviceAccountName="default",
        tolerations=[
            {"key": f"node.kubernetes.io/{taint}", "operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 300}
            for taint in ("not-ready", "unreachable")
        ],
    )
    _missing(spec, serviceAccount=spec["serviceAccountName"])
    _missing(dig(obj, "status"), phase="Pending", qosClass=quality_of_service(spec))


def quality_of_service(spec: Json) -> str:
    """The QoS class of a Pod: by the requests and limits of its containers."""
    resources = [container.get("resources") or {} for container in spec.get("containers") or ()]
    if not any(resource.get("requests") or resource.get("limits") for resource in resources):
        return "BestEffort"
    for resource in resources:
        limits = resource.get("limits") or {}
        if not {"cpu", "memory"} <= set(limits) or (resource.get("requests") or limits) != limits:
            return "Burstable"
    return "Guaranteed"


def _template(obj: Json, restart: str = "Always") -> None:
    template = dig(obj, "spec", "template")
    template.setdefault("metadata", {})
    pod_spec(dig(template, "spec"), restart=restart)


def _deployment(obj: Json) -> None:
    spec = dig(obj, "spec")
    _missing(spec, replicas=1, revisionHistoryLimit=10, progressDeadlineSeconds=600)
    strategy = dig(spec, "strategy")
    _missing(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _missing(dig(strategy, "rollingUpdate"), maxSurge="25%", maxUnavailable="25%")
    _template(obj)


def _replica_set(obj: Json) -> None:
    _missing(dig(obj, "spec"), replicas=1)
    _template(obj)


def _stateful_set(obj: Json) -> None:
    spec = dig(obj, "spec")
    _missing(spec, replicas=1, revisionHistoryLimit=10, podManagementPolicy="OrderedReady")
    _missing(spec, persistentVolumeClaimRetentionPolicy={"whenDeleted": "Retain", "whenScaled": "Retain"})
    strategy = dig(spec, "updateStrategy")
    _missing(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _missing(dig(strategy, "rollingUpdate"), partition=0)
    for claim in spec.get("volumeClaimTemplates") or ():
        _missing(dig(claim, "spec"), volumeMode="Filesystem")
    _template(obj)


def _daemon_set(obj: Json) -> None:
    spec = dig(obj, "spec")
    _missing(spec, revisionHistoryLimit=10)
    strategy = dig(spec, "updateStrategy")
    _missing(strategy, type="RollingUpdate")
    if strategy["type"] == "RollingUpdate":
        _missing(dig(strategy, "rollingUpdate"), maxUnavailable=1, maxSurge=0)
    _template(obj)


def _job(obj: Json) -> None:
    spec = dig(obj, "spec")
    _missing(spec, parallelism=1, completions=1, backoffLimit=6, completionMode="NonIndexed", suspend=False)
    _missing(spec, podReplacementPolicy="TerminatingOrFailed")
    _template(obj)


def _cron_job(obj: Json) -> None:
    spec = dig(obj, "spec")
    _missing(spec, concurrencyPolicy="Allow", suspend=False, successfulJobsHistoryLimit=3, failedJobsHistoryLimit=1)


def _service(obj: Json) -> None:
    spec = dig(obj, "spec")
    _missing(spec, type="ClusterIP", sessionAffinity="None")
    if spec["type"] != "ExternalName":
        _missing(spec, internalTrafficPolicy="Cluster", ipFamilies=["IPv4"], ipFamilyPolicy="SingleStack")
    if spec["type"] in {"NodePort", "LoadBalancer"}:
        _missing(spec, externalTrafficPolicy="Cluster")
    for port in spec.get("ports") or ():
        _missing(port, protocol="TCP", targetPort=port.get("port"))
    dig(obj, "status", "loadBalancer")


def _secret(obj: Json) -> None:
    _missing(obj, type="Opaque")
    for key, value in (obj.pop("stringData", None) or {}).items():
        dig(obj, "data")[key] = base64.b64encode(value.encode()).decode()


def _namespace(obj: Json) -> None:
    dig(obj, "metadata", "labels")["kubernetes.io/metadata.name"] = obj["metadata"]["name"]
    _missing(dig(obj, "spec"), finalizers=["kubernetes"])
    _missing(dig(obj, "status"), phase="Active")


def _claim(obj: Json) -> None:
    _missing(dig(obj, "spec"), volumeMode="Filesystem", storageClassName="standard")
    _missing(dig(obj, "status"), phase="Pending")


def _volume_object(obj: Json) -> None:
    _missing(dig(obj, "spec"), volumeMode="Filesystem", persistentVolumeReclaimPolicy="Retain")
    _missing(dig(obj, "status"), phase="Available")


def _autoscaler(obj: Json) -> None:
    _missing(dig(obj, "spec"), minReplicas=1)


def _storage_class(obj: Json) -> None:
    _missing(obj, reclaimPolicy="Delete", volumeBindingMode="Immediate")


def _event(obj: Json) -> None:
    _missing(obj, type="Normal")


_DEFAULTS: dict[str, Callable[[Json], None]] = {
    "pods": _pod,
    "deployments.apps": _deployment,
    "replicasets.apps": _replica_set,
    "statefulsets.apps": _stateful_set,
    "daemonsets.apps": _daemon_set,
    "jobs.batch": _job,
    "cronjobs.batch": _cron_job,
    "services": _service,
    "secrets": _secret,
    "namespaces": _namespace,
    "persistentvolumeclaims": _claim,
    "persistentvolumes": _volume_object,
    "horizontalpodautoscalers.autoscaling": _autoscaler,
    "storageclasses.storage.k8s.io": _storage_class,
    "events": _event,
}

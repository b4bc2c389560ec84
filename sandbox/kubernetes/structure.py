"""Whether an object has the JSON types that its kind wants, as decoding into Go structs checks on a real server.

Only the fields that this cluster reads are checked; what is unknown passes.
"""

from typing import Any, TypeAlias

from sandbox.kubernetes.errors import bad_request
from sandbox.kubernetes.resources import Kind
from sandbox.kubernetes.trees import Json

# A structure: a type of a scalar, [structure] for lists, a mapping for structs, {"*": structure} for maps.
Structure: TypeAlias = Any

_ANY_SCALAR = (str, int, float)
_MAP = {"*": str}
_QUANTITIES = {"*": _ANY_SCALAR}
_SELECTOR = {"matchLabels": _MAP, "matchExpressions": [{"key": str, "operator": str, "values": [str]}]}
_METADATA = {
    "name": str,
    "namespace": str,
    "generateName": str,
    "labels": _MAP,
    "annotations": _MAP,
    "finalizers": [str],
    "ownerReferences": [{"apiVersion": str, "kind": str, "name": str, "uid": str}],
    "resourceVersion": str,
    "uid": str,
}
_KEY_REF = {"name": str, "key": str, "optional": bool}
_PORT = (str, int)
_PROBE = {
    "httpGet": {"path": str, "port": _PORT},
    "tcpSocket": {"port": _PORT},
    "grpc": {"port": int},
    "exec": {"command": [str]},
    "initialDelaySeconds": int,
    "periodSeconds": int,
    "failureThreshold": int,
}
_CONTAINER = {
    "name": str,
    "image": str,
    "imagePullPolicy": str,
    "command": [str],
    "args": [str],
    "env": [{"name": str, "value": str, "valueFrom": {"configMapKeyRef": _KEY_REF, "secretKeyRef": _KEY_REF, "fieldRef": {}}}],
    "envFrom": [{"configMapRef": _KEY_REF, "secretRef": _KEY_REF}],
    "ports": [{"name": str, "containerPort": int, "protocol": str}],
    "resources": {"limits": _QUANTITIES, "requests": _QUANTITIES},
    "volumeMounts": [{"name": str, "mountPath": str}],
    "readinessProbe": _PROBE,
    "livenessProbe": _PROBE,
    "startupProbe": _PROBE,
    "securityContext": {"runAsNonRoot": bool, "runAsUser": int},
    "restartPolicy": str,
}
_NODE_EXPRESSIONS = [{"key": str, "operator": str, "values": [str]}]
_NODE_TERM = {"matchExpressions": _NODE_EXPRESSIONS, "matchFields": _NODE_EXPRESSIONS}
_POD_SPEC = {
    "containers": [_CONTAINER],
    "initContainers": [_CONTAINER],
    "restartPolicy": str,
    "nodeName": str,
    "nodeSelector": _MAP,
    "serviceAccountName": str,
    "serviceAccount": str,
    "securityContext": {"runAsNonRoot": bool, "runAsUser": int},
    "terminationGracePeriodSeconds": int,
    "schedulerName": str,
    "tolerations": [{"key": str, "operator": str, "value": str, "effect": str}],
    "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [_NODE_TERM]}}},
    "imagePullSecrets": [{"name": str}],
    "volumes": [
        {
            "name": str,
            "configMap": {"name": str, "optional": bool, "items": [{"key": str}]},
            "secret": {"secretName": str, "optional": bool, "items": [{"key": str}]},
            "persistentVolumeClaim": {"claimName": str},
            "projected": {"sources": [{}]},
        }
    ],
}
_TEMPLATE = {"metadata": _METADATA, "spec": _POD_SPEC}
_CONDITIONS = [{"type": str, "status": str}]
_CLAIM_SPEC = {"storageClassName": str, "accessModes": [str], "resources": {"requests": _QUANTITIES}, "volumeName": str}
_WORKLOAD = {
    "replicas": int,
    "selector": _SELECTOR,
    "template": _TEMPLATE,
    "minReadySeconds": int,
    "revisionHistoryLimit": int,
}
_JOB_SPEC = {
    "parallelism": int,
    "completions": int,
    "backoffLimit": int,
    "activeDeadlineSeconds": int,
    "ttlSecondsAfterFinished": int,
    "suspend": bool,
    "selector": _SELECTOR,
    "template": _TEMPLATE,
}
_STRATEGY = {"type": str, "rollingUpdate": {"maxSurge": _PORT, "maxUnavailable": _PORT, "partition": int}}

_STRUCTURES: dict[str, Structure] = {
    "pods": {"spec": _POD_SPEC, "status": {"conditions": _CONDITIONS, "phase": str}},
    "deployments.apps": {
        "spec": {**_WORKLOAD, "strategy": _STRATEGY, "progressDeadlineSeconds": int, "paused": bool},
        "status": {"conditions": _CONDITIONS, "replicas": int},
    },
    "replicasets.apps": {"spec": _WORKLOAD},
    "statefulsets.apps": {
        "spec": {
            **_WORKLOAD,
            "serviceName": str,
            "podManagementPolicy": str,
            "updateStrategy": _STRATEGY,
            "volumeClaimTemplates": [{"metadata": _METADATA, "spec": _CLAIM_SPEC}],
        }
    },
    "daemonsets.apps": {"spec": {**_WORKLOAD, "updateStrategy": _STRATEGY}},
    "jobs.batch": {"spec": _JOB_SPEC},
    "cronjobs.batch": {"spec": {"schedule": str, "suspend": bool, "jobTemplate": {"spec": _JOB_SPEC}}},
    "services": {
        "spec": {
            "type": str,
            "clusterIP": str,
            "selector": _MAP,
            "ports": [{"name": str, "port": int, "targetPort": _PORT, "protocol": str, "nodePort": int}],
        }
    },
    "endpoints": {"subsets": [{"addresses": [{}], "ports": [{}]}]},
    "configmaps": {"data": _MAP, "binaryData": _MAP},
    "secrets": {"data": _MAP, "stringData": _MAP, "type": str},
    "persistentvolumeclaims": {"spec": _CLAIM_SPEC, "status": {"phase": str}},
    "persistentvolumes": {"spec": {"capacity": _QUANTITIES, "storageClassName": str, "claimRef": {}}},
    "resourcequotas": {"spec": {"hard": _QUANTITIES}},
    "limitranges": {"spec": {"limits": [{"type": str}]}},
    "nodes": {
        "spec": {"unschedulable": bool, "taints": [{"key": str, "effect": str}]},
        "status": {"allocatable": _QUANTITIES, "conditions": _CONDITIONS},
    },
    "events": {"involvedObject": {"kind": str, "name": str, "uid": str}, "count": int, "reason": str, "message": str},
    "namespaces": {"spec": {"finalizers": [str]}},
    "customresourcedefinitions.apiextensions.k8s.io": {
        "spec": {
            "group": str,
            "scope": str,
            "names": {"kind": str, "plural": str, "shortNames": [str]},
            "versions": [{"name": str, "served": bool, "subresources": {"status": {}}}],
        }
    },
    "ingresses.networking.k8s.io": {"spec": {"ingressClassName": str, "rules": [{"host": str}]}},
    "horizontalpodautoscalers.autoscaling": {"spec": {"minReplicas": int, "maxReplicas": int}},
}


def check_structure(kind: Kind, obj: Json) -> None:
    """400, in the words of Go's decoder, for a field with the wrong JSON type."""
    structure = {"metadata": _METADATA, **_STRUCTURES.get(kind.collection, {})}
    _check(kind, obj, structure, "")


def _check(kind: Kind, value: Any, structure: Structure, path: str) -> None:
    if value is None:
        return
    if isinstance(structure, dict):
        if not isinstance(value, dict):
            raise _wrong(kind, value, path, "object")
        for key, child in value.items():
            below = structure.get("*", structure.get(key))
            if below is not None:
                _check(kind, child, below, f"{path}.{key}")
    elif isinstance(structure, list):
        if not isinstance(value, list):
            raise _wrong(kind, value, path, "array")
        for item in value:
            if item is None:
                raise _wrong(kind, item, path, "object")
            _check(kind, item, structure[0], path)
    elif not isinstance(value, structure) or (isinstance(value, bool) and structure is not bool):
        names = {str: "string", int: "int32", bool: "bool"}
        raise _wrong(kind, value, path, names.get(structure, "quantity") if isinstance(structure, type) else "IntOrString")


def _wrong(kind: Kind, value: Any, path: str, wanted: str) -> Exception:
    names = {dict: "object", list: "array", str: "string", bool: "bool", int: "number", float: "number"}
    found = names.get(type(value), "null")
    return bad_request(
        f'{kind.kind} in version "{kind.version}" cannot be handled as a {kind.kind}: json: cannot unmarshal {found} '
        f"into Go struct field {kind.kind}{path} of type {wanted}"
    )

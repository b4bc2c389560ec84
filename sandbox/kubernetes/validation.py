"""Whether an object may be stored: the rules of the API server that people meet, with its causes and words.

Source: `pkg/apis/*/validation` of Kubernetes 1.32. The structure has been checked and defaults are set before.
"""

import base64
import binascii
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sandbox.kubernetes.errors import Cause, bad_request, invalid
from sandbox.kubernetes.quantities import quantity
from sandbox.kubernetes.resources import Kind
from sandbox.kubernetes.selectors import selects
from sandbox.kubernetes.trees import Json, at

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_SERVICE_NAME = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_VALUE = re.compile(r"(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?")
_CONFIG_KEY = re.compile(r"[-._a-zA-Z0-9]+")
_MAX_LABEL, _MAX_NAME, _MAX_PORT = 63, 253, 65535

_LABEL_WORDS = (
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an "
    "alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
)
_SUBDOMAIN_WORDS = (
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
    "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
    "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
)
_SERVICE_WORDS = (
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and "
    "end with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is "
    "'[a-z]([-a-z0-9]*[a-z0-9])?')"
)


def required(field: str, words: str = "") -> Cause:
    """A field that must be there."""
    return Cause(field, "FieldValueRequired", f"Required value{f': {words}' if words else ''}")


def wrong(field: str, value: Any, words: str) -> Cause:
    """A field whose value is not allowed."""
    return Cause(field, "FieldValueInvalid", f"Invalid value: {_shown(value)}: {words}")


def unsupported(field: str, value: Any, supported: Iterable[str]) -> Cause:
    """A field whose value is not in the list."""
    listed = ", ".join(f'"{one}"' for one in sorted(supported))
    return Cause(field, "FieldValueNotSupported", f"Unsupported value: {_shown(value)}: supported values: {listed}")


def duplicate(field: str, value: Any) -> Cause:
    """An item that may be there only once."""
    return Cause(field, "FieldValueDuplicate", f"Duplicate value: {_shown(value)}")


def _shown(value: Any) -> str:
    """A value as Go's `%#v` and the field errors show it."""
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, dict) and value and all(isinstance(one, str) for one in value.values()):
        pairs = ", ".join(f'"{key}":"{one}"' for key, one in sorted(value.items()))
        return f"map[string]string{{{pairs}}}"
    return json.dumps(value)


def check(kind: Kind, obj: Json, before: Json | None) -> None:
    """422 with every cause, for an object to be created, or to replace `before`."""
    causes = [*_metadata(kind, obj["metadata"])]
    rules = _RULES.get(kind.collection)
    if rules is not None:
        causes += rules(obj)
    if before is not None:
        causes += _immutable(kind, obj, before)
    if causes:
        raise invalid(kind.kind, kind.group, obj["metadata"].get("name", ""), causes)


def _metadata(kind: Kind, metadata: Json) -> Iterator[Cause]:
    name = metadata.get("name")
    if not name:
        yield required("metadata.name", "name or generateName is required")
    elif kind.collection == "namespaces" and not (_LABEL.fullmatch(name) and len(name) <= _MAX_LABEL):
        yield wrong("metadata.name", name, _LABEL_WORDS)
    elif kind.collection == "services" and not (_SERVICE_NAME.fullmatch(name) and len(name) <= _MAX_LABEL):
        yield wrong("metadata.name", name, _SERVICE_WORDS)
    elif kind.group == "rbac.authorization.k8s.io":
        if "/" in name or "%" in name or name in {".", ".."}:
            yield wrong("metadata.name", name, "may not contain '/' or '%'")
    elif len(name) > _MAX_NAME:
        yield wrong("metadata.name", name, f"must be no more than {_MAX_NAME} characters")
    elif not _SUBDOMAIN.fullmatch(name):
        yield wrong("metadata.name", name, _SUBDOMAIN_WORDS)
    for index, owner in enumerate(metadata.get("ownerReferences") or ()):
        for field in ("apiVersion", "kind", "name", "uid"):
            if not owner.get(field):
                yield required(f"metadata.ownerReferences[{index}].{field}", f"{field} must not be empty")
    yield from _labels(metadata.get("labels"), "metadata.labels")
    for key in metadata.get("annotations") or {}:
        if not _qualified(key):
            yield wrong("metadata.annotations", key, "name part must consist of alphanumeric characters, '-', '_' or '.'")


def _qualified(key: str) -> bool:
    prefix, slash, name = key.rpartition("/")
    named = bool(_QUALIFIED.fullmatch(name)) and len(name) <= _MAX_LABEL
    return named and (not slash or bool(_SUBDOMAIN.fullmatch(prefix.lower())))


def _labels(labels: Any, field: str) -> Iterator[Cause]:
    for key, value in (labels or {}).items():
        if not _qualified(key):
            yield wrong(
                field,
                key,
                "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                "alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc')",
            )
        if not _LABEL_VALUE.fullmatch(value) or len(value) > _MAX_LABEL:
            yield wrong(
                field,
                value,
                "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must "
                "start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345')"
                if len(value) <= _MAX_LABEL
                else f"must be no more than {_MAX_LABEL} characters",
            )


def _immutable(kind: Kind, obj: Json, before: Json) -> Iterator[Cause]:
    words = "field is immutable"
    frozen: dict[str, tuple[tuple[str, ...], ...]] = {
        "deployments.apps": (("spec", "selector"),),
        "replicasets.apps": (("spec", "selector"),),
        "daemonsets.apps": (("spec", "selector"),),
        "statefulsets.apps": (("spec", "selector"), ("spec", "serviceName")),
        "jobs.batch": (("spec", "selector"), ("spec", "template"), ("spec", "completions")),
        "persistentvolumeclaims": (("spec", "storageClassName"), ("spec", "accessModes")),
    }
    for path in frozen.get(kind.collection, ()):
        old, new = at(before, *path), at(obj, *path)
        if old != new and not (kind.collection == "persistentvolumeclaims" and old is None):
            yield wrong(".".join(path), new, words)
    if kind.collection == "services" and at(before, "spec", "clusterIP") not in {None, at(obj, "spec", "clusterIP")}:
        yield wrong("spec.clusterIP", at(obj, "spec", "clusterIP"), words)
    if kind.collection in {"configmaps", "secrets"} and before.get("immutable"):
        for part in ("data", "binaryData"):
            if before.get(part) != obj.get(part):
                yield Cause(part, "FieldValueForbidden", "Forbidden: field is immutable when `immutable` is set")
    if kind.collection == "pods":
        yield from _pod_update(obj, before)


def _pod_update(obj: Json, before: Json) -> Iterator[Cause]:
    """Of a Pod only images, the deadline and added tolerations may change; the scheduler sets the node once."""

    def rest(spec: Json) -> Json:
        kept = {key: value for key, value in spec.items() if key not in {"activeDeadlineSeconds", "tolerations"}}
        for group in ("containers", "initContainers"):
            kept[group] = [{**one, "image": ""} for one in spec.get(group) or ()]
        return kept

    old, new = rest(before["spec"]), rest(obj["spec"])
    if old.get("nodeName") is None:
        new.pop("nodeName", None)
    if old != new:
        yield Cause(
            "spec",
            "FieldValueForbidden",
            "Forbidden: pod updates may not change fields other than `spec.containers[*].image`,"
            "`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing "
            "tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)",
        )


def _resources(resources: Json, field: str) -> Iterator[Cause]:
    for part in ("limits", "requests"):
        for name, value in (resources.get(part) or {}).items():
            if quantity(value) is None:
                yield wrong(
                    f"{field}.{part}[{name}]",
                    value,
                    "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
                )
    for name, value in (resources.get("requests") or {}).items():
        limit = (resources.get("limits") or {}).get(name)
        asked, most = quantity(value), quantity(limit)
        if limit is not None and asked is not None and most is not None and asked > most:
            yield wrong(f"{field}.requests", value, f"must be less than or equal to {name} limit of {limit}")


def _container(container: Json, field: str, volumes: set[str]) -> Iterator[Cause]:
    name = container.get("name")
    if not name:
        yield required(f"{field}.name")
    elif not _LABEL.fullmatch(name) or len(name) > _MAX_LABEL:
        yield wrong(f"{field}.name", name, _LABEL_WORDS)
    image = container.get("image")
    if not image:
        yield required(f"{field}.image")
    elif image != image.strip():
        yield wrong(f"{field}.image", image, "must not have leading or trailing whitespace")
    policy = container.get("imagePullPolicy")
    if policy not in {"Always", "IfNotPresent", "Never"}:
        yield unsupported(f"{field}.imagePullPolicy", policy, ("Always", "IfNotPresent", "Never"))
    for index, port in enumerate(container.get("ports") or ()):
        number = port.get("containerPort")
        if number is None:
            yield required(f"{field}.ports[{index}].containerPort")
        elif not 0 < number <= _MAX_PORT:
            yield wrong(f"{field}.ports[{index}].containerPort", number, "must be between 1 and 65535, inclusive")
    for index, env in enumerate(container.get("env") or ()):
        if not env.get("name"):
            yield required(f"{field}.env[{index}].name")
        elif env.get("value") and env.get("valueFrom"):
            yield wrong(f"{field}.env[{index}].valueFrom", "", "may not be specified when `value` is not empty")
    for index, mount in enumerate(container.get("volumeMounts") or ()):
        if not mount.get("mountPath"):
            yield required(f"{field}.volumeMounts[{index}].mountPath")
        if mount.get("name") not in volumes:
            yield Cause(f"{field}.volumeMounts[{index}].name", "FieldValueNotFound", f"Not found: {_shown(mount.get('name'))}")
    yield from _resources(container.get("resources") or {}, f"{field}.resources")


def _pod_spec(spec: Json, field: str, restarts: tuple[str, ...]) -> Iterator[Cause]:
    if not spec.get("containers"):
        yield required(f"{field}.containers")
    if spec.get("restartPolicy") not in restarts:
        yield unsupported(f"{field}.restartPolicy", spec.get("restartPolicy"), restarts)
    volumes: set[str] = set()
    for index, volume in enumerate(spec.get("volumes") or ()):
        name = volume.get("name")
        if not name:
            yield required(f"{field}.volumes[{index}].name")
        elif name in volumes:
            yield duplicate(f"{field}.volumes[{index}].name", name)
        volumes.add(name)
    seen: set[str] = set()
    for group in ("initContainers", "containers"):
        for index, container in enumerate(spec.get(group) or ()):
            yield from _container(container, f"{field}.{group}[{index}]", volumes)
            if container.get("name") in seen:
                yield duplicate(f"{field}.{group}[{index}].name", container["name"])
            seen.add(container.get("name", ""))


_ALL_RESTARTS = ("Always", "OnFailure", "Never")


def _pod(obj: Json) -> Iterator[Cause]:
    yield from _pod_spec(obj["spec"], "spec", _ALL_RESTARTS)


def _workload(obj: Json) -> Iterator[Cause]:
    spec = obj["spec"]
    selector, labels = spec.get("selector"), at(spec, "template", "metadata", "labels", default={})
    replicas = spec.get("replicas")
    if replicas is not None and replicas < 0:
        yield wrong("spec.replicas", replicas, "must be greater than or equal to 0")
    if selector is None:
        yield required("spec.selector")
    elif not selector.get("matchLabels") and not selector.get("matchExpressions"):
        yield wrong("spec.selector", {}, f"empty selector is invalid for {obj['kind'].lower()}")
    if not labels or (selector and not selects(selector, labels)):
        yield wrong("spec.template.metadata.labels", labels, "`selector` does not match template `labels`")
    yield from _labels(labels, "spec.template.metadata.labels")
    yield from _pod_spec(spec["template"]["spec"], "spec.template.spec", ("Always",))


def _deployment(obj: Json) -> Iterator[Cause]:
    yield from _workload(obj)
    strategy = obj["spec"]["strategy"]
    if strategy["type"] not in {"Recreate", "RollingUpdate"}:
        yield unsupported("spec.strategy.type", strategy["type"], ("Recreate", "RollingUpdate"))
    rolling = strategy.get("rollingUpdate") or {}
    if strategy["type"] == "Recreate" and rolling:
        words = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
        yield Cause("spec.strategy.rollingUpdate", "FieldValueForbidden", words)
    for name, value in rolling.items():
        if isinstance(value, str) and not re.fullmatch(r"\d+%", value):
            words = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%')"
            yield wrong(f"spec.strategy.rollingUpdate.{name}", value, words)
    if rolling and all(value in {0, "0%"} for value in rolling.values()):
        words = "may not be 0 when `maxSurge` is 0"
        yield wrong("spec.strategy.rollingUpdate.maxUnavailable", rolling.get("maxUnavailable"), words)


def _stateful_set(obj: Json) -> Iterator[Cause]:
    yield from _workload_with_claims(obj)


def _workload_with_claims(obj: Json) -> Iterator[Cause]:
    """Mounts may name claim templates, which become volumes only in the Pods."""
    spec = obj["spec"]
    claims = [{"name": at(one, "metadata", "name")} for one in spec.get("volumeClaimTemplates") or ()]
    pod = spec["template"]["spec"]
    widened = {**pod, "volumes": [*(pod.get("volumes") or ()), *claims]} if claims else pod
    yield from _workload({**obj, "spec": {**spec, "template": {**spec["template"], "spec": widened}}})


def _job(obj: Json) -> Iterator[Cause]:
    yield from _pod_spec(obj["spec"]["template"]["spec"], "spec.template.spec", ("OnFailure", "Never"))


def _cron_job(obj: Json) -> Iterator[Cause]:
    if not obj["spec"].get("schedule"):
        yield required("spec.schedule")


def _service(obj: Json) -> Iterator[Cause]:
    spec = obj["spec"]
    if spec["type"] not in {"ClusterIP", "NodePort", "LoadBalancer", "ExternalName"}:
        yield unsupported("spec.type", spec["type"], ("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"))
    ports = spec.get("ports") or []
    if not ports and spec["type"] != "ExternalName" and spec.get("clusterIP") != "None":
        yield required("spec.ports")
    for index, port in enumerate(ports):
        if not 0 < port.get("port", 0) <= _MAX_PORT:
            yield wrong(f"spec.ports[{index}].port", port.get("port", 0), "must be between 1 and 65535, inclusive")
        if len(ports) > 1 and not port.get("name"):
            yield required(f"spec.ports[{index}].name")


def _config_map(obj: Json) -> Iterator[Cause]:
    for key in obj.get("data") or {}:
        if not _CONFIG_KEY.fullmatch(key):
            words = "a valid config key must consist of alphanumeric characters, '-', '_' or '.'"
            yield wrong(f"data[{key}]", key, words)


def _secret(obj: Json) -> Iterator[Cause]:
    yield from _config_map(obj)
    for key, value in (obj.get("data") or {}).items():
        try:
            base64.b64decode(value, validate=True)
        except binascii.Error as error:
            raise bad_request(f'Secret in version "v1" cannot be handled as a Secret: data[{key}]: illegal base64 data: {error}') from error


def _claim(obj: Json) -> Iterator[Cause]:
    if not obj["spec"].get("accessModes"):
        yield required("spec.accessModes", "at least 1 access mode is required")
    if at(obj, "spec", "resources", "requests", "storage") is None:
        yield required("spec.resources[storage]")


def _definition(obj: Json) -> Iterator[Cause]:
    spec, names = at(obj, "spec", default={}), at(obj, "spec", "names", default={})
    for field in ("group", "versions"):
        if not spec.get(field):
            yield required(f"spec.{field}")
    for index, version in enumerate(spec.get("versions") or ()):
        if not version.get("name"):
            yield required(f"spec.versions[{index}].name")
    for field in ("kind", "plural"):
        if not names.get(field):
            yield required(f"spec.names.{field}")
    if spec.get("group") and names.get("plural") and obj["metadata"].get("name") != f"{names['plural']}.{spec['group']}":
        words = 'must be spec.names.plural+"."+spec.group'
        yield wrong("metadata.name", obj["metadata"].get("name"), words)


_RULES: dict[str, Callable[[Json], Iterator[Cause]]] = {
    "pods": _pod,
    "deployments.apps": _deployment,
    "replicasets.apps": _workload,
    "statefulsets.apps": _stateful_set,
    "daemonsets.apps": _workload,
    "jobs.batch": _job,
    "cronjobs.batch": _cron_job,
    "services": _service,
    "configmaps": _config_map,
    "secrets": _secret,
    "persistentvolumeclaims": _claim,
    "customresourcedefinitions.apiextensions.k8s.io": _definition,
}

"""When a workload is ready, and why it is not yet. Pure: live objects in, a verdict and words for people out.

One rule a kind, in `RULES`; today Deployments only. What is wrong for good, and how to mend it, is the diagnosis' subject.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from steps.model.objects import Kind, Object, ObjectRef

DEPLOYMENT = Kind("apps/v1", "Deployment")
POD = Kind("v1", "Pod")
EVENT = Kind("v1", "Event")
_LONGEST = 300  # characters of a reason; registries answer with whole pages


def deployment_ready(deployment: Object) -> bool:
    """Whether the newest generation is seen, every replica is of the newest template and available, and no old one is left.

    The rule of `kubectl rollout status`, as one sum.
    """
    status = deployment.get("status") or {}
    wanted = _wanted(deployment)
    observed = int(status.get("observedGeneration") or 0) >= int((deployment.get("metadata") or {}).get("generation") or 0)
    counts = [int(status.get(key) or 0) for key in ("replicas", "updatedReplicas", "availableReplicas")]
    return observed and all(count == wanted for count in counts)


RULES: Mapping[Kind, Callable[[Object], bool]] = {DEPLOYMENT: deployment_ready}


def ready(item: Object) -> bool | None:
    """Whether an object is ready, by the rule of its kind; None for kinds that have none."""
    rule = RULES.get(ObjectRef.of(item).kind)
    return None if rule is None else rule(item)


def why_not_ready(deployment: Object, pods: Sequence[Object] = (), events: Sequence[Object] = ()) -> str:
    """One line for people, for example `0 of 1 ready; pod web-1: ErrImagePull: pull access denied`.

    `pods` are those of the Deployment; the worst speaks for all. `events` are those of the pods, for what no status tells (probes).
    """
    status = deployment.get("status") or {}
    metadata = deployment.get("metadata") or {}
    if int(status.get("observedGeneration") or 0) < int(metadata.get("generation") or 0):
        return "waiting for the Deployment controller to see the change"
    wanted = _wanted(deployment)
    updated, total = int(status.get("updatedReplicas") or 0), int(status.get("replicas") or 0)
    available = int(status.get("availableReplicas") or 0)
    text = f"{min(available, wanted)} of {wanted} ready"
    if total > updated:
        text = f"{updated} of {wanted} updated, {total - updated} old still there"
    reasons = [(str(pod["metadata"]["name"]), reason) for pod in _newest(pods) if (reason := pod_trouble(pod, events))]
    if reasons:
        name, reason = max(reasons, key=lambda item: (_weight(item[1]), item[0]))
        more = len(reasons) - 1
        return f"{text}; pod {name}: {_short(reason)}" + (f" (and {more} more)" if more else "")
    if failing := _condition(deployment, "ReplicaFailure", "True"):
        return f"{text}; {_short(failing)}"
    if stuck := _condition(deployment, "Progressing", "False"):
        return f"{text}; {_short(stuck)}"
    return text


def pod_ready(pod: Object) -> bool:
    """Whether the pod takes traffic."""
    return bool(_condition(pod, "Ready", "True"))


def pod_trouble(pod: Object, events: Sequence[Object] = ()) -> str:
    """Why a pod is not ready, in its own words; "" when it is, or has nothing to say."""
    status = pod.get("status") or {}
    if (pod.get("metadata") or {}).get("deletionTimestamp") or pod_ready(pod):
        return ""
    containers = [*(status.get("initContainerStatuses") or []), *(status.get("containerStatuses") or [])]
    for container in containers:
        if trouble := _container_trouble(container):
            return trouble
    if status.get("phase") == "Failed":
        return _joined(status.get("reason") or "Failed", status.get("message"))
    if unscheduled := _condition(pod, "PodScheduled", "False"):
        return unscheduled
    if probe := _latest_warning(pod, events):
        return probe
    if any("running" in (container.get("state") or {}) and not container.get("ready") for container in containers):
        return "running, but its readiness probe has not passed yet"
    return ""


def selector_text(selector: Mapping[str, Any]) -> str:
    """A `LabelSelector` as kubectl writes it: `app=web,tier in (a,b)`."""
    parts = [f"{key}={value}" for key, value in sorted((selector.get("matchLabels") or {}).items())]
    for item in selector.get("matchExpressions") or []:
        key, values = item.get("key"), ",".join(item.get("values") or [])
        words = {"In": f"{key} in ({values})", "NotIn": f"{key} notin ({values})", "Exists": f"{key}", "DoesNotExist": f"!{key}"}
        parts.append(words.get(str(item.get("operator")), f"{key}"))
    return ",".join(parts)


def _newest(pods: Sequence[Object]) -> list[Object]:
    """The pods of the newest template: a broken one of an earlier template says nothing about this one."""

    def template(pod: Object) -> Any:
        return (pod["metadata"].get("labels") or {}).get("pod-template-hash")

    made = max((str(pod["metadata"].get("creationTimestamp") or "") for pod in pods), default="")
    # Times are whole seconds, so that two templates may be equally new.
    newest = {template(pod) for pod in pods if str(pod["metadata"].get("creationTimestamp") or "") == made}
    return [pod for pod in pods if template(pod) in newest]


def _wanted(deployment: Object) -> int:
    replicas = (deployment.get("spec") or {}).get("replicas")
    return 1 if replicas is None else int(replicas)


def _container_trouble(container: Mapping[str, Any]) -> str:
    state = container.get("state") or {}
    waiting, ended = state.get("waiting") or {}, state.get("terminated") or {}
    if waiting.get("reason") in {"ContainerCreating", "PodInitializing"}:
        return ""
    if waiting:
        last = (container.get("lastState") or {}).get("terminated") or {}
        ending = f"last ended with {_ending(last)}" if last else ""
        return _joined(
            waiting.get("reason") or "waiting", ending if waiting.get("reason") == "CrashLoopBackOff" and ending else waiting.get("message")
        )
    if ended and int(ended.get("exitCode") or 0):
        return f"ended with {_ending(ended)}"
    return ""


def _ending(ended: Mapping[str, Any]) -> str:
    reason = str(ended.get("reason") or "")
    return f"exit code {ended.get('exitCode')}" + (f" ({reason})" if reason and reason not in {"Error", "Completed"} else "")


def _latest_warning(pod: Object, events: Sequence[Object]) -> str:
    uid = (pod.get("metadata") or {}).get("uid")
    own = [item for item in events if (item.get("involvedObject") or {}).get("uid") == uid and item.get("type") == "Warning"]
    if not own:
        return ""
    latest = max(own, key=lambda item: str(item.get("lastTimestamp") or item.get("eventTime") or ""))
    return _joined(latest.get("reason") or "Warning", latest.get("message"))


def _condition(item: Object, kind: str, status: str) -> str:
    for condition in (item.get("status") or {}).get("conditions") or []:
        if condition.get("type") == kind and condition.get("status") == status:
            return _joined(condition.get("reason") or kind, condition.get("message"))
    return ""


def _weight(reason: str) -> int:
    # A quoted refusal says more than the back-off that follows it, and both more than a probe that has not passed yet.
    if reason.startswith("running"):
        return 0
    return 1 if "BackOff" in reason.partition(":")[0] else 2


def _joined(reason: object, message: object) -> str:
    return f"{reason}: {message}" if message else str(reason)


_WRAPPING = re.compile(
    r'rpc error: code = \w+ desc = |failed to pull and unpack image "[^"]*": |failed to resolve reference "[^"]*": |: server message: .*',
    re.DOTALL,
)
"""What the kubelet and its runtime wrap around the reason; the image and the reason are what people need."""


def reason_of(message: str) -> str:
    """A kubelet's message without what its runtime wraps around the reason, on one line."""
    return _WRAPPING.sub("", " ".join(message.split()))


def _short(text: str) -> str:
    line = reason_of(text)
    return line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…"

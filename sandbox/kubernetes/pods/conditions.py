"""A Pod's status as a whole, from the statuses of its containers: phase and conditions. Pure."""

from sandbox.kubernetes.pods.lifecycle import is_over
from sandbox.kubernetes.pods.outcomes import is_init
from sandbox.kubernetes.trees import Json, at

HOST = "172.18.0.2"


def pod_status(pod: Json, containers: dict[str, Json], address: str, now: str) -> Json:
    """The next status of a Pod; `containers` holds the statuses of all its containers by name."""
    spec, status = pod["spec"], dict(pod.get("status") or {})
    main = [containers[one["name"]] for one in spec["containers"]]
    init = [containers[one["name"]] for one in spec.get("initContainers") or ()]
    status.setdefault("startTime", now)
    status.update(hostIP=HOST, hostIPs=[{"ip": HOST}])
    if address:
        status.update(podIP=address, podIPs=[{"ip": address}])
    status["containerStatuses"] = main
    if init:
        status["initContainerStatuses"] = init
    status["phase"] = _phase(pod, main, containers)
    initialized = [one["name"] for one in spec.get("initContainers") or () if not _done(pod, one, containers[one["name"]])]
    done = status["phase"] in {"Succeeded", "Failed"}
    unready = [one["name"] for one in main if not one["ready"]]
    wanted = [
        ("PodReadyToStartContainers", bool(address) and not done, "", ""),
        _condition("Initialized", initialized, "ContainersNotInitialized", "containers with incomplete status: "),
    ]
    if done:
        reason = "PodCompleted" if status["phase"] == "Succeeded" else "PodFailed"
        wanted += [(name, False, reason, "") for name in ("Ready", "ContainersReady")]
    else:
        wanted += [
            _condition(name, unready, "ContainersNotReady", "containers with unready status: ") for name in ("Ready", "ContainersReady")
        ]
    conditions = at(pod, "status", "conditions", default=[])
    kept = [one for one in conditions if one["type"] not in {name for name, *_ in wanted}]
    status["conditions"] = [
        condition(conditions, now, name, holds=holds, reason=reason, message=message) for name, holds, reason, message in wanted
    ] + kept
    return status


def _condition(name: str, missing: list[str], reason: str, words: str) -> tuple[str, bool, str, str]:
    return (name, not missing, reason if missing else "", f"{words}[{' '.join(missing)}]" if missing else "")


def _done(pod: Json, container: Json, status: Json) -> bool:
    if is_init(pod, container):
        return bool(at(status, "state", "terminated", "exitCode") == 0)
    return bool(status.get("started"))


def _phase(pod: Json, main: list[Json], containers: dict[str, Json]) -> str:
    policy = at(pod, "spec", "restartPolicy", default="Always")
    if policy == "Never":
        for one in pod["spec"].get("initContainers") or ():
            if is_init(pod, one) and at(containers[one["name"]], "state", "terminated", "exitCode") not in {None, 0}:
                return "Failed"
    if main and all(is_over(one, policy) for one in main):
        failed = any(one["state"]["terminated"]["exitCode"] for one in main)
        return "Failed" if failed else "Succeeded"
    began = any("running" in one["state"] or "terminated" in one["state"] or one["lastState"] for one in main)
    return "Running" if began else "Pending"


def condition(before: list[Json], now: str, name: str, *, holds: bool, reason: str = "", message: str = "") -> Json:
    """A condition; its transition time moves only when it turns."""
    text = "True" if holds else "False"
    old = next((one for one in before if one["type"] == name), None)
    since = old["lastTransitionTime"] if old and old["status"] == text else now
    made: Json = {"type": name, "status": text, "lastProbeTime": None, "lastTransitionTime": since}
    if reason:
        made["reason"] = reason
    if message:
        made["message"] = message
    return made

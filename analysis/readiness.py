"""Whether a workload does what was asked of it, from its status alone."""

from dataclasses import dataclass
from enum import Enum

from analysis.facts import WORKLOADS
from analysis.paths import Json, condition, mapping, number, text


class State(Enum):
    """What can be said about an object's readiness."""

    READY = "ready"
    NOT_READY = "not ready"
    SCALED_TO_ZERO = "scaled to zero"
    UNKNOWN = "of unknown readiness"
    NO_WORKLOAD = "not a workload"


@dataclass(frozen=True, slots=True)
class Readiness:
    """The state, with the numbers behind it as a clause for people."""

    state: State
    detail: str

    @property
    def ready(self) -> bool:
        """Only what is known to be ready is."""
        return self.state is State.READY


def readiness(item: Json) -> Readiness:
    """The readiness of an object as read; a workload without status is `UNKNOWN`, which nobody may take for ready."""
    kind = text(item, "kind")
    if kind not in {*WORKLOADS, "Pod"}:
        return Readiness(State.NO_WORKLOAD, f"{kind or 'the object'} is not a workload")
    status = mapping(item, "status")
    if not status:
        return Readiness(State.UNKNOWN, "its status is not known")
    if number(status, "observedGeneration") < number(item, "metadata", "generation") and kind not in {"Pod", "Job"}:
        return Readiness(State.NOT_READY, "its controller has not seen the latest change yet")
    match kind:
        case "Pod":
            return _pod(item)
        case "Job":
            return _job(item)
        case "DaemonSet":
            wanted = number(status, "desiredNumberScheduled")
            return _counted(wanted, number(status, "updatedNumberScheduled"), number(status, "numberAvailable"))
        case "ReplicaSet":
            available = number(status, "availableReplicas")
            return _counted(number(item, "spec", "replicas", default=1), None, available)
        case _:
            return _rolled_out(item)


def _rolled_out(item: Json) -> Readiness:
    """A Deployment or StatefulSet: an old replica that is still available must not pass for a new one."""
    status = mapping(item, "status")
    updated, total = number(status, "updatedReplicas"), number(status, "replicas")
    wanted = number(item, "spec", "replicas", default=1)
    now = _counted(wanted, updated, number(status, "availableReplicas"))
    if now.ready and total > updated:
        return Readiness(State.NOT_READY, f"{total - updated} replicas of a former version are still there")
    if now.ready and total > wanted:
        return Readiness(State.NOT_READY, f"{total - wanted} replicas more than wanted are still there")
    if now.ready and total < updated:
        return Readiness(State.UNKNOWN, "the numbers in its status do not fit together")
    return now


def _counted(wanted: int, updated: int | None, available: int) -> Readiness:
    if wanted <= 0:
        return Readiness(State.SCALED_TO_ZERO, "it is scaled to zero, nothing runs")
    if available >= wanted and updated is not None and updated < wanted:
        return Readiness(State.NOT_READY, f"{updated} of {wanted} replicas on the latest version")
    detail = f"{available} of {wanted} replicas available"
    return Readiness(State.READY if available >= wanted else State.NOT_READY, detail)


def _pod(item: Json) -> Readiness:
    phase = text(item, "status", "phase")
    if phase == "Succeeded":
        return Readiness(State.READY, "it has run to its end")
    if phase == "Running" and text(condition(item, "Ready"), "status") == "True":
        return Readiness(State.READY, "it is running and ready")
    return Readiness(State.NOT_READY, f"its phase is {phase or 'unknown'} and it is not ready")


def _job(item: Json) -> Readiness:
    if text(condition(item, "Complete"), "status") == "True":
        return Readiness(State.READY, "it is complete")
    if text(condition(item, "Failed"), "status") == "True":
        return Readiness(State.NOT_READY, "it has failed")
    return Readiness(State.NOT_READY, "it is not complete")

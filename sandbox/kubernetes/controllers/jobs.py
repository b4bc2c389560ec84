"""Jobs: Pods until enough of them succeeded, or too many failed. A failed Pod is replaced at once, without back-off."""

from collections.abc import Iterable

from sandbox.kubernetes.clock import moment_of
from sandbox.kubernetes.controllers.pods import (
    create_pod,
    delete_pod,
    is_active,
    owned_pods,
    pod_of,
    ready_since,
    without_zeros,
)
from sandbox.kubernetes.controllers.world import World, controller_of
from sandbox.kubernetes.objects import Deletion
from sandbox.kubernetes.resources import JOBS, PODS
from sandbox.kubernetes.store import Change, Key
from sandbox.kubernetes.trees import Json, at, name_of, namespace_of

_COMPONENT = "job-controller"


class Jobs:
    """The controller of Jobs."""

    name = "jobs"

    def __init__(self, world: World) -> None:
        self._world = world

    def keys(self, change: Change) -> Iterable[Key]:
        """A Job, or that of a Pod."""
        if change.collection == JOBS.collection:
            return (change.key,)
        if change.collection == PODS.collection:
            owner = controller_of(change.object)
            if owner is not None and owner["kind"] == JOBS.kind:
                return (Key(JOBS.collection, namespace_of(change.object), owner["name"]),)
        return ()

    def reconcile(self, key: Key) -> None:
        """Start what is missing, or end the Job."""
        job = self._world.objects.store.find(key)
        if job is None or job["metadata"].get("deletionTimestamp"):
            return
        if _finished(job):
            self._expire(key, job)
            return
        pods = owned_pods(self._world, job)
        succeeded = sum(at(pod, "status", "phase") == "Succeeded" for pod in pods)
        failures = sum(at(pod, "status", "phase") == "Failed" for pod in pods) + sum(map(_restarts, pods))
        failed = sum(at(pod, "status", "phase") == "Failed" for pod in pods)
        active = [pod for pod in pods if is_active(pod)]
        spec = job["spec"]
        suspended = bool(spec.get("suspend"))
        verdict = self._verdict(key, job, succeeded, failures)
        if verdict is None and not suspended:
            wanted = min(spec["parallelism"], max(spec["completions"] - succeeded, 0))
            active += [create_pod(self._world, job, pod_of(job, spec["template"]), _COMPONENT) for _ in range(wanted - len(active))]
        else:
            for pod in active:
                delete_pod(self._world, job, pod, _COMPONENT)
            active = []
        self._tell(job, verdict, succeeded, failed, active, suspended=suspended)

    def _verdict(self, key: Key, job: Json, succeeded: int, failures: int) -> tuple[str, str, str] | None:
        """The condition with which a Job ends, with its reason and message, or None while it goes on."""
        spec = job["spec"]
        if succeeded >= spec["completions"]:
            return "Complete", "CompletionsReached", "Reached expected number of succeeded pods"
        if failures > spec["backoffLimit"]:
            return "Failed", "BackoffLimitExceeded", "Job has reached the specified backoff limit"
        deadline, started = spec.get("activeDeadlineSeconds"), at(job, "status", "startTime")
        if deadline is not None and started is not None:
            left = deadline - (self._world.clock.now() - moment_of(started)).total_seconds()
            if left <= 0:
                return "Failed", "DeadlineExceeded", "Job was active longer than specified deadline"
            self._world.later(self.name, key, left)
        return None

    def _tell(
        self, job: Json, verdict: tuple[str, str, str] | None, succeeded: int, failed: int, active: list[Json], *, suspended: bool
    ) -> None:
        now = self._world.objects.now()
        status = {**(job.get("status") or {})}
        if not suspended:
            status.setdefault("startTime", now)
        counts = {
            "active": len(active),
            "succeeded": succeeded,
            "failed": failed,
            "ready": sum(ready_since(pod) is not None for pod in active),
        }
        kept = {key: value for key, value in status.items() if key not in counts}
        if verdict is not None:
            kind, reason, message = verdict
            made = {"type": kind, "status": "True", "reason": reason, "message": message}
            kept["conditions"] = [made | {"lastProbeTime": now, "lastTransitionTime": now}]
            if kind == "Complete":
                kept["completionTime"] = now
                self._world.events.record(job, "Normal", "Completed", "Job completed", _COMPONENT)
            else:
                self._world.events.record(job, "Warning", reason, message, _COMPONENT)
        self._world.status(JOBS, job, kept | without_zeros(counts))

    def _expire(self, key: Key, job: Json) -> None:
        """A finished Job goes after its time to live, where it has one."""
        lifetime = at(job, "spec", "ttlSecondsAfterFinished")
        if lifetime is None:
            return
        ended = moment_of(job["status"]["conditions"][0]["lastTransitionTime"])
        left = lifetime - (self._world.clock.now() - ended).total_seconds()
        if left <= 0:
            self._world.objects.delete(JOBS, namespace_of(job), name_of(job), Deletion())
        else:
            self._world.later(self.name, key, left)


def _restarts(pod: Json) -> int:
    """With restartPolicy OnFailure the restarts of a Pod count as failures."""
    if at(pod, "status", "phase") == "Failed":
        return 0
    return sum(int(one.get("restartCount", 0)) for one in at(pod, "status", "containerStatuses", default=[]))


def _finished(job: Json) -> bool:
    return any(one["type"] in {"Complete", "Failed"} and one["status"] == "True" for one in at(job, "status", "conditions", default=[]))

"""A run in KubeVela's shape: a `WorkflowRun` with `status`, as its API gives it. Pure; writing it as JSON or YAML is the caller's.

Shape and names: `core.oam.dev/v1alpha1`, WorkflowRun status. The run's id and cluster, for which KubeVela has no field, are annotations.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from steps.model.manifest import API_VERSION
from steps.model.phases import RunPhase, StepPhase
from steps.model.run import Run, step_id
from steps.model.status import StepStatus
from steps.plan.planning import pending_steps
from steps.plan.program import Program
from steps.sealing import MARK

SEALED = "<sealed>"
"""What stands in place of a secret value; an angle-bracket placeholder, so that an exported manifest counts it as absent."""

RUN_ANNOTATION = "promptops.dev/run"
CLUSTER_ANNOTATION = "promptops.dev/cluster"

Json = dict[str, Any]


def workflow_run(run: Run, program: Program) -> Json:
    """The run as a WorkflowRun object: the manifest that ran, without secret values, and its `status`."""
    manifest = run.manifest.model_dump(by_alias=True, exclude_defaults=True, exclude={"status"}, mode="json")
    metadata = manifest.get("metadata", {})
    annotations = {**metadata.get("annotations", {}), RUN_ANNOTATION: run.id, CLUSTER_ANNOTATION: run.cluster}
    return {
        "apiVersion": API_VERSION,
        "kind": "WorkflowRun",
        "metadata": {
            **metadata,
            "name": run.manifest.metadata.name or run.workflow,
            "namespace": run.namespace,
            "creationTimestamp": rfc3339(run.created_at),
            "annotations": annotations,
        },
        "spec": without_seals(manifest.get("spec", {})),
        "status": status(run, program),
    }


def status(run: Run, program: Program) -> Json:
    """KubeVela's `status`: the phase is in `status.status`, `mode` has its defaults filled in, steps come in the order of first record."""
    mode = run.manifest.spec.mode
    sub_steps = (mode.sub_steps if mode else None) or "DAG"
    failed = any(item.phase is StepPhase.FAILED and item.finished for item in run.steps.values())
    told: Json = {
        "mode": {"steps": program.mode, "subSteps": sub_steps},
        "status": str(run.phase),
        "message": run.message,
        "suspend": run.phase is RunPhase.SUSPENDING,
        "terminated": run.terminated or failed,
        "finished": run.phase.finished,
        "startTime": rfc3339(run.created_at),
        "endTime": None if run.ended_at is None else rfc3339(run.ended_at),
        "steps": _steps(run, program),
    }
    if run.ended is RunPhase.SUCCEEDED and run.ended_at is not None:
        available = {"type": "WorkflowRun", "status": "True", "reason": "Available", "lastTransitionTime": rfc3339(run.ended_at)}
        told["conditions"] = [available]
    return {key: value for key, value in told.items() if value not in ("", None)}


def without_seals(value: Any) -> Any:
    """A stored value with a placeholder for every sealed part."""
    if isinstance(value, Mapping):
        return SEALED if set(value) == {MARK} else {key: without_seals(item) for key, item in value.items()}
    return [without_seals(item) for item in value] if isinstance(value, list | tuple) else value


def rfc3339(at: float) -> str:
    """Epoch seconds as Kubernetes writes a time: UTC, whole seconds."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _steps(run: Run, program: Program) -> list[Json]:
    pending = pending_steps(run, program)
    names = [*run.steps, *(name for name in pending if name not in run.steps)]
    told = {name: _step(run.steps[name]) if name in run.steps else _pending(run, name, pending[name]) for name in names}
    for name in names:
        if parent := run.groups.get(name):
            told[parent].setdefault("subSteps", []).append(told[name])
    return [step for name, step in told.items() if name not in run.groups]


def _step(item: StepStatus) -> Json:
    told = {
        "id": item.id,
        "name": item.name,
        "type": item.type,
        "phase": str(item.phase),
        "message": item.message,
        "reason": str(item.reason),
        "firstExecuteTime": _time(item.first_execute_time),
        "lastExecuteTime": _time(item.last_execute_time),
    }
    return {key: value for key, value in told.items() if value}


def _pending(run: Run, name: str, reason: str) -> Json:
    phase = str(StepPhase.PENDING)
    return {"id": step_id(run.id, name, run.restarts), "name": name, "type": run.types[name], "phase": phase, "message": reason}


def _time(at: float | None) -> str:
    return "" if at is None else rfc3339(at)

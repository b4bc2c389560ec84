"""How a step ends: its outputs, its retries, its group's and its run's phase."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from steps.expressions import ExpressionError, value_from
from steps.model.events import StepEnded, StepWaiting
from steps.model.phases import Reason, RunPhase, StepPhase
from steps.model.run import Run
from steps.model.status import StepStatus
from steps.plan.program import Node

RETRIES = 10
"""How often a passing fault is tried again, as KubeVela's `--max-workflow-step-error-retry-times`: 11 executions in all."""

_PRIORITY = (Reason.FAILED_AFTER_RETRIES, Reason.TIMEOUT, Reason.ACTION, Reason.TERMINATE)


def outputs_of(node: Node, values: Mapping[str, Any], scope: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The declared outputs, null where one could not be had, and why not.

    Unlike KubeVela's, an output's error never overwrites the step's message.
    """
    outputs: dict[str, Any] = {}
    errors: list[str] = []
    for name, expression in node.outputs:
        try:
            outputs[name] = value_from(expression, values, scope)
        except ExpressionError as error:
            outputs[name] = None
            errors.append(f"output {name!r} is null: {error}")
    return outputs, tuple(errors)


def backoff(failures: int) -> float:
    """Seconds until the next try after so many failures in a row with one message.

    KubeVela's sequence: 1, 1, 1, 1, 1, 1, 3, 6, 12, 25, 51, 60, 60…
    """
    return float(min(max(int(0.05 * 2 ** min(failures - 1, 20)), 1), 60))


def after_fault(status: StepStatus, at: float, message: str, close: Callable[[Reason, str], StepEnded]) -> StepWaiting | StepEnded:
    """What a passing fault leads to: another try with back-off, or the end when the tries are used up."""
    if status.failures >= RETRIES:
        return close(Reason.FAILED_AFTER_RETRIES, message)
    in_a_row = status.backoff + 1 if status.message == message or not status.failures else 1
    return StepWaiting(at=at, step=status.name, message=message, again=at + backoff(in_a_row), failed=True)


def group_result(children: Sequence[StepStatus]) -> tuple[StepPhase, Reason, str]:
    """A group's end from its finished sub-steps: failed if any failed, skipped if all were, else succeeded.

    The reason is KubeVela's most important one; a reason that is not in its list still ends the group.
    """
    failed = [child for child in children if child.phase is StepPhase.FAILED]
    if failed:
        reasons = {child.reason for child in failed}
        reason = next((item for item in _PRIORITY if item in reasons), failed[0].reason)
        names = ", ".join(child.name for child in failed)
        return StepPhase.FAILED, reason, f"failed: {names}"
    if children and all(child.phase is StepPhase.SKIPPED for child in children):
        return StepPhase.SKIPPED, Reason.SKIP, "all sub-steps were skipped"
    return StepPhase.SUCCEEDED, Reason.NONE, ""


def run_result(run: Run, top: Iterable[str]) -> tuple[RunPhase, str]:
    """A run's end from its finished top-level steps, and a line that names the first failure."""
    failed = [run.steps[name] for name in top if run.steps[name].phase is StepPhase.FAILED]
    if failed and all(status.reason is Reason.TERMINATE for status in failed):
        return RunPhase.TERMINATED, failed[0].message
    if failed:
        first = next(status for status in failed if status.reason is not Reason.TERMINATE)
        return RunPhase.FAILED, f"step {first.name!r} failed ({first.reason}): {first.message}"
    if run.terminated:
        return RunPhase.TERMINATED, "terminated before the remaining steps began"
    return RunPhase.SUCCEEDED, ""

"""What expressions see: `status`, `inputs`, `context`, `parameter`, and the values of outputs.

Stored values may hold references to sealed secrets; `Unseal` gives the real ones where an expression or a step needs them.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from steps.expressions import ExpressionError, assign, lookup
from steps.model.phases import Reason, StepPhase
from steps.model.run import EMPTY, Run
from steps.model.status import StepStatus
from steps.plan.program import Node, Program

Unseal = Callable[[Any], Any]


def as_is(value: Any) -> Any:
    """The `Unseal` of a run without secrets."""
    return value


class StatusView(Mapping[str, Any]):
    """`status` in an `if`: KubeVela's fields and booleans, by step name, for the steps recorded so far.

    `failed` is true only for a finished failure; a step that will be tried again has `retrying` instead.
    """

    def __init__(self, run: Run) -> None:
        self._run = run

    def __getitem__(self, name: str) -> dict[str, Any]:
        return describe(self._run.steps[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._run.steps)

    def __len__(self) -> int:
        return len(self._run.steps)


def describe(status: StepStatus) -> dict[str, Any]:
    """One step's status as an `if` sees it; an empty message or reason is a missing field, as in KubeVela."""
    view: dict[str, Any] = {
        "id": status.id,
        "name": status.name,
        "type": status.type,
        "phase": status.phase.value,
        "failed": status.phase is StepPhase.FAILED and status.finished,
        "succeeded": status.phase is StepPhase.SUCCEEDED,
        "skipped": status.phase is StepPhase.SKIPPED,
        "retrying": status.retrying,
        "timeout": status.reason is Reason.TIMEOUT,
        "failedAfterRetries": status.reason is Reason.FAILED_AFTER_RETRIES,
        "terminate": status.reason is Reason.TERMINATE,
    }
    if status.message:
        view["message"] = status.message
    if status.reason:
        view["reason"] = status.reason.value
    return view


def context_of(run: Run, program: Program, node: Node) -> dict[str, Any]:
    """KubeVela's `context`: built-ins, and everything of `spec.context`, which wins."""
    status = run.steps.get(node.name)
    step = status.id if status else ""
    context: dict[str, Any] = {
        "name": run.workflow,
        "namespace": run.namespace,
        "workflowName": "",
        "publishVersion": "",
        "stepName": node.name,
        "stepSessionID": step,
        "spanID": f"{run.id}.{step}",
    }
    if node.parent:
        context["stepGroupName"] = node.parent
    return {**context, **program.context}


def input_value(run: Run, program: Program, node: Node, source: str, unseal: Unseal) -> Any:
    """The value of an input; None where its producer left nothing."""
    producers = node.producers.get(source, ())
    for producer in producers:
        if producer in run.outputs:
            return _found(source, unseal(run.outputs[producer]), EMPTY)
    if producers:
        return None
    return _found(source, EMPTY, {"context": context_of(run, program, node), "parameter": dict(node.properties)})


def _found(source: str, variables: Mapping[str, Any], extra: Mapping[str, Any]) -> Any:
    try:
        return lookup(source, variables, extra)
    except ExpressionError:
        return None


def inputs_of(run: Run, program: Program, node: Node, unseal: Unseal) -> dict[str, Any]:
    """`inputs` in an `if`: the declared inputs only, keyed by the whole `from`."""
    return {item.from_: input_value(run, program, node, item.from_, unseal) for item in node.inputs}


def properties_of(run: Run, program: Program, node: Node, unseal: Unseal) -> dict[str, Any]:
    """The step's properties with its inputs put in; raises `ExpressionError` where a key does not fit."""
    properties: Any = unseal(dict(node.properties))
    for item in node.inputs:
        if item.parameter_key:
            properties = assign(properties, item.parameter_key, input_value(run, program, node, item.from_, unseal))
    return dict(properties)


class ConditionScope(Mapping[str, Any]):
    """Everything that a step's `if` may read; each part is made when it is read, most conditions read one."""

    def __init__(self, run: Run, program: Program, node: Node, unseal: Unseal) -> None:
        self._of = (run, program, node, unseal)

    def __getitem__(self, name: str) -> Any:
        run, program, node, unseal = self._of
        match name:
            case "status":
                return StatusView(run)
            case "inputs":
                return inputs_of(run, program, node, unseal)
            case "context":
                return context_of(run, program, node)
            case "parameter":
                return dict(node.properties)
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(("status", "inputs", "context", "parameter"))

    def __len__(self) -> int:
        return 4

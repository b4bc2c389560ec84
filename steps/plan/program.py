"""A manifest made ready for planning: expressions parsed, durations in seconds, who produces what."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from steps.duration import parse_duration
from steps.expressions import Expression, PathError, parse, parse_key, references
from steps.identity import Same
from steps.model.manifest import GROUP_TYPE, Input, Mode, StepMode, SubStep, WorkflowRun, WorkflowSpec

ALWAYS = "always"


@dataclass(frozen=True, slots=True)
class Node:
    """One step. `producers` names, by the `from` of each input, the steps that output it (none: a path in context or parameter).

    `awaits` are the steps whose status the `if` reads: unlike KubeVela's, our `if` waits for them. `mode` is how sub-steps run, `alias` how
    the manifest calls the step for people.
    """

    name: str
    type: str
    parent: str
    children: tuple[str, ...]
    mode: StepMode
    always: bool
    condition: Expression | None
    condition_text: str
    timeout: float | None
    depends_on: tuple[str, ...]
    awaits: tuple[str, ...]
    inputs: tuple[Input, ...]
    producers: Mapping[str, tuple[str, ...]]
    outputs: tuple[tuple[str, Expression], ...]
    properties: Mapping[str, Any]
    alias: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """The steps of a run by name; `top` in the manifest's order."""

    mode: StepMode
    top: tuple[str, ...]
    nodes: Mapping[str, Node]
    context: Mapping[str, Any]


def compile_manifest(manifest: WorkflowRun) -> Program:
    """The program of a checked manifest (`steps.manifest.check`); one that was not checked may raise the parsers' errors."""
    spec = manifest.spec.workflow_spec or WorkflowSpec()
    mode = manifest.spec.mode or Mode()
    return Program(
        mode=mode.steps or "StepByStep",
        top=tuple(step.name for step in spec.steps),
        nodes=_nodes(Same(spec), mode.sub_steps or "DAG"),
        context=manifest.spec.context,
    )


def as_json(manifest: WorkflowRun) -> dict[str, Any]:
    """The manifest as JSON with KubeVela's names and without defaults, as the journal keeps it."""
    if manifest.spec.workflow_spec is None:
        return manifest.model_dump(by_alias=True, exclude_defaults=True, exclude={"status"}, mode="json")
    head = manifest.model_dump(by_alias=True, exclude_defaults=True, exclude={"status": True, "spec": {"workflow_spec"}}, mode="json")
    return {**head, "spec": {**head.get("spec", {}), "workflowSpec": _spec_json(Same(manifest.spec.workflow_spec))}}


@lru_cache(maxsize=64)
def _spec_json(same: Same[WorkflowSpec]) -> dict[str, Any]:
    return same.item.model_dump(by_alias=True, exclude_defaults=True, mode="json")


@lru_cache(maxsize=64)
def _nodes(same: Same[WorkflowSpec], sub_mode: StepMode) -> Mapping[str, Node]:
    steps = same.item.steps
    producers: dict[str, tuple[str, ...]] = {}
    for step in steps:
        for each in (step, *step.sub_steps):
            for output in each.outputs:
                producers[output.name] = (*producers.get(output.name, ()), each.name)
    nodes: dict[str, Node] = {}
    for step in steps:
        children = tuple(sub.name for sub in step.sub_steps)
        nodes[step.name] = _node(step, producers, "", children, step.mode or sub_mode)
        for sub in step.sub_steps:
            nodes[sub.name] = _node(sub, producers, step.name, (), "DAG")
    return MappingProxyType(nodes)


def _node(step: SubStep, producers: Mapping[str, tuple[str, ...]], parent: str, children: tuple[str, ...], mode: StepMode) -> Node:
    conditional = step.if_ and step.if_ != ALWAYS
    condition = parse(step.if_) if conditional else None
    return Node(
        name=step.name,
        type=step.type,
        parent=parent,
        children=children,
        mode=mode,
        always=step.if_ == ALWAYS,
        condition=condition,
        condition_text=step.if_.strip(),
        timeout=parse_duration(step.timeout) if step.timeout else None,
        depends_on=step.depends_on,
        awaits=_awaited(condition, {step.name, parent, *children}) if condition else (),
        inputs=step.inputs,
        producers={item.from_: producers.get(item.from_) or producers.get(variable(item.from_), ()) for item in step.inputs},
        outputs=tuple((output.name, parse(output.value_from)) for output in step.outputs),
        properties=step.properties,
        alias=step.meta.alias,
    )


def variable(text: str) -> str:
    """The output that a `from` reads: its first segment (`whole.a.b` digs into `whole`); "" for text that is no path."""
    try:
        return str(parse_key(text)[0])
    except PathError:
        return ""


def _awaited(condition: Expression, own: set[str]) -> tuple[str, ...]:
    named = [path[1] for path in references(condition) if len(path) > 1 and path[0] == "status"]
    return tuple(dict.fromkeys(name for name in named if isinstance(name, str) and name not in own))


def is_group(node: Node) -> bool:
    """Whether the plan runs this node itself, by its sub-steps."""
    return node.type == GROUP_TYPE

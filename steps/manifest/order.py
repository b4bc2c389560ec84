"""Whether every wait can end: no step waits for itself, for a later one, for its own group, or in a circle.

A wait is what a step names, the order of StepByStep, and a group's: its sub-steps begin after it, and it ends after them.
"""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from steps.manifest.outline import Outline, StepOutline
from steps.manifest.references import Wait
from steps.manifest.report import Report

_CYCLES = 20
_SHOWN = 12

Node: TypeAlias = tuple[str, str]
Graph: TypeAlias = dict[Node, list[Node]]


def check_order(report: Report, outline: Outline, names: Mapping[str, StepOutline], waits: list[Wait]) -> None:
    """Report every wait that cannot end."""
    possible: list[Wait] = []
    for wait in waits:
        if problem := _impossible(outline, names, wait):
            report.error(wait.path, *problem)
        elif not (wait.by == "if" and wait.target.name == wait.step.parent):
            possible.append(wait)
    if len(names) < sum(1 for _ in outline.all()):
        return  # names that are used twice would make circles that are none
    graph = _graph(outline, possible)
    for cycle in _cycles(graph):
        _report_cycle(report, names, cycle, possible)


def _impossible(outline: Outline, names: Mapping[str, StepOutline], wait: Wait) -> tuple[str, str] | None:
    step, target = wait.step, wait.target
    if step is target:
        return f"step {step.name!r} waits for itself", "name another step, or delete the line"
    if target.name == step.parent:
        if wait.by == "if":
            return None
        return f"step {step.name!r} waits for its own group {target.name!r}, which ends only after it", "delete the line"
    if target.parent == step.name:
        return f"the group {step.name!r} waits for its own sub-step {target.name!r}, which begins only after it", "delete the line"
    if step.parent == target.parent and step.parent:
        is_later = _inner_mode(outline, names[step.parent]) == "StepByStep" and target.index > step.index
    else:
        is_later = (outline.mode or "StepByStep") == "StepByStep" and _top(names, target).index > _top(names, step).index
    if not is_later:
        return None
    effect = "it would be skipped always" if wait.by == "if" else "it would wait forever"
    return (
        f"step {step.name!r} names {target.name!r}, which comes later; steps run in order here, so {effect}",
        f"move {target.name!r} before it, or set the mode to DAG",
    )


def _top(names: Mapping[str, StepOutline], step: StepOutline) -> StepOutline:
    return names[step.parent] if step.parent else step


def _inner_mode(outline: Outline, group: StepOutline) -> str:
    return group.mode or outline.sub_mode or "DAG"


def _start(step: StepOutline) -> Node:
    return step.name, ""


def _end(step: StepOutline) -> Node:
    return step.name, "end" if step.children else ""


def _graph(outline: Outline, waits: list[Wait]) -> Graph:
    graph: Graph = {}
    for step in outline.steps:
        graph.setdefault(_start(step), [])
        if step.children:
            graph[_end(step)] = [_start(step), *(_end(child) for child in step.children)]
        for child in step.children:
            graph[_start(child)] = [_start(step)]
        if _inner_mode(outline, step) == "StepByStep":
            for before, after in zip(step.children, step.children[1:], strict=False):
                graph[_start(after)].append(_end(before))
    if (outline.mode or "StepByStep") == "StepByStep":
        for before, after in zip(outline.steps, outline.steps[1:], strict=False):
            graph[_start(after)].append(_end(before))
    for wait in waits:
        graph.setdefault(_start(wait.step), []).append(_end(wait.target))
    return graph


def _cycles(graph: Graph) -> Iterator[list[Node]]:
    """One circle for each way back that a depth-first walk meets; no recursion, since chains are as long as workflows."""
    done: set[Node] = set()
    found = 0
    for root in graph:
        if root in done:
            continue
        trail: list[Node] = [root]
        on_trail = {root}
        pending = [iter(graph[root])]
        while pending:
            node = next(pending[-1], None)
            if node is None:
                pending.pop()
                on_trail.discard(trail[-1])
                done.add(trail.pop())
            elif node in on_trail:
                found += 1
                if found > _CYCLES:
                    return
                yield trail[trail.index(node) :]
            elif node not in done:
                trail.append(node)
                on_trail.add(node)
                pending.append(iter(graph.get(node, ())))


def _report_cycle(report: Report, names: Mapping[str, StepOutline], cycle: list[Node], waits: list[Wait]) -> None:
    circle = list(dict.fromkeys(name for name, _ in cycle))
    first = min(range(len(circle)), key=lambda place: report.position(names[circle[place]].path))
    circle = circle[first:] + circle[:first]
    shown = [*circle, circle[0]] if len(circle) <= _SHOWN else [*circle[:_SHOWN], "…", circle[0]]
    step = names[circle[0]]
    path = next((wait.path for wait in waits if wait.step is step and wait.target.name in circle), step.path)
    said = f"these steps wait for each other in a circle: {' → '.join(shown)}"
    report.error(path, said, "delete one of the waits (dependsOn, an input, or a status in an `if`)")

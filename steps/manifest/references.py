"""What steps refer to: `dependsOn`, `from`, `parameterKey`, `if` and `valueFrom`. Unknown names are reported with the nearest known one.

Gives the waits that follow from them; whether those can end is `steps.manifest.order`'s.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from steps.expressions import ExpressionSyntaxError, PathError, assign, parse, parse_key, references
from steps.manifest.context import ContextNames
from steps.manifest.outline import Input, Outline, Output, StepOutline
from steps.manifest.positions import FieldPath
from steps.manifest.report import Report

ALWAYS = "always"

_IN_CONDITION = ("status", "inputs", "context", "parameter")
_STATUS_FIELDS = (
    "id",
    "name",
    "type",
    "phase",
    "message",
    "reason",
    "firstExecuteTime",
    "lastExecuteTime",
    "failed",
    "succeeded",
    "skipped",
    "retrying",
    "timeout",
    "failedAfterRetries",
    "terminate",
)
_PHASES = frozenset({"pending", "running", "suspending"})
_PRESENCE = "_|_"


@dataclass(frozen=True, slots=True)
class Wait:
    """`step` begins only after `target` has ended, because of the field `by` at `path`."""

    step: StepOutline
    target: StepOutline
    by: Literal["dependsOn", "from", "if"]
    path: FieldPath


@dataclass(frozen=True, slots=True)
class Scope:
    """What a document's steps may refer to."""

    report: Report
    names: Mapping[str, StepOutline]
    producers: Mapping[str, StepOutline]
    context: ContextNames


def checked_references(report: Report, outline: Outline, names: Mapping[str, StepOutline], context: ContextNames) -> list[Wait]:
    """The waits of all steps; everything that leads nowhere is reported."""
    scope = Scope(report, names, _producers(report, outline), context)
    waits: list[Wait] = []
    for step in outline.all():
        waits += _depends_on(scope, step)
        for item in step.inputs:
            waits += _input(scope, step, item)
        waits += _condition(scope, step)
        for output in step.outputs:
            _value_from(scope, output)
    return waits


def _producers(report: Report, outline: Outline) -> dict[str, StepOutline]:
    """The first step that leaves each output."""
    found: dict[str, StepOutline] = {}
    for step in outline.all():
        for output in step.outputs:
            if not output.name:
                continue
            if earlier := found.get(output.name):
                said = f"the output {output.name!r} is also left by step {earlier.name!r}; an input gets the first that is there"
                report.warning((*output.path, "name"), said, "rename one of the two")
            found.setdefault(output.name, step)
    return found


def _depends_on(scope: Scope, step: StepOutline) -> list[Wait]:
    waits = []
    for name, path in step.depends_on:
        if target := scope.names.get(name):
            waits.append(Wait(step, target, "dependsOn", path))
        else:
            scope.report.error(path, f"dependsOn names {name[:80]!r}, and no step has that name", scope.report.nearest(name, scope.names))
    return waits


def _input(scope: Scope, step: StepOutline, item: Input) -> list[Wait]:
    if item.key:
        _parameter_key(scope, step, item)
    if not item.source:
        return []
    path = (*item.path, "from")
    producer = scope.producers.get(item.source)
    if producer is None:
        try:
            root, *rest = parse_key(item.source)
        except PathError as error:
            message, _, suggestion = str(error).partition("; ")
            scope.report.error(path, message, suggestion)
            return []
        producer = scope.producers.get(str(root))
        if producer is None:
            _path(scope, step, item, str(root), rest)
            return []
    return [Wait(step, producer, "from", path)]


def _path(scope: Scope, step: StepOutline, item: Input, root: str, rest: Sequence[str | int]) -> None:
    path, source = (*item.path, "from"), item.source
    if root == "context" and rest:
        if missing := scope.context.missing(tuple(rest)):
            said = f"{source!r} leads nowhere: the context has no {missing[0]!r}"
            scope.report.error(path, said, scope.report.nearest(missing[0], missing[1]))
    elif root == "parameter" and rest:
        if str(rest[0]) not in step.properties:
            said = f"{source!r} leads nowhere: step {step.name!r} has no property {rest[0]!r}"
            scope.report.error(path, said, scope.report.nearest(str(rest[0]), step.properties))
    else:
        known = (*scope.producers, "context.name", "context.namespace")
        scope.report.error(path, f"nothing outputs {source[:80]!r}", scope.report.nearest(source, known))


def _parameter_key(scope: Scope, step: StepOutline, item: Input) -> None:
    try:
        assign(step.properties, item.key, None)
    except PathError as error:
        message, _, suggestion = str(error).partition("; ")
        scope.report.error((*item.path, "parameterKey"), message, suggestion)


def _condition(scope: Scope, step: StepOutline) -> list[Wait]:
    text = step.condition
    if not text or text == ALWAYS:
        return []
    path = step.at("if")
    waits = []
    for reference in _references(scope, path, text):
        root, *rest = reference
        if root not in _IN_CONDITION:
            suggestion = "write always in lower case and alone" if str(root).lower() == ALWAYS else _visible(scope, step, str(root))
            _inside(scope, path, text, str(root), f"an `if` cannot see {str(root)[:80]!r}", suggestion)
        elif not rest or not isinstance(rest[0], str):
            continue
        elif root == "status":
            if target := scope.names.get(rest[0]):
                waits.append(Wait(step, target, "if", path))
                _status_field(scope, path, text, rest)
            else:
                said = f"the `if` reads the status of {rest[0][:80]!r}, and no step has that name"
                _inside(scope, path, text, rest[0], said, scope.report.nearest(rest[0], scope.names))
        elif root == "inputs" and rest[0] not in {item.source for item in step.inputs}:
            known = [item.source for item in step.inputs]
            said = f"the `if` reads the input {rest[0][:80]!r}, which step {step.name!r} does not list"
            suggestion = scope.report.nearest(rest[0], known) if known else f"add `- from: {rest[0][:80]}` to its inputs"
            _inside(scope, path, text, rest[0], said, suggestion)
        elif root == "context" and _PRESENCE not in text:
            _context(scope, path, rest)
    return waits


def _visible(scope: Scope, step: StepOutline, name: str) -> str:
    if name in scope.names:
        return f"write status[{name!r}].succeeded, for example".replace("'", '"')
    if name in scope.producers or name in {item.source for item in step.inputs}:
        return f'list it in the step\'s inputs, then write inputs["{name}"]'
    return "it sees status, inputs, context and parameter; put text in double quotes"


def _status_field(scope: Scope, path: FieldPath, text: str, rest: Sequence[object]) -> None:
    if len(rest) < 2 or not isinstance(rest[1], str) or rest[1] in _STATUS_FIELDS or _PRESENCE in text:  # noqa: PLR2004 - name and field
        return
    said = f"a step's status has no {rest[1][:80]!r}, so this `if` always skips the step"
    phase = f'write status["{rest[0]}"].phase == "{rest[1]}"'
    scope.report.warning(path, said, phase if rest[1] in _PHASES else scope.report.nearest(rest[1], _STATUS_FIELDS))


def _context(scope: Scope, path: FieldPath, rest: Sequence[object]) -> None:
    if missing := scope.context.missing(tuple(rest)):
        said = f"the context has no {missing[0]!r}, so this expression has no value"
        scope.report.warning(path, said, scope.report.nearest(missing[0], missing[1]))


def _value_from(scope: Scope, output: Output) -> None:
    path = (*output.path, "valueFrom")
    if not output.value_from.strip():
        return
    for reference in _references(scope, path, output.value_from):
        root, *rest = reference
        if root in {"status", "inputs"}:
            said = f"a `valueFrom` cannot see {root!r}, only what the step itself produced, context and parameter"
            _inside(scope, path, output.value_from, str(root), said, "move it into the `if` of a later step")
        elif root == "context" and _PRESENCE not in output.value_from:
            _context(scope, path, rest)


def _references(scope: Scope, path: FieldPath, text: str) -> tuple[tuple[object, ...], ...]:
    try:
        return tuple(dict.fromkeys(references(parse(text))))
    except ExpressionSyntaxError as error:
        scope.report.error_inside(path, error.line, error.column, error.message, error.hint)
        return ()


def _inside(scope: Scope, path: FieldPath, text: str, name: str, *words: str) -> None:
    offset = max(text.find(name), 0)
    line = text.count("\n", 0, offset) + 1
    scope.report.error_inside(path, line, offset - text.rfind("\n", 0, offset), *words)

"""The steps of a document as the checks see them: every field of the right kind, names filled in, the place of each kept.

Reports fields of a wrong kind, unknown fields and bad names. What the fields mean together is checked elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from steps.duration import parse_duration
from steps.manifest.fields import Fields
from steps.manifest.positions import FieldPath
from steps.manifest.report import Report
from steps.model.manifest import GROUP_TYPE

STEPS = 1_000
"""Most steps of a workflow, sub-steps included."""

EACH = 100
"""Most inputs, and most outputs, of one step."""

NAME_CHARACTERS = 253
"""Longest name of a step."""

MODES = ("StepByStep", "DAG")

_SUB_STEP = ("name", "type", "meta", "if", "timeout", "dependsOn", "inputs", "outputs", "properties")
_STEP = (*_SUB_STEP, "mode", "subSteps")
_MODE_WORDS = {"parallel": "DAG", "sequential": "StepByStep", "serial": "StepByStep"}


@dataclass(frozen=True, slots=True)
class Input:
    """One input: `from`, `parameterKey`, and its place."""

    source: str
    key: str
    path: FieldPath


@dataclass(frozen=True, slots=True)
class Output:
    """One output: `name`, `valueFrom`, and its place."""

    name: str
    value_from: str
    path: FieldPath


@dataclass(frozen=True, slots=True)
class StepOutline:
    """One step or sub-step; `parent` is the group's name, `index` the place among its siblings, `mode` how a group's sub-steps run."""

    name: str
    type: str
    path: FieldPath
    index: int
    parent: str
    condition: str
    timeout: str
    depends_on: tuple[tuple[str, FieldPath], ...]
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    properties: dict[str, Any]
    alias: str = ""
    mode: str = ""
    children: tuple["StepOutline", ...] = ()

    def at(self, *field: str | int) -> FieldPath:
        """The path of one of its fields."""
        return (*self.path, *field)


@dataclass(frozen=True, slots=True)
class Outline:
    """The steps of a workflow and its modes ("" where none is written)."""

    steps: tuple[StepOutline, ...]
    mode: str
    sub_mode: str

    def all(self) -> Iterator[StepOutline]:
        """Steps and sub-steps, in the file's order."""
        for step in self.steps:
            yield step
            yield from step.children


def outlined(steps: Fields, name: str) -> tuple[StepOutline, ...]:
    """The steps of the list field `name`; too many are one problem and no steps."""
    items = steps.sequence(name)
    count = len(items) + sum(len(each["subSteps"]) for each in items if isinstance(each, dict) and isinstance(each.get("subSteps"), list))
    if count > STEPS:
        steps.report.error(
            (*steps.path, name), f"the workflow has {count:,} steps; at most {STEPS:,} are accepted", "split it into several"
        )
        return ()
    return tuple(
        _step(fields, index, f"step-{index}", "") for index, fields in ((int(each.path[-1]), each) for each in steps.objects(name))
    )


def mode_of(fields: Fields, name: str) -> str:
    """A mode field: one of `MODES`, or "" when it is absent or unknown (which is reported)."""
    text = fields.text(name)
    if not text or text in MODES:
        return text
    meant = _MODE_WORDS.get(text.lower()) or next((mode for mode in MODES if mode.lower() == text.lower()), "")
    suggestion = f"did you mean {meant!r}?" if meant else "write StepByStep or DAG"
    fields.report.error((*fields.path, name), f"the mode {text[:80]!r} is unknown; there are StepByStep and DAG", suggestion)
    return ""


def _step(fields: Fields, index: int, default_name: str, parent: str) -> StepOutline:
    fields.unknown((*_SUB_STEP, "subSteps") if parent else _STEP, what="a sub-step" if parent else "a step")
    name = _name(fields) or default_name
    kind = fields.text("type")
    if not kind and fields.raw("type") in (None, ""):
        fields.report.error(fields.path, f"step {name!r} has no type", "add `type:`; `promptops steps` lists the types")
    meta = Fields(fields.report, (*fields.path, "meta"), fields.mapping("meta"))
    meta.unknown(("alias",), what="meta")
    return StepOutline(
        name=name,
        type=kind,
        path=fields.path,
        index=index,
        parent=parent,
        condition=fields.text("if", example=_condition_example(fields.raw("if"))),
        timeout=_timeout(fields),
        depends_on=fields.texts("dependsOn"),
        inputs=tuple(_input(each) for each in _few(fields, "inputs")),
        outputs=tuple(_output(each) for each in _few(fields, "outputs")),
        properties=fields.mapping("properties"),
        alias=meta.text("alias"),
        mode="" if parent else _group_mode(fields, kind),
        children=_children(fields, name, kind, index, parent),
    )


def _name(fields: Fields) -> str:
    name = fields.text("name")
    if len(name) > NAME_CHARACTERS:
        said = f"the name has {len(name)} characters; at most {NAME_CHARACTERS} are accepted"
        fields.report.error((*fields.path, "name"), said, "shorten it, and put the long text into meta.alias")
        return name[:NAME_CHARACTERS]
    return name


def _condition_example(value: object) -> str:
    if isinstance(value, bool):
        return f'write "{str(value).lower()}" in quotes'
    return "write an expression, for example: if: status.apply.failed"


def _timeout(fields: Fields) -> str:
    value = fields.raw("timeout")
    example = f"write {value}s" if isinstance(value, (int, float)) and not isinstance(value, bool) else "write for example 30s"
    text = fields.text("timeout", example=example)
    if not text:
        return ""
    path = (*fields.path, "timeout")
    positive = text.lstrip("-")
    try:
        seconds = parse_duration(positive)
    except ValueError as error:
        message, _, suggestion = str(error).partition("; ")
        fields.report.error(path, message, suggestion)
        return ""
    if positive != text or seconds == 0:
        said = f"the timeout {text!r} is {'negative' if positive != text else 'zero'}, so the step could never run"
        fields.report.error(path, said, "leave it away for no limit, or write for example 30s")
        return ""
    return text


def _few(fields: Fields, name: str) -> list[Fields]:
    count = len(fields.sequence(name))
    if count > EACH:
        fields.report.error((*fields.path, name), f"the step has {count:,} {name}; at most {EACH} are accepted", "pass one object instead")
        return []
    return fields.objects(name)


def _input(fields: Fields) -> Input:
    fields.unknown(("from", "parameterKey"), what="an input")
    source = fields.text("from")
    if not source and fields.raw("from") in (None, ""):
        fields.report.error(fields.path, "the input has no `from`", "name an output of another step, or a path such as context.name")
    return Input(source, fields.text("parameterKey"), fields.path)


def _output(fields: Fields) -> Output:
    fields.unknown(("name", "valueFrom"), what="an output")
    name = fields.text("name")
    if not name and fields.raw("name") in (None, ""):
        fields.report.error(fields.path, "the output has no name", "add `name:`; inputs refer to it by `from:`")
    value_from = fields.text("valueFrom")
    if not value_from.strip() and (fields.raw("valueFrom") is None or value_from or fields.raw("valueFrom") == ""):
        fields.report.error(
            fields.path, f"the output {name!r} has no valueFrom", "write where the value comes from, for example output.value"
        )
    return Output(name, value_from, fields.path)


def _group_mode(fields: Fields, kind: str) -> str:
    mode = mode_of(fields, "mode")
    if mode and kind and kind != GROUP_TYPE:
        said = f"mode has no effect on a step of type {kind!r}; only {GROUP_TYPE} has one"
        fields.report.warning((*fields.path, "mode"), said, "the order of top-level steps is spec.mode.steps", key=True)
        return ""
    return mode


def _children(fields: Fields, name: str, kind: str, index: int, parent: str) -> tuple[StepOutline, ...]:
    if parent:
        if fields.raw("subSteps") or kind == GROUP_TYPE:
            fields.report.error(
                fields.path, "groups cannot be nested: a sub-step has no sub-steps", "move the inner steps up into the outer group"
            )
        return ()
    if fields.raw("subSteps") and kind and kind != GROUP_TYPE:
        said = f"only {GROUP_TYPE} runs sub-steps; those of a {kind!r} step would never run"
        fields.report.error((*fields.path, "subSteps"), said, f"write type: {GROUP_TYPE}", key=True)
        return ()
    if kind == GROUP_TYPE and fields.has("properties") and fields.raw("properties") != {}:
        said = f"a {GROUP_TYPE} has no properties; they are ignored"
        fields.report.warning((*fields.path, "properties"), said, "give them to its sub-steps", key=True)
    return tuple(_step(each, int(each.path[-1]), f"step-{index}-{each.path[-1]}", name) for each in fields.objects("subSteps"))


def checked_names(report: Report, outline: Outline) -> dict[str, StepOutline]:
    """The steps and sub-steps by name; a name that is used twice is reported with both places."""
    found: dict[str, StepOutline] = {}
    for step in outline.all():
        first = found.setdefault(step.name, step)
        if first is not step:
            line, _ = report.position(first.at("name"))
            said = f"the name {step.name!r} is used twice (first on line {line}); steps and sub-steps share one name space"
            report.error(step.at("name"), said, "rename one of the two")
    return found

"""The properties of steps against their step types' parameters: pydantic's errors in people's words, with places and fixes.

What an input fills is neither missing nor checked; a placeholder counts as absent.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from steps.expressions import PathError, assign, parse_key
from steps.manifest.annotations import fields_at, marked
from steps.manifest.fields import QUOTE, described
from steps.manifest.outline import Outline, StepOutline
from steps.manifest.placeholders import placeholders, without_placeholders
from steps.manifest.positions import FieldPath
from steps.manifest.report import Report
from steps.model.manifest import GROUP_TYPE
from steps.registry import Registry, StepType

LOCAL_CLUSTER = "local"
"""KubeVela's other name for the cluster that the controller runs in; like "" it means the default cluster."""

_KINDS = {
    "string_type": "a string",
    "string_sub_type": "a string",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "dict_type": "an object",
    "mapping_type": "an object",
    "model_type": "an object",
    "model_attributes_type": "an object",
    "none_required": "null",
}
_FILLED = ""
_MOST = 500
_QUOTED = re.compile(r"'([^']*)'")


@dataclass(frozen=True, slots=True)
class PropertyPaths:
    """Paths into the properties of steps, by step name: where secrets stand, and where a cluster is called `local`."""

    secrets: Mapping[str, tuple[FieldPath, ...]]
    local_clusters: Mapping[str, tuple[FieldPath, ...]]


@dataclass(frozen=True, slots=True)
class _Fault:
    """One of pydantic's errors, at its path in the properties; `branch` names the member of a union that it is about."""

    path: FieldPath
    at_union: FieldPath | None
    branch: str
    error: ErrorDetails


def checked_properties(report: Report, outline: Outline, registry: Registry, clusters: Collection[str]) -> PropertyPaths:
    """Check every step's type and properties; gives the paths that later stages need."""
    secrets: dict[str, tuple[FieldPath, ...]] = {}
    local: dict[str, tuple[FieldPath, ...]] = {}
    for step in outline.all():
        if not step.type or step.type == GROUP_TYPE:
            continue
        kind = registry.get(step.type)
        if kind is None:
            said = f"the step type {step.type[:80]!r} is unknown"
            report.error(step.at("type"), said, report.nearest(step.type, registry))
            continue
        given = without_placeholders(step.properties)
        found = marked(kind.parameters, given)
        if paths := tuple(each.path for each in found if each.kind == "secret"):
            secrets[step.name] = paths
        named = [each for each in found if each.kind == "cluster" and each.value and each.value not in clusters]
        if paths := tuple(each.path for each in named if each.value == LOCAL_CLUSTER):
            local[step.name] = paths
        for each in found:
            if each.kind == "duration":
                said = f"{each.path[-1]} must be a Go duration, not the number {each.value}"
                report.error(step.at("properties", *each.path), said, f"write {each.value.lstrip('-')}s")
        for each in named:
            if each.value != LOCAL_CLUSTER:
                said = f"the cluster {each.value[:80]!r} is unknown"
                report.error(step.at("properties", *each.path), said, report.nearest(each.value, clusters))
        _check(report, step, kind, given, paths_of_secrets=secrets.get(step.name, ()))
    return PropertyPaths(secrets, local)


def _check(report: Report, step: StepOutline, kind: StepType, given: dict[str, Any], *, paths_of_secrets: Collection[FieldPath]) -> None:
    filled, data = _with_inputs(step, given)
    try:
        kind.parameters.model_validate(data)
    except ValidationError as invalid:
        faults = [_fault(error, data) for error in invalid.errors(include_url=False)[:_MOST]]
    else:
        return
    waiting = placeholders(step.properties)
    for fault in _chosen([fault for fault in faults if not _is_filled(fault, filled)]):
        path = fault[0].path
        message, suggestion = _words(report, kind, fault, waiting, is_secret=path in paths_of_secrets)
        report.error(step.at("properties", *path), message, suggestion, key=fault[0].error["type"] == "extra_forbidden")


def _with_inputs(step: StepOutline, given: dict[str, Any]) -> tuple[list[FieldPath], dict[str, Any]]:
    filled: list[FieldPath] = []
    data: Any = given
    for item in step.inputs:
        if item.key:
            try:
                data = assign(data, item.key, _FILLED)
                filled.append(parse_key(item.key))
            except PathError:  # reported with the input
                continue
    return filled, data


def _fault(error: ErrorDetails, data: Any) -> _Fault:
    path: list[str | int] = []
    at_union: FieldPath | None = None
    branch = ""
    value = data
    location = error["loc"]
    for depth, segment in enumerate(location):
        is_last = depth == len(location) - 1
        is_field = isinstance(value, dict) and isinstance(segment, str) and segment in value
        is_element = isinstance(value, list) and isinstance(segment, int) and segment < len(value)
        if is_field or is_element:
            path.append(segment)
            value = value[segment]
        elif is_last and error["type"] in {"missing", "extra_forbidden"}:
            path.append(segment)
        elif at_union is None:
            at_union, branch = tuple(path), str(segment)
    return _Fault(tuple(path), at_union, branch, error)


def _is_filled(fault: _Fault, filled: list[FieldPath]) -> bool:
    if any(fault.path[: len(path)] == path for path in filled):
        return True
    is_own = fault.error["type"] in {"missing", "extra_forbidden"}
    return not is_own and any(path[: len(fault.path)] == fault.path for path in filled)


def _chosen(faults: list[_Fault]) -> list[list[_Fault]]:
    """The faults to report; of a union either one line for all its kinds, or those of the member that fits best."""
    plain = [[fault] for fault in faults if fault.at_union is None]
    unions: dict[FieldPath, dict[str, list[_Fault]]] = defaultdict(lambda: defaultdict(list))
    for fault in faults:
        if fault.at_union is not None:
            unions[fault.at_union][fault.branch].append(fault)
    for members in unions.values():
        every = [fault for member in members.values() for fault in member]
        if all(fault.error["type"] in _KINDS and fault.path == fault.at_union for fault in every):
            plain.append(every)
        else:
            fitting = [m for m in members.values() if not any(f.error["type"] in _KINDS and f.path == f.at_union for f in m)]
            plain += [[fault] for fault in min(fitting or list(members.values()), key=len)]
    return plain


def _words(report: Report, kind: StepType, faults: list[_Fault], waiting: Mapping[FieldPath, str], *, is_secret: bool) -> tuple[str, str]:
    fault, error = faults[0], faults[0].error
    name = str(fault.path[-1]) if fault.path else "properties"
    fields = fields_at(kind.parameters, fault.path[:-1])
    value = error["input"]
    shown = "another kind of value" if is_secret else described(value)
    match error["type"]:
        case "missing":
            if text := next((text for path, text in waiting.items() if path[: len(fault.path)] == fault.path), ""):
                return f"{name} still holds the placeholder {text!r}", "fill it in"
            help_text = (fields[name].description or "") if name in fields else ""
            return f"the step type {kind.name!r} needs {name!r}", f"add `{name}:`{help_text and ' - ' + help_text}"
        case "extra_forbidden":
            said = f"the step type {kind.name!r} has no parameter {name[:80]!r}"
            return said, report.nearest(name, fields) if fields else "delete it"
        case "literal_error" | "enum":
            expected = str(error.get("ctx", {}).get("expected", ""))
            suggestion = "" if is_secret or not isinstance(value, str) else report.nearest(value, _QUOTED.findall(expected))
            suggestion = suggestion if suggestion.startswith("did") else ""
            return f"{name} must be {expected}, not {shown}", suggestion
        case "value_error":
            message, _, suggestion = str(error.get("ctx", {}).get("error", error["msg"])).partition("; ")
            return f"{name}: {message}", suggestion
        case code if code in _KINDS:
            wanted = " or ".join(dict.fromkeys(_KINDS[each.error["type"]] for each in faults))
            return f"{name} must be {wanted}, not {shown}", _fix(wanted, None if is_secret else value)
        case _:
            words = error["msg"].replace("Input should be", "must be").replace("String should", "must")
            return f"{name} {words[:1].lower()}{words[1:]}", ""


def _fix(wanted: str, value: object) -> str:
    if isinstance(value, (int, float)) and "a string" in wanted:
        return QUOTE if isinstance(value, bool) else f'write "{value}" in quotes'
    if isinstance(value, str) and "number" in wanted and value.strip().lstrip("-").isdigit():
        return f"write {value.strip()} without quotes"
    if isinstance(value, str) and wanted == "true or false" and value.lower() in {"true", "false"}:
        return f"write {value.lower()} without quotes"
    if wanted == "a list":
        return "begin each element with `- `"
    return ""

"""All checks of a manifest that need no parameters: what a file is once, for every time that it runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from steps.manifest.context import BUILT_IN, ContextNames
from steps.manifest.fields import Fields
from steps.manifest.metadata import checked_metadata
from steps.manifest.order import check_order
from steps.manifest.outline import Outline, StepOutline, checked_names, mode_of, outlined
from steps.manifest.parameters import ANNOTATION_PATH, Parameter, declarations
from steps.manifest.positions import FieldPath, Mark, Positions
from steps.manifest.problems import Problem
from steps.manifest.properties import PropertyPaths, checked_properties
from steps.manifest.references import checked_references
from steps.manifest.report import Report, Tally, has_errors
from steps.manifest.selection import Selected, selected
from steps.manifest.source import Document
from steps.model.manifest import PARAMETERS_ANNOTATION, Workflow, WorkflowRun
from steps.registry import Registry

_RUN_FIELDS = ("apiVersion", "kind", "metadata", "spec", "status")
_WORKFLOW_FIELDS = ("apiVersion", "kind", "metadata", "mode", "steps")
_SPEC_FIELDS = ("context", "mode", "workflowSpec", "workflowRef")
_MODE_FIELDS = ("steps", "subSteps")


@dataclass(frozen=True, slots=True)
class Inspected:
    """What a file is. `manifest` is None when `problems` has errors; `declared_at` is where the parameters are declared."""

    problems: tuple[Problem, ...]
    manifest: WorkflowRun | None = None
    workflow: str = ""
    namespace: str = ""
    parameters: tuple[Parameter, ...] = ()
    declared_at: Problem | None = None
    secret_paths: Mapping[str, tuple[FieldPath, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a manifest is checked against. `template` is the Workflow that its `workflowRef` names, `known_templates` the names if none."""

    registry: Registry
    clusters: tuple[str, ...]
    template: Workflow | None
    known_templates: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Steps:
    """Where the steps come from: a list field, the report of its document, the mode and the annotations there."""

    fields: Fields
    name: str
    mode: Fields | None
    annotation: str
    annotation_report: Report


def inspect_documents(documents: Sequence[Document], name: str, around: Surroundings) -> Inspected:
    """Check the runnable document of a file; everything that is wrong is in `problems`."""
    tally = Tally()
    for document in documents[:1]:
        tally.problems += document.warnings
    chosen = selected(documents, name, tally)
    if chosen is None:
        return Inspected(tally.result())
    document = chosen.document
    report = Report(document.file, document.positions, tally)
    metadata = checked_metadata(report, document.value)
    root = Fields(report, (), document.value)
    annotation = metadata.get("annotations", {}).get(PARAMETERS_ANNOTATION, "")
    if chosen.kind == "Workflow":
        root.unknown(_WORKFLOW_FIELDS, what="a Workflow")
        context: dict[str, Any] = {}
        steps: _Steps | None = _Steps(root, "steps", _mode_fields(root), annotation, report)
    else:
        root.unknown(_RUN_FIELDS, what="a WorkflowRun")
        spec = Fields(report, ("spec",), root.mapping("spec"))
        spec.unknown(_SPEC_FIELDS, what="spec")
        context = spec.mapping("context")
        _check_context(spec, context)
        steps = _run_steps(spec, chosen, around, annotation)
    if steps is None:
        return Inspected(tally.result())
    return _inspect(chosen, metadata, context, steps, around)


def _inspect(chosen: Selected, metadata: dict[str, Any], context: dict[str, Any], steps: _Steps, around: Surroundings) -> Inspected:
    document = chosen.document
    report, tally = steps.fields.report, steps.fields.report.tally
    mode = {"steps": mode_of(steps.mode, "steps"), "subSteps": mode_of(steps.mode, "subSteps")} if steps.mode else {}
    before = len(tally.problems)
    outline = Outline(outlined(steps.fields, steps.name), mode.get("steps", ""), mode.get("subSteps", ""))
    if not outline.steps and len(tally.problems) == before:
        report.error((*steps.fields.path, steps.name), "the workflow has no steps", "add at least one, with a name and a type")
    parameters = declarations(steps.annotation_report, ANNOTATION_PATH, steps.annotation)
    for parameter in parameters:
        if parameter.name in context:
            try:
                parameter.check(context[parameter.name])
            except ValueError as error:
                Report(document.file, document.positions, tally).error(("spec", "context", parameter.name), str(error))
    names = checked_names(report, outline)
    known = ContextNames(context, frozenset(each.name for each in parameters))
    check_order(report, outline, names, checked_references(report, outline, names, known))
    paths = checked_properties(report, outline, around.registry, around.clusters)
    problems = tally.result()
    if has_errors(problems):
        return Inspected(problems)
    return Inspected(
        problems,
        manifest=_manifest(chosen, metadata, context, mode, outline, paths=paths),
        workflow=metadata.get("name") or str(metadata.get("generateName", "")).rstrip("-."),
        namespace=metadata.get("namespace", ""),
        parameters=parameters,
        declared_at=Problem("", document.file, *document.positions.key(ANNOTATION_PATH), "metadata.annotations"),
        secret_paths=paths.secrets,
    )


def _run_steps(spec: Fields, chosen: Selected, around: Surroundings, annotation: str) -> _Steps | None:
    report = spec.report
    mode = _mode_fields(spec)
    wanted = spec.text("workflowRef")
    if spec.has("workflowSpec"):
        if wanted:
            said = "both workflowSpec and workflowRef are given; the steps of workflowSpec run"
            report.warning(("spec", "workflowRef"), said, "delete one of the two", key=True)
        inline = Fields(report, ("spec", "workflowSpec"), spec.mapping("workflowSpec"))
        inline.unknown(("steps",), what="workflowSpec")
        return _Steps(inline, "steps", mode, annotation, report)
    if not wanted:
        if spec.raw("workflowRef") in (None, ""):
            said = "the run has neither steps nor a workflowRef"
            report.error(spec.path, said, "write spec.workflowSpec.steps, or the name of a Workflow in spec.workflowRef")
        return None
    if template := chosen.templates.get(wanted):
        inner = Report(template.file, template.positions, report.tally)
        return _template_steps(Fields(inner, (), template.value), mode, annotation, report)
    if around.template is None:
        said = f"workflowRef names {wanted[:80]!r}, and no Workflow has that name"
        report.error(("spec", "workflowRef"), said, report.nearest(wanted, around.known_templates))
        return None
    place = report.position(("spec", "workflowRef"))
    inner = Report(report.file, Positions(Mark(*place), ""), report.tally, f"in the Workflow {wanted!r}: ", place)
    value = around.template.model_dump(mode="json", by_alias=True, exclude_none=True)
    return _template_steps(Fields(inner, (), value), mode, annotation, report)


def _template_steps(template: Fields, mode: Fields | None, annotation: str, report: Report) -> _Steps:
    template.unknown(_WORKFLOW_FIELDS, what="a Workflow")
    metadata = template.raw("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    own = annotations.get(PARAMETERS_ANNOTATION) if isinstance(annotations, dict) else None
    is_own = not annotation and isinstance(own, str)
    return _Steps(
        template,
        "steps",
        mode or _mode_fields(template),
        str(own) if is_own else annotation,
        template.report if is_own else report,
    )


def _mode_fields(parent: Fields) -> Fields | None:
    if not parent.has("mode"):
        return None
    mode = Fields(parent.report, (*parent.path, "mode"), parent.mapping("mode"))
    mode.unknown(_MODE_FIELDS, what="mode")
    return mode


def _check_context(spec: Fields, context: Mapping[str, Any]) -> None:
    for name in context:
        if name in BUILT_IN:
            said = f"the context's {name!r} hides KubeVela's own value of that name"
            spec.report.warning(("spec", "context", name), said, "choose another name", key=True)


def _manifest(
    chosen: Selected, metadata: dict[str, Any], context: dict[str, Any], mode: dict[str, str], outline: Outline, *, paths: PropertyPaths
) -> WorkflowRun:
    spec: dict[str, Any] = {"context": context, "workflowSpec": {"steps": [_step(each, paths) for each in outline.steps]}}
    if mode:
        spec["mode"] = {key: value for key, value in mode.items() if value}
    if chosen.kind == "WorkflowRun" and (wanted := chosen.document.value["spec"].get("workflowRef")):
        spec["workflowRef"] = wanted
    return WorkflowRun.model_validate({"metadata": metadata, "spec": spec})


def _step(step: StepOutline, paths: PropertyPaths) -> dict[str, Any]:
    value: dict[str, Any] = {
        "name": step.name,
        "type": step.type,
        "meta": {"alias": step.alias},
        "if": step.condition,
        "timeout": step.timeout,
        "dependsOn": [name for name, _ in step.depends_on],
        "inputs": [{"from": each.source, "parameterKey": each.key} for each in step.inputs],
        "outputs": [{"name": each.name, "valueFrom": each.value_from} for each in step.outputs],
        "properties": _on_default_cluster(step.properties, paths.local_clusters.get(step.name, ())),
    }
    if not step.parent:
        value["mode"] = step.mode or None
        value["subSteps"] = [_step(each, paths) for each in step.children]
    return value


def _on_default_cluster(properties: dict[str, Any], paths: Sequence[FieldPath]) -> dict[str, Any]:
    """The properties with "" where a cluster is called `local`, so that the engine needs to know one spelling only."""
    for path in paths:
        properties = _replaced(properties, path)
    return properties


def _replaced(value: Any, path: FieldPath) -> Any:
    if not path:
        return ""
    first, rest = path[0], path[1:]
    if isinstance(value, dict):
        return {key: _replaced(each, rest) if key == first else each for key, each in value.items()}
    return [_replaced(each, rest) if index == first else each for index, each in enumerate(value)]

"""Which document of a file is run, and which template it refers to. Refuses kinds that cannot be run, and says what to do with them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from steps.manifest.fields import described
from steps.manifest.report import Report, Tally
from steps.manifest.source import Document
from steps.model.manifest import API_VERSION, Workflow

Templates: TypeAlias = Mapping[str, Workflow] | Callable[[str], Workflow | None]
"""Workflows that `workflowRef` may name: by name, or a function that finds one."""

_KINDS = ("WorkflowRun", "Workflow")
_ADVICE = {
    "WorkflowStepDefinition": "step types are Python here: see `promptops steps`, and ARCHITECTURE.md for how to add one",
    "Application": "copy the steps of its workflow into a WorkflowRun, below spec.workflowSpec.steps",
    "List": "write the documents one after another, with --- between them",
}


@dataclass(frozen=True, slots=True)
class Selected:
    """The document to run, and the Workflows of the same file by name."""

    document: Document
    kind: str
    templates: Mapping[str, Document]


def reference(documents: Sequence[Document], name: str) -> str:
    """The template outside of the file that will be needed, "" for none. Reports nothing: `selected` does."""
    found = selected(documents, name, Tally())
    if found is None or found.kind != "WorkflowRun":
        return ""
    spec = found.document.value.get("spec")
    if not isinstance(spec, dict) or spec.get("workflowSpec") is not None:
        return ""
    wanted = spec.get("workflowRef")
    return wanted if isinstance(wanted, str) and wanted not in found.templates else ""


def found_template(templates: Templates, name: str) -> tuple[Workflow | None, tuple[str, ...]]:
    """The template of a name, and the known names when there is none."""
    if isinstance(templates, Mapping):
        template = templates.get(name)
        return template, () if template else tuple(templates)
    return templates(name), ()


def selected(documents: Sequence[Document], name: str, tally: Tally) -> Selected | None:
    """The document to run: the one called `name`, else the only WorkflowRun, else the only Workflow; None after reporting why not."""
    usable = [each for each in documents if _is_usable(each, tally)]
    templates = {_name(each): each for each in usable if each.value["kind"] == "Workflow"}
    runs = [each for each in usable if each.value["kind"] == "WorkflowRun"]
    candidates = runs or list(templates.values())
    if name:
        candidates = [each for each in (*runs, *templates.values()) if _name(each) == name][:1]
    if not candidates:
        if usable:
            report = Report(usable[0].file, usable[0].positions, tally)
            report.error((), f"the file has no workflow {name!r}", report.nearest(name, {_name(each) for each in usable}))
        return None
    if len(candidates) > 1:
        report = Report(candidates[1].file, candidates[1].positions, tally)
        names = ", ".join(repr(_name(each)) for each in candidates[:10])
        report.error((), f"the file has {len(candidates)} workflows to run: {names}", "keep one in a file")
        return None
    return Selected(candidates[0], candidates[0].value["kind"], templates)


def _name(document: Document) -> str:
    metadata: Any = document.value.get("metadata")
    name = metadata.get("name") if isinstance(metadata, dict) else None
    return name if isinstance(name, str) else ""


def _is_usable(document: Document, tally: Tally) -> bool:
    report = Report(document.file, document.positions, tally)
    problem = next(_kind_problems(report, document.value), None)
    if problem:
        path, message, suggestion = problem
        report.error(path, message, suggestion)
    elif document.value.get("apiVersion") != API_VERSION:
        version = document.value.get("apiVersion")
        path = ("apiVersion",) if version is not None else ()
        report.error(path, f"the apiVersion is {described(version)}", f"write apiVersion: {API_VERSION}")
    return problem is None


def _kind_problems(report: Report, value: Any) -> Iterator[tuple[tuple[str, ...], str, str]]:
    if not isinstance(value, dict):
        yield (), f"a manifest must be an object, not {described(value)}", f"begin with apiVersion: {API_VERSION} and kind: WorkflowRun"
        return
    kind = value.get("kind")
    if kind is None:
        yield (), "the manifest has no kind", "add kind: WorkflowRun"
    elif not isinstance(kind, str):
        yield ("kind",), f"kind must be a string, not {described(kind)}", "write kind: WorkflowRun"
    elif kind not in _KINDS:
        close = report.nearest(kind, _KINDS)
        otherwise = f"to apply it, put it below properties.value of an apply-object step; what runs is a {' or a '.join(_KINDS)}"
        suggestion = _ADVICE.get(kind) or (close if close.startswith("did") else otherwise)
        yield ("kind",), f"the kind {kind[:80]!r} cannot be run", suggestion

"""A manifest that was checked and may run."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from steps.manifest.positions import FieldPath
from steps.manifest.problems import Problem
from steps.model.manifest import WorkflowRun


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that starting a run needs.

    `manifest` has its template's steps and mode inlined, parameters merged into `spec.context`, step names filled in, the effective
    namespace; placeholders are still in place. `workflow` names it for people and for "already running". `cluster` is the run's default
    cluster. `source` is the file that it came from. `secret_paths` are, by step name, the paths into `properties` where secrets stand.
    """

    manifest: WorkflowRun
    workflow: str
    namespace: str
    cluster: str
    source: str = ""
    warnings: tuple[Problem, ...] = ()
    secret_paths: Mapping[str, tuple[FieldPath, ...]] = field(default_factory=dict)

"""The manifest as KubeVela writes it: `WorkflowRun` and `Workflow` of `core.oam.dev/v1alpha1`.

JSON names on the wire, snake_case here. Reading YAML, positions and checks belong to `steps.manifest`.
"""

from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

API_VERSION: Final = "core.oam.dev/v1alpha1"
PARAMETERS_ANNOTATION = "promptops.dev/parameters"
GROUP_TYPE = "step-group"

StepMode = Literal["StepByStep", "DAG"]


class _Manifest(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="ignore")


class Input(_Manifest):
    """A value that a step reads: `from` an output's name or a path in `context`, put at `parameterKey`."""

    from_: str = Field(alias="from")
    parameter_key: str = ""


class Output(_Manifest):
    """A value that a step leaves behind under `name`, computed from its result by `valueFrom`."""

    name: str
    value_from: str


class Meta(_Manifest):
    """Display names."""

    alias: str = ""


class SubStep(_Manifest):
    """A step inside a `step-group`."""

    name: str = ""
    type: str
    meta: Meta = Meta()
    if_: str = Field("", alias="if")
    timeout: str = ""
    depends_on: tuple[str, ...] = ()
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    properties: dict[str, Any] = Field(default_factory=dict)


class Step(SubStep):
    """A top-level step; `mode` and `subSteps` are for `step-group`."""

    mode: StepMode | None = None
    sub_steps: tuple[SubStep, ...] = ()


class Mode(_Manifest):
    """Whether steps run one after another or as a graph; None is KubeVela's default: steps in order, sub-steps as a graph."""

    steps: StepMode | None = None
    sub_steps: StepMode | None = None


class Metadata(BaseModel):
    """Kubernetes object metadata, as far as a workflow uses it; the rest is kept."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, frozen=True, extra="allow")

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    labels: dict[str, str] = Field(default_factory=dict)
    annotations: dict[str, str] = Field(default_factory=dict)


class WorkflowSpec(_Manifest):
    """The steps of a run."""

    steps: tuple[Step, ...] = ()


class RunSpec(_Manifest):
    """What a WorkflowRun runs; inline steps win over `workflowRef` when both are set, as in KubeVela."""

    context: dict[str, Any] = Field(default_factory=dict)
    mode: Mode | None = None
    workflow_spec: WorkflowSpec | None = None
    workflow_ref: str = ""


class WorkflowRun(_Manifest):
    """One run of a workflow."""

    api_version: Literal["core.oam.dev/v1alpha1"] = API_VERSION
    kind: Literal["WorkflowRun"] = "WorkflowRun"
    metadata: Metadata = Metadata()
    spec: RunSpec = RunSpec()
    status: dict[str, Any] | None = None


class Workflow(_Manifest):
    """A template: `mode` and `steps` stand at top level, there is no `spec`."""

    api_version: Literal["core.oam.dev/v1alpha1"] = API_VERSION
    kind: Literal["Workflow"] = "Workflow"
    metadata: Metadata = Metadata()
    mode: Mode | None = None
    steps: tuple[Step, ...] = ()

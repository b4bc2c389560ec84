"""What KubeVela silently ignores: every problem as people read it (file, line, column, field, what is wrong, what to do)."""

from collections.abc import Callable

import pytest

from steps.manifest.prepared import Prepared

# ruff: noqa: E501 - manifests and messages are compared whole, as they are

CASES = [
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w, nmae: x}
spce: 1
spec:
  workflowReff: x
  workflowSpec:
    steps:
    - {name: a, type: suspend, dependOn: [b], meta: {alais: x}, outputs: [{name: x, valueFrom: output, fromKey: z}]}
""",
        [
            "run.yaml:3:21: warning: metadata.nmae: metadata has no field 'nmae'; KubeVela's API server drops it; did you mean 'name'?",
            "run.yaml:4:1: warning: spce: a WorkflowRun has no field 'spce'; KubeVela's API server drops it; did you mean 'spec'?",
            "run.yaml:6:3: warning: spec.workflowReff: spec has no field 'workflowReff'; KubeVela's API server drops it; did you mean 'workflowRef'?",
            "run.yaml:9:32: warning: spec.workflowSpec.steps[0].dependOn: a step has no field 'dependOn'; KubeVela's API server drops it; did you mean 'dependsOn'?",
            "run.yaml:9:54: warning: spec.workflowSpec.steps[0].meta.alais: meta has no field 'alais'; KubeVela's API server drops it; did you mean 'alias'?",
            "run.yaml:9:104: warning: spec.workflowSpec.steps[0].outputs[0].fromKey: an output has no field 'fromKey'; KubeVela's API server drops it; known: name, valueFrom",
        ],
        id="unknown fields",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowRef: other
  workflowSpec:
    steps:
    - {name: a, type: suspend}
""",
        [
            "run.yaml:5:3: warning: spec.workflowRef: both workflowSpec and workflowRef are given; the steps of workflowSpec run; delete one of the two"
        ],
        id="both steps and reference",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  context: {name: x}
  workflowSpec:
    steps:
    - {name: a, type: suspend}
""",
        ["run.yaml:5:13: warning: spec.context.name: the context's 'name' hides KubeVela's own value of that name; choose another name"],
        id="context that hides",
    ),
]


@pytest.mark.parametrize(("manifest", "expected"), CASES)
def test_what_kubevela_ignores_is_a_warning_and_the_run_may_start(
    accept: Callable[..., Prepared], manifest: str, expected: list[str]
) -> None:
    assert [str(warning) for warning in accept(manifest).warnings] == expected

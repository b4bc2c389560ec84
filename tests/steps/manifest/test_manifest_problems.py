"""What a file must be to run at all: every problem as people read it (file, line, column, field, what is wrong, what to do)."""

from collections.abc import Callable

import pytest

# ruff: noqa: E501 - manifests and messages are compared whole, as they are

CASES = [
    pytest.param(
        """\
hello
""",
        [
            "run.yaml:1:1: a manifest must be an object, not the text 'hello'; begin with apiVersion: core.oam.dev/v1alpha1 and kind: WorkflowRun"
        ],
        id="nothing but a text",
    ),
    pytest.param(
        """\
- a
""",
        ["run.yaml:1:1: a manifest must be an object, not a list; begin with apiVersion: core.oam.dev/v1alpha1 and kind: WorkflowRun"],
        id="a list",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
""",
        ["run.yaml:1:1: the manifest has no kind; add kind: WorkflowRun"],
        id="no kind",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRn
""",
        ["run.yaml:2:7: kind: the kind 'WorkflowRn' cannot be run; did you mean 'WorkflowRun'?"],
        id="a kind with a typo",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1beta1
kind: Application
""",
        [
            "run.yaml:2:7: kind: the kind 'Application' cannot be run; copy the steps of its workflow into a WorkflowRun, below spec.workflowSpec.steps"
        ],
        id="an application",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1beta1
kind: WorkflowStepDefinition
""",
        [
            "run.yaml:2:7: kind: the kind 'WorkflowStepDefinition' cannot be run; step types are Python here: see `promptops steps`, and ARCHITECTURE.md for how to add one"
        ],
        id="a step definition",
    ),
    pytest.param(
        """\
apiVersion: apps/v1
kind: Deployment
""",
        [
            "run.yaml:2:7: kind: the kind 'Deployment' cannot be run; to apply it, put it below properties.value of an apply-object step; what runs is a WorkflowRun or a Workflow"
        ],
        id="a deployment",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1beta1
kind: WorkflowRun
""",
        [
            "run.yaml:1:1: metadata: the manifest has no metadata.name; add one, for example `name: my-workflow`",
            "run.yaml:1:1: spec: the run has neither steps nor a workflowRef; write spec.workflowSpec.steps, or the name of a Workflow in spec.workflowRef",
            "run.yaml:1:13: apiVersion: the apiVersion is the text 'core.oam.dev/v1beta1'; write apiVersion: core.oam.dev/v1alpha1",
        ],
        id="a wrong apiVersion",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
spec: {workflowSpec: {steps: [{type: suspend}]}}
""",
        ["run.yaml:1:1: metadata: the manifest has no metadata.name; add one, for example `name: my-workflow`"],
        id="no name",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: My Run}
spec: {workflowSpec: {steps: [{type: suspend}]}}
""",
        ["run.yaml:3:18: metadata.name: 'My Run' is not a name in Kubernetes; write for example 'my-run'"],
        id="a name with capitals",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w, namespace: A_b, labels: {x: 1}}
spec: {workflowSpec: {steps: [{type: suspend}]}}
""",
        [
            "run.yaml:3:32: metadata.namespace: 'A_b' is not a namespace's name; write for example 'a-b'",
            "run.yaml:3:49: metadata.labels.x: the label 'x' must be a string, not the number 1; write \"1\" in quotes",
        ],
        id="a bad namespace",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  context: {a: 1}
""",
        [
            "run.yaml:5:3: spec: the run has neither steps nor a workflowRef; write spec.workflowSpec.steps, or the name of a Workflow in spec.workflowRef"
        ],
        id="neither steps nor reference",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowRef: deploy
""",
        ["run.yaml:5:16: spec.workflowRef: workflowRef names 'deploy', and no Workflow has that name; there is none"],
        id="an unknown reference",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec: {steps: []}
""",
        ["run.yaml:5:25: spec.workflowSpec.steps: the workflow has no steps; add at least one, with a name and a type"],
        id="empty steps",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec: {steps: {a: 1}}
""",
        ["run.yaml:5:25: spec.workflowSpec.steps: steps must be a list, not an object; begin each element with `- `"],
        id="steps as an object",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowRef: a
---
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: v}
spec:
  workflowRef: a
""",
        ["run.yaml:7:1: the file has 2 workflows to run: 'w', 'v'; keep one in a file"],
        id="two runs",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  mode: {steps: Parallel, subSteps: dag}
  workflowSpec:
    steps:
    - {name: a, type: suspend}
""",
        [
            "run.yaml:5:17: spec.mode.steps: the mode 'Parallel' is unknown; there are StepByStep and DAG; did you mean 'DAG'?",
            "run.yaml:5:37: spec.mode.subSteps: the mode 'dag' is unknown; there are StepByStep and DAG; did you mean 'DAG'?",
        ],
        id="unknown mode",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  mode: DAG
  workflowSpec:
    steps:
    - {name: a, type: suspend}
""",
        ["run.yaml:5:9: spec.mode: mode must be an object, not the text 'DAG'; write `key: value` lines below it"],
        id="mode as text",
    ),
]


@pytest.mark.parametrize(("manifest", "expected"), CASES)
def test_a_file_that_is_no_runnable_manifest_says_what_to_write(
    problems: Callable[[str], list[str]], manifest: str, expected: list[str]
) -> None:
    assert problems(manifest) == expected

"""Properties against the parameters of their step types: every problem as people read it (file, line, column, field, what is wrong, what to do)."""

from collections.abc import Callable

import pytest

# ruff: noqa: E501 - manifests and messages are compared whole, as they are

CASES = [
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: a
      type: apply-deployment
      properties:
        imag: nginx
        replicas: "2"
        cmd: run
        cluster: prd
""",
        [
            "run.yaml:10:9: spec.workflowSpec.steps[0].properties.imag: the step type 'apply-deployment' has no parameter 'imag'; did you mean 'image'?",
            "run.yaml:10:9: spec.workflowSpec.steps[0].properties.image: the step type 'apply-deployment' needs 'image'; add `image:` - The image.",
            "run.yaml:11:19: spec.workflowSpec.steps[0].properties.replicas: replicas must be a whole number, not the text '2'; write 2 without quotes",
            "run.yaml:12:14: spec.workflowSpec.steps[0].properties.cmd: cmd must be a list, not the text 'run'; begin each element with `- `",
            "run.yaml:13:18: spec.workflowSpec.steps[0].properties.cluster: the cluster 'prd' is unknown; did you mean 'prod'?",
        ],
        id="unknown, missing and ill-typed",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: print-message-in-status, properties: {message: 5}}
""",
        ['run.yaml:7:70: spec.workflowSpec.steps[0].properties.message: message must be a string, not the number 5; write "5" in quotes'],
        id="an int where text is wanted",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: apply-deployment, properties: {image: x, replicas: -1}}
""",
        ["run.yaml:7:74: spec.workflowSpec.steps[0].properties.replicas: replicas must be greater than or equal to 0"],
        id="limits of a number",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: request, properties: {url: u, method: FETCH}}
""",
        [
            "run.yaml:7:61: spec.workflowSpec.steps[0].properties.method: method must be 'GET', 'POST', 'PUT' or 'DELETE', not the text 'FETCH'"
        ],
        id="a choice",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, properties: {duration: 1min}}
    - {name: b, type: suspend, properties: {duration: 30}}
""",
        [
            "run.yaml:7:55: spec.workflowSpec.steps[0].properties.duration: duration: '1min' is not a Go duration; write '1m'",
            "run.yaml:8:55: spec.workflowSpec.steps[1].properties.duration: duration must be a Go duration, not the number 30; write 30s",
        ],
        id="durations",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: a
      type: request
      properties:
        url: u
        headersFromSecret:
        - {header: a, secret: b, keys: c}
""",
        [
            "run.yaml:12:11: spec.workflowSpec.steps[0].properties.headersFromSecret[0].key: the step type 'request' needs 'key'; add `key:`",
            "run.yaml:12:34: spec.workflowSpec.steps[0].properties.headersFromSecret[0].keys: the step type 'request' has no parameter 'keys'; did you mean 'key'?",
        ],
        id="deep down",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: a
      type: chat-gpt
      properties: {token: {secretRef: {name: a}}}
""",
        ["run.yaml:9:39: spec.workflowSpec.steps[0].properties.token.secretRef.key: the step type 'chat-gpt' needs 'key'; add `key:`"],
        id="a union of objects",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: a
      type: chat-gpt
      properties: {prompt: {content: [1]}}
""",
        ["run.yaml:9:38: spec.workflowSpec.steps[0].properties.prompt.content: content must be a string or an object, not a list"],
        id="a union of kinds",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: apply-deployment, properties: {image: <your image>}}
""",
        ["run.yaml:7:61: spec.workflowSpec.steps[0].properties.image: image still holds the placeholder '<your image>'; fill it in"],
        id="a required one that is a placeholder",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: chat-gpt, properties: {token: {value: 12345}}}
""",
        ["run.yaml:7:61: spec.workflowSpec.steps[0].properties.token.value: value must be a string, not another kind of value"],
        id="a secret of the wrong kind is not shown",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: g, type: step-group, properties: {a: 1}, subSteps: [{name: s, type: suspend}]}
""",
        [
            "run.yaml:7:35: warning: spec.workflowSpec.steps[0].properties: a step-group has no properties; they are ignored; give them to its sub-steps"
        ],
        id="properties of a group",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: read-object, properties: {name: x, cluster: tset}}
""",
        ["run.yaml:7:67: spec.workflowSpec.steps[0].properties.cluster: the cluster 'tset' is unknown; did you mean 'test'?"],
        id="an unknown cluster in an optional field",
    ),
]


@pytest.mark.parametrize(("manifest", "expected"), CASES)
def test_properties_are_checked_against_the_parameters_of_their_type(
    problems: Callable[[str], list[str]], manifest: str, expected: list[str]
) -> None:
    assert problems(manifest) == expected

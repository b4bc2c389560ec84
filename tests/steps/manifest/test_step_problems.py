"""Steps whose fields are written wrong: every problem as people read it (file, line, column, field, what is wrong, what to do)."""

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
    - {name: a, type: apply-deploymnt}
""",
        ["run.yaml:7:23: spec.workflowSpec.steps[0].type: the step type 'apply-deploymnt' is unknown; did you mean 'apply-deployment'?"],
        id="unknown type",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a}
""",
        ["run.yaml:7:7: spec.workflowSpec.steps[0]: step 'a' has no type; add `type:`; `promptops steps` lists the types"],
        id="no type",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: 1
      type: suspend
      timeout: 3
      if: true
      dependsOn: b
      inputs: {from: x}
      properties: [1]
    - just text
""",
        [
            'run.yaml:7:13: spec.workflowSpec.steps[0].name: name must be a string, not the number 1; write "1" in quotes',
            "run.yaml:9:16: spec.workflowSpec.steps[0].timeout: timeout must be a string, not the number 3; write 3s",
            'run.yaml:10:11: spec.workflowSpec.steps[0].if: if must be a string, not the boolean true; write "true" in quotes',
            "run.yaml:11:18: spec.workflowSpec.steps[0].dependsOn: dependsOn must be a list, not the text 'b'; begin each element with `- `",
            "run.yaml:12:15: spec.workflowSpec.steps[0].inputs: inputs must be a list, not an object; begin each element with `- `",
            "run.yaml:13:19: spec.workflowSpec.steps[0].properties: properties must be an object, not a list; write `key: value` lines below it",
            "run.yaml:14:7: spec.workflowSpec.steps[1]: each element of steps must be an object, not the text 'just text'; write `- key: value`",
        ],
        id="wrong kinds of fields",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, timeout: 1min}
    - {name: b, type: suspend, timeout: 0s}
    - {name: c, type: suspend, timeout: -3s}
    - {name: d, type: suspend, timeout: 1 d}
""",
        [
            "run.yaml:7:41: spec.workflowSpec.steps[0].timeout: '1min' is not a Go duration; write '1m'",
            "run.yaml:8:41: spec.workflowSpec.steps[1].timeout: the timeout '0s' is zero, so the step could never run; leave it away for no limit, or write for example 30s",
            "run.yaml:9:41: spec.workflowSpec.steps[2].timeout: the timeout '-3s' is negative, so the step could never run; leave it away for no limit, or write for example 30s",
            "run.yaml:10:41: spec.workflowSpec.steps[3].timeout: '1 d' is not a Go duration; write '24h'",
        ],
        id="bad timeouts",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend}
    - name: g
      type: step-group
      subSteps:
      - {name: a, type: suspend}
      - {name: g, type: suspend}
""",
        [
            "run.yaml:11:16: spec.workflowSpec.steps[1].subSteps[0].name: the name 'a' is used twice (first on line 7); steps and sub-steps share one name space; rename one of the two",
            "run.yaml:12:16: spec.workflowSpec.steps[1].subSteps[1].name: the name 'g' is used twice (first on line 8); steps and sub-steps share one name space; rename one of the two",
        ],
        id="a name used twice, also in groups",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: step-1, type: suspend}
    - {type: suspend}
""",
        [
            "run.yaml:8:7: spec.workflowSpec.steps[1].name: the name 'step-1' is used twice (first on line 7); steps and sub-steps share one name space; rename one of the two"
        ],
        id="a name that the filling makes twice",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, mode: DAG, subSteps: [{name: b, type: suspend}]}
""",
        [
            "run.yaml:7:32: warning: spec.workflowSpec.steps[0].mode: mode has no effect on a step of type 'suspend'; only step-group has one; the order of top-level steps is spec.mode.steps",
            "run.yaml:7:43: spec.workflowSpec.steps[0].subSteps: only step-group runs sub-steps; those of a 'suspend' step would never run; write type: step-group",
        ],
        id="sub-steps of another type",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: g
      type: step-group
      subSteps:
      - {name: h, type: step-group, subSteps: []}
""",
        [
            "run.yaml:10:9: spec.workflowSpec.steps[0].subSteps[0]: groups cannot be nested: a sub-step has no sub-steps; move the inner steps up into the outer group"
        ],
        id="groups in groups",
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
      type: suspend
      inputs: [{parameterKey: message}]
      outputs: [{name: x}, {valueFrom: output}]
""",
        [
            "run.yaml:9:16: spec.workflowSpec.steps[0].inputs[0]: the input has no `from`; name an output of another step, or a path such as context.name",
            "run.yaml:10:17: spec.workflowSpec.steps[0].outputs[0]: the output 'x' has no valueFrom; write where the value comes from, for example output.value",
            "run.yaml:10:28: spec.workflowSpec.steps[0].outputs[1]: the output has no name; add `name:`; inputs refer to it by `from:`",
        ],
        id="incomplete inputs and outputs",
    ),
]


@pytest.mark.parametrize(("manifest", "expected"), CASES)
def test_a_step_that_is_written_wrong_says_where_and_how_to_write_it(
    problems: Callable[[str], list[str]], manifest: str, expected: list[str]
) -> None:
    assert problems(manifest) == expected

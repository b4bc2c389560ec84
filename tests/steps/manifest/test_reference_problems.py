"""References that lead nowhere, and waits that never end: every problem as people read it (file, line, column, field, what is wrong, what to do)."""

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
    - {name: build, type: suspend}
    - {name: b, type: suspend, dependsOn: [biuld]}
""",
        [
            "run.yaml:8:44: spec.workflowSpec.steps[1].dependsOn[0]: dependsOn names 'biuld', and no step has that name; did you mean 'build'?"
        ],
        id="unknown dependsOn",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, dependsOn: [a]}
""",
        ["run.yaml:7:44: spec.workflowSpec.steps[0].dependsOn[0]: step 'a' waits for itself; name another step, or delete the line"],
        id="on itself",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, dependsOn: [b]}
    - {name: b, type: suspend}
""",
        [
            "run.yaml:7:44: spec.workflowSpec.steps[0].dependsOn[0]: step 'a' names 'b', which comes later; steps run in order here, so it would wait forever; move 'b' before it, or set the mode to DAG"
        ],
        id="on a later step",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  mode: {steps: DAG}
  workflowSpec:
    steps:
    - {name: a, type: suspend, dependsOn: [c]}
    - {name: b, type: suspend, dependsOn: [a]}
    - {name: c, type: suspend, dependsOn: [b]}
""",
        [
            "run.yaml:8:44: spec.workflowSpec.steps[0].dependsOn[0]: these steps wait for each other in a circle: a → c → b → a; delete one of the waits (dependsOn, an input, or a status in an `if`)"
        ],
        id="a circle",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  mode: {steps: DAG}
  workflowSpec:
    steps:
    - {name: a, type: suspend, if: status.b.succeeded, outputs: [{name: x, valueFrom: parameter.message}], properties: {message: m}}
    - {name: b, type: suspend, inputs: [{from: x}]}
""",
        [
            "run.yaml:8:36: spec.workflowSpec.steps[0].if: these steps wait for each other in a circle: a → b → a; delete one of the waits (dependsOn, an input, or a status in an `if`)"
        ],
        id="a circle of an input and an if",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  mode: {steps: DAG}
  workflowSpec:
    steps:
    - name: g
      type: step-group
      subSteps: [{name: s, type: suspend, dependsOn: [o]}]
    - {name: o, type: suspend, dependsOn: [g]}
""",
        [
            "run.yaml:8:7: spec.workflowSpec.steps[0]: these steps wait for each other in a circle: g → s → o → g; delete one of the waits (dependsOn, an input, or a status in an `if`)"
        ],
        id="a circle through a group",
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
      dependsOn: [s]
      subSteps: [{name: s, type: suspend, dependsOn: [g]}]
""",
        [
            "run.yaml:9:19: spec.workflowSpec.steps[0].dependsOn[0]: the group 'g' waits for its own sub-step 's', which begins only after it; delete the line",
            "run.yaml:10:55: spec.workflowSpec.steps[0].subSteps[0].dependsOn[0]: step 's' waits for its own group 'g', which ends only after it; delete the line",
        ],
        id="its own group",
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
      mode: StepByStep
      subSteps:
      - {name: s, type: suspend, dependsOn: [t]}
      - {name: t, type: suspend}
""",
        [
            "run.yaml:11:46: spec.workflowSpec.steps[0].subSteps[0].dependsOn[0]: step 's' names 't', which comes later; steps run in order here, so it would wait forever; move 't' before it, or set the mode to DAG"
        ],
        id="a later sub-step in order",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  context: {envs: 1, region: {name: x}}
  workflowSpec:
    steps:
    - {name: a, type: suspend, outputs: [{name: resource, valueFrom: output.value}]}
    - name: b
      type: suspend
      inputs:
      - {from: resourc}
      - {from: context.env}
      - {from: context.region.zone}
      - {from: parameter.nope}
      - {from: 'a..b'}
      - {from: resource, parameterKey: 'x['}
""",
        [
            "run.yaml:12:16: spec.workflowSpec.steps[1].inputs[0].from: nothing outputs 'resourc'; did you mean 'resource'?",
            "run.yaml:13:16: spec.workflowSpec.steps[1].inputs[1].from: 'context.env' leads nowhere: the context has no 'env'; did you mean 'envs'?",
            "run.yaml:14:16: spec.workflowSpec.steps[1].inputs[2].from: 'context.region.zone' leads nowhere: the context has no 'zone'; known: name",
            "run.yaml:15:16: spec.workflowSpec.steps[1].inputs[3].from: 'parameter.nope' leads nowhere: step 'b' has no property 'nope'; there is none",
            "run.yaml:16:16: spec.workflowSpec.steps[1].inputs[4].from: the path 'a..b' does not parse at '.b' (character 3); write names joined by dots, indexes as [0], and other names in quotes, as in data[\"app.kubernetes.io/name\"]",
            "run.yaml:17:40: spec.workflowSpec.steps[1].inputs[5].parameterKey: the path 'x[' does not parse at '[' (character 2); write names joined by dots, indexes as [0], and other names in quotes, as in data[\"app.kubernetes.io/name\"]",
        ],
        id="an input from nowhere",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, outputs: [{name: x, valueFrom: output}]}
    - {name: b, type: suspend, outputs: [{name: x, valueFrom: output}]}
""",
        [
            "run.yaml:8:49: warning: spec.workflowSpec.steps[1].outputs[0].name: the output 'x' is also left by step 'a'; an input gets the first that is there; rename one of the two"
        ],
        id="two outputs of one name",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: a, type: suspend, if: status.b.failed}
    - {name: b, type: suspend}
""",
        [
            "run.yaml:7:36: spec.workflowSpec.steps[0].if: step 'a' names 'b', which comes later; steps run in order here, so it would be skipped always; move 'b' before it, or set the mode to DAG"
        ],
        id="an if on a later step",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: apply, type: suspend}
    - {name: b, type: suspend, if: status.aply.failed}
""",
        [
            "run.yaml:8:43: spec.workflowSpec.steps[1].if: the `if` reads the status of 'aply', and no step has that name; did you mean 'apply'?"
        ],
        id="an if on an unknown step",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - {name: my-step, type: suspend}
    - {name: b, type: suspend, if: status.my-step.failed}
""",
        [
            'run.yaml:8:36: spec.workflowSpec.steps[1].if: status.my-step.failed is read as a subtraction, because names with a dash need quotes; did you mean status["my-step"].failed?'
        ],
        id="an if with a dash",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  workflowSpec:
    steps:
    - name: b
      type: suspend
      if: |
        true &&
          && false
""",
        ["run.yaml:11:11: spec.workflowSpec.steps[0].if: expected a value, found '&&'"],
        id="an if that does not parse",
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
    - {name: b, type: suspend, if: output.value > 1 && a.failed && inputs.x}
""",
        [
            "run.yaml:8:36: spec.workflowSpec.steps[1].if: an `if` cannot see 'output'; it sees status, inputs, context and parameter; put text in double quotes",
            "run.yaml:8:44: spec.workflowSpec.steps[1].if: an `if` cannot see 'a'; write status[\"a\"].succeeded, for example",
            "run.yaml:8:75: spec.workflowSpec.steps[1].if: the `if` reads the input 'x', which step 'b' does not list; add `- from: x` to its inputs",
        ],
        id="an if that sees too much",
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
    - {name: b, type: suspend, if: status.a.running || status.a.sucess}
""",
        [
            'run.yaml:8:36: warning: spec.workflowSpec.steps[1].if: a step\'s status has no \'running\', so this `if` always skips the step; write status["a"].phase == "running"',
            "run.yaml:8:36: warning: spec.workflowSpec.steps[1].if: a step's status has no 'sucess', so this `if` always skips the step; known: failed, failedAfterRetries, firstExecuteTime, id, lastExecuteTime, message, name, phase, reason, retrying, skipped, succeeded and 3 more",
        ],
        id="an if with a phase as field",
    ),
    pytest.param(
        """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: w}
spec:
  context: {env: x}
  workflowSpec:
    steps:
    - {name: b, type: suspend, if: context.evn == "x"}
""",
        [
            "run.yaml:8:36: warning: spec.workflowSpec.steps[0].if: the context has no 'evn', so this expression has no value; did you mean 'env'?"
        ],
        id="an if on missing context",
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
      outputs:
      - name: x
        valueFrom: |
          import "strconv"
          strconv.Atoi(status.a.message)
""",
        [
            "run.yaml:13:24: spec.workflowSpec.steps[0].outputs[0].valueFrom: a `valueFrom` cannot see 'status', only what the step itself produced, context and parameter; move it into the `if` of a later step"
        ],
        id="a valueFrom with status",
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
      outputs: [{name: x, valueFrom: "strconv.Atoi(result)"}]
""",
        [
            'run.yaml:9:39: spec.workflowSpec.steps[0].outputs[0].valueFrom: strconv.Atoi needs the package; write the line import "strconv" before the expression'
        ],
        id="a valueFrom with an unknown function",
    ),
]


@pytest.mark.parametrize(("manifest", "expected"), CASES)
def test_a_reference_that_leads_nowhere_or_never_ends_is_reported_with_its_place(
    problems: Callable[[str], list[str]], manifest: str, expected: list[str]
) -> None:
    assert problems(manifest) == expected

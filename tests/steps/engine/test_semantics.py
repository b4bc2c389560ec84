"""KubeVela's semantics as tables: what a workflow comes to when nobody interferes.

Every row is a promise of docs/compatibility.md. `work` steps do what `do` says, execution by execution.
"""

from typing import Any, NamedTuple

import pytest

from tests.steps.engine.playground import World, phases, played


class Row(NamedTuple):
    """A workflow and what it comes to: the run's phase and, by step, `phase reason`."""

    id: str
    steps: str
    expected: dict[str, str]
    mode: str = ""


FAILING = "- {name: a, type: work, properties: {do: [fail]}}\n"
SKIPPED = "- {name: a, type: work, if: 1 > 2}\n"

ROWS = [
    Row(
        "an_empty_if_runs_after_success",
        """
        - {name: a, type: work}
        - {name: b, type: work}
        """,
        {"run": "succeeded", "a": "succeeded", "b": "succeeded"},
    ),
    Row(
        "step_by_step_a_failed_step_skips_what_follows",
        FAILING + "- {name: b, type: work}\n- {name: c, type: work}\n",
        {"run": "failed", "a": "failed Action", "b": "skipped Skip", "c": "skipped Skip"},
    ),
    Row(
        "step_by_step_a_skipped_step_does_not_skip_what_follows",
        SKIPPED + "- {name: b, type: work}\n",
        {"run": "succeeded", "a": "skipped Skip", "b": "succeeded"},
    ),
    Row(
        "a_later_success_does_not_rescue_the_run",
        FAILING + "- {name: b, type: work, if: always}\n",
        {"run": "failed", "a": "failed Action", "b": "succeeded"},
    ),
    Row(
        "an_if_on_failure_runs_after_the_failure",
        FAILING + "- {name: b, type: work, if: status.a.failed}\n- {name: c, type: work, if: status.a.succeeded}\n",
        {"run": "failed", "a": "failed Action", "b": "succeeded", "c": "skipped Skip"},
    ),
    Row(
        "step_by_step_depends_on_ignores_earlier_failures_of_others",
        FAILING + "- {name: b, type: work, if: always}\n- {name: h, type: work, dependsOn: [b]}\n",
        {"run": "failed", "a": "failed Action", "b": "succeeded", "h": "succeeded"},
    ),
    Row(
        "depends_on_a_skipped_step_skips",
        SKIPPED + "- {name: i, type: work, dependsOn: [a]}\n",
        {"run": "succeeded", "a": "skipped Skip", "i": "skipped Skip"},
    ),
    Row(
        "depends_on_reaches_through_to_a_failed_step",
        """
        - {name: f, type: work, properties: {do: [fail]}}
        - {name: d, type: work, dependsOn: [f], if: status.f.failed}
        - {name: e, type: work, dependsOn: [d]}
        """,
        {"run": "failed", "f": "failed Action", "d": "succeeded", "e": "skipped Skip"},
        "{steps: DAG}",
    ),
    Row(
        "in_a_dag_nothing_is_skipped_by_default",
        FAILING + "- {name: b, type: work}\n",
        {"run": "failed", "a": "failed Action", "b": "succeeded"},
        "{steps: DAG}",
    ),
    Row(
        "in_a_dag_an_if_waits_for_the_step_it_names",
        """
        - {name: a, type: work, properties: {do: [wait, wait, fail]}}
        - {name: b, type: work, if: status.a.failed}
        """,
        {"run": "failed", "a": "failed Action", "b": "succeeded"},
        "{steps: DAG}",
    ),
    Row(
        "in_a_dag_a_passing_fault_is_not_a_failure_for_others",
        """
        - {name: a, type: work, properties: {do: [fault, succeed]}}
        - {name: b, type: work, if: status.a.failed}
        """,
        {"run": "succeeded", "a": "succeeded", "b": "skipped Skip"},
        "{steps: DAG}",
    ),
    Row(
        "a_waiting_step_is_run_again",
        "- {name: a, type: work, properties: {do: [wait, wait, succeed]}}\n- {name: b, type: work}\n",
        {"run": "succeeded", "a": "succeeded", "b": "succeeded"},
    ),
    Row(
        "a_passing_fault_is_tried_again",
        "- {name: a, type: work, properties: {do: [fault, fault, succeed]}}\n",
        {"run": "succeeded", "a": "succeeded"},
    ),
    Row(
        "a_fault_that_stays_fails_after_retries",
        "- {name: a, type: work, properties: {do: [fault]}}\n- {name: b, type: work, if: status.a.failedAfterRetries}\n",
        {"run": "failed", "a": "failed FailedAfterRetries", "b": "succeeded"},
    ),
    Row(
        "a_permanent_error_is_not_tried_again",
        "- {name: a, type: work, properties: {do: [permanent, succeed]}}\n",
        {"run": "failed", "a": "failed Action"},
    ),
    Row(
        "a_broken_step_type_fails_with_rendering_and_nothing_else_breaks",
        "- {name: a, type: work, properties: {do: [break]}}\n- {name: b, type: work, if: always}\n",
        {"run": "failed", "a": "failed Rendering", "b": "succeeded"},
    ),
    Row(
        "a_step_times_out",
        "- {name: a, type: work, timeout: 3s, properties: {do: [hang]}}\n- {name: b, type: work, if: status.a.timeout}\n",
        {"run": "failed", "a": "failed Timeout", "b": "succeeded"},
    ),
    Row(
        "a_time_out_while_retrying_keeps_the_reason_timeout",
        "- {name: a, type: work, timeout: 5s, properties: {do: [fault]}}\n",
        {"run": "failed", "a": "failed Timeout"},
    ),
    Row(
        "a_time_out_ends_a_suspend_step",
        "- {name: a, type: suspend, timeout: 5s}\n",
        {"run": "failed", "a": "failed Timeout"},
    ),
    Row(
        "a_suspend_with_a_duration_goes_on_by_itself",
        "- {name: a, type: suspend, properties: {duration: 30s}}\n- {name: b, type: work}\n",
        {"run": "succeeded", "a": "succeeded", "b": "succeeded"},
    ),
    Row(
        "a_suspend_without_a_duration_waits_for_a_person",
        "- {name: a, type: suspend}\n- {name: b, type: work}\n",
        {"run": "suspending", "a": "suspending Suspend"},
    ),
    Row(
        "in_a_dag_siblings_go_on_while_one_branch_is_suspended",
        """
        - {name: s, type: suspend}
        - {name: a, type: work, properties: {do: [wait, wait, succeed]}}
        - {name: b, type: work, dependsOn: [a]}
        """,
        {"run": "suspending", "s": "suspending Suspend", "a": "succeeded", "b": "succeeded"},
        "{steps: DAG}",
    ),
    Row(
        "a_group_succeeds_when_its_sub_steps_have",
        "- {name: g, type: step-group, subSteps: [{name: x, type: work}, {name: k, type: work}]}\n- {name: z, type: work}\n",
        {"run": "succeeded", "g": "succeeded", "x": "succeeded", "k": "succeeded", "z": "succeeded"},
    ),
    Row(
        "an_empty_group_succeeds",
        "- {name: g, type: step-group, subSteps: []}\n",
        {"run": "succeeded", "g": "succeeded"},
    ),
    Row(
        "a_group_fails_with_its_sub_step_and_siblings_still_run",
        "- {name: g, type: step-group, subSteps: [{name: x, type: work, properties: {do: [fail]}}, {name: k, type: work}]}\n",
        {"run": "failed", "g": "failed Action", "x": "failed Action", "k": "succeeded"},
    ),
    Row(
        "a_step_by_step_group_skips_after_a_failure",
        """
        - name: g
          type: step-group
          mode: StepByStep
          subSteps: [{name: x, type: work, properties: {do: [fail]}}, {name: k, type: work}]
        """,
        {"run": "failed", "g": "failed Action", "x": "failed Action", "k": "skipped Skip"},
    ),
    Row(
        "the_runs_sub_step_mode_holds_for_groups_without_their_own",
        "- {name: g, type: step-group, subSteps: [{name: x, type: work, properties: {do: [fail]}}, {name: k, type: work}]}\n",
        {"run": "failed", "g": "failed Action", "x": "failed Action", "k": "skipped Skip"},
        "{subSteps: StepByStep}",
    ),
    Row(
        "sub_steps_of_a_skipped_group_are_skipped_even_with_always",
        FAILING + "- {name: g, type: step-group, subSteps: [{name: x, type: work, if: always}]}\n",
        {"run": "failed", "a": "failed Action", "g": "skipped Skip", "x": "skipped Skip"},
    ),
    Row(
        "a_group_is_skipped_when_all_its_sub_steps_are",
        "- {name: g, type: step-group, subSteps: [{name: x, type: work, if: 1 > 2}, {name: k, type: work, if: 1 > 2}]}\n",
        {"run": "succeeded", "g": "skipped Skip", "x": "skipped Skip", "k": "skipped Skip"},
    ),
    Row(
        "a_groups_time_out_ends_its_sub_steps",
        """
        - name: g
          type: step-group
          timeout: 5s
          subSteps:
          - {name: x, type: work, properties: {do: [hang]}}
          - {name: k, type: work, dependsOn: [x]}
          - {name: z, type: work}
        """,
        {"run": "failed", "g": "failed Timeout", "x": "failed Timeout", "k": "failed Timeout", "z": "succeeded"},
    ),
    Row(
        "a_sub_steps_time_out_is_its_groups_reason",
        "- {name: g, type: step-group, subSteps: [{name: x, type: work, timeout: 5s, properties: {do: [hang]}}]}\n",
        {"run": "failed", "g": "failed Timeout", "x": "failed Timeout"},
    ),
    Row(
        "a_sub_step_that_failed_with_input_still_ends_its_group",
        """
        - {name: a, type: work, outputs: [{name: v, valueFrom: nothing.here}]}
        - name: g
          type: step-group
          subSteps: [{name: x, type: work, inputs: [{from: v, parameterKey: needed}]}]
        """,
        {"run": "failed", "a": "succeeded", "g": "failed Input", "x": "failed Input"},
    ),
    Row(
        "a_later_step_reads_a_sub_steps_status",
        "- {name: g, type: step-group, subSteps: [{name: x, type: work}]}\n- {name: b, type: work, if: status.x.succeeded}\n",
        {"run": "succeeded", "g": "succeeded", "x": "succeeded", "b": "succeeded"},
    ),
    Row(
        "an_input_of_a_skipped_step_skips_what_needs_it",
        """
        - {name: a, type: work, if: 1 > 2, outputs: [{name: v, valueFrom: result}]}
        - {name: b, type: work, inputs: [{from: v, parameterKey: text}]}
        """,
        {"run": "succeeded", "a": "skipped Skip", "b": "skipped Skip"},
    ),
    Row(
        "a_null_input_fails_what_insists_on_it",
        """
        - {name: a, type: work, if: 1 > 2, outputs: [{name: v, valueFrom: result}]}
        - {name: b, type: work, if: always, inputs: [{from: v, parameterKey: text}]}
        """,
        {"run": "failed", "a": "skipped Skip", "b": "failed Input"},
    ),
    Row(
        "in_a_dag_an_input_waits_for_its_producer",
        """
        - {name: b, type: work, inputs: [{from: v, parameterKey: text}]}
        - {name: a, type: work, properties: {do: [wait, succeed], text: hi}, outputs: [{name: v, valueFrom: result}]}
        """,
        {"run": "succeeded", "a": "succeeded", "b": "succeeded"},
        "{steps: DAG}",
    ),
    Row(
        "an_if_that_cannot_be_evaluated_skips",
        "- {name: a, type: work, outputs: [{name: v, valueFrom: result}]}\n"
        '- {name: b, type: work, inputs: [{from: v}], if: "inputs.v > 60"}\n',
        {"run": "succeeded", "a": "succeeded", "b": "skipped Skip"},
    ),
    Row(
        "an_if_without_a_boolean_skips",
        "- {name: a, type: work}\n- {name: b, type: work, if: status.a.phase}\n",
        {"run": "succeeded", "a": "succeeded", "b": "skipped Skip"},
    ),
    Row(
        "names_with_dashes_are_quoted",
        "- {name: my-step, type: work, properties: {do: [fail]}}\n" + """- {name: b, type: work, if: 'status["my-step"].failed'}\n""",
        {"run": "failed", "my-step": "failed Action", "b": "succeeded"},
    ),
    Row(
        "context_decides",
        '- {name: a, type: work, if: \'context.stepName == "a" && context.name == "flow"\'}\n',
        {"run": "succeeded", "a": "succeeded"},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
async def test_a_workflow_comes_to(row: Row) -> None:
    run = await played(row.steps, mode=row.mode)
    assert {"run": str(run.phase)} | phases(run) == row.expected


class Passing(NamedTuple):
    """An input's parameterKey on properties, and what the step is given (kubevela.md 3.1)."""

    key: str
    value: Any
    expected: Any


PASSING = [
    Passing("value", "{x: old}", {"content": "V"}),
    Passing("value.content", "{type: diagnose}", {"type": "diagnose", "content": {"content": "V"}}),
    Passing("value.a", "{a: old, b: 2}", {"a": {"content": "V"}, "b": 2}),
    Passing("value.parts[0].image", "{parts: [{image: old, name: web}]}", {"parts": [{"image": {"content": "V"}, "name": "web"}]}),
    Passing("value.list[2]", "{list: [1]}", {"list": [1, {}, {"content": "V"}]}),
    Passing("value.new[0].x", "{}", {"new": [{"x": {"content": "V"}}]}),
    Passing("value.l[0]", "{l: []}", {"l": [{"content": "V"}]}),
    Passing('value["my-input"]', "{}", {"my-input": {"content": "V"}}),
    Passing("value.my-input", "{}", {"my-input": {"content": "V"}}),
]


@pytest.mark.parametrize("row", PASSING, ids=[row.key for row in PASSING])
async def test_an_input_is_put_at_its_parameter_key(row: Passing) -> None:
    world = World()
    steps = f"""
    - {{name: a, type: work, properties: {{value: {{content: V}}}}, outputs: [{{name: whole, valueFrom: output.value}}]}}
    - {{name: b, type: work, properties: {{value: {row.value}}}, inputs: [{{from: whole, parameterKey: '{row.key}'}}]}}
    """
    run = await played(steps, world=world)
    assert phases(run) == {"a": "succeeded", "b": "succeeded"}
    assert world.given["b"].value == row.expected


async def test_an_input_digs_into_an_output_and_into_context() -> None:
    world = World()
    steps = """
    - {name: a, type: work, properties: {value: {deep: [1, {x: hi}]}}, outputs: [{name: whole, valueFrom: output.value}]}
    - {name: b, type: work, inputs: [{from: 'whole.deep[1].x', parameterKey: text}, {from: context.name, parameterKey: value}]}
    """
    await played(steps, world=world)
    assert (world.given["b"].text, world.given["b"].value) == ("hi", "flow")


async def test_an_input_that_does_not_fit_fails_at_once_with_its_name() -> None:
    world = World()
    steps = """
    - {name: a, type: work, properties: {value: [1]}, outputs: [{name: v, valueFrom: output.value}]}
    - {name: b, type: work, inputs: [{from: v, parameterKey: text}]}
    """
    run = await played(steps, world=world)
    assert phases(run)["b"] == "failed Input"
    assert "text (from input 'v')" in run.steps["b"].message
    assert world.count("b") == 0


async def test_outputs_of_a_failed_step_are_read_by_the_steps_that_handle_the_failure() -> None:
    world = World()
    steps = """
    - {name: a, type: work, properties: {do: [fail], value: {kind: Deployment}}, outputs: [{name: v, valueFrom: output.value}]}
    - {name: b, type: work, if: status.a.failed, inputs: [{from: v, parameterKey: value}]}
    """
    await played(steps, world=world)
    assert world.given["b"].value == {"kind": "Deployment"}


async def test_outputs_of_a_timed_out_step_are_read_again_and_not_executed_again() -> None:
    world = World()
    steps = """
    - {name: a, type: work, timeout: 3s, properties: {do: [hang 0 of 1 ready], value: x}, outputs: [{name: v, valueFrom: output.value}]}
    - {name: b, type: work, if: status.a.timeout, inputs: [{from: v, parameterKey: value}]}
    """
    run = await played(steps, world=world)
    assert world.executed == ["a", "b"]
    assert world.reread == ["a"]
    assert world.given["b"].value == "fresh x"
    assert run.steps["a"].message == "timed out after 3s: 0 of 1 ready"


async def test_an_output_that_cannot_be_had_is_null_and_never_hides_the_message() -> None:
    run = await played("- {name: a, type: work, properties: {do: [succeed done]}, outputs: [{name: v, valueFrom: no.such.field}]}\n")
    assert run.steps["a"].phase == "succeeded"
    assert run.steps["a"].message == "done"
    assert run.outputs["a"] == {"v": None}
    assert run.steps["a"].output_errors[0].startswith("output 'v' is null: ")


async def test_a_gate_that_reads_garbage_never_opens_and_says_so() -> None:
    steps = """
    - name: quality
      type: work
      properties: {text: "Score: 85/100"}
      outputs:
      - name: score
        valueFrom: |
          import "strconv"
          strconv.Atoi(result)
    - {name: production, type: work, inputs: [{from: score}], if: 'inputs["score"] > 60'}
    """
    world = World()
    run = await played(steps, world=world)
    assert phases(run) == {"quality": "succeeded", "production": "skipped Skip"}
    assert world.count("production") == 0
    warning = (
        "step 'production': invalid operands null and 60 to '>' (type null and int); "
        "a value that may be null is tested first, as in x != null && x > 60"
    )
    assert run.warnings == (warning,)


async def test_a_groups_outputs_are_its_sub_steps_outputs() -> None:
    world = World()
    steps = """
    - name: g
      type: step-group
      outputs: [{name: both, valueFrom: '{one: first, two: second}'}]
      subSteps:
      - {name: s, type: work, properties: {text: first}, outputs: [{name: first, valueFrom: result}]}
      - {name: t, type: work, properties: {text: second}, outputs: [{name: second, valueFrom: result}]}
    - {name: b, type: work, inputs: [{from: both, parameterKey: value}]}
    """
    await played(steps, world=world)
    assert world.given["b"].value == {"one": "first", "two": "second"}


async def test_value_from_reads_parameters_with_their_defaults() -> None:
    world = World()
    steps = """
    - {name: a, type: work, properties: {value: 7}, outputs: [{name: v, valueFrom: 'output.value + len(parameter.text)'}]}
    - {name: b, type: work, inputs: [{from: v, parameterKey: value}]}
    """
    await played(steps, world=world)
    assert world.given["b"].value == 7


async def test_a_placeholder_counts_as_absent() -> None:
    world = World()
    await played("- {name: a, type: work, properties: {token: <your token>}}\n", world=world)
    assert world.given["a"].token.get_secret_value() == ""

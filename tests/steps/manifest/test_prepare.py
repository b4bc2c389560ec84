"""`prepare`: what a checked manifest looks like, and what is done once for many runs."""

import time
from collections.abc import Callable

import pytest

from steps.manifest.check import inspect
from steps.manifest.placeholders import without_placeholders
from steps.manifest.prepared import Prepared
from steps.manifest.source import read
from steps.model.manifest import Mode, Workflow
from steps.registry import Registry

RUN = """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: demo}
spec:
  workflowSpec:
    steps:
    - {type: suspend}
    - type: step-group
      subSteps: [{type: suspend}, {name: named, type: suspend}]
"""
REFERENCE = """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {generateName: demo-, namespace: team}
spec:
  workflowRef: base
"""
TEMPLATE = """\
apiVersion: core.oam.dev/v1alpha1
kind: Workflow
metadata:
  name: base
  annotations: {promptops.dev/parameters: '{"properties": {"size": {"type": "integer", "default": 2}}}'}
mode: {steps: DAG, subSteps: StepByStep}
steps:
- {name: a, type: suspend}
"""


def template(text: str = TEMPLATE) -> Workflow:
    return Workflow.model_validate(read(text, "base.yaml")[0].value)


def test_names_are_filled_in_as_the_webhook_of_kubevela_does(accept: Callable[..., Prepared]) -> None:
    spec = accept(RUN).manifest.spec.workflow_spec

    assert spec is not None
    assert [(step.name, [sub.name for sub in step.sub_steps]) for step in spec.steps] == [("step-0", []), ("step-1", ["step-1-0", "named"])]


def test_namespace_and_cluster_come_from_the_command_then_the_manifest_then_the_defaults(accept: Callable[..., Prepared]) -> None:
    def place(prepared: Prepared) -> tuple[str, str | None, str]:
        return prepared.namespace, prepared.manifest.metadata.namespace, prepared.cluster

    assert place(accept(RUN)) == ("default", "default", "test")
    assert place(accept(REFERENCE, templates={"base": template()})) == ("team", "team", "test")
    assert place(accept(RUN, namespace="other", cluster="prod")) == ("other", "other", "prod")
    assert place(accept(RUN, cluster="local")) == ("default", "default", "test")


def test_a_wrong_cluster_or_namespace_of_the_command_is_told_with_the_problems_of_the_file(refuse: Callable[..., list[str]]) -> None:
    assert refuse(RUN.replace("named, type: suspend", "named, type: suspnd"), cluster="prd", namespace="My Team") == [
        "run.yaml:9:55: spec.workflowSpec.steps[1].subSteps[1].type: the step type 'suspnd' is unknown; did you mean 'suspend'?",
        "run.yaml: the cluster 'prd' is unknown; did you mean 'prod'?",
        "run.yaml: 'My Team' is not a namespace's name; write for example 'my-team'",
    ]


def test_a_template_gives_steps_mode_and_parameters(accept: Callable[..., Prepared]) -> None:
    for prepared in (
        accept(REFERENCE, templates={"base": template()}),
        accept(REFERENCE, templates=lambda name: template() if name else None),
    ):
        spec = prepared.manifest.spec
        assert spec.workflow_spec is not None
        assert [step.name for step in spec.workflow_spec.steps] == ["a"]
        assert (spec.mode, spec.context, prepared.workflow) == (Mode(steps="DAG", sub_steps="StepByStep"), {"size": 2}, "demo")


def test_the_mode_of_the_run_wins_as_a_whole(accept: Callable[..., Prepared]) -> None:
    prepared = accept(REFERENCE + "  mode: {subSteps: DAG}\n", templates={"base": template()})

    assert prepared.manifest.spec.mode == Mode(steps=None, sub_steps="DAG")


def test_a_template_in_the_same_file_comes_first_and_its_problems_have_their_own_places(
    accept: Callable[..., Prepared], refuse: Callable[..., list[str]]
) -> None:
    other = template(TEMPLATE.replace("name: a", "name: z"))
    spec = accept(f"{REFERENCE}---\n{TEMPLATE}", templates={"base": other}).manifest.spec

    assert spec.workflow_spec is not None
    assert [step.name for step in spec.workflow_spec.steps] == ["a"]
    assert refuse(f"{REFERENCE}---\n{TEMPLATE.replace('suspend', 'supend')}") == [
        "run.yaml:14:19: steps[0].type: the step type 'supend' is unknown; did you mean 'suspend'?"
    ]


def test_a_problem_in_a_template_from_elsewhere_stands_at_its_reference(refuse: Callable[..., list[str]]) -> None:
    assert refuse(REFERENCE, templates={"base": template(TEMPLATE.replace("suspend", "supend"))}) == [
        "run.yaml:5:16: steps[0].type: in the Workflow 'base': the step type 'supend' is unknown; did you mean 'suspend'?"
    ]
    assert refuse(REFERENCE.replace("base", "bas"), templates={"base": template()}) == [
        "run.yaml:5:16: spec.workflowRef: workflowRef names 'bas', and no Workflow has that name; did you mean 'base'?"
    ]


def test_a_workflow_alone_runs_by_itself(accept: Callable[..., Prepared]) -> None:
    prepared = accept(TEMPLATE)

    assert (prepared.workflow, prepared.manifest.kind, prepared.manifest.spec.context) == ("base", "WorkflowRun", {"size": 2})


def test_one_of_several_runs_is_chosen_by_name(accept: Callable[..., Prepared], refuse: Callable[..., list[str]]) -> None:
    two = f"{RUN}---\n{RUN.replace('demo', 'other')}"

    assert accept(two, name="other").workflow == "other"
    assert refuse(two, name="othr") == ["run.yaml:1:1: the file has no workflow 'othr'; did you mean 'other'?"]


def test_a_document_that_was_read_already_is_accepted_too(accept: Callable[..., Prepared]) -> None:
    document = read(RUN, "elsewhere.yaml")[0]

    assert accept(document) == accept(RUN)


SECRETS = """\
apiVersion: core.oam.dev/v1alpha1
kind: WorkflowRun
metadata: {name: secrets}
spec:
  workflowSpec:
    steps:
    - {name: ask, type: chat-gpt, properties: {token: {value: sk-canary}}}
    - {name: later, type: chat-gpt, properties: {token: {value: <your token>}}}
    - {name: by-name, type: chat-gpt, properties: {token: {secretRef: {name: a, key: b}}}}
    - name: call
      type: request
      properties: {url: u, header: {Authorization: Bearer canary, X-Empty: <none>}}
"""


def test_secret_paths_lead_to_every_secret_that_is_there(accept: Callable[..., Prepared]) -> None:
    prepared = accept(SECRETS)

    assert prepared.secret_paths == {"ask": (("token", "value"),), "call": (("header", "Authorization"),)}
    assert "<your token>" in str(prepared.manifest)


def test_a_cluster_called_local_is_written_as_the_default_one(accept: Callable[..., Prepared]) -> None:
    text = RUN.replace("{type: suspend}\n", "{name: a, type: apply-deployment, properties: {image: x, cluster: local}}\n", 1)
    spec = accept(text).manifest.spec

    assert spec.workflow_spec is not None
    assert spec.workflow_spec.steps[0].properties == {"image": "x", "cluster": ""}


def test_without_placeholders_leaves_out_what_held_nothing_else() -> None:
    properties = {"token": {"value": "<your token>"}, "text": "Hello <name>", "list": ["<a>", "b"], "empty": {}, "html": "<b>x</b>", "n": 0}

    assert without_placeholders(properties) == {"text": "Hello <name>", "list": ["b"], "empty": {}, "html": "<b>x</b>", "n": 0}
    assert properties["token"] == {"value": "<your token>"}


def test_too_many_steps_are_one_problem(refuse: Callable[..., list[str]]) -> None:
    head = RUN.partition("    - ")[0]
    began = time.process_time()
    problems = refuse(head + "".join(f"    - {{name: s{i}, type: nothing{i}, dependsOn: [t{i}]}}\n" for i in range(10_000)))

    assert problems == [
        "run.yaml:7:5: spec.workflowSpec.steps: the workflow has 10,000 steps; at most 1,000 are accepted; split it into several"
    ]
    assert time.process_time() - began < 5  # measured: 0.5 s, several times that under a tracer


def test_a_thousand_steps_with_a_problem_each_list_the_first_hundred(refuse: Callable[..., list[str]]) -> None:
    head = RUN.partition("    - ")[0]
    problems = refuse(head + "".join(f"    - {{name: step{i}, type: suspnd{i}, dependsOn: [stap{i}]}}\n" for i in range(1_000)))

    assert len(problems) == 101
    assert problems[-1] == "run.yaml: and 1900 more problems; solve the ones above first"


def test_a_chain_of_a_thousand_steps_in_a_circle_is_found(refuse: Callable[..., list[str]]) -> None:
    head = RUN.replace("spec:\n", "spec:\n  mode: {steps: DAG}\n").partition("    - ")[0]
    steps = "".join(f"    - {{name: s{i}, type: suspend, dependsOn: [s{(i + 1) % 1000}]}}\n" for i in range(1_000))

    (problem,) = refuse(head + steps)
    assert "in a circle: s0 → s1 → s2 → s3 → s4 → s5 → s6 → s7 → s8 → s9 → s10 → s11 → … → s0" in problem


def test_the_same_text_is_checked_once(accept: Callable[..., Prepared], registry: Registry) -> None:
    around = {"file": "run.yaml", "registry": registry, "clusters": ("test", "prod")}

    assert inspect(RUN, **around) is inspect(RUN, **around)  # type: ignore[arg-type] # one set of arguments for both
    assert inspect(RUN, **around) is not inspect(RUN, **(around | {"clusters": ("test",)}))  # type: ignore[arg-type] # as above


@pytest.mark.parametrize("namespace", ["a", "b"])
def test_preparing_again_is_cheap(accept: Callable[..., Prepared], namespace: str) -> None:
    steps = "".join(f"    - {{name: s{i}, type: print-message-in-status, if: always, properties: {{message: m}}}}\n" for i in range(10))
    text = RUN.partition("    - ")[0] + steps
    accept(text)
    began = time.process_time()
    for _ in range(500):
        accept(text, namespace=namespace)

    assert (time.process_time() - began) / 500 < 150e-6  # measured: 15 µs

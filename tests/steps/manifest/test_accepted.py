"""Manifests that KubeVela accepts and can run are accepted: the article's, the shipped ones, and the language's corners."""

from collections.abc import Callable
from pathlib import Path

import pytest

import steps.builtin
from steps.manifest.check import prepare
from steps.manifest.library import Library
from steps.manifest.prepared import Prepared
from steps.registry import Registry

ARTICLE = ("chat-gpt", "chat-gpt-audit", "chat-gpt-diagnose", "chat-gpt-quality-gate")


@pytest.mark.parametrize("name", ARTICLE)
def test_the_manifests_of_the_article_are_accepted_as_they_are(accept: Callable[..., Prepared], shared: Path, name: str) -> None:
    prepared = accept((shared / "workflows" / f"{name}.yaml").read_bytes())

    assert (prepared.workflow, prepared.namespace, prepared.cluster, prepared.warnings) == (name, "default", "test", ())
    assert prepared.secret_paths == {}


@pytest.mark.parametrize("name", ARTICLE)
def test_the_shipped_workflows_do_what_those_of_the_article_do(accept: Callable[..., Prepared], shared: Path, name: str) -> None:
    theirs = (shared / "workflows" / f"{name}.yaml").read_bytes()
    ours = Library.of().resolve(name).text

    assert ours.encode() != theirs
    assert accept(ours).manifest.spec == accept(theirs).manifest.spec


@pytest.mark.parametrize("name", list(Library.of()))
def test_every_shipped_workflow_is_accepted_by_the_real_step_types_without_a_warning(name: str) -> None:
    entry = Library.of()[name]
    prepared = prepare(
        entry.text,
        file=str(entry.file),
        registry=Registry.of_package(steps.builtin),
        clusters=("test", "prod"),
        default_cluster="test",
        parameters={parameter.name: "nginx" for parameter in entry.parameters if parameter.required},
    )

    assert (prepared.workflow, prepared.warnings) == (name, ())
    assert entry.description


CORNERS = {
    "a group in a graph, waiting for a step outside": """
    - name: first
      type: suspend
    - name: group
      type: step-group
      mode: DAG
      if: status.first.succeeded
      subSteps:
      - {name: x, type: suspend, dependsOn: [z], timeout: 1h30m}
      - {name: z, type: suspend, dependsOn: [first], if: status.group.phase == "running"}
    - {name: last, type: suspend, if: 'status["x"].failed || status.group.skipped'}
    """,
    "inputs by path": """
    - name: a
      type: apply-object
      properties: {value: {kind: X}}
      inputs:
      - {from: context.name}
      - {from: 'context.env.list[1]', parameterKey: 'value.metadata.labels["app.kubernetes.io/name"]'}
      - {from: parameter.value.kind}
      outputs:
      - {name: whole, valueFrom: apply.value}
    - name: b
      type: print-message-in-status
      if: inputs["whole.metadata.name"] != "" && context.env.list[0] == 1 && context.stepName == "b"
      inputs:
      - {from: whole.metadata.name, parameterKey: message}
    """,
    "inputs that fill what is required, or would be of the wrong type": """
    - {name: a, type: suspend, outputs: [{name: v, valueFrom: context.name}]}
    - name: b
      type: apply-deployment
      inputs: [{from: v, parameterKey: image}, {from: v, parameterKey: replicas}]
      properties: {replicas: many}
    - name: c
      type: chat-gpt
      inputs: [{from: v, parameterKey: token.value}, {from: v, parameterKey: prompt.type}]
    - name: d
      type: request
      inputs: [{from: v, parameterKey: 'headersFromSecret[0].key'}]
      properties: {url: u, headersFromSecret: [{header: a, secret: b}]}
    """,
    "null is absent": """
    - {name: a, type: suspend, if: null, timeout: null, dependsOn: null, inputs: null, outputs: null, properties: null, meta: null}
    """,
    "placeholders are absent": """
    - {name: a, type: suspend, properties: {duration: <how long>, message: <your message>}}
    - {name: b, type: chat-gpt, properties: {token: {secretRef: {name: <secret>, key: <key>}}}}
    """,
    "local and the empty name are the default cluster": """
    - {name: a, type: apply-deployment, properties: {image: x, cluster: local}}
    - {name: b, type: apply-deployment, properties: {image: x, cluster: ""}}
    """,
    "steps without names": """
    - {type: suspend}
    - type: step-group
      subSteps: [{type: suspend}, {type: suspend}]
    """,
}


@pytest.mark.parametrize("steps_text", [pytest.param(text, id=name) for name, text in CORNERS.items()])
@pytest.mark.parametrize("mode", ["StepByStep", "DAG"])
def test_the_corners_of_the_language_are_accepted_in_both_modes(accept: Callable[..., Prepared], steps_text: str, mode: str) -> None:
    text = (
        "apiVersion: core.oam.dev/v1alpha1\nkind: WorkflowRun\nmetadata: {name: w, managedFields: []}\nspec:\n"
        f"  context: {{env: {{list: [1, 2]}}}}\n  mode: {{steps: {mode}}}\n  workflowSpec:\n    steps:{steps_text}"
    )

    assert accept(text).warnings == ()

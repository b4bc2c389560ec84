"""A run in KubeVela's shape."""

from typing import Any

import yaml
from inline_snapshot import snapshot

from steps.model.events import Event, RunCreated, RunEnded, StepEnded, StepSkipped, StepStarted, StepSuspended
from steps.model.phases import Reason, RunPhase, StepPhase
from steps.model.run import Run, fold
from steps.plan.export import workflow_run
from steps.plan.program import compile_manifest

T = 1_700_000_000.0


def told(steps: str, *events: Event, mode: str = "{}") -> dict[str, Any]:
    manifest = {
        "metadata": {"name": "demo", "namespace": "default", "labels": {"team": "web"}},
        "spec": {"mode": yaml.safe_load(mode), "workflowSpec": {"steps": yaml.safe_load(steps)}},
    }
    created = RunCreated(T, "demo-abc12", "demo", "shop", "test", manifest)
    run: Run = fold([created, *events])
    return workflow_run(run, compile_manifest(run.manifest))


def test_a_succeeded_run_is_a_workflow_run_object_with_status() -> None:
    steps = "[{name: a, type: suspend, properties: {duration: 1s}}, {name: b, type: suspend, if: status.a.failed}]"
    assert told(
        steps,
        StepStarted(T, "a"),
        StepEnded(T + 1, "a", StepPhase.SUCCEEDED),
        StepSkipped(T + 1, "b", "if: status.a.failed is false"),
        RunEnded(T + 1, RunPhase.SUCCEEDED),
    ) == snapshot(
        {
            "apiVersion": "core.oam.dev/v1alpha1",
            "kind": "WorkflowRun",
            "metadata": {
                "name": "demo",
                "namespace": "shop",
                "labels": {"team": "web"},
                "creationTimestamp": "2023-11-14T22:13:20Z",
                "annotations": {"promptops.dev/run": "demo-abc12", "promptops.dev/cluster": "test"},
            },
            "spec": {
                "mode": {},
                "workflowSpec": {
                    "steps": [
                        {"name": "a", "type": "suspend", "properties": {"duration": "1s"}},
                        {"name": "b", "type": "suspend", "if": "status.a.failed"},
                    ]
                },
            },
            "status": {
                "mode": {"steps": "StepByStep", "subSteps": "DAG"},
                "status": "succeeded",
                "suspend": False,
                "terminated": False,
                "finished": True,
                "startTime": "2023-11-14T22:13:20Z",
                "endTime": "2023-11-14T22:13:21Z",
                "steps": [
                    {
                        "id": "9817ff0391",
                        "name": "a",
                        "type": "suspend",
                        "phase": "succeeded",
                        "firstExecuteTime": "2023-11-14T22:13:20Z",
                        "lastExecuteTime": "2023-11-14T22:13:21Z",
                    },
                    {
                        "id": "8d97f35ab7",
                        "name": "b",
                        "type": "suspend",
                        "phase": "skipped",
                        "message": "if: status.a.failed is false",
                        "reason": "Skip",
                        "lastExecuteTime": "2023-11-14T22:13:21Z",
                    },
                ],
                "conditions": [
                    {"type": "WorkflowRun", "status": "True", "reason": "Available", "lastTransitionTime": "2023-11-14T22:13:21Z"}
                ],
            },
        }
    )


def test_a_run_that_waits_shows_what_it_waits_for_and_what_is_pending() -> None:
    steps = "[{name: a, type: suspend}, {name: b, type: suspend, dependsOn: [a]}]"
    result = told(
        steps,
        StepStarted(T, "a"),
        StepSuspended(T + 1, "a", "approval needed", Reason.APPROVAL_REQUIRED),
        mode="{steps: DAG}",
    )
    assert result["status"] == snapshot(
        {
            "mode": {"steps": "DAG", "subSteps": "DAG"},
            "status": "suspending",
            "suspend": True,
            "terminated": False,
            "finished": False,
            "startTime": "2023-11-14T22:13:20Z",
            "steps": [
                {
                    "id": "9817ff0391",
                    "name": "a",
                    "type": "suspend",
                    "phase": "suspending",
                    "message": "approval needed",
                    "reason": "ApprovalRequired",
                    "firstExecuteTime": "2023-11-14T22:13:20Z",
                    "lastExecuteTime": "2023-11-14T22:13:21Z",
                },
                {"id": "8d97f35ab7", "name": "b", "type": "suspend", "phase": "pending", "message": "Pending on DependsOn: a"},
            ],
        }
    )


def test_sub_steps_stand_in_their_group_and_a_failed_step_says_why() -> None:
    steps = "[{name: g, type: step-group, subSteps: [{name: x, type: request}, {name: y, type: request, dependsOn: [x]}]}]"
    result = told(
        steps,
        StepStarted(T, "g"),
        StepStarted(T, "x"),
        StepEnded(T + 3, "x", StepPhase.FAILED, Reason.TIMEOUT, "timed out after 3s"),
    )
    assert (result["status"]["terminated"], result["status"]["finished"]) == (True, False)
    assert result["status"]["steps"] == snapshot(
        [
            {
                "id": "e9c70718fc",
                "name": "g",
                "type": "step-group",
                "phase": "running",
                "firstExecuteTime": "2023-11-14T22:13:20Z",
                "lastExecuteTime": "2023-11-14T22:13:20Z",
                "subSteps": [
                    {
                        "id": "51607a5b88",
                        "name": "x",
                        "type": "request",
                        "phase": "failed",
                        "message": "timed out after 3s",
                        "reason": "Timeout",
                        "firstExecuteTime": "2023-11-14T22:13:20Z",
                        "lastExecuteTime": "2023-11-14T22:13:23Z",
                    }
                ],
            }
        ]
    )


def test_sealed_values_are_placeholders_that_count_as_absent() -> None:
    steps = '[{name: a, type: chat-gpt, properties: {token: {value: {"$sealed": a.token.value}}, model: m, list: [{"$sealed": x}]}}]'
    assert told(steps)["spec"]["workflowSpec"]["steps"][0]["properties"] == {
        "token": {"value": "<sealed>"},
        "model": "m",
        "list": ["<sealed>"],
    }

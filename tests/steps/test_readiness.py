"""When a Deployment is ready, and what people read while it is not."""

from typing import Any

import pytest

from steps.readiness import deployment_ready, ready, selector_text, why_not_ready


def deployment(wanted: int | None = 1, generation: int = 1, **status: Any) -> dict[str, Any]:
    spec = {} if wanted is None else {"replicas": wanted}
    return {"metadata": {"name": "web", "generation": generation}, "spec": spec, "status": status}


def full(count: int, **more: Any) -> dict[str, Any]:
    return {"observedGeneration": 1, "replicas": count, "updatedReplicas": count, "availableReplicas": count, **more}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (deployment(1, **full(1)), True),
        (deployment(None, **full(1)), True),
        (deployment(0, observedGeneration=1), True),
        (deployment(1), False),
        (deployment(1, generation=2, **full(1)), False),
        (deployment(2, **full(2, updatedReplicas=1)), False),
        (deployment(2, **full(2, availableReplicas=1)), False),
        (deployment(2, **full(2, replicas=3)), False),
    ],
)
def test_ready_means_seen_updated_available_and_nothing_old(item: dict[str, Any], expected: bool) -> None:
    assert deployment_ready(item) is expected
    assert ready({"apiVersion": "apps/v1", "kind": "Deployment", **item}) is expected


def test_a_kind_without_a_rule_is_neither_ready_nor_not() -> None:
    assert ready({"apiVersion": "v1", "kind": "ConfigMap"}) is None


def pod(name: str = "web-1", *, state: dict[str, Any] | None = None, **status: Any) -> dict[str, Any]:
    containers = [] if state is None else [{"name": "web", "ready": False, "state": state, **status.pop("container", {})}]
    return {"metadata": {"name": name, "uid": name}, "status": {"phase": "Pending", "containerStatuses": containers, **status}}


def waiting(reason: str, message: str = "", **more: Any) -> dict[str, Any]:
    return pod(state={"waiting": {"reason": reason, "message": message}}, **more)


UNSCHEDULED = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "0/1 nodes: Insufficient cpu."}
PROBE = {
    "type": "Warning",
    "reason": "Unhealthy",
    "message": "Readiness probe failed: 503",
    "involvedObject": {"uid": "web-1"},
    "lastTimestamp": "2",
}
LAST = {"lastState": {"terminated": {"exitCode": 137, "reason": "OOMKilled"}}}

REASONS: list[tuple[list[dict[str, Any]], list[dict[str, Any]], str]] = [
    ([], [], "0 of 1 ready"),
    ([pod()], [], "0 of 1 ready"),
    ([waiting("ContainerCreating")], [], "0 of 1 ready"),
    ([waiting("ErrImagePull", "pull access\n denied")], [], "0 of 1 ready; pod web-1: ErrImagePull: pull access denied"),
    ([waiting("CrashLoopBackOff", "back-off 10s", container=LAST)], [],
     "0 of 1 ready; pod web-1: CrashLoopBackOff: last ended with exit code 137 (OOMKilled)"),
    ([pod(state={"terminated": {"exitCode": 1, "reason": "Error"}})], [], "0 of 1 ready; pod web-1: ended with exit code 1"),
    ([pod(conditions=[UNSCHEDULED])], [], "0 of 1 ready; pod web-1: Unschedulable: 0/1 nodes: Insufficient cpu."),
    ([pod(state={"running": {}})], [], "0 of 1 ready; pod web-1: running, but its readiness probe has not passed yet"),
    ([pod(state={"running": {}})], [PROBE], "0 of 1 ready; pod web-1: Unhealthy: Readiness probe failed: 503"),
    ([pod(phase="Failed", reason="Evicted", message="low on disk")], [], "0 of 1 ready; pod web-1: Evicted: low on disk"),
    ([pod("web-2", state={"running": {}}), waiting("ImagePullBackOff"), waiting("ErrImagePull", "denied")], [],
     "0 of 1 ready; pod web-1: ErrImagePull: denied (and 2 more)"),
    ([{"metadata": {"name": "old", "deletionTimestamp": "now"}, "status": waiting("ErrImagePull")["status"]}], [], "0 of 1 ready"),
]  # fmt: skip


@pytest.mark.parametrize(("pods", "events", "expected"), REASONS)
def test_the_worst_pod_says_why(pods: list[dict[str, Any]], events: list[dict[str, Any]], expected: str) -> None:
    assert why_not_ready(deployment(1, observedGeneration=1, replicas=1, updatedReplicas=1), pods, events) == expected


def condition(kind: str, status: str) -> list[dict[str, str]]:
    return [{"type": kind, "status": status, "reason": "Because", "message": "quota exceeded"}]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (deployment(1, generation=2, observedGeneration=1), "waiting for the Deployment controller to see the change"),
        (deployment(3, **full(3, updatedReplicas=1, replicas=4)), "1 of 3 updated, 3 old still there"),
        (deployment(1, **full(1, replicas=2)), "1 of 1 updated, 1 old still there"),
        (deployment(1, observedGeneration=1, conditions=condition("ReplicaFailure", "True")), "0 of 1 ready; Because: quota exceeded"),
        (deployment(1, observedGeneration=1, conditions=condition("Progressing", "False")), "0 of 1 ready; Because: quota exceeded"),
    ],
)
def test_the_deployment_says_what_no_pod_can(item: dict[str, Any], expected: str) -> None:
    assert why_not_ready(item) == expected


def test_a_page_from_a_registry_is_cut() -> None:
    assert len(why_not_ready(deployment(), [waiting("ErrImagePull", "x" * 5000)])) < 400


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ({"matchLabels": {"b": "2", "a": "1"}}, "a=1,b=2"),
        (
            {"matchExpressions": [{"key": "t", "operator": "In", "values": ["x", "y"]}, {"key": "u", "operator": "DoesNotExist"}]},
            "t in (x,y),!u",
        ),
        ({"matchExpressions": [{"key": "t", "operator": "NotIn", "values": ["x"]}, {"key": "u", "operator": "Exists"}]}, "t notin (x),u"),
        ({}, ""),
    ],
)
def test_a_selector_is_written_as_kubectl_does(selector: dict[str, Any], text: str) -> None:
    assert selector_text(selector) == text


def test_a_broken_pod_of_an_earlier_template_explains_nothing() -> None:
    def made(item: dict[str, Any], template: str, at: str) -> dict[str, Any]:
        return {**item, "metadata": {**item["metadata"], "creationTimestamp": at, "labels": {"pod-template-hash": template}}}

    old = made(waiting("ErrImagePull", "denied"), "a", "2026-01-01T00:00:01Z")
    starting = made(waiting("ContainerCreating"), "b", "2026-01-01T00:00:02Z")
    status = {"observedGeneration": 1, "replicas": 2, "updatedReplicas": 1}
    assert why_not_ready(deployment(1, **status), [old, starting]) == "1 of 1 updated, 1 old still there"
    equally_new = made(waiting("ContainerCreating"), "b", "2026-01-01T00:00:01Z")
    assert "denied" in why_not_ready(deployment(1, **status), [old, equally_new])

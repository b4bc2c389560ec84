"""The score that gates production: what runs plainly passes 60, what does not run never does, whatever its manifest says."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.audit import CHECKS, UNREADY_CAP, audit, score
from analysis.readiness import State, readiness
from steps.evidence import Check
from steps.model.objects import Object
from steps.readiness import deployment_ready
from tests.analysis.cases import deployment, evidence, pod

GATE = 60

PERFECT: dict[str, Any] = {
    "name": "web",
    "image": "nginx:1.29",
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "1", "memory": "64Mi"}},
    "readinessProbe": {"httpGet": {"port": 80}},
    "livenessProbe": {"httpGet": {"port": 80}},
    "securityContext": {
        "runAsNonRoot": True,
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    },
}


def perfect(**changes: Any) -> Object:
    labels = {"app.kubernetes.io/name": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [PERFECT], "automountServiceAccountToken": False}}
    return deployment(replicas=2, template=template, **changes)


def ready(item: Object) -> Object:
    wanted = item["spec"]["replicas"]
    counts = dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), wanted)
    return {**item, "status": {"observedGeneration": 1, **counts}}


def with_container(**changes: Any) -> Object:
    item = perfect()
    item["spec"]["template"]["spec"]["containers"] = [{**PERFECT, **changes}]
    return item


def with_security(**changes: Any) -> Object:
    return with_container(securityContext={**PERFECT["securityContext"], **changes})


def with_pod(**changes: Any) -> Object:
    item = perfect()
    return {**item, "spec": {**item["spec"], "template": {"spec": {**item["spec"]["template"]["spec"], **changes}}}}


def test_a_plain_ready_nginx_is_above_the_gate() -> None:
    assert score(deployment(ready=True), ()).value == 69


def test_what_passes_every_check_scores_all_points() -> None:
    healthy = pod(phase="Running", state={"running": {}}, ready=True)
    found = score(ready(perfect()), evidence(ready(perfect()), healthy))
    assert [item.name for item in found.checks if item.passed is not True] == []
    assert (found.value, found.cap, found.cap_reason) == (100, 100, "")


def test_a_perfect_manifest_that_does_not_run_stays_below_the_gate() -> None:
    found = score(perfect(), ())
    assert (found.value, found.cap) == (40, 40)
    assert found.cap_reason == "Deployment default/web is not ready: 0 of 2 replicas available"


FAULTS: dict[str, Object] = {
    "resource-requests": with_container(resources={"limits": PERFECT["resources"]["limits"]}),
    "memory-limit": with_container(resources={**PERFECT["resources"], "limits": {"cpu": "1"}}),
    "cpu-limit": with_container(resources={**PERFECT["resources"], "limits": {"memory": "64Mi"}}),
    "readiness-probe": with_container(readinessProbe=None),
    "liveness-probe": with_container(livenessProbe=None),
    "image-tag": with_container(image="nginx:latest", imagePullPolicy="Always"),
    "image-pull-policy": with_container(imagePullPolicy="Never"),
    "run-as-non-root": with_security(runAsNonRoot=False),
    "privilege-escalation": with_security(allowPrivilegeEscalation=None),
    "privileged": with_security(privileged=True),
    "capabilities-dropped": with_security(capabilities={}),
    "capabilities-added": with_security(capabilities={"drop": ["ALL"], "add": ["SYS_ADMIN"]}),
    "read-only-root": with_security(readOnlyRootFilesystem=False),
    "seccomp-profile": with_security(seccompProfile={"type": "Unconfined"}),
    "host-access": with_pod(hostNetwork=True),
    "host-path": with_pod(volumes=[{"name": "node", "hostPath": {"path": "/"}}]),
    "service-account-token": with_pod(automountServiceAccountToken=True),
    "replicas": {**perfect(), "spec": {**perfect()["spec"], "replicas": 1}},
    "gentle-rollout": {**perfect(), "spec": {**perfect()["spec"], "strategy": {"type": "Recreate"}}},
    "no-plain-secrets": with_container(env=[{"name": "DB_PASSWORD", "value": "canary"}]),
    "recommended-labels": {**perfect(), "spec": {**perfect()["spec"], "template": {"spec": perfect()["spec"]["template"]["spec"]}}},
}
ALONG = {"host-access", "host-path", "service-account-token"}  # made without labels


@pytest.mark.parametrize("name", FAULTS)
def test_one_fault_fails_one_check_and_costs_its_weight(name: str) -> None:
    found = score(ready(FAULTS[name]), ())
    failed = [item for item in found.checks if item.passed is False and (item.name == name or item.name != "recommended-labels")]
    assert [item.name for item in failed] == [name]
    labels = CHECKS["recommended-labels"].weight if name in ALONG else 0
    assert found.value == 100 - CHECKS[name].weight - labels
    assert isinstance(failed[0], Check)
    assert failed[0].fix is not None
    assert failed[0].fix.text


def test_a_restarted_container_costs_points() -> None:
    restarted = pod(phase="Running", state={"running": {}}, ready=True, restartCount=2)
    failed = [item.name for item in audit(ready(perfect()), evidence(restarted)) if item.passed is False]
    assert failed == ["steady"]


@pytest.mark.parametrize(
    ("kind", "apart"),
    [
        ("Job", {"readiness-probe", "liveness-probe", "replicas", "gentle-rollout", "steady"}),
        ("DaemonSet", {"replicas", "gentle-rollout", "steady"}),
        ("StatefulSet", {"gentle-rollout", "steady"}),
    ],
)
def test_a_check_that_does_not_apply_to_a_kind_neither_passes_nor_costs(kind: str, apart: set[str]) -> None:
    found = audit({**perfect(), "kind": kind}, ())
    assert {item.name for item in found if item.passed is None} == apart
    assert [item.name for item in found if item.passed is False] == []


def test_every_check_has_a_case() -> None:
    assert {*FAULTS, "steady"} == set(CHECKS)


def test_a_plain_secret_is_not_repeated_in_its_finding() -> None:
    item = ready(with_container(env=[{"name": "DB_PASSWORD", "value": "canary"}]))
    assert "canary" not in str(score(item, ()))


def test_a_secret_that_comes_by_reference_is_no_plain_one() -> None:
    env = [{"name": "A_TOKEN", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}, {"name": "B_TOKEN", "value": "$(A_TOKEN)"}]
    assert score(ready(with_container(env=env)), ()).value == 100


def test_the_evidence_is_fresher_than_the_object_that_was_passed() -> None:
    assert score(deployment(ready=True), evidence(deployment(ready=False))).value <= UNREADY_CAP


@pytest.mark.parametrize(
    ("item", "state"),
    [
        (deployment(ready=True, status={}), State.UNKNOWN),
        (ready(deployment(replicas=0)), State.SCALED_TO_ZERO),
        ({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "web"}, "data": {}}, State.NO_WORKLOAD),
        (deployment(status={"observedGeneration": 1, "replicas": 2, "updatedReplicas": 1, "availableReplicas": 1}), State.NOT_READY),
    ],
)
def test_what_is_not_known_to_run_counts_as_unready(item: Object, state: State) -> None:
    assert readiness(item).state is state
    assert score(item, ()).value <= UNREADY_CAP


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.sampled_from(["", "100%", "nginx", "nginx:1", "Running", "True", "RuntimeDefault"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["ALL", "type", "limits", "cpu", "name", "image"]), inner, max_size=3)
    ),
    max_leaves=8,
)
CONTAINER = st.fixed_dictionaries(
    {"name": st.just("web")},
    optional={
        **{name: st.just(value) | JUNK for name, value in PERFECT.items() if name != "name"},
        "env": st.lists(st.fixed_dictionaries({"name": st.sampled_from(["TOKEN", "MODE"]), "value": st.text(max_size=5)}), max_size=2)
        | JUNK,
        "ports": JUNK,
        "imagePullPolicy": JUNK,
    },
)
SPEC = st.fixed_dictionaries(
    {
        "replicas": st.integers(1, 3),
        "template": st.fixed_dictionaries(
            {
                "spec": st.fixed_dictionaries(
                    {"containers": st.lists(CONTAINER, max_size=2)},
                    optional={"hostNetwork": JUNK, "volumes": JUNK, "securityContext": JUNK, "initContainers": JUNK},
                )
            }
        ),
    },
    optional={"strategy": JUNK, "paused": JUNK},
)
COUNTS = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, 3) for name in ("replicas", "updatedReplicas", "availableReplicas", "observedGeneration")}
)


@given(SPEC, COUNTS | JUNK)
def test_no_manifest_lifts_what_is_not_ready_over_the_gate(spec: dict[str, Any], status: Any) -> None:
    item = {**deployment(), "spec": spec, "status": status}
    found = score(item, ())
    assert 0 <= found.value <= 100
    if not readiness(item).ready:
        assert found.value <= UNREADY_CAP < GATE
        assert found.cap_reason


@given(SPEC)
def test_the_score_of_what_is_ready_stays_between_0_and_100(spec: dict[str, Any]) -> None:
    found = score(ready({**deployment(), "spec": spec}), ())
    assert 0 <= found.value <= 100
    assert found.cap == 100


@given(st.integers(1, 3), COUNTS, st.integers(0, 2))
def test_readiness_is_never_claimed_where_the_step_that_applies_would_still_wait(
    wanted: int, status: dict[str, Any], generation: int
) -> None:
    item = deployment(replicas=wanted, status=status)
    item["metadata"]["generation"] = generation
    if readiness(item).ready:
        assert deployment_ready(item) or status["availableReplicas"] > wanted
    if deployment_ready(item):
        assert readiness(item).ready

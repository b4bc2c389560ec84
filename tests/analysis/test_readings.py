"""How single facts are read: the scheduler's predicates, exit codes, readiness by kind, missing keys, refusals."""

import pytest

from analysis.diagnosis import diagnose
from analysis.exits import meaning
from analysis.predicates import Obstacle, Predicate, Verdict, parse
from analysis.readiness import State, readiness
from steps.model.objects import Object
from tests.analysis.cases import DEPLOYMENT, deployment, event, evidence, pod, replica_set, waiting

WORDS = {
    "3 Insufficient cpu": (Predicate.CPU, "not enough cpu on 3"),
    "3 Insufficient memory": (Predicate.MEMORY, "not enough memory on 3"),
    "1 Insufficient ephemeral-storage": (Predicate.STORAGE, "not enough ephemeral storage on 1"),
    "3 Insufficient nvidia.com/gpu": (Predicate.DEVICE, "Insufficient nvidia.com/gpu on 3"),
    "3 Too many pods": (Predicate.PODS, "no room for more Pods on 3"),
    "1 node(s) had untolerated taint {node-role.kubernetes.io/control-plane: }": (
        Predicate.TAINT,
        "taint 'node-role.kubernetes.io/control-plane' not tolerated on 1",
    ),
    "1 node(s) were unschedulable": (Predicate.CORDONED, "cordoned on 1"),
    "2 node(s) had volume node affinity conflict": (Predicate.VOLUME_ZONE, "its volume lives elsewhere on 2"),
    "pod has unbound immediate PersistentVolumeClaims": (Predicate.CLAIM, "a PersistentVolumeClaim is not bound"),
    "2 node(s) didn't match pod topology spread constraints": (Predicate.SPREAD, "topology spread forbids it on 2"),
    "3 node(s) didn't match pod anti-affinity rules": (Predicate.POD_AFFINITY, "Pod (anti-)affinity forbids it on 3"),
    "3 node(s) didn't match Pod's node affinity/selector": (Predicate.NODE_AFFINITY, "node selector or affinity does not match on 3"),
    "1 node(s) didn't have free ports for the requested pod ports": (Predicate.PORTS, "its host port is taken on 1"),
    "2 node(s) felt unwell": (Predicate.OTHER, "node(s) felt unwell on 2"),
}


@pytest.mark.parametrize("words", WORDS)
def test_each_reason_of_the_scheduler_is_read_with_its_number_of_nodes(words: str) -> None:
    predicate, clause = WORDS[words]
    message = f"0/3 nodes are available: {words}. preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling."
    verdict = parse(message)
    assert verdict is not None
    assert (verdict.nodes, [item.predicate for item in verdict.obstacles]) == (3, [predicate])
    unplaced = pod(node="", conditions=[{"type": "PodScheduled", "status": "False", "message": message}])
    finding = diagnose(evidence(deployment(), unplaced), DEPLOYMENT).findings[0]
    assert finding.title == f"none of 3 nodes takes the Pod: {clause}"
    assert len(finding.fixes) == 1


def test_a_message_without_numbers_is_read_too() -> None:
    assert parse('persistentvolumeclaim "data" not found') == Verdict(
        0, (Obstacle(Predicate.CLAIM, None, 'persistentvolumeclaim "data" not found'),)
    )
    assert parse("the weather is bad") is None


@pytest.mark.parametrize(
    ("code", "said"), [(2, "wrong usage"), (140, "killed by signal 12"), (77, "an error of its own"), (255, "outside the usual range")]
)
def test_an_exit_code_without_a_rule_of_its_own_is_explained_by_its_range(code: int, said: str) -> None:
    assert said in meaning(code)


def kind(name: str, status: dict[str, object], **spec: object) -> Object:
    return {"kind": name, "metadata": {"name": "x"}, "spec": spec, "status": status}


READY = {"type": "Ready", "status": "True"}
STATES: list[tuple[Object, State, str]] = [
    (kind("Pod", {"phase": "Running", "conditions": [READY]}), State.READY, "it is running and ready"),
    (kind("Pod", {"phase": "Succeeded"}), State.READY, "it has run to its end"),
    (kind("Pod", {"phase": "Pending"}), State.NOT_READY, "its phase is Pending and it is not ready"),
    (kind("Job", {"conditions": [{"type": "Complete", "status": "True"}]}), State.READY, "it is complete"),
    (kind("Job", {"conditions": [{"type": "Failed", "status": "True"}]}), State.NOT_READY, "it has failed"),
    (kind("Job", {"active": 1}), State.NOT_READY, "it is not complete"),
    (
        kind("DaemonSet", {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 2}),
        State.NOT_READY,
        "2 of 3 replicas available",
    ),
    (
        kind("DaemonSet", {"desiredNumberScheduled": 3, "updatedNumberScheduled": 3, "numberAvailable": 3}),
        State.READY,
        "3 of 3 replicas available",
    ),
    (kind("ReplicaSet", {"availableReplicas": 2}, replicas=2), State.READY, "2 of 2 replicas available"),
    (
        kind("StatefulSet", {"replicas": 2, "updatedReplicas": 1, "availableReplicas": 2}, replicas=2),
        State.NOT_READY,
        "1 of 2 replicas on the latest version",
    ),
    (
        kind("Deployment", {"replicas": 2, "updatedReplicas": 1, "availableReplicas": 1}, replicas=1),
        State.NOT_READY,
        "1 replicas of a former version are still there",
    ),
    (
        kind("Deployment", {"replicas": 3, "updatedReplicas": 3, "availableReplicas": 3}, replicas=1),
        State.NOT_READY,
        "2 replicas more than wanted are still there",
    ),
    (kind("Service", {}), State.NO_WORKLOAD, "Service is not a workload"),
]


@pytest.mark.parametrize(("item", "state", "detail"), STATES)
def test_readiness_by_kind(item: Object, state: State, detail: str) -> None:
    found = readiness(item)
    assert (found.state, found.detail) == (state, detail)


def test_a_missing_key_of_a_volume_names_the_object_behind_the_volume() -> None:
    broken = pod(state=waiting("ContainerCreating"))
    broken["spec"]["volumes"] = [{"name": "tls", "secret": {"secretName": "web-tls"}}]
    told = event(broken, "FailedMount", 'MountVolume.SetUp failed for volume "tls" : references non-existent secret key: tls.crt')
    assert diagnose(evidence(deployment(), broken, told), DEPLOYMENT).findings[0].title == (
        "Secret 'web-tls' has no key 'tls.crt', and volume 'tls' needs it"
    )


@pytest.mark.parametrize(
    ("container", "asked"),
    [
        ({"envFrom": [{"configMapRef": {"name": "settings"}}]}, "envFrom of container 'web'"),
        ({}, "container 'web'"),
    ],
)
def test_who_asks_for_a_missing_configmap_is_named(container: dict[str, object], asked: str) -> None:
    broken = pod(container=container, state=waiting("CreateContainerConfigError", 'configmap "settings" not found'))
    assert diagnose(evidence(deployment(), broken), DEPLOYMENT).findings[0].title.endswith(f", and {asked} needs it")


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ('admission webhook "policy.example.com" denied the request: no', "admission webhook 'policy.example.com' refuses them"),
        ("Pod is invalid: spec.containers[0].name: Required value", "the API server refuses them"),
    ],
)
def test_a_refusal_is_read_from_the_condition_where_no_event_is_left(message: str, why: str) -> None:
    owner = replica_set(pods=0)
    owner["status"]["conditions"] = [{"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": message}]
    found = diagnose(evidence(deployment(), owner), DEPLOYMENT)
    assert found.findings[0].title == f"its Pods cannot be created — {why}"


def test_a_refusal_that_is_over_is_not_reported() -> None:
    owner = replica_set(pods=1)
    told = event(owner, "FailedCreate", "exceeded quota: small")
    assert diagnose(evidence(deployment(ready=True), owner, told), DEPLOYMENT).findings == ()


def test_a_job_that_may_not_create_pods_is_told_from_its_events() -> None:
    job: Object = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "j", "namespace": "default", "uid": "u"},
        "status": {"active": 0},
    }
    facts = evidence(job, event(job, "FailedCreate", "exceeded quota: small, requested: pods=1, used: pods=9, limited: pods=9"))
    assert diagnose(facts, facts[0].about).findings[0].rule == "quota-exceeded"

"""Which facts are collected around an object, in which order, and what is left out. The cluster is a fake at the port."""

from typing import Any, cast

import pytest

from kube.evidence import Bounds, KubeEvidence, crashing
from steps.errors import Forbidden, NotFound
from steps.model.objects import Kind, Object, ObjectRef
from steps.ports import Clusters
from tests.fakes.clock import ManualClock
from tests.fakes.cluster import FakeCluster

WEB = ObjectRef(Kind("apps/v1", "Deployment"), "default", "web")
LABELS = {"app": "web"}


class OneCluster:
    def __init__(self, cluster: FakeCluster) -> None:
        self._cluster = cluster

    async def get(self, name: str) -> FakeCluster:
        assert name == "test"
        return self._cluster


def item(kind: str, name: str, *, owner: str = "", api: str = "v1", **more: Any) -> Object:
    metadata: dict[str, Any] = {"name": name, "namespace": "default", "labels": LABELS}
    if owner:
        metadata["ownerReferences"] = [{"uid": f"uid-{owner}"}]
    return {"apiVersion": api, "kind": kind, "metadata": {**metadata, **more.pop("metadata", {})}, **more}


def deployment() -> Object:
    return item("Deployment", "web", api="apps/v1", spec={"selector": {"matchLabels": LABELS}})


def replica_set(name: str, revision: int, replicas: int) -> Object:
    annotations = {"deployment.kubernetes.io/revision": str(revision)}
    return item("ReplicaSet", name, owner="web", api="apps/v1", metadata={"annotations": annotations}, status={"replicas": replicas})


def pod(name: str, *, owner: str = "web-2", ready: bool = False, restarts: int = 0, **state: Any) -> Object:
    status: dict[str, Any] = {"containerStatuses": [{"name": "web", "ready": ready, "restartCount": restarts, "state": state}]}
    if ready:
        status["conditions"] = [{"type": "Ready", "status": "True"}]
    return item("Pod", name, owner=owner, status=status)


def event(name: str, about: str, at: str | None = None) -> Object:
    return item("Event", name, involvedObject={"uid": f"uid-{about}"}, lastTimestamp=at)


async def collected(cluster: FakeCluster, ref: ObjectRef = WEB, bounds: Bounds | None = None) -> list[str]:
    source = KubeEvidence(cast("Clusters", OneCluster(cluster)), ManualClock(100.0), bounds)
    found = await source.collect("test", ref)
    assert [fact.id for fact in found] == [f"e{number}" for number in range(1, len(found) + 1)]
    return [f"{fact.kind} {fact.source}{f' {fact.at:g}' if fact.at else ''}{f': {fact.text}' if fact.text else ''}" for fact in found]


async def test_a_deployment_comes_with_what_it_owns_its_events_and_the_logs_of_what_crashes() -> None:
    cluster = FakeCluster(
        objects=[
            deployment(),
            replica_set("web-1", 1, 0),
            replica_set("web-2", 2, 1),
            pod("web-2-a", restarts=3, waiting={"reason": "CrashLoopBackOff"}),
            pod("stranger", owner="somebody-else"),
            event("e-late", "web-2-a", "1970-01-01T00:00:20Z"),
            event("e-early", "web-2-a", "1970-01-01T00:00:10Z"),
            event("e-web", "web"),
        ]
    )
    cluster.texts["web-2-a", "web", True] = "panic: no config"
    assert await collected(cluster) == [
        "object test: Deployment default/web 100",
        "object test: ReplicaSet default/web-2 100",
        "object test: Pod default/web-2-a 100",
        "event test: events of Deployment default/web",
        "event test: events of Pod default/web-2-a 10",
        "event test: events of Pod default/web-2-a 20",
        "log test: previous log of Pod default/web-2-a, container 'web': panic: no config",
    ]


async def test_of_many_pods_a_few_unready_ones_are_read() -> None:
    pods = [pod(f"web-{number}", ready=number < 4, waiting={"reason": "ErrImagePull"}) for number in range(9)]
    cluster = FakeCluster(objects=[deployment(), replica_set("web-2", 2, 9), *pods])
    found = await collected(cluster, bounds=Bounds(pods=3))
    assert found[2:6] == [
        "object test: Pod default/web-4 100",
        "object test: Pod default/web-5 100",
        "object test: Pod default/web-6 100",
        "object test: Pods of Deployment default/web 100: 6 more pods were left out; those not ready came first",
    ]


async def test_of_many_events_the_latest_are_kept() -> None:
    events = [event(f"e{number}", "web", f"1970-01-01T00:00:{number:02}Z") for number in range(1, 30)]
    found = await collected(FakeCluster(objects=[deployment(), *events]), bounds=Bounds(events=2))
    assert found[1:] == ["event test: events of Deployment default/web 28", "event test: events of Deployment default/web 29"]


async def test_what_may_not_be_read_costs_its_part_and_is_told() -> None:
    cluster = FakeCluster(objects=[deployment()], refusals={"list_objects": Forbidden("not allowed")})
    assert await collected(cluster) == [
        "object test: Deployment default/web 100",
        "object test: ReplicaSets of Deployment default/web 100: could not be read: not allowed",
        "object test: Pods of Deployment default/web 100: could not be read: not allowed",
        "event test: events of Deployment default/web: could not be read: not allowed",
    ]


async def test_a_log_that_may_not_be_read_is_told() -> None:
    cluster = FakeCluster(objects=[pod("web-1", terminated={"exitCode": 1})], refusals={"logs": Forbidden("not allowed")})
    assert await collected(cluster, ObjectRef(Kind("v1", "Pod"), "default", "web-1")) == [
        "object test: Pod default/web-1 100",
        "log test: log of Pod default/web-1, container 'web': could not be read: not allowed",
    ]


async def test_an_object_that_is_gone_is_not_found() -> None:
    with pytest.raises(NotFound):
        await collected(FakeCluster())


async def test_a_workload_without_a_selector_never_lists_the_whole_namespace() -> None:
    cluster = FakeCluster(objects=[item("Job", "web", api="batch/v1", spec={}), pod("stranger")])
    assert await collected(cluster, ObjectRef(Kind("batch/v1", "Job"), "default", "web")) == ["object test: Job default/web 100"]


async def test_of_a_secret_only_the_keys_are_kept() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": "aHVudGVyMg==", "kept": "yes"}
    cluster = FakeCluster(objects=[item("Secret", "login", data={"password": "aHVudGVyMg=="}, metadata={"annotations": annotations})])
    source = KubeEvidence(cast("Clusters", OneCluster(cluster)), ManualClock())
    (fact,) = await source.collect("test", ObjectRef(Kind("v1", "Secret"), "default", "login"))
    assert "aHVudGVyMg" not in repr(fact)
    assert fact.data["data"] == {"password": "(secret)"}
    assert fact.data["metadata"]["annotations"] == {"kept": "yes"}


@pytest.mark.parametrize(
    ("item", "logs"),
    [
        (pod("a", ready=True, running={}), []),
        (pod("a", running={}), [("web", False)]),
        (pod("a", waiting={"reason": "ErrImagePull"}), []),
        (pod("a", ready=True, restarts=1, running={}), [("web", False), ("web", True)]),
        (pod("a", terminated={"exitCode": 0}), []),
        (pod("a", terminated={"exitCode": 2}), [("web", False)]),
    ],
)
def test_logs_are_read_of_what_crashed_or_does_not_get_ready(item: Object, logs: list[tuple[str, bool]]) -> None:
    assert crashing(item) == logs

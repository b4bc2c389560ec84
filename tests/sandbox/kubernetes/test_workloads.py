"""Deployments and the other owners of Pods, in the running cluster."""

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from sandbox.kubernetes import EmbeddedCluster
from sandbox.kubernetes.clock import ManualClock
from sandbox.kubernetes.controllers.rollouts import portion, scales, template_hash

Json = dict[str, Any]
PODS = "/api/v1/namespaces/default/pods"
EVENTS = "/api/v1/namespaces/default/events"
DEPLOYMENTS = "/apis/apps/v1/namespaces/default/deployments"
SETS = "/apis/apps/v1/namespaces/default/replicasets"


def conditions(obj: Json) -> dict[str, tuple[str, str]]:
    return {one["type"]: (one["status"], one["reason"]) for one in obj.get("status", {}).get("conditions") or []}


def rolled_out(obj: Json) -> bool:
    """What `kubectl rollout status` waits for."""
    status, wanted = obj.get("status", {}), obj["spec"]["replicas"]
    counts = [status.get(field, 0) for field in ("replicas", "updatedReplicas", "availableReplicas")]
    return status.get("observedGeneration") == obj["metadata"]["generation"] and counts == [wanted] * 3


async def test_a_deployment_becomes_available(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=2))
    live = await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    assert live["metadata"]["annotations"] == {"deployment.kubernetes.io/revision": "1"}
    assert conditions(live) == {
        "Available": ("True", "MinimumReplicasAvailable"),
        "Progressing": ("True", "NewReplicaSetAvailable"),
    }
    status = {key: value for key, value in live["status"].items() if key != "conditions"}
    assert status == {
        "observedGeneration": 1,
        "replicas": 2,
        "updatedReplicas": 2,
        "readyReplicas": 2,
        "availableReplicas": 2,
    }
    (replica_set,) = (await api.get(SETS)).body["items"]
    short = replica_set["metadata"]["labels"]["pod-template-hash"]
    assert replica_set["metadata"]["name"] == f"web-{short}"
    for pod in (await api.get(PODS, labelSelector=f"pod-template-hash={short}")).body["items"]:
        assert pod["metadata"]["name"].startswith(f"web-{short}-")
        assert pod["metadata"]["ownerReferences"][0]["uid"] == replica_set["metadata"]["uid"]


async def test_a_bad_image_never_becomes_available(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment(image="invalid"))
    failing = await api.until(f"{DEPLOYMENTS}/web", lambda obj: obj.get("status", {}).get("unavailableReplicas") == 1)
    assert conditions(failing)["Available"] == ("False", "MinimumReplicasUnavailable")
    assert "availableReplicas" not in failing["status"]


async def test_a_rollout_never_loses_the_pods_that_work(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=4))
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    fewest = 4

    def finished(obj: Json) -> bool:
        nonlocal fewest
        fewest = min(fewest, obj["status"].get("availableReplicas", 0))
        return rolled_out(obj) and obj["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"

    await api.apply(f"{DEPLOYMENTS}/web", deployment(image="nginx:1.29", replicas=4))
    await api.until(f"{DEPLOYMENTS}/web", finished)
    assert fewest >= 3
    sizes = {one["spec"]["template"]["spec"]["containers"][0]["image"]: one["spec"]["replicas"]
             for one in (await api.get(SETS)).body["items"]}  # fmt: skip
    assert sizes == {"nginx": 0, "nginx:1.29": 4}


async def test_a_rollout_of_a_bad_image_stops_with_the_old_pods_serving(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=2))
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    await api.apply(f"{DEPLOYMENTS}/web", deployment(image="invalid", replicas=2))
    pulling = ["ErrImagePull", "ImagePullBackOff"]
    await api.until_any(
        PODS,
        lambda pod: any(
            one["state"].get("waiting", {}).get("reason") in pulling for one in pod.get("status", {}).get("containerStatuses") or []
        ),
    )
    live = (await api.get(f"{DEPLOYMENTS}/web")).body
    assert live["status"]["availableReplicas"] == 2
    assert conditions(live)["Available"] == ("True", "MinimumReplicasAvailable")
    back = await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=2))
    assert back.code == 200
    again = await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    assert again["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "3"


async def test_recreate_ends_the_old_pods_first(api: Any, deployment: Callable[..., Json]) -> None:
    recreate = {"type": "Recreate"}
    await api.apply(f"{DEPLOYMENTS}/web", deployment(strategy=recreate))
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    most = 0

    def finished(obj: Json) -> bool:
        nonlocal most
        most = max(most, obj["status"].get("replicas", 0))
        return rolled_out(obj) and obj["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "2"

    await api.apply(f"{DEPLOYMENTS}/web", deployment(image="nginx:2", strategy=recreate))
    await api.until(f"{DEPLOYMENTS}/web", finished)
    assert most == 1


async def test_scaling_down_keeps_the_rest(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=3))
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    await api.merge(f"{DEPLOYMENTS}/web", {"spec": {"replicas": 1}})
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    await api.merge(f"{DEPLOYMENTS}/web", {"spec": {"replicas": 0}})
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)


async def test_a_deleted_deployment_takes_its_pods_along(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment())
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    (pod,) = (await api.get(PODS)).body["items"]
    await api.delete(f"{DEPLOYMENTS}/web")
    await api.until_gone(f"{PODS}/{pod['metadata']['name']}")
    assert (await api.get(SETS)).body["items"] == []


async def test_a_lost_pod_is_replaced(api: Any, deployment: Callable[..., Json]) -> None:
    await api.apply(f"{DEPLOYMENTS}/web", deployment())
    await api.until(f"{DEPLOYMENTS}/web", rolled_out)
    (pod,) = (await api.get(PODS)).body["items"]
    name = pod["metadata"]["name"]
    await api.delete(f"{PODS}/{name}")
    await api.until_any(PODS, lambda one: one["metadata"]["name"] != name and one.get("status", {}).get("phase") == "Running")


@pytest.mark.parametrize("cause", ["account", "quota"])
async def test_pods_that_are_refused_show_as_replica_failure_until_they_may_come(
    api: Any, deployment: Callable[..., Json], cause: str
) -> None:
    if cause == "account":
        await api.apply(f"{DEPLOYMENTS}/web", deployment(pod={"serviceAccountName": "robot"}))
        words = 'error looking up service account default/robot: serviceaccount "robot" not found'
    else:
        quota = {"metadata": {"name": "few"}, "spec": {"hard": {"pods": "0"}}}
        await api.create("/api/v1/namespaces/default/resourcequotas", quota)
        await api.apply(f"{DEPLOYMENTS}/web", deployment())
        words = "exceeded quota: few, requested: pods=1, used: pods=0, limited: pods=0"
    failing = await api.until(f"{DEPLOYMENTS}/web", lambda obj: "ReplicaFailure" in conditions(obj))
    assert conditions(failing)["ReplicaFailure"] == ("True", "FailedCreate")
    event = await api.until_any(EVENTS, lambda one: one["reason"] == "FailedCreate")
    assert words in event["message"]
    if cause == "account":
        await api.create("/api/v1/namespaces/default/serviceaccounts", {"metadata": {"name": "robot"}})
    else:
        await api.merge("/api/v1/namespaces/default/resourcequotas/few", {"spec": {"hard": {"pods": "5"}}})
    await api.until(f"{DEPLOYMENTS}/web", lambda obj: rolled_out(obj) and "ReplicaFailure" not in conditions(obj))


async def test_the_progress_deadline_passes_with_the_clock(api_of: Callable[..., Any], deployment: Callable[..., Json]) -> None:
    clock = ManualClock()
    async with EmbeddedCluster(name="test", clock=clock) as cluster, aiohttp.ClientSession(cluster.url) as session:
        api = api_of(session)
        await api.apply(f"{DEPLOYMENTS}/web", deployment(image="invalid", progressDeadlineSeconds=60))
        await clock.advance(59)
        before = (await api.get(f"{DEPLOYMENTS}/web")).body
        assert conditions(before)["Progressing"][0] == "True"
        await clock.advance(3)
        after = (await api.get(f"{DEPLOYMENTS}/web")).body
        assert conditions(after)["Progressing"] == ("False", "ProgressDeadlineExceeded")


async def test_min_ready_seconds_delay_availability(api_of: Callable[..., Any], deployment: Callable[..., Json]) -> None:
    clock = ManualClock()
    async with EmbeddedCluster(name="test", clock=clock) as cluster, aiohttp.ClientSession(cluster.url) as session:
        api = api_of(session)
        await api.apply(f"{DEPLOYMENTS}/web", deployment(minReadySeconds=30))
        await clock.advance(20)
        before = (await api.get(f"{DEPLOYMENTS}/web")).body["status"]
        assert (before["readyReplicas"], before.get("availableReplicas", 0)) == (1, 0)
        await clock.advance(20)
        assert (await api.get(f"{DEPLOYMENTS}/web")).body["status"]["availableReplicas"] == 1


def job(name: str, command: list[str], **spec: Any) -> Json:
    containers = [{"name": "c", "image": "busybox", "command": command}]
    template = {"spec": {"restartPolicy": "Never", "containers": containers}}
    return {"metadata": {"name": name}, "spec": {"template": template, **spec}}


async def test_a_job_completes_or_fails(api: Any) -> None:
    jobs = "/apis/batch/v1/namespaces/default/jobs"
    await api.create(jobs, job("good", ["echo", "hi"], completions=3, parallelism=2))
    good = await api.until(f"{jobs}/good", lambda obj: "Complete" in conditions(obj))
    assert (good["status"]["succeeded"], "completionTime" in good["status"]) == (3, True)
    await api.create(jobs, job("bad", ["false"], backoffLimit=1))
    bad = await api.until(f"{jobs}/bad", lambda obj: "Failed" in conditions(obj))
    assert (conditions(bad)["Failed"], bad["status"]["failed"]) == (("True", "BackoffLimitExceeded"), 2)


async def test_a_stateful_set_numbers_its_pods_and_keeps_their_claims(api: Any) -> None:
    sets = "/apis/apps/v1/namespaces/default/statefulsets"
    claim = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    body = {
        "metadata": {"name": "db"},
        "spec": {
            "replicas": 2,
            "serviceName": "db",
            "selector": {"matchLabels": {"app": "db"}},
            "template": {
                "metadata": {"labels": {"app": "db"}},
                "spec": {"containers": [{"name": "c", "image": "redis", "volumeMounts": [{"name": "data", "mountPath": "/data"}]}]},
            },
            "volumeClaimTemplates": [{"metadata": {"name": "data"}, "spec": claim}],
        },
    }
    assert (await api.create(sets, body)).code == 201
    await api.until(f"{sets}/db", lambda obj: obj.get("status", {}).get("readyReplicas") == 2)
    assert [one["metadata"]["name"] for one in (await api.get(PODS)).body["items"]] == ["db-0", "db-1"]
    await api.merge(f"{sets}/db", {"spec": {"template": {"metadata": {"labels": {"app": "db", "v": "2"}}}}})
    await api.until(
        f"{sets}/db",
        lambda obj: obj["status"].get("updatedReplicas") == 2 and obj["status"].get("readyReplicas") == 2,
    )
    await api.merge(f"{sets}/db", {"spec": {"replicas": 1}})
    await api.until_gone(f"{PODS}/db-1")
    claims = (await api.get("/api/v1/namespaces/default/persistentvolumeclaims")).body["items"]
    assert [(one["metadata"]["name"], one["status"]["phase"]) for one in claims] == [
        ("data-db-0", "Bound"),
        ("data-db-1", "Bound"),
    ]


async def test_a_daemon_set_has_a_pod_on_every_node_that_takes_it(api: Any) -> None:
    sets = "/apis/apps/v1/namespaces/default/daemonsets"
    template = {"metadata": {"labels": {"app": "d"}}, "spec": {"containers": [{"name": "c", "image": "agent"}]}}
    await api.merge("/api/v1/nodes/test-node-3", {"spec": {"taints": [{"key": "x", "effect": "NoSchedule"}]}})
    body = {"metadata": {"name": "d"}, "spec": {"selector": {"matchLabels": {"app": "d"}}, "template": template}}
    await api.create(sets, body)
    await api.until(f"{sets}/d", lambda obj: obj.get("status", {}).get("numberReady") == 2)
    nodes = {one["spec"]["nodeName"] for one in (await api.get(PODS)).body["items"]}
    assert nodes == {"test-node-1", "test-node-2"}
    await api.merge("/api/v1/nodes/test-node-3", {"spec": {"taints": None}})
    await api.until(f"{sets}/d", lambda obj: obj["status"].get("numberReady") == 3)
    await api.merge(f"{sets}/d", {"spec": {"template": {"metadata": {"labels": {"app": "d", "v": "2"}}}}})
    await api.until(
        f"{sets}/d",
        lambda obj: obj["status"].get("updatedNumberScheduled") == 3 and obj["status"].get("numberReady") == 3,
    )


async def test_endpoints_list_the_ready_pods_of_a_service(api: Any, deployment: Callable[..., Json]) -> None:
    services = "/api/v1/namespaces/default/services"
    body = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "web"}, "ports": [{"port": 80}]}}
    service = (await api.create(services, body)).body
    assert service["spec"]["clusterIP"].startswith("10.96.")
    assert service["spec"]["ports"] == [{"port": 80, "protocol": "TCP", "targetPort": 80}]
    await api.apply(f"{DEPLOYMENTS}/web", deployment(replicas=2))
    endpoints = await api.until(
        "/api/v1/namespaces/default/endpoints/web",
        lambda obj: len((obj.get("subsets") or [{}])[0].get("addresses", [])) == 2,
    )
    assert endpoints["subsets"][0]["ports"] == [{"port": 80, "protocol": "TCP"}]
    await api.delete(f"{services}/web")
    await api.until_gone("/api/v1/namespaces/default/endpoints/web")


def replica_set(name: str, wanted: int, available: int) -> Json:
    return {
        "metadata": {"name": name, "creationTimestamp": name},
        "spec": {"replicas": wanted},
        "status": {"replicas": wanted, "availableReplicas": available},
    }


def strategy(replicas: int, surge: Any, unavailable: Any) -> Json:
    rolling = {"maxSurge": surge, "maxUnavailable": unavailable}
    return {"spec": {"replicas": replicas, "strategy": {"type": "RollingUpdate", "rollingUpdate": rolling}}}


@pytest.mark.parametrize(
    ("deployment", "new", "old", "expected"),
    [
        (strategy(4, "25%", "25%"), (0, 0), [(4, 4)], {"new": 1}),
        (strategy(4, "25%", "25%"), (1, 0), [(4, 4)], {"old0": 3}),
        (strategy(4, "25%", "25%"), (1, 1), [(3, 3)], {"new": 2}),
        (strategy(4, 1, 0), (1, 0), [(4, 4)], {}),
        (strategy(4, 1, 0), (1, 1), [(4, 4)], {"old0": 3}),
        (strategy(4, 0, 0), (0, 0), [(4, 4)], {"old0": 3}),
        (strategy(4, 1, 0), (1, 0), [(4, 2)], {}),
        (strategy(4, 1, 1), (1, 0), [(4, 2)], {"old0": 3}),
        (strategy(2, 1, 0), (4, 4), [], {"new": 2}),
        (strategy(2, 1, 0), (2, 2), [], {}),
    ],
)
def test_a_rollout_moves_within_its_bounds(deployment: Json, new: tuple[int, int], old: list[tuple[int, int]], expected: Json) -> None:
    sets = [replica_set(f"old{index}", *sizes) for index, sizes in enumerate(old)]
    assert scales(deployment, replica_set("new", *new), sets) == expected


def test_percentages_round_up_for_surge_and_down_for_unavailable() -> None:
    assert (portion("25%", 3, up=True), portion("25%", 3, up=False), portion(2, 3, up=True)) == (1, 0, 2)


def test_the_same_template_has_always_the_same_hash() -> None:
    assert template_hash({"a": 1, "b": 2}) == template_hash({"b": 2, "a": 1}) != template_hash({"a": 2})

"""What Pods do, by the rules of the table: in the running cluster, and for the finer points in the pure functions."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.kubernetes import RULES
from sandbox.kubernetes import cluster as clusters
from sandbox.kubernetes.pods.images import image_id, normalized, parse, pull_problem
from sandbox.kubernetes.pods.outcomes import (
    ConfigFails,
    Exit,
    ImageFails,
    MountFails,
    ProbeFails,
    Runs,
    StartFails,
    fate,
    table,
)
from sandbox.kubernetes.pods.timing import PodTiming, nominal_back_off

Json = dict[str, Any]
PODS = "/api/v1/namespaces/default/pods"
EVENTS = "/api/v1/namespaces/default/events"
TIMING = PodTiming(run=1.0)


def reason(pod: Json, field: str = "containerStatuses") -> str:
    statuses = pod.get("status", {}).get(field) or [{}]
    return str(statuses[0].get("state", {}).get("waiting", {}).get("reason", ""))


def last(pod: Json) -> Json:
    statuses = pod.get("status", {}).get("containerStatuses") or [{}]
    return dict(statuses[0].get("lastState", {}).get("terminated", {}))


def is_ready(pod: Json) -> bool:
    conditions = pod.get("status", {}).get("conditions") or []
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


async def said(api: Any, name: str, why: str, words: str = "") -> Json:
    """The first event about an object with a reason."""
    return dict(
        await api.until_any(
            EVENTS,
            lambda one: one["involvedObject"]["name"] == name and one["reason"] == why and words in one["message"],
        )
    )


async def test_a_healthy_pod_becomes_ready_with_the_events_of_a_kubelet(api: Any, pod: Callable[..., Json]) -> None:
    await api.create(PODS, pod("web"))
    running = await api.until(f"{PODS}/web", is_ready)
    status = running["status"]["containerStatuses"][0]
    assert (running["status"]["phase"], running["status"]["qosClass"]) == ("Running", "BestEffort")
    assert (status["ready"], status["restartCount"], status["image"]) == (True, 0, "docker.io/library/nginx:latest")
    assert running["spec"]["nodeName"].startswith("test-node-")
    assert running["status"]["podIP"].startswith("10.244.")
    listed = await api.get(EVENTS, fieldSelector="involvedObject.name=web")
    assert {one["reason"] for one in listed.body["items"]} == {"Scheduled", "Pulling", "Pulled", "Created", "Started"}
    event = next(one for one in listed.body["items"] if one["reason"] == "Started")
    assert event["involvedObject"] == {
        "apiVersion": "v1",
        "kind": "Pod",
        "name": "web",
        "namespace": "default",
        "uid": running["metadata"]["uid"],
        "resourceVersion": event["involvedObject"]["resourceVersion"],
        "fieldPath": "spec.containers{c}",
    }
    assert (event["count"], event["type"], event["source"]["component"]) == (1, "Normal", "kubelet")


@pytest.mark.parametrize(
    ("image", "first", "later", "message"),
    [
        ("invalid", "ErrImagePull", "ImagePullBackOff", "pull access denied, repository does not exist"),
        ("nginx:no-such-tag", "ErrImagePull", "ImagePullBackOff", "docker.io/library/nginx:no-such-tag: not found"),
        ("registry.invalid/app:1", "ErrImagePull", "ImagePullBackOff", "lookup registry.invalid: no such host"),
        ("Nginx:1", "InvalidImageName", "InvalidImageName", "invalid reference format"),
    ],
)
async def test_an_image_that_cannot_be_had_backs_off(
    api: Any, pod: Callable[..., Json], image: str, first: str, later: str, message: str
) -> None:
    await api.create(PODS, pod("bad", image=image))
    failing = await api.until(f"{PODS}/bad", lambda obj: reason(obj) == first)
    assert failing["status"]["phase"] == "Pending"
    assert message in failing["status"]["containerStatuses"][0]["state"]["waiting"]["message"]
    await api.until(f"{PODS}/bad", lambda obj: reason(obj) == later)
    await said(api, "bad", "Failed", f"Error: {later}")
    log = await api.get(f"{PODS}/bad/log")
    assert (log.code, log.body["reason"]) == (400, "BadRequest")
    assert 'container "c" in pod "bad" is waiting to start' in log.body["message"]


async def test_a_crashing_container_is_restarted_ever_more_slowly(api: Any, pod: Callable[..., Json]) -> None:
    await api.create(PODS, pod("crash", image="busybox", command=["sh", "-c", "echo starting; exit 3"]))
    failing = await api.until(
        f"{PODS}/crash",
        lambda obj: reason(obj) == "CrashLoopBackOff" and obj["status"]["containerStatuses"][0]["restartCount"] >= 2,
    )
    status = failing["status"]["containerStatuses"][0]
    assert "restarting failed container=c pod=crash_default(" in status["state"]["waiting"]["message"]
    assert (last(failing)["exitCode"], last(failing)["reason"]) == (3, "Error")
    back_off = await said(api, "crash", "BackOff")
    assert back_off["message"].startswith("Back-off restarting failed container c in pod crash_default(")
    previous = await api.get(f"{PODS}/crash/log", previous="true")
    assert previous.body == "starting\nfatal: process exited with status 3\n"


@pytest.mark.parametrize(
    ("container", "code", "why"),
    [
        ({"image": "crash-app"}, 1, "Error"),
        ({"env": [{"name": "MEMORY_USE", "value": "1Gi"}], "resources": {"limits": {"memory": "512Mi"}}}, 137, "OOMKilled"),
        ({"command": ["/bin/does-not-exist"]}, 128, "StartError"),
        ({"image": "busybox"}, 0, "Completed"),
        ({"livenessProbe": {"tcpSocket": {"port": 9}, "periodSeconds": 1}}, 137, "Error"),
    ],
)
async def test_a_container_that_ends_is_in_a_crash_loop(api: Any, pod: Callable[..., Json], container: Json, code: int, why: str) -> None:
    await api.create(PODS, pod("ends", **container))
    failing = await api.until(f"{PODS}/ends", lambda obj: reason(obj) == "CrashLoopBackOff")
    assert (last(failing)["exitCode"], last(failing)["reason"]) == (code, why)


async def test_a_missing_config_map_holds_a_container_until_it_comes(api: Any, pod: Callable[..., Json]) -> None:
    await api.create(PODS, pod("held", envFrom=[{"configMapRef": {"name": "settings"}}]))
    held = await api.until(f"{PODS}/held", lambda obj: reason(obj) == "CreateContainerConfigError")
    waiting = held["status"]["containerStatuses"][0]["state"]["waiting"]
    assert waiting["message"] == 'configmap "settings" not found'
    await said(api, "held", "Failed", 'Error: configmap "settings" not found')
    await api.create("/api/v1/namespaces/default/configmaps", {"metadata": {"name": "settings"}})
    await api.until(f"{PODS}/held", is_ready)


async def test_a_missing_volume_source_holds_the_pod_until_it_comes(api: Any, pod: Callable[..., Json]) -> None:
    volumes = [{"name": "v", "secret": {"secretName": "keys"}}]
    await api.create(PODS, pod("held", spec={"volumes": volumes}))
    event = await said(api, "held", "FailedMount")
    assert event["message"] == 'MountVolume.SetUp failed for volume "v" : secret "keys" not found'
    assert reason((await api.get(f"{PODS}/held")).body) == "ContainerCreating"
    await api.create("/api/v1/namespaces/default/secrets", {"metadata": {"name": "keys"}})
    await api.until(f"{PODS}/held", is_ready)


async def test_a_failing_readiness_probe_keeps_the_pod_running_and_unready(api: Any, pod: Callable[..., Json]) -> None:
    await api.create(PODS, pod("unready", readinessProbe={"httpGet": {"port": 9999}}))
    event = await said(api, "unready", "Unhealthy")
    assert event["message"].startswith('Readiness probe failed: Get "http://10.244.')
    found = (await api.get(f"{PODS}/unready")).body
    assert (found["status"]["phase"], is_ready(found)) == ("Running", False)
    ready = next(one for one in found["status"]["conditions"] if one["type"] == "Ready")
    assert (ready["reason"], ready["message"]) == ("ContainersNotReady", "containers with unready status: [c]")


@pytest.mark.parametrize(
    ("spec", "container", "message"),
    [
        (
            {},
            {"resources": {"requests": {"cpu": "64", "memory": "1Ti"}}},
            (
                "0/3 nodes are available: 3 Insufficient cpu, 3 Insufficient memory. preemption: 0/3 nodes are available: "
                "3 No preemption victims found for incoming pod."
            ),
        ),
        (
            {"nodeSelector": {"disk": "ssd"}},
            {},
            (
                "0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector. preemption: 0/3 nodes are "
                "available: 3 Preemption is not helpful for scheduling."
            ),
        ),
        (
            {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]},
            {},
            (
                '0/3 nodes are available: persistentvolumeclaim "data" not found. preemption: 0/3 nodes are available: '
                "3 Preemption is not helpful for scheduling."
            ),
        ),
    ],
)
async def test_a_pod_that_fits_nowhere_is_unschedulable(
    api: Any, pod: Callable[..., Json], spec: Json, container: Json, message: str
) -> None:
    await api.create(PODS, pod("nowhere", spec=spec, **container))
    event = await said(api, "nowhere", "FailedScheduling")
    assert event["message"] == message
    found = (await api.get(f"{PODS}/nowhere")).body
    (condition,) = found["status"]["conditions"]
    assert (condition["type"], condition["reason"], condition["message"]) == ("PodScheduled", "Unschedulable", message)


async def test_a_pod_is_scheduled_once_there_is_room(api: Any, pod: Callable[..., Json]) -> None:
    big = {"resources": {"requests": {"cpu": "3"}}}
    for number in range(4):
        await api.create(PODS, pod(f"big-{number}", **big))
    await said(api, "big-3", "FailedScheduling")
    await api.delete(f"{PODS}/big-0", gracePeriodSeconds=0)
    await api.until(f"{PODS}/big-3", is_ready)


async def test_a_claim_without_its_class_holds_the_pod_until_the_class_comes(api: Any, pod: Callable[..., Json]) -> None:
    claims = "/api/v1/namespaces/default/persistentvolumeclaims"
    spec = {"accessModes": ["ReadWriteOnce"], "storageClassName": "fast", "resources": {"requests": {"storage": "1Gi"}}}
    await api.create(claims, {"metadata": {"name": "data"}, "spec": spec})
    await said(api, "data", "ProvisioningFailed", 'storageclass.storage.k8s.io "fast" not found')
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    await api.create(PODS, pod("waits", spec={"volumes": volumes}))
    await said(api, "waits", "FailedScheduling", "pod has unbound immediate PersistentVolumeClaims")
    await api.create("/apis/storage.k8s.io/v1/storageclasses", {"metadata": {"name": "fast"}, "provisioner": "none"})
    await api.until(f"{claims}/data", lambda obj: obj["status"]["phase"] == "Bound")
    await api.until(f"{PODS}/waits", is_ready)


async def test_an_init_container_that_fails_holds_the_others(api: Any, pod: Callable[..., Json]) -> None:
    init = [{"name": "first", "image": "busybox", "command": ["sh", "-c", "exit 1"]}]
    await api.create(PODS, pod("init", spec={"initContainers": init}))
    failing = await api.until(f"{PODS}/init", lambda obj: reason(obj, "initContainerStatuses") == "CrashLoopBackOff")
    assert (failing["status"]["phase"], reason(failing)) == ("Pending", "PodInitializing")


async def test_an_init_container_that_succeeds_lets_the_others_start(api: Any, pod: Callable[..., Json]) -> None:
    init = [{"name": "first", "image": "busybox", "command": ["echo", "done"]}]
    await api.create(PODS, pod("init", spec={"initContainers": init}))
    await api.until(f"{PODS}/init", is_ready)
    assert (await api.get(f"{PODS}/init/log", container="first")).body == "done\n"


async def test_a_missing_service_account_refuses_a_bare_pod(api: Any, pod: Callable[..., Json]) -> None:
    refused = await api.create(PODS, pod("x", spec={"serviceAccountName": "robot"}))
    assert refused.code == 403
    assert 'serviceaccount "robot" not found' in refused.body["message"]


async def test_a_deleted_pod_is_terminated_and_then_gone(api: Any, pod: Callable[..., Json]) -> None:
    await api.create(PODS, pod("web"))
    await api.until(f"{PODS}/web", is_ready)
    assert (await api.delete(f"{PODS}/web")).body["metadata"]["deletionTimestamp"]
    await said(api, "web", "Killing")
    await api.until_gone(f"{PODS}/web")


async def test_logs_take_their_options(api: Any, pod: Callable[..., Json]) -> None:
    script = "echo one; echo two; echo $WHO; sleep infinity"
    await api.create(PODS, pod("web", command=["sh", "-c", script], env=[{"name": "WHO", "value": "three"}]))
    await api.until(f"{PODS}/web", is_ready)
    assert (await api.get(f"{PODS}/web/log")).body == "one\ntwo\nthree\n"
    assert (await api.get(f"{PODS}/web/log", tailLines=1)).body == "three\n"
    stamped = (await api.get(f"{PODS}/web/log", timestamps="true", tailLines=1)).body
    assert stamped.endswith("Z three\n")
    none = await api.get(f"{PODS}/web/log", previous="true")
    assert none.body["message"] == 'previous terminated container "c" in pod "web" not found'
    other = await api.get(f"{PODS}/web/log", container="nope")
    assert (other.code, other.body["message"]) == (400, "container nope is not valid for pod web")


async def test_one_of_several_containers_must_be_named(api: Any, pod: Callable[..., Json]) -> None:
    two = pod("two")
    two["spec"]["containers"].append({"name": "d", "image": "redis"})
    await api.create(PODS, two)
    await api.until(f"{PODS}/two", is_ready)
    unnamed = await api.get(f"{PODS}/two/log")
    assert unnamed.body["message"] == "a container name must be specified for pod two, choose one of: [c d]"
    assert "Ready to accept connections" in (await api.get(f"{PODS}/two/log", container="d")).body


async def test_a_followed_log_ends_with_its_container(api: Any, pod: Callable[..., Json]) -> None:
    spec = {"restartPolicy": "Never"}
    await api.create(PODS, pod("once", spec=spec, image="busybox", command=["sh", "-c", "echo hi; exit 2"]))
    await api.until(f"{PODS}/once", lambda obj: obj.get("status", {}).get("containerStatuses"))
    await api.until(f"{PODS}/once", lambda obj: "waiting" not in obj["status"]["containerStatuses"][0]["state"])
    async with api.session.get(f"{PODS}/once/log", params={"follow": "true"}) as response:
        assert await response.text() == "hi\nfatal: process exited with status 2\n"


class Nothing:
    """A namespace with one ConfigMap and one Secret, each with the key `key`, both named `there`."""

    def keys(self, kind: str, name: str) -> frozenset[str] | None:
        return frozenset({"key"}) if (kind in {"configmap", "secret"} and name == "there") else None


def fate_of(container: Json, **spec: Any) -> Any:
    whole = {"name": "c", "image": "nginx", **container}
    pod = {
        "metadata": {"name": "p", "namespace": "default", "uid": "u"},
        "spec": {"restartPolicy": "Always", "containers": [whole], **spec},
    }
    return fate(pod, whole, Nothing(), TIMING)


FINE = Runs()
COMPLETED = Exit(0, "Completed", 1.0)


@pytest.mark.parametrize(
    ("container", "expected"),
    [
        ({}, FINE),
        ({"image": "busybox"}, Runs(COMPLETED)),
        ({"image": "busybox:1", "command": ["sleep", "infinity"]}, FINE),
        ({"image": "busybox", "command": ["sleep", "5"]}, Runs(Exit(0, "Completed", 6.0))),
        ({"image": "busybox", "command": ["sleep", "3600"]}, FINE),
        ({"command": ["sh", "-c", "while true; do echo x; sleep 1; done"]}, FINE),
        ({"command": ["sh", "-c", "echo x; sleep 2; exit 7"]}, Runs(Exit(7, "Error", 3.0))),
        ({"command": ["sh", "-c"], "args": ["exit 1"]}, Runs(Exit(1, "Error", 1.0))),
        ({"command": ["/bin/bash", "-ec", "exit 0"]}, Runs(COMPLETED)),
        ({"command": ["sh", "-c", "app-does-not-exist"]}, Runs(Exit(127, "Error", 1.0, "sh: app-does-not-exist: not found"))),
        ({"command": ["false"]}, Runs(Exit(1, "Error", 1.0))),
        ({"command": ["/app/server"]}, FINE),
        ({"args": ["--flag"]}, FINE),
        ({"readinessProbe": {"httpGet": {"port": 80}}}, FINE),
        ({"ports": [{"name": "web", "containerPort": 8080}], "readinessProbe": {"tcpSocket": {"port": "web"}}}, FINE),
        ({"readinessProbe": {"exec": {"command": ["cat", "/etc/ready"]}}}, FINE),
        (
            {"readinessProbe": {"exec": {"command": ["false"]}, "periodSeconds": 2, "failureThreshold": 1}},
            Runs(unready=ProbeFails("readiness", "Readiness probe failed: ", 2)),
        ),
        (
            {"livenessProbe": {"httpGet": {"port": 80, "path": "/fail"}, "initialDelaySeconds": 5}},
            Runs(killed=ProbeFails("liveness", "Liveness probe failed: HTTP probe failed with statuscode: 500", 35)),
        ),
        (
            {"startupProbe": {"httpGet": {"port": 80, "path": "/missing"}}},
            Runs(killed=ProbeFails("startup", "Startup probe failed: HTTP probe failed with statuscode: 404", 30)),
        ),
        (
            {"image": "polinux/stress", "args": ["--vm-bytes", "250M"], "resources": {"limits": {"memory": "100Mi"}}},
            Runs(Exit(137, "OOMKilled", 1.0)),
        ),
        ({"env": [{"name": "MEMORY_USE", "value": "1Gi"}], "resources": {"limits": {"memory": "2Gi"}}}, FINE),
    ],
)
def test_the_fate_of_a_container_is_read_from_its_spec(container: Json, expected: Any) -> None:
    assert fate_of(container) == expected


@pytest.mark.parametrize(
    ("container", "kind", "words"),
    [
        ({"image": "private/does-not-exist"}, ImageFails, "pull access denied"),
        ({"image": "x:missing-1"}, ImageFails, "not found"),
        ({"imagePullPolicy": "Never"}, ImageFails, "is not present with pull policy of Never"),
        ({"command": ["missing-binary"]}, StartFails, 'exec: "missing-binary": executable file not found in $PATH'),
        ({"envFrom": [{"secretRef": {"name": "x"}}]}, ConfigFails, 'secret "x" not found'),
        (
            {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "there", "key": "other"}}}]},
            ConfigFails,
            "couldn't find key other in ConfigMap default/there",
        ),
        ({"securityContext": {"runAsNonRoot": True}}, ConfigFails, "image will run as root"),
        ({"securityContext": {"runAsNonRoot": True, "runAsUser": 0}}, ConfigFails, "runAsUser breaks non-root policy"),
    ],
)
def test_a_container_that_cannot_start_says_why(container: Json, kind: type, words: str) -> None:
    found = fate_of(container)
    assert type(found) is kind
    assert words in getattr(found, "message", "")


@pytest.mark.parametrize(
    "container",
    [
        {"envFrom": [{"secretRef": {"name": "x", "optional": True}}]},
        {"env": [{"name": "A", "valueFrom": {"configMapKeyRef": {"name": "there", "key": "key"}}}]},
        {"securityContext": {"runAsNonRoot": True, "runAsUser": 101}},
        {"securityContext": {"runAsNonRoot": True}, "image": "nginxinc/nginx-unprivileged"},
    ],
)
def test_what_is_there_optional_or_safe_is_no_problem(container: Json) -> None:
    assert fate_of(container) == FINE


def test_a_missing_key_of_a_volume_is_named() -> None:
    items = [{"key": "other", "path": "x"}]
    found = fate_of({}, volumes=[{"name": "v", "configMap": {"name": "there", "items": items}}])
    assert found == MountFails('MountVolume.SetUp failed for volume "v" : configmap references non-existent config key: other')


def test_a_command_of_a_job_ends_where_a_server_would_go_on() -> None:
    assert fate_of({"command": ["/app/migrate"]}, restartPolicy="Never") == Runs(COMPLETED)


@pytest.mark.parametrize(
    ("image", "repository", "full"),
    [
        ("nginx", "nginx", "docker.io/library/nginx:latest"),
        ("nginx:1.29", "nginx", "docker.io/library/nginx:1.29"),
        ("team/app:v1", "team/app", "docker.io/team/app:v1"),
        ("localhost:5000/app", "app", "localhost:5000/app:latest"),
        ("ghcr.io/a/b:c", "a/b", "ghcr.io/a/b:c"),
        (f"nginx@sha256:{'a' * 64}", "nginx", f"docker.io/library/nginx@sha256:{'a' * 64}"),
        ("Nginx", None, "Nginx"),
        ("nginx:bad tag", None, "nginx:bad tag"),
        ("a//b", None, "a//b"),
        ("", None, ""),
    ],
)
def test_image_references_are_read_as_docker_reads_them(image: str, repository: str | None, full: str) -> None:
    assert (parse(image), normalized(image)) == (repository, full)


def test_an_image_has_always_the_same_digest() -> None:
    assert image_id("nginx").startswith("docker.io/library/nginx@sha256:")
    assert image_id("nginx") == image_id("docker.io/library/nginx:latest")
    assert pull_problem("nginx") is None


def test_the_back_off_of_the_kubelet_doubles_to_five_minutes() -> None:
    assert [nominal_back_off(failures) for failures in range(1, 8)] == [10, 20, 40, 80, 160, 300, 300]


def test_the_readme_has_the_table_of_failing_specs() -> None:
    readme = Path(clusters.__file__).with_name("README.md").read_text(encoding="utf-8")
    assert table() in readme
    assert len(RULES) == len({rule.spec for rule in RULES})

"""What each rule recognises, in the words of real clusters: the evidence, the verdict that people read, and the findings in order."""

from collections.abc import Callable

import pytest

from analysis.diagnosis import RULES, diagnose
from steps.evidence import Evidence
from steps.model.objects import Object
from tests.analysis.cases import DEPLOYMENT, deployment, ended, event, evidence, log, pod, replica_set, stuck, waiting

HUB = 'failed to pull and unpack image "docker.io/library/{0}": failed to resolve reference "docker.io/library/{0}": '
ABSENT = (
    "pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed"
)


def pulling(image: str, why: str, reason: str = "ErrImagePull") -> tuple[Evidence, ...]:
    """A Deployment whose image fails with this message, told by a Failed event while the container only says that it backs off."""
    broken = pod(image=image, state=waiting("ImagePullBackOff", f'Back-off pulling image "{image}"'))
    failed = event(broken, "Failed", f'Failed to pull image "{image}": {why}')
    return evidence(deployment(image=image), broken, failed, event(broken, "BackOff", f'Back-off pulling image "{image}"'))


def crashed(code: int, last: str = "", *, reason: str = "Error", state: dict[str, object] | None = None) -> tuple[Evidence, ...]:
    broken = pod(phase="Running", state=state or waiting("CrashLoopBackOff"), lastState=ended(code, reason), restartCount=4)
    return evidence(deployment(), broken, *([log(broken, f"starting\n{last}\n", previous=True)] if last else []))


def unscheduled(message: str) -> tuple[Evidence, ...]:
    refused = {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": message}
    return evidence(deployment(), pod(node="", conditions=[refused]))


def unhealthy(probe: str, said: str, *, restarts: int = 0, port: int = 8080) -> tuple[Evidence, ...]:
    spec = {f"{probe}Probe": {"httpGet": {"path": "/", "port": port}}, "ports": [{"containerPort": 80}]}
    sick = pod(phase="Running", container=spec, state={"running": {}}, restartCount=restarts)
    return evidence(deployment(), sick, event(sick, "Unhealthy", f"{probe.capitalize()} probe failed: {said}", count=3))


def unconfigured(message: str, container: dict[str, object]) -> tuple[Evidence, ...]:
    broken = pod(container=container, state=waiting("CreateContainerConfigError", message))
    return evidence(deployment(), broken, event(broken, "Failed", f"Error: {message}"))


def unmounted(message: str) -> tuple[Evidence, ...]:
    broken = pod(state=waiting("ContainerCreating"))
    return evidence(deployment(), broken, event(broken, "FailedMount", message))


def refused(message: str) -> tuple[Evidence, ...]:
    owner = replica_set(pods=0)
    return evidence(deployment(), owner, event(owner, "FailedCreate", f"Error creating: {message}"))


ENV: dict[str, object] = {"env": [{"name": "MODE", "valueFrom": {"configMapKeyRef": {"name": "settings", "key": "mode"}}}]}

CASES: dict[str, tuple[tuple[Evidence, ...], str, str]] = {
    "no such repository": (
        pulling("invalid", HUB.format("invalid:latest") + ABSENT),
        "cannot start: image 'invalid' cannot be pulled — the repository does not exist or needs credentials.",
        "image-not-found",
    ),
    "no such tag": (
        pulling("nginx:1.99", HUB.format("nginx:1.99") + "docker.io/library/nginx:1.99: not found"),
        "cannot start: image 'nginx:1.99' cannot be pulled — the registry does not have this tag.",
        "image-not-found",
    ),
    "no tag and no latest": (
        pulling("ghcr.io/org/app", "manifest unknown: manifest unknown"),
        (
            "cannot start: image 'ghcr.io/org/app' cannot be pulled — the registry does not have this tag "
            "(the image names no tag, so 'latest' was tried)."
        ),
        "image-not-found",
    ),
    "private": (
        pulling("ghcr.io/org/app:1", "failed to fetch anonymous token: unexpected status from GET request: 401 Unauthorized"),
        "cannot start: image 'ghcr.io/org/app:1' cannot be pulled — the registry refuses access, credentials are missing or wrong.",
        "image-access-denied",
    ),
    "bad name": (
        evidence(deployment(), pod(image="Nginx:1:2", state=waiting("InvalidImageName", 'couldn\'t parse image name "Nginx:1:2"'))),
        "cannot start: image 'Nginx:1:2' cannot be pulled — this is not a valid image reference.",
        "image-reference-invalid",
    ),
    "rate limit": (
        pulling("nginx:1", "429 Too Many Requests - Server message: toomanyrequests: You have reached your pull rate limit."),
        "cannot start: image 'nginx:1' cannot be pulled — the registry's rate limit is reached.",
        "image-rate-limited",
    ),
    "DNS": (
        pulling("registry.locl/app:1", 'Head "https://registry.locl/v2/app": dial tcp: lookup registry.locl on 10.0.0.2:53: no such host'),
        "cannot start: image 'registry.locl/app:1' cannot be pulled — the name of its registry 'registry.locl' does not resolve.",
        "image-registry-dns",
    ),
    "firewall": (
        pulling("registry.local/app:1", "dial tcp 10.0.0.9:443: i/o timeout"),
        "cannot start: image 'registry.local/app:1' cannot be pulled — its registry 'registry.local' cannot be reached from the node.",
        "image-registry-unreachable",
    ),
    "never": (
        evidence(
            deployment(),
            pod(image="app:1", state=waiting("ErrImageNeverPull", 'Container image "app:1" is not present with pull policy of Never')),
        ),
        "cannot start: image 'app:1' is not on the node, and imagePullPolicy: Never forbids pulling it.",
        "image-never-pulled",
    ),
    "platform": (
        pulling("app:1", "no match for platform in manifest: not found"),
        "cannot start: image 'app:1' is not built for the architecture of the node.",
        "image-platform-missing",
    ),
    "unknown pull error": (
        evidence(deployment(), pod(image="app:1", state=waiting("ImagePullBackOff", 'Back-off pulling image "app:1"'))),
        "cannot start: image 'app:1' cannot be pulled, the reason is not in what was read.",
        "image-pull-failed",
    ),
    "crash": (
        crashed(1, "panic: no DATABASE_URL"),
        "keeps crashing: container 'web' exits with code 1 after 4 restarts; its last words: 'panic: no DATABASE_URL'.",
        "crash-loop",
    ),
    "crash without log": (crashed(139), "keeps crashing: container 'web' exits with code 139 after 4 restarts.", "crash-loop"),
    "out of memory": (
        crashed(137, reason="OOMKilled"),
        "runs out of memory: container 'web' was killed for using more memory than the node had left.",
        "oom-killed",
    ),
    "no such command": (
        evidence(
            deployment(),
            pod(state=waiting("RunContainerError", 'exec: "srve": executable file not found in $PATH'), lastState=ended(128, "StartError")),
        ),
        "cannot start: the command of container 'web' cannot be started.",
        "command-not-started",
    ),
    "root refused": (
        unconfigured("container has runAsNonRoot and image will run as root", {}),
        "cannot start: container 'web' must not run as root, but its image 'nginx' does.",
        "run-as-root-refused",
    ),
    "no room": (
        unscheduled(
            "0/4 nodes are available: 1 node(s) had untolerated taint {gpu: true}, 3 Insufficient cpu, 2 Insufficient memory. "
            "preemption: 0/4 nodes are available: 4 No preemption victims found for incoming pod."
        ),
        (
            "cannot be scheduled: none of 4 nodes takes the Pod: taint 'gpu: true' not tolerated on 1, not enough cpu on 3, "
            "not enough memory on 2."
        ),
        "unschedulable",
    ),
    "selector": (
        unscheduled("0/3 nodes are available: 3 node(s) didn't match Pod's node affinity/selector."),
        "cannot be scheduled: none of 3 nodes takes the Pod: node selector or affinity does not match on 3.",
        "unschedulable",
    ),
    "claim": (
        unscheduled("0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. not found"),
        "cannot be scheduled: none of 3 nodes takes the Pod: a PersistentVolumeClaim is not bound.",
        "unschedulable",
    ),
    "readiness": (
        unhealthy("readiness", "Get http://10.0.0.4:8080/: connect: connection refused"),
        "is not ready: the readiness probe of container 'web' fails; its port '8080' is not among the declared ports (80).",
        "readiness-probe-failing",
    ),
    "readiness on the declared port": (
        unhealthy("readiness", "HTTP probe failed with statuscode: 503", port=80),
        "is not ready: the readiness probe of container 'web' fails.",
        "readiness-probe-failing",
    ),
    "liveness": (
        unhealthy("liveness", "HTTP probe failed with statuscode: 500", restarts=3, port=80),
        "is restarted again and again: the liveness probe of container 'web' fails.",
        "liveness-probe-failing",
    ),
    "startup": (
        unhealthy("startup", "connection refused", port=80),
        "does not finish starting: the startup probe of container 'web' fails.",
        "startup-probe-failing",
    ),
    "no ConfigMap": (
        unconfigured('configmap "settings" not found', ENV),
        "cannot start: ConfigMap 'settings' does not exist in namespace 'default', and env 'MODE' of container 'web' needs it.",
        "config-map-missing",
    ),
    "no key": (
        unconfigured("couldn't find key mode in ConfigMap default/settings", ENV),
        "cannot start: ConfigMap 'settings' has no key 'mode', and env 'MODE' of container 'web' needs it.",
        "config-key-missing",
    ),
    "no Secret": (
        unmounted('MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found'),
        "cannot start: Secret 'web-tls' does not exist in namespace 'default', and volume 'tls' needs it.",
        "secret-missing",
    ),
    "mount": (
        unmounted('MountVolume.MountDevice failed for volume "disk": rpc error: code = Internal'),
        "cannot start: a volume of the Pod cannot be mounted.",
        "volume-mount-failed",
    ),
    "no ServiceAccount": (
        refused('pods "web-5d-" is forbidden: error looking up service account default/robot: serviceaccount "robot" not found'),
        "cannot start: its Pods cannot be created — ServiceAccount 'robot' does not exist in namespace 'default'.",
        "service-account-missing",
    ),
    "quota": (
        refused('pods "web-5d-x" is forbidden: exceeded quota: small, requested: cpu=1, used: cpu=2, limited: cpu=2'),
        "cannot start: its Pods cannot be created — ResourceQuota 'small' is used up (asked for cpu=1, used cpu=2, allowed cpu=2).",
        "quota-exceeded",
    ),
    "quota wants limits": (
        refused('pods "web-5d-x" is forbidden: failed quota: small: must specify limits.cpu for: web'),
        "cannot start: its Pods cannot be created — ResourceQuota 'small' wants them to state limits.cpu for: web.",
        "quota-exceeded",
    ),
    "pod security": (
        refused('pods "web-5d-x" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false'),
        "cannot start: its Pods cannot be created — they break the Pod security standard 'restricted' of the namespace.",
        "pod-creation-refused",
    ),
    "starting": (
        evidence(deployment(), pod(state=waiting("ContainerCreating"))),
        "is still starting: its Pods are being created and nothing has failed so far.",
        "pod-starting",
    ),
    "not ready": (
        evidence(deployment(), pod(phase="Running", state={"running": {}}, conditions=[{"type": "Ready", "status": "False"}])),
        "is not ready: a Pod is in phase Running and not ready.",
        "pod-not-ready",
    ),
    "paused": (
        evidence(deployment(paused=True)),
        "waits: its rollout is paused, changes are not rolled out.",
        "rollout-paused",
    ),
    "not observed": (
        evidence({**deployment(ready=True), "metadata": {**deployment()["metadata"], "generation": 2}}),
        "is not ready: its controller has not seen the latest change yet (generation 1 of 2).",
        "spec-not-observed",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_fault_is_recognised_and_explains_what_follows_from_it(name: str) -> None:
    facts, verdict, cause = CASES[name]
    found = diagnose(facts, DEPLOYMENT)
    assert found.verdict == f"Deployment default/web {verdict}"
    assert found.findings[0].rule == cause
    assert [item.rule for item in found.findings if item.rule not in found.findings[0].causes] == [cause]
    assert not found.healthy
    assert all(item.evidence and set(item.evidence) <= {fact.id for fact in facts} for item in found.findings)
    assert found.findings[0].fixes


OTHERS: dict[str, tuple[tuple[Evidence, ...], str]] = {
    "replicas-unavailable": (
        evidence(deployment()),
        "is not ready: 0 of 1 replicas available; the cause is not known, because nothing but",
    ),
    "progress-deadline-exceeded": (evidence(stuck(deployment())), "is not ready: its rollout has made no progress for 600 s"),
    "scaled-to-zero": (evidence(deployment(replicas=0)), "runs nothing: it is scaled to zero."),
    "pod-evicted": (
        evidence(
            deployment(), {**pod(), "status": {"phase": "Failed", "reason": "Evicted", "message": "The node was low on resource: memory."}}
        ),
        "lost Pods: a Pod was evicted from its node.",
    ),
}


@pytest.mark.parametrize("rule", OTHERS)
def test_a_state_of_the_workload_itself_is_recognised(rule: str) -> None:
    facts, verdict = OTHERS[rule]
    found = diagnose(facts, DEPLOYMENT)
    assert found.verdict.startswith(f"Deployment default/web {verdict}")
    assert found.findings[0].rule == rule


def test_every_rule_has_a_case() -> None:
    assert {cause for _, _, cause in CASES.values()} | set(OTHERS) == set(RULES)


EXITS = {
    1: "error of its own",
    126: "may not be executed",
    127: "not found in the image",
    134: "aborted",
    137: "SIGKILL",
    139: "SIGSEGV",
    143: "SIGTERM",
}


@pytest.mark.parametrize("code", EXITS)
def test_an_exit_code_is_explained(code: int) -> None:
    assert EXITS[code] in diagnose(crashed(code), DEPLOYMENT).findings[0].detail


def test_a_typo_in_a_popular_image_is_named() -> None:
    found = diagnose(pulling("ngnix", HUB.format("ngnix:latest") + ABSENT), DEPLOYMENT)
    assert found.findings[0].fixes[0].text == "Did you mean 'nginx'? Name an image that exists, with its tag."
    assert found.findings[0].fixes[0].command == "kubectl -n default set image deployment/web web=REPOSITORY:TAG"


def test_a_name_from_the_cluster_cannot_break_out_of_a_command() -> None:
    broken = pod(name="x; reboot", state=waiting("ImagePullBackOff"))
    found = diagnose(evidence(deployment(), broken), DEPLOYMENT).findings[0]
    assert found.fixes[0].command == "kubectl -n default describe pod 'x; reboot'"


Change = Callable[[], tuple[Object | Evidence, ...]]
RECOVERED: dict[str, Change] = {
    "a probe that failed while it was starting": lambda: (
        healthy := pod(phase="Running", container={"readinessProbe": {"tcpSocket": {"port": 80}}}, state={"running": {}}, ready=True),
        event(healthy, "Unhealthy", "Readiness probe failed: connection refused"),
    ),
    "an image that was pulled at the second try": lambda: (
        healthy := pod(phase="Running", state={"running": {}}, ready=True),
        event(healthy, "Failed", 'Failed to pull image "nginx": i/o timeout'),
    ),
    "a crash before it found its database": lambda: (
        pod(phase="Running", state={"running": {}}, lastState=ended(1), restartCount=1, ready=True),
    ),
    "a pod that waited for a node": lambda: (
        healthy := pod(phase="Running", state={"running": {}}, ready=True),
        event(healthy, "FailedScheduling", "0/1 nodes are available: 1 Insufficient cpu."),
    ),
}


@pytest.mark.parametrize("name", RECOVERED)
def test_what_is_over_is_not_reported_as_a_problem(name: str) -> None:
    found = diagnose(evidence(deployment(ready=True), *RECOVERED[name]()), DEPLOYMENT)
    assert found.findings == ()
    assert found.healthy
    assert found.verdict.startswith(
        "Nothing wrong found with Deployment default/web: 1 of 1 replicas available. Looked at 1 Deployment, 1 Pod"
    )


def test_a_container_killed_for_memory_is_reported_though_it_runs_again() -> None:
    limits = {"resources": {"limits": {"memory": "64Mi"}}}
    again = pod(phase="Running", container=limits, state={"running": {}}, lastState=ended(137, "OOMKilled"), restartCount=2, ready=True)
    found = diagnose(evidence(deployment(ready=True), again), DEPLOYMENT)
    assert found.verdict == (
        "Deployment default/web is ready, but container 'web' was killed for using more memory than its limit of 64Mi."
    )
    assert not found.healthy


def test_an_event_about_a_former_pod_of_the_same_name_is_not_held_against_the_present_one() -> None:
    present = pod(state=waiting("ContainerCreating"))
    former = {**present, "metadata": {**present["metadata"], "uid": "another"}}
    found = diagnose(evidence(deployment(), present, event(former, "FailedMount", 'volume "tls" : secret "gone" not found')), DEPLOYMENT)
    assert [item.rule for item in found.findings] == ["pod-starting", "replicas-unavailable"]


def test_a_later_event_does_not_hide_the_telling_one() -> None:
    broken = pod(state=waiting("ContainerCreating"))
    telling = event(broken, "FailedMount", 'MountVolume.SetUp failed for volume "tls" : secret "web-tls" not found')
    series = {
        "lastTimestamp": None,
        "eventTime": "2026-11-23T09:00:01.000000Z",
        "series": {"count": 9, "lastObservedTime": "2026-11-23T09:30:00Z"},
    }
    later = event(broken, "BackOff", "Back-off restarting failed container", **series)
    assert diagnose(evidence(deployment(), broken, later, telling), DEPLOYMENT).findings[0].rule == "secret-missing"


def test_the_same_fault_of_many_pods_is_one_finding() -> None:
    broken = [pod(name=f"web-5d-x{n}", state=waiting("InvalidImageName", "invalid reference format"), image="A") for n in range(3)]
    found = diagnose(evidence(deployment(), *broken), DEPLOYMENT)
    assert [(item.rule, item.evidence) for item in found.findings] == [
        ("image-reference-invalid", ("e2", "e3", "e4")),
        ("replicas-unavailable", ("e1",)),
    ]
    assert found.findings[0].detail.endswith("(the same in 2 more)")


def test_without_pods_an_event_is_enough_to_name_the_cause() -> None:
    told = event(pod(), "Failed", f'Failed to pull image "invalid": {HUB.format("invalid:latest")}{ABSENT}')
    assert diagnose(evidence(deployment(image="invalid"), told), DEPLOYMENT).findings[0].rule == "image-not-found"
